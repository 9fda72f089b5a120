"""What is learnt of listed chats: members, titles, dead links; and what is never concluded."""

from datetime import UTC, datetime

import pytest

from services.moderation.observe import AGAIN, LATER, is_looked_up, look
from services.moderation.telegram.errors import RetryAfter, Transient
from services.moderation.telegram.refusals import refusal
from shared.contracts.listings import Kind, Link, Listing, Place
from tests.moderation import NOW

MOMENT = datetime.fromtimestamp(NOW, UTC)


class Places:
    def __init__(self, *due):
        self.waiting = dict(due)

    async def due(self, now, most):
        return [link for link, at in self.waiting.items() if at <= now][:most]

    def look_again(self, link, due):
        return [(link, due)]


class Store:
    def __init__(self, *due):
        self.places = Places(*due)


class Telegram:
    def __init__(self, answers):
        self.answers = answers

    async def call(self, method, params=None, **_more):
        answer = self.answers[method]
        if isinstance(answer, Exception):
            raise answer
        assert params == {"chat_id": "@yard7_chat"}
        return answer


def said(description, code=400):
    """What Telegram's server answers, as the client understands it."""
    return refusal("getChat", code, {"ok": False, "error_code": code, "description": description})


async def once(answers):
    """Seconds until the next look-up, and what was told."""
    commit = await look(Store(("u:yard7_chat", NOW)), Telegram(answers), MOMENT)
    assert commit is not None
    return commit.writes[0][1] - NOW, (commit.events[0] if commit.events else None)


async def test_a_living_chat_tells_its_title_and_members():
    wait, seen = await once({"getChat": {"id": -1, "title": " Двор\u202e 7 "}, "getChatMemberCount": 42})
    assert wait == AGAIN
    assert (seen.alive, seen.title, seen.members, seen.link.value) == (True, "Двор 7", 42, "yard7_chat")


@pytest.mark.parametrize("words", ["Bad Request: chat not found", "Forbidden: the group chat was deleted"])
async def test_a_chat_that_is_not_there_is_told_as_missing(words):
    wait, seen = await once({"getChat": said(words)})
    assert (wait, seen.alive, seen.link.value) == (AGAIN, False, "yard7_chat")


@pytest.mark.parametrize(
    "error",
    [
        Transient("away"),
        RetryAfter("getChat", 30),
        said("Forbidden: bot was kicked from the supergroup chat", 403),
        said("Forbidden: bot is not a member of the channel chat", 403),
        said("Bad Request: something that nobody has seen yet"),
    ],
)
async def test_a_look_up_that_fails_says_nothing_of_the_chat(error):
    assert await once({"getChat": error}) == (LATER, None)
    assert await once({"getChat": {"title": "x"}, "getChatMemberCount": error}) == (LATER, None)


@pytest.mark.parametrize("answer", [{}, [], None, {"title": 7}, {"title": "x" * 5000}])
@pytest.mark.parametrize("members", [None, "7", -1])
async def test_an_answer_of_another_shape_does_no_harm(answer, members):
    wait, _ = await once({"getChat": answer, "getChatMemberCount": members})
    assert wait == AGAIN


async def test_nothing_is_looked_up_before_its_time():
    assert await look(Store(("u:yard7_chat", NOW + 1)), Telegram({}), MOMENT) is None


@pytest.mark.parametrize(
    ("kind", "link", "looked_up"),
    [
        (Kind.GROUP, "username", True),
        (Kind.CHANNEL, "username", True),
        (Kind.BOT, "username", False),
        (Kind.GROUP, "invite", False),
    ],
)
def test_bots_and_private_links_cannot_be_looked_up(kind, link, looked_up):
    listing = Listing(
        id="a" * 13, name="x", kind=kind, link=Link(kind=link, value="yard7_chat"),
        place=Place(lat=53.9, lon=27.5), revision=1, created_at=MOMENT, updated_at=MOMENT,
    )  # fmt: skip
    assert is_looked_up(listing) is looked_up
