"""What is learnt of listed chats: members, titles, dead links; and what is never concluded."""

from datetime import UTC, datetime

import pytest

from services.moderation.observe import AGAIN, DEAD_AFTER, LATER, is_looked_up, look
from services.moderation.store.places import Check
from services.moderation.telegram.errors import Refused, RetryAfter, Transient
from shared.contracts.listings import Kind, Link, Listing, Place
from tests.moderation import NOW

MOMENT = datetime.fromtimestamp(NOW, UTC)


class Places:
    def __init__(self, *checks):
        self.checks = list(checks)

    async def due(self, now, most):
        return [(link, check) for link, check in self.checks if check.due <= now][:most]

    def checked(self, link, check):
        return [(link, check)]


class Store:
    def __init__(self, *checks):
        self.places = Places(*checks)


class Telegram:
    def __init__(self, answers):
        self.answers = answers

    async def call(self, method, params=None, **_more):
        answer = self.answers[method]
        if isinstance(answer, Exception):
            raise answer
        assert params == {"chat_id": "@yard7_chat"}
        return answer


async def once(answers, check=Check(NOW)):  # noqa: B008
    commit = await look(Store(("u:yard7_chat", check)), Telegram(answers), MOMENT)
    assert commit is not None
    return commit.writes[0][1], (commit.events[0] if commit.events else None)


async def test_a_living_chat_tells_its_title_and_members():
    check, seen = await once(
        {"getChat": {"id": -1, "title": " Двор\u202e 7 "}, "getChatMemberCount": 42}, Check(NOW, 2)
    )
    assert check == Check(NOW + AGAIN, 0)
    assert (seen.alive, seen.title, seen.members, seen.link.value) == (True, "Двор 7", 42, "yard7_chat")


async def test_a_link_is_dead_only_after_several_look_ups():
    for failed in range(DEAD_AFTER - 1):
        check, seen = await once({"getChat": Refused("chat.unknown")}, Check(NOW, failed))
        assert (check.failed, seen) == (failed + 1, None)
    check, seen = await once({"getChat": Refused("chat.unknown")}, Check(NOW, DEAD_AFTER - 1))
    assert seen.alive is False
    assert check.due > NOW


@pytest.mark.parametrize("error", [Transient("away"), RetryAfter("getChat", 30)])
async def test_a_look_up_that_fails_says_nothing_of_the_chat(error):
    assert await once({"getChat": error}, Check(NOW, 2)) == (Check(NOW + LATER, 2), None)
    assert await once({"getChat": {"title": "x"}, "getChatMemberCount": error}, Check(NOW, 2)) == (
        Check(NOW + LATER, 2),
        None,
    )


@pytest.mark.parametrize("answer", [{}, [], None, {"title": 7}, {"title": "x" * 5000}])
@pytest.mark.parametrize("members", [None, "7", -1])
async def test_an_answer_of_another_shape_does_no_harm(answer, members):
    check, _ = await once({"getChat": answer, "getChatMemberCount": members})
    assert check == Check(NOW + AGAIN, 0)


async def test_nothing_is_looked_up_before_its_time():
    assert await look(Store(("u:yard7_chat", Check(NOW + 1))), Telegram({}), MOMENT) is None


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
