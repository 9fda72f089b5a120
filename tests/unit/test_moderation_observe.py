"""What is learnt of listed chats: members, titles, dead links; and what is never concluded."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.moderation.observe import AGAIN, LATER, is_looked_up, look
from services.moderation.telegram.errors import RetryAfter, TelegramError, Transient
from services.moderation.telegram.refusals import refusal
from shared.bus import Commit
from shared.contracts.directory import ChatObserved
from shared.contracts.listings import Kind, Link, Listing, Place
from tests.moderation import NOW
from tests.sure import as_a, sure

MOMENT = datetime.fromtimestamp(NOW, UTC)


class Places:
    def __init__(self, *due: tuple[str, int]) -> None:
        self.waiting = dict(due)

    async def due(self, now: int, most: int) -> list[str]:
        return [link for link, at in self.waiting.items() if at <= now][:most]

    def look_again(self, link: str, due: int) -> list[tuple[str, int]]:
        return [(link, due)]


class Store:
    def __init__(self, *due: tuple[str, int]) -> None:
        self.places = Places(*due)


class Telegram:
    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers

    async def call(self, method: str, params: dict[str, Any] | None = None, *, seconds: float = 15) -> Any:
        del seconds
        answer = self.answers[method]
        if isinstance(answer, Exception):
            raise answer
        assert params == {"chat_id": "@yard7_chat"}
        return answer


def said(description: str, code: int = 400) -> TelegramError:
    """What Telegram's server answers, as the client understands it."""
    return refusal("getChat", code, {"ok": False, "error_code": code, "description": description})


async def looked(due: int, telegram: Telegram) -> Commit | None:
    store: Any = Store(("u:yard7_chat", due))
    return await look(store, telegram, MOMENT)


async def once(answers: dict[str, Any]) -> tuple[int, ChatObserved | None]:
    """Seconds until the next look-up, and what was told."""
    commit = sure(await looked(NOW, Telegram(answers)))
    ((_, due),) = commit.writes
    return int(due) - NOW, as_a(ChatObserved, commit.events[0]) if commit.events else None


async def test_a_living_chat_tells_its_title_and_members() -> None:
    wait, seen = await once({"getChat": {"id": -1, "title": " Двор\u202e 7 "}, "getChatMemberCount": 42})
    assert wait == AGAIN
    assert seen is not None
    assert (seen.alive, seen.title, seen.members, seen.link.value) == (True, "Двор 7", 42, "yard7_chat")


@pytest.mark.parametrize("words", ["Bad Request: chat not found", "Forbidden: the group chat was deleted"])
async def test_a_chat_that_is_not_there_is_told_as_missing(words: str) -> None:
    wait, seen = await once({"getChat": said(words)})
    assert seen is not None
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
async def test_a_look_up_that_fails_says_nothing_of_the_chat(error: Any) -> None:
    assert await once({"getChat": error}) == (LATER, None)
    assert await once({"getChat": {"title": "x"}, "getChatMemberCount": error}) == (LATER, None)


@pytest.mark.parametrize("answer", [{}, [], None, {"title": 7}, {"title": "x" * 5000}])
@pytest.mark.parametrize("members", [None, "7", -1])
async def test_an_answer_of_another_shape_does_no_harm(
    answer: dict[str, Any] | list[Any] | None, members: int | str | None
) -> None:
    wait, _ = await once({"getChat": answer, "getChatMemberCount": members})
    assert wait == AGAIN


async def test_nothing_is_looked_up_before_its_time() -> None:
    assert await looked(NOW + 1, Telegram({})) is None


@pytest.mark.parametrize(
    ("kind", "link", "looked_up"),
    [
        (Kind.GROUP, "username", True),
        (Kind.CHANNEL, "username", True),
        (Kind.BOT, "username", False),
        (Kind.GROUP, "invite", False),
    ],
)
def test_bots_and_private_links_cannot_be_looked_up(kind: Kind, link: str, looked_up: bool) -> None:
    listing = Listing(
        id="a" * 13, name="x", kind=kind, link=Link(kind=link, value="yard7_chat"),
        place=Place(lat=53.9, lon=27.5), revision=1, created_at=MOMENT, updated_at=MOMENT,
    )  # fmt: skip
    assert is_looked_up(listing) is looked_up
