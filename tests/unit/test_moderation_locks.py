"""What a lock finds in a message, who it is for, and what follows."""

from typing import Any

import pytest

from services.moderation.domain.locks import Where, found, strongest
from services.moderation.domain.settings import LOCKS, ChatSettings
from services.moderation.domain.state import ChatState
from services.moderation.domain.warnings import Warned, step
from tests.moderation import (
    ADMIN,
    ALES,
    CHAT,
    NOW,
    STRANGER,
    decided,
    deleted,
    message,
    person,
    state,
    update,
    user,
)  # fmt: skip
from tests.sure import sure

DAY = 86400


def entity(kind: str, text: str, part: str, **more: Any) -> dict[str, Any]:
    """An entity over `part` of `text`, in UTF-16 units as Telegram counts."""
    before = text[: text.index(part)]
    return {
        "type": kind,
        "offset": len(before.encode("utf-16-le")) // 2,
        "length": len(part.encode("utf-16-le")) // 2,
        **more,
    }


def words(text: str, *entities: dict[str, Any]) -> dict[str, Any]:
    return {"text": text, "entities": list(entities)}


@pytest.mark.parametrize(
    ("kinds", "fields"),
    [
        ({"link"}, words("гл. example.by тут", entity("url", "гл. example.by тут", "example.by"))),
        ({"link"}, {"text": "https://example.by/a?b"}),
        ({"link"}, words("слова", entity("text_link", "слова", "слова", url="https://example.by"))),
        ({"link"}, {"caption": "www.example.by", "photo": []}),
        (
            {"link"},
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "!", "url": "https://a.by"}]]}},
        ),
        ({"link"}, {"text": "x", "quote": {"text": "https://a.by", "position": 0}}),
        ({"link"}, {"poll": {"question": "https://a.by", "options": []}}),
        ({"link"}, {"poll": {"question": "?", "options": [{"text": "https://a.by"}]}}),
        ({"link"}, {"poll": {"question": "?", "description": "https://a.by"}}),
        (
            {"link"},
            {
                "poll": {
                    "question": "тут",
                    "question_entities": [entity("text_link", "тут", "тут", url="a.by")],
                }
            },
        ),
        (
            {"link"},
            {"rich_message": {"blocks": [{"text": ["x", {"type": "url", "text": "y", "url": "a.by"}]}]}},
        ),
        ({"mention"}, {"rich_message": {"blocks": [{"text": {"type": "mention", "text": "@somebody"}}]}}),
        ({"phone"}, {"checklist": {"title": "x", "tasks": [{"id": 1, "text": "+375 29 123-45-67"}]}}),
        ({"link"}, {"checklist": {"tasks": [words("a.by", entity("url", "a.by", "a.by"))]}}),
        ({"card"}, {"hologram": {"deep": [{"say": "4111 1111 1111 1111"}]}}),
        ({"location", "link", "invite"}, {"venue": {"title": "t.me/+AbCdEf", "location": {}}}),
        ({"link"}, {"text": "x", "link_preview_options": {"url": "https://a.by"}}),
        ({"bot"}, {"text": "x", "guest_bot_caller_user": user(9)}),
        (
            {"contact"},
            {"contact": {"phone_number": "+375291234567", "first_name": "x"}, "hologram": [None, 3]},
        ),
        ({"link", "invite"}, {"text": "t.me/+AbCdEf"}),
        ({"link", "invite"}, {"text": "HTTPS://Telegram.Me/JoinChat/AbCdEf"}),
        ({"link", "invite"}, words("тут", entity("text_link", "тут", "тут", url="tg://join?invite=A"))),
        ({"forward"}, {"text": "x", "forward_origin": {"type": "hidden_user"}}),
        ({"mention"}, words("🙂 @somebody", entity("mention", "🙂 @somebody", "@somebody"))),
        ({"mention"}, words("Ян", entity("text_mention", "Ян", "Ян", user=user(STRANGER)))),
        ({"phone"}, {"text": "тэлефануйце +375 29 123-45-67"}),
        ({"phone"}, {"text": "8 (029) 123 45 67"}),
        ({"phone"}, {"text": "80291234567"}),
        ({"phone"}, words("112", entity("phone_number", "112", "112"))),
        ({"card"}, {"text": "скіньце на 4111 1111 1111 1111"}),
        ({"card"}, {"caption": "4111-1111-1111-1111", "photo": []}),
        ({"voice"}, {"voice": {"file_id": "a"}}),
        ({"contact"}, {"contact": {"phone_number": "1", "first_name": "x"}}),
        ({"location"}, {"location": {"latitude": 53.9, "longitude": 27.5}}),
        ({"location"}, {"venue": {"title": "x"}, "location": {}}),
        ({"bot"}, {"text": "x", "via_bot": user(9, is_bot=True)}),
        (set(), {"text": "добрай раніцы"}),
        (set(), {"text": "сёння 22.11.2026, 14:20, плацім 150 000 рублёў, дом 12-34"}),
        (set(), {"text": "4111 1111 1111 1112 і 0000 0000 0000 0000"}),
        (set(), {"text": "https://dze.by/x і t.me/our_chat"}),
        (set(), {"text": "https://www.maps.dze.by"}),
        (set(), {"text": "https://site.by/news/1"}),
        ({"link"}, {"text": "https://site.by/newspaper"}),
        ({"link"}, {"text": "https://dze.by.evil.org"}),
        ({"link"}, {"text": "https://dze.by@evil.org/"}),
        ({"link"}, {"text": "https://evil.org/dze.by"}),
        (set(), words("@our_chat", entity("mention", "@our_chat", "@our_chat"))),
        (set(), words("@Friends", entity("mention", "@Friends", "@Friends"))),
        (set(), {"text": "https://t.me/friends/15"}),
    ],
)
def test_each_lock_finds_its_kind(kinds: set[str], fields: dict[str, Any]) -> None:
    where = Where(frozenset({"dze.by", "site.by/news", "@friends"}), "our_chat")
    assert set(found(message(**fields), LOCKS, where)) == kinds


@pytest.mark.parametrize(
    "fields",
    [
        {"text": 7, "entities": [None, 3, {"type": 5, "offset": -1}]},
        {"text": "x", "entities": {"a": 1}, "reply_markup": {"inline_keyboard": [[None], 3]}},
        {"poll": [], "quote": 3, "reply_markup": []},
        {"text": "t.me/+AbCdEf", "quote": {"text": 3}, "reply_to_message": [None]},
        {"poll": {"options": [3], "question": None}},
        {"rich_message": {"type": "url", "text": [], "url": {}}, "hologram": {"entities": [1], "text": 3}},
        {
            "hologram": {"type": ["url"]},
            "a_entities": 3,
            "entities_entities": [{}],
            "link_preview_options": 1,
        },
        {"text": "\ud800https://a", "entities": [{"type": "url", "offset": 0, "length": 9**9}]},
    ],
)
def test_a_message_of_another_shape_hurts_no_lock(fields: dict[str, Any]) -> None:
    list(found(message(**fields), LOCKS, Where()))


def test_the_hardest_lock_speaks() -> None:
    assert strongest(["link", "forward"], {"link": "delete", "forward": "warn"}) == "forward"
    assert strongest(["link", "forward"], {"link": "delete", "forward": "delete"}) == "link"
    assert strongest([], {}) == ""


LINK: dict[str, Any] = {"text": "https://example.by"}


def held(settings: dict[str, str], *bodies: dict[str, Any], now: int = NOW, **known: Any) -> ChatState:
    chat = state(settings)
    for name, value in known.items():
        setattr(chat, name, value)
    return decided(chat, *(update(body) for body in bodies), now=now)


def test_a_locked_message_goes_and_an_admins_stays() -> None:
    made = held({"lock.link": "delete"}, message(1, **LINK), message(2, who=ADMIN, **LINK), message(3))
    assert deleted(made) == [1]
    assert made.changes.sanctions == []


def quoting(source: dict[str, Any], quoted: str = "https://example.by", **fields: Any) -> dict[str, Any]:
    """A message of Ales that quotes from another."""
    return message(2, reply_to_message=source, quote={"text": quoted, "position": 0}, **fields)


@pytest.mark.parametrize(
    ("source", "goes"),
    [
        (message(1, who=ADMIN, **LINK), False),
        (message(1, sender_chat={"id": CHAT}, **LINK), False),
        (message(1, sender_chat={"id": -1009}, is_automatic_forward=True, **LINK), False),
        (message(1, who=STRANGER, **LINK), True),
        (message(1, sender_chat={"id": -1008}, **LINK), True),
    ],
)
def test_a_quote_is_held_against_its_author_and_never_against_who_quotes_it(
    source: dict[str, Any], goes: bool
) -> None:
    made = held({"lock.link": "warn"}, quoting(source, text="дзякуй, бачу"))
    assert deleted(made) == ([2] if goes else [])
    assert made.changes.sanctions == []


def test_a_quote_from_another_chat_is_the_senders_own() -> None:
    far: dict[str, Any] = {"external_reply": {"origin": {"type": "channel", "chat": {"id": -1008}}}}
    made = held(
        {"lock.link": "warn"},
        message(1, text="глядзіце", quote={"text": "https://example.by", "position": 0}, **far),
        message(2, text="глядзіце", quote={"text": "https://example.by", "position": 0}),
    )
    assert deleted(made) == [1, 2]
    assert [(one.what, sure(one.person).id) for one in made.changes.sanctions] == [("warn", ALES)] * 2


def test_what_is_added_to_a_quote_or_made_up_in_it_is_the_senders_own() -> None:
    source = message(1, who=ADMIN, **LINK)
    made = held(
        {"lock.link": "warn", "lock.phone": "delete"},
        quoting(source, text="а тут танней: https://other.example"),
        quoting(source, "https://example.by/other", text="і тут") | {"message_id": 3},
        quoting(source, text="+375 29 123-45-67") | {"message_id": 4},
    )
    assert deleted(made) == [2, 3, 4]
    assert [one.what for one in made.changes.sanctions] == ["warn", "warn"]


def test_in_a_chat_whose_locks_are_for_newcomers_a_members_link_may_be_quoted_by_a_newcomer() -> None:
    made = held(
        {"lock.link": "mute", "lock.for": "newcomers"},
        quoting(message(1, who=STRANGER, **LINK), text="дзякуй"),
        joined={person(ALES): NOW - DAY},
    )
    assert (deleted(made), made.changes.sanctions) == ([], [])


@pytest.mark.parametrize(
    ("whom", "joined", "days", "trusted", "goes"),
    [
        ("everyone", None, 9, True, True),
        ("untrusted", None, 0, False, True),
        ("untrusted", None, 2, False, False),
        ("untrusted", None, 0, True, False),
        ("untrusted", NOW - DAY, 9, False, True),
        ("newcomers", NOW - DAY, 9, False, True),
        ("newcomers", NOW - 8 * DAY, 0, False, False),
        ("newcomers", None, 0, False, False),
        ("newcomers", NOW - DAY, 0, True, False),
    ],
)
def test_a_lock_is_for_whom_it_was_set(
    whom: str, joined: int | None, days: int, trusted: bool, goes: bool
) -> None:
    ales = person(ALES)
    made = held(
        {"lock.link": "delete", "lock.for": whom},
        message(1, **LINK),
        joined={} if joined is None else {ales: joined},
        days={ales: days},
        trusted={ales} if trusted else set(),
    )
    assert deleted(made) == ([1] if goes else [])


def test_the_linked_channel_the_chat_itself_and_anonymous_admins_are_spared() -> None:
    settings = {"lock.link": "delete", "lock.channel": "mute"}
    linked, other = -1009, -1008
    made = held(
        settings,
        message(1, sender_chat={"id": linked}, is_automatic_forward=True, **LINK),
        message(2, sender_chat={"id": linked}, **LINK),
        message(3, sender_chat={"id": CHAT}, **LINK),
        message(4, sender_chat={"id": other}, text="добры дзень"),
    )
    assert deleted(made) == [4]
    assert [(one.what, one.channel) for one in made.changes.sanctions] == [("ban_channel", other)]


def test_a_bot_that_no_admin_brought_goes_and_who_brought_it_is_warned() -> None:
    bot = user(7_000_000_009, is_bot=True)
    made = held(
        {"lock.bot": "warn"},
        message(1, new_chat_members=[bot]),
        message(2, who=ADMIN, new_chat_members=[user(7_000_000_010, is_bot=True)]),
        message(3, new_chat_members=[user(STRANGER)]),
    )
    assert [(one.what, sure(one.person).id) for one in made.changes.sanctions] == [
        ("remove", bot["id"]),
        ("warn", ALES),
    ]


def test_an_album_that_breaks_a_lock_is_answered_for_once_and_goes_as_a_whole() -> None:
    captions: dict[int, dict[str, Any]] = {2: {"caption": "t.me/+abcdef"}}
    parts = [
        message(n, photo=[{"file_id": "a"}], media_group_id="g", **captions.get(n, {})) for n in (1, 2, 3)
    ]
    made = held({"lock.invite": "warn"}, *parts, parts[1])
    assert deleted(made) == [1, 2, 3]
    assert [one.what for one in made.changes.sanctions] == ["warn"]


def test_in_dry_run_nobody_is_warned_and_the_lock_is_named() -> None:
    made = held({"lock.link": "warn", "dryrun": "on"}, message(1, **LINK))
    assert (deleted(made), made.changes.sanctions, made.changes.would) == ([], [], {"lock.link": 1})


def test_nobody_is_held_to_a_lock_while_the_admins_are_not_known() -> None:
    made = held({"lock.link": "mute"}, message(1, **LINK), admins=None)
    assert (deleted(made), made.changes.sanctions) == ([], [])


def test_a_live_location_that_moves_on_is_no_new_offence() -> None:
    place = {"latitude": 53.9, "longitude": 27.5, "live_period": 900}
    made = held({"lock.location": "warn"}, message(1, location=place))
    moved = message(1, location=place | {"latitude": 54.0}, edit_date=NOW)
    decided(made, *(update(moved, "edited_message") for _ in range(5)))
    assert [one.what for one in made.changes.sanctions] == ["warn"]
    again = held({"lock.link": "warn"}, message(3, text="x"))
    decided(again, update(message(3, **LINK, edit_date=NOW), "edited_message"))
    assert [one.what for one in again.changes.sanctions] == ["warn"]


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ("ladder", ["warn", "mute", "warn", "mute", "warn", "ban", "warn", "ban"]),
        ("mute", ["warn", "mute", "warn", "mute"]),
        ("ban", ["warn", "ban", "warn", "ban"]),
    ],
)
def test_warnings_add_up_to_what_was_chosen(then: str, expected: list[str]) -> None:
    settings = ChatSettings({"warn.most": "2", "warn.then": then})
    warned, found_ = Warned(), []
    for n in range(len(expected)):
        one = step(settings, warned, NOW + n)
        warned = one.warned
        found_.append(one.what)
    assert found_ == expected


def test_the_ladder_rises_from_an_hour_to_a_day_to_a_ban() -> None:
    settings = ChatSettings({"warn.most": "1", "ban.days": "7"})
    first = step(settings, Warned(), NOW)
    second = step(settings, first.warned, NOW)
    third = step(settings, second.warned, NOW)
    assert [sure(one.until) - NOW for one in (first, second, third)] == [3600, DAY, 7 * DAY]
    assert step(ChatSettings({"warn.most": "1", "warn.then": "ban"}), Warned(), NOW).until is None


def test_a_warning_expires() -> None:
    settings = ChatSettings({"warn.most": "2", "warn.days": "7"})
    once = step(settings, Warned(), NOW).warned
    assert step(settings, once, NOW + 7 * DAY - 1).what == "mute"
    assert step(settings, once, NOW + 7 * DAY).what == "warn"
