"""Whatever an update holds, the bot answers or stays silent; it never fails and never trusts."""

from typing import Any

import pytest

from services.moderation.bot import news
from services.moderation.bot.commands import COMMANDS
from services.moderation.bot.sharing import read
from services.moderation.bot.signing import Press, Signer
from services.moderation.domain.settings import SETTINGS
from services.moderation.domain.update import Person
from shared.bus import NOTHING, Commit
from shared.contracts.telegram import Method, TelegramAction
from tests.stored import stored
from tests.sure import as_a
from tests.telling import (
    ADMIN,
    ADMIN_USER,
    BOT,
    CHANNEL,
    CHAT,
    KEYS,
    NOW,
    PERSON,
    TARGET,
    Given,
    acts,
    command,
    tell,
    texts,
)

ODD: list[Any] = [None, 0, "", [], {}, "x", -1, True, [[]], {"id": "x"}, {"id": None}, 10**30, "\x00"]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "kind",
    ["message", "callback_query", "my_chat_member", "edited_message", "channel_post", "chat_join_request"],
)
async def test_an_update_of_any_shape_is_survived(deps: Given, kind: str, odd: Any) -> None:
    await tell(deps, kind, odd)
    for name in command("/ban"):
        await tell(deps, kind, command("/ban @x 1h") | {name: odd})


@pytest.mark.parametrize("odd", ODD)
async def test_what_is_replied_to_may_have_any_shape(deps: Given, odd: Any) -> None:
    for name in ("from", "sender_chat", "message_id", "date", "new_chat_members"):
        for verb in ("ban", "spam", "warn", "why", "purge", "purge person", "trust", "import"):
            await tell(deps, "message", command(f"/{verb}", reply_to_message=TARGET | {name: odd}))
    await tell(deps, "message", command("/ban", reply_to_message=odd))
    await tell(deps, "message", command("/ban", entities=[odd, {"type": "text_mention", "user": odd}]))


@pytest.mark.parametrize("odd", [*ODD, {"status": []}, {"status": "administrator"}, {"status": "creator "}])
async def test_a_strange_answer_about_rights_bans_nobody(deps: Given, odd: Any) -> None:
    deps.telegram.odd = odd if odd is not None else "null"
    assert acts(await tell(deps, "message", command("/ban", reply_to_message=TARGET))) == []


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        ("/ban", {"reply_to_message": TARGET}, [(Method.BAN_MEMBER, {"user_id": PERSON})]),
        ("/ban @known", {}, [(Method.BAN_MEMBER, {"user_id": PERSON})]),
        (f"/ban {PERSON}", {}, [(Method.BAN_MEMBER, {"user_id": PERSON})]),
        ("/ban@DZE_bot @known", {}, [(Method.BAN_MEMBER, {"user_id": PERSON})]),
        ("/unban @known", {}, [(Method.UNBAN_MEMBER, {"user_id": PERSON, "only_if_banned": True})]),
        ("/ban 60", {}, []),
        ("/ban @unknown", {"reply_to_message": TARGET}, []),
        ("/ban 777000", {}, []),
        (f"/ban {BOT}", {}, []),
        (f"/ban {ADMIN}", {}, []),
        ("/ban @known 500d", {}, []),
        ("/ban@other_bot @known", {}, []),
    ],
)
async def test_a_command_reaches_whom_it_names_and_nobody_else(
    deps: Given,
    text: str,
    more: dict[str, dict[str, Any]],
    expected: list[tuple[dict[str, Any] | Method, ...]],
) -> None:
    assert acts(await tell(deps, "message", command(text, **more))) == expected


async def test_a_ban_may_have_an_end(deps: Given) -> None:
    ((_, params),) = acts(await tell(deps, "message", command("/ban 7d", reply_to_message=TARGET)))
    assert params["until_date"] - NOW.timestamp() == 7 * 86400


async def test_a_channel_that_wrote_is_banned_as_a_channel_but_not_our_own(deps: Given) -> None:
    posted = TARGET | {
        "from": {"id": 136817688, "first_name": "Channel"},
        "sender_chat": {"id": CHANNEL, "title": "c"},
    }
    found = acts(await tell(deps, "message", command("/ban", reply_to_message=posted)))
    assert found == [(Method.BAN_SENDER_CHAT, {"sender_chat_id": CHANNEL})]
    linked = posted | {"is_automatic_forward": True}
    assert acts(await tell(deps, "message", command("/ban", reply_to_message=linked))) == []
    anonymous = posted | {"sender_chat": {"id": CHAT}}
    assert acts(await tell(deps, "message", command("/ban", reply_to_message=anonymous))) == []


async def test_a_channel_is_no_admin_whoever_stands_behind_it(deps: Given) -> None:
    assert await tell(deps, "message", command("/ban @known", sender_chat={"id": CHANNEL})) == NOTHING


async def test_in_dry_run_nothing_is_done(deps: Given) -> None:
    deps.chats.values = {"dryrun": "on"}
    for verb in ("ban", "spam", "mute", "unban", "unmute"):
        assert acts(await tell(deps, "message", command(f"/{verb}", reply_to_message=TARGET))) == [], verb


async def test_names_of_strangers_cannot_write_markup(deps: Given) -> None:
    said = texts(await tell(deps, "message", command("/ban", reply_to_message=TARGET)))
    assert any("&lt;b&gt;x" in text for text in said)
    assert not any("<b>x" in text for text in said)


@pytest.mark.parametrize("name", sorted(COMMANDS))
@pytest.mark.parametrize(
    "words", ["", "x", "'; DROP", "\u202e🙂 " * 30, "-1", "9" * 400, "off off", "{", "%s {name}"]
)
async def test_every_command_survives_every_word_behind_it(deps: Given, name: str, words: str) -> None:
    said = texts(await tell(deps, "message", command(f"/{name} {words}", reply_to_message=TARGET)))
    assert all(0 < len(text) <= 4096 for text in said)
    assert not any("<b>x" in text for text in said)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "null",
        "1",
        '{"settings": []}',
        '{"settings": {"dryrun": "off"}}',
        '{"format": "other"}',
        "{" * 9999,
    ],
)
def test_a_text_that_is_no_settings_sets_nothing(text: str) -> None:
    incoming = read(text)
    assert incoming is None or all(SETTINGS[n].default == v for n, v in incoming.values.items())
    assert incoming is None or "dryrun" not in incoming.values


async def test_a_file_that_is_no_text_sets_nothing_and_it_is_said(deps: Given) -> None:
    body = command("/import", reply_to_message=TARGET | {"from": ADMIN_USER, "document": {"file_id": "f"}})
    commit = await tell(deps, "message", body)
    assert commit.writes == ()
    (said,) = texts(commit)
    assert "cannot read that as settings" in said


def test_settings_of_other_releases_are_named_and_skipped() -> None:
    incoming = read('{"media.photo": "delete", "<b>": "x", "media.video": "fly", "lock.link": 5}')
    assert incoming is not None
    assert incoming.values == {"media.photo": "delete"}
    assert len(incoming.bad) == 3


@pytest.mark.parametrize(
    "payload", ["", "s", "n-1", "sx y", "s" + "z" * 60, "n0", "c\u0660", "sZZ", "s1 s2", "<b>"]
)
async def test_a_link_into_the_private_talk_may_be_anything(deps: Given, payload: str) -> None:
    body = command(f"/start {payload}", chat={"id": ADMIN, "type": "private"})
    assert acts(await tell(deps, "message", body)) == []


@pytest.mark.parametrize("purpose", ["s", "l", "w", "a", "r"])
@pytest.mark.parametrize(
    "args", [(), ("",), ("v",), ("u", "x"), ("p", "9" * 20), ("g", "zz", "media", "-1"), ("y", "0", "0")]
)
async def test_a_signed_button_of_another_release_harms_nobody(
    deps: Given, purpose: str, args: tuple[str, ...]
) -> None:
    data = Signer.of(KEYS).sign(CHAT, Press(purpose, args), NOW.replace(year=2027))
    message = {"message_id": 3, "chat": {"id": CHAT, "type": "supergroup"}}
    body = {"id": "1", "from": ADMIN_USER, "message": message, "data": data}
    found = [method for method, _ in acts(await tell(deps, "callback_query", body))]
    assert set(found) <= {Method.ANSWER_CALLBACK, Method.EDIT_TEXT}


async def test_an_alert_reaches_admins_alone_and_the_chat_hears_no_name(deps: Given) -> None:
    who = Person(PERSON, "<b>Mallory")
    commit = await news.alert(deps, CHAT, "admin_added", who, Person(ADMIN, "Alena"))
    (told,) = (as_a(TelegramAction, event) for event in commit.events)
    assert told.chat_id == CHAT
    assert "Mallory" not in told.params["text"]
    await _apply(deps, commit)
    assert (await news.alert(deps, CHAT, "owner_left", who, None)).events == (), "the chat is told once a day"
    body = command("/start", chat={"id": ADMIN, "type": "private"})
    await _apply(deps, await tell(deps, "message", body))
    deps.telegram.odd = [{"status": "creator", "user": ADMIN_USER}]
    commit = await news.alert(deps, CHAT, "owner_changed", who, None)
    (told,) = (as_a(TelegramAction, event) for event in commit.events)
    assert told.chat_id == ADMIN
    assert "&lt;b&gt;Mallory" in told.params["text"]


async def test_nothing_that_waits_for_admins_can_be_read_on_disk(deps: Given) -> None:
    await _apply(deps, await news.alert(deps, CHAT, "admin_added", Person(PERSON, "Mallory"), None))
    redis = deps.actor_store._redis
    for key, kept in (await stored(redis)).items():
        assert await redis.ttl(key) > 0, key
        assert b"Mallory" not in kept
        assert str(PERSON).encode() not in kept + key
        assert str(CHAT).encode() not in kept + key


async def test_an_editing_of_a_command_gives_no_second_order(deps: Given) -> None:
    assert await tell(deps, "edited_message", command("/ban @known")) == NOTHING


async def _apply(deps: Given, commit: Commit) -> None:
    redis: Any = deps.actor_store._redis
    for write in commit.writes:
        await redis.execute_command(*write)


@pytest.mark.parametrize("now", ["", "other", "known2"])
@pytest.mark.parametrize("verb", ["ban", "mute", "spam", "trust", "warn"])
async def test_a_name_that_is_no_longer_theirs_hits_neither_the_old_nor_the_new_owner(
    deps: Given, verb: str, now: str
) -> None:
    deps.telegram.known = now
    commit = await tell(deps, "message", command(f"/{verb} @known"))
    assert acts(commit) == []
    assert [write for write in commit.writes if write[0] != "UNLINK"] == []
    assert any("somebody else's by now" in text for text in texts(commit))


async def test_whose_name_cannot_be_asked_is_nobody(deps: Given) -> None:
    deps.telegram.silent.add("getChatMember")
    commit = await tell(deps, "message", command("/trust @known"))
    assert acts(commit) == []


async def test_a_name_that_is_still_theirs_is_found_in_capitals_and_small(deps: Given) -> None:
    commit = await tell(deps, "message", command("/ban @kNOWN"))
    assert [params["user_id"] for _, params in acts(commit)] == [PERSON]
