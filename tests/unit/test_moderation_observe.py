"""What is learnt of listed chats: members, titles, dead links; and what is never concluded."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.moderation.identity import identity
from services.moderation.observe import AGAIN, LATER, is_looked_up, look
from services.moderation.telegram.errors import RetryAfter, TelegramError, Transient
from services.moderation.telegram.refusals import refusal
from shared.bus import Commit
from shared.contracts.directory import ChatObserved
from shared.contracts.listings import Kind, Link, Listing, Place
from shared.keys import Keys
from tests.moderation import NOW
from tests.sure import as_a, sure

KEYS = Keys("t" * 32)
MOMENT = datetime.fromtimestamp(NOW, UTC)


class Places:
    def __init__(self, *due: tuple[str, int], shown: bool = True) -> None:
        self.waiting, self.shown = dict(due), shown

    async def first_round(self, _now: int) -> list[Any]:
        return []

    async def is_open(self, _link: str) -> bool:
        return self.shown

    async def due(self, now: int, most: int) -> list[str]:
        return [link for link, at in self.waiting.items() if at <= now][:most]

    def look_again(self, link: str, due: int) -> list[tuple[str, int]]:
        return [(link, due)]


class Chats:
    """Group -77 has become supergroup -1007."""

    async def former(self, chat_id: int) -> int | None:
        return -77 if chat_id == -1007 else None


class Store:
    def __init__(self, *due: tuple[str, int], shown: bool = True) -> None:
        self.places, self.chats, self.keys = Places(*due, shown=shown), Chats(), KEYS


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


async def looked(due: int, telegram: Telegram, *, shown: bool = True) -> Commit | None:
    store: Any = Store(("u:yard7_chat", due), shown=shown)
    return await look(store, telegram, MOMENT)


async def once(answers: dict[str, Any], *, shown: bool = True) -> tuple[int, ChatObserved | None]:
    """Seconds until the next look-up, and what was told."""
    commit = sure(await looked(NOW, Telegram(answers), shown=shown))
    ((_, due),) = commit.writes
    return int(due) - NOW, as_a(ChatObserved, commit.events[0]) if commit.events else None


def found(**fields: Any) -> dict[str, Any]:
    """What Telegram answers of a chat."""
    usual = {"id": -1001, "type": "supergroup", "title": " Двор\u202e 7 ", "username": "Yard7_Chat"}
    return {"getChat": usual | fields, "getChatMemberCount": 42}


async def test_a_living_chat_tells_its_title_and_members_and_which_it_is() -> None:
    wait, seen = await once(found())
    assert wait == AGAIN
    assert seen is not None
    assert (seen.alive, seen.title, seen.members, seen.link.value) == (True, "Двор 7", 42, "yard7_chat")
    assert (seen.chat_type, seen.identity) == ("group", identity(KEYS, -1001, "group"))
    assert seen.former_identity is None


async def test_a_chat_is_known_by_its_id_and_type_and_by_nothing_else() -> None:
    _, first = await once(found())
    _, renamed = await once(found(title="Іншая назва", active_usernames=["yard7", "yard7_chat"]))
    _, group = await once(found(type="group"))
    others = ({"id": -1002}, {"type": "channel"}, {"type": "private", "id": 1001}, {"type": "of_tomorrow"})
    seen = [sure((await once(found(**fields)))[1]) for fields in others]
    assert sure(first).identity == sure(renamed).identity == sure(group).identity
    assert len({sure(first).identity, *(one.identity for one in seen)}) == 5
    assert [one.chat_type for one in seen] == ["group", "channel", "bot", "other"]
    assert all("1001" not in one.model_dump_json() for one in (sure(first), *seen))


async def test_a_group_that_was_seen_to_become_a_supergroup_tells_what_it_was_known_by() -> None:
    _, seen = await once(found(id=-1007))
    assert sure(seen).former_identity == identity(KEYS, -77, "group")


async def test_of_a_bot_its_name_is_told_and_no_members() -> None:
    bot = {"getChat": {"id": 7, "type": "private", "first_name": "Дапамога", "username": "yard7_chat"}}
    wait, seen = await once(bot)
    assert seen is not None
    assert (wait, seen.chat_type, seen.title, seen.members) == (AGAIN, "bot", "Дапамога", None)


@pytest.mark.parametrize("words", ["Bad Request: chat not found", "Forbidden: the group chat was deleted"])
async def test_a_chat_that_is_not_there_is_told_as_missing(words: str) -> None:
    wait, seen = await once({"getChat": said(words)})
    assert seen is not None
    assert (wait, seen.alive, seen.link.value) == (LATER, False, "yard7_chat")
    wait, _ = await once({"getChat": said(words)}, shown=False)
    assert wait == AGAIN, "nobody is sent there"


async def test_a_chat_that_has_other_names_by_now_is_not_under_this_one() -> None:
    for names in ({"username": "yard8"}, {"username": "yard8", "active_usernames": ["yard8", "yard9"]}):
        wait, seen = await once(found(**names))
        assert (wait, sure(seen).alive, sure(seen).identity) == (LATER, False, None)


async def test_a_chat_that_has_banned_the_bot_is_told_as_one_that_cannot_be_known() -> None:
    for kind in ("supergroup", "channel"):
        wait, seen = await once({"getChat": said(f"Forbidden: bot was kicked from the {kind} chat", 403)})
        assert wait == AGAIN
        assert (sure(seen).alive, sure(seen).bot_banned, sure(seen).identity) == (True, True, None)


@pytest.mark.parametrize(
    "error",
    [
        Transient("away"),
        RetryAfter("getChat", 30),
        said("Forbidden: bot is not a member of the channel chat", 403),
        said("Bad Request: something that nobody has seen yet"),
    ],
)
async def test_a_look_up_that_fails_says_nothing_of_the_chat(error: Any) -> None:
    assert await once({"getChat": error}) == (LATER, None)
    wait, seen = await once(found() | {"getChatMemberCount": error})
    assert (wait, sure(seen).members, sure(seen).alive) == (AGAIN, None, True), "which chat it is was told"


@pytest.mark.parametrize(
    "answer",
    [{}, [], None, {"title": 7}, {"id": "7", "type": "group"}, {"id": True, "type": "group"}, {"id": 7}],
)
@pytest.mark.parametrize("members", [None, "7", -1])
async def test_an_answer_of_another_shape_does_no_harm(answer: Any, members: int | str | None) -> None:
    assert await once({"getChat": answer, "getChatMemberCount": members}) == (AGAIN, None)


async def test_odd_fields_of_a_chat_do_no_harm() -> None:
    odd = found(title="x" * 5000, username=None, active_usernames={"a": 1})
    for members in (None, "7", -1, True, 10**30):
        _, seen = await once(odd | {"getChatMemberCount": members})
        assert sure(seen).members is None
        assert len(sure(sure(seen).title)) <= 120


async def test_nothing_is_looked_up_before_its_time() -> None:
    assert await looked(NOW + 1, Telegram({})) is None


@pytest.mark.parametrize(
    ("kind", "link", "looked_up"),
    [
        (Kind.GROUP, "username", True),
        (Kind.CHANNEL, "username", True),
        (Kind.BOT, "username", True),
        (Kind.GROUP, "invite", False),
    ],
)
def test_private_links_cannot_be_looked_up(kind: Kind, link: str, looked_up: bool) -> None:
    listing = Listing(
        id="a" * 13, name="x", kind=kind, link=Link(kind=link, value="yard7_chat"),
        place=Place(lat=53.9, lon=27.5), revision=1, created_at=MOMENT, updated_at=MOMENT,
    )  # fmt: skip
    assert is_looked_up(listing) is looked_up
