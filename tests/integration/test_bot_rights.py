"""Who may have the bot do something: by the rights that Telegram names at that moment, in that chat."""

from datetime import timedelta
from typing import Any

import pytest

from services.moderation.bot import cards, letting, log_view, settings_menu, wiping
from services.moderation.bot.commands import COMMANDS
from services.moderation.bot.links import chat_code
from services.moderation.bot.news_store import News
from services.moderation.bot.rights import NO_RIGHT
from services.moderation.bot.settings_menu import VALUES
from services.moderation.domain.required import Right, required
from services.moderation.domain.settings import SETTINGS
from services.moderation.telegram.undo import code_of
from shared.bus import NOTHING, Commit
from shared.contracts.telegram import Method, PersonJudged, TelegramAction
from tests.sure import as_a
from tests.telling import (
    ADMIN,
    CHAT,
    KEYS,
    NOW,
    PERSON,
    TARGET,
    Given,
    acts,
    admin_with,
    command,
    pressing,
    tell,
    texts,
)

OTHER = CHAT - 1
WORDS = {
    "link.no_right": "right to add people",
    "purge.no_right": "right to delete messages",
    "deed.no_right": "right to ban users",
    "rights.no_promote": "right to add admins",
}
OF_COMMAND = {
    "ban": Right.RESTRICT,
    "unban": Right.RESTRICT,
    "mute": Right.RESTRICT,
    "unmute": Right.RESTRICT,
    "spam": Right.RESTRICT,
    "warn": Right.RESTRICT,
    "unwarn": Right.RESTRICT,
    "trust": Right.RESTRICT,
    "untrust": Right.RESTRICT,
    "purge person": Right.DELETE,
    "link x": Right.INVITE,
    "lock": Right.RESTRICT,
    "lock 2h": Right.RESTRICT,
    "lock link": Right.DELETE,
    "lock link mute": Right.RESTRICT,
    "lock all warn": Right.RESTRICT,
    "unlock link": Right.DELETE,
    "night on": Right.RESTRICT,
    "night off": Right.RESTRICT,
    "dryrun on": Right.RESTRICT,
    "set spam remove": Right.RESTRICT,
    "set media delete": Right.DELETE,
    "stopword add слова": Right.DELETE,
    'import {"lock.link": "mute"}': Right.RESTRICT,
    'import {"media.photo": "delete"}': Right.DELETE,
}
SHOWS = ("start", "help", "settings", "check", "log", "why", "warnings", "export", "copy", "set", "dryrun",
         "night", "stopword", "stopword list", "link", "import")  # fmt: skip
"""Commands that only tell something, for any admin."""


def changes(commit: Commit) -> bool:
    """Whether anything but words follows from it."""
    return bool(commit.writes) or bool(acts(commit)) or len(commit.events) > len(texts(commit))


def answers(commit: Commit) -> str:
    (found,) = (params for method, params in acts(commit) if method is Method.ANSWER_CALLBACK)
    return str(found.get("text", ""))


def having(deps: Given, *rights: Right, chat: int = CHAT) -> None:
    deps.telegram.members[chat, ADMIN] = admin_with(*rights)


def others(right: Right | None) -> list[Right]:
    return [one for one in Right if one is not right]


def test_every_command_is_tried_here() -> None:
    tried = {words.split()[0] for words in (*OF_COMMAND, *SHOWS)}
    assert tried == COMMANDS.keys() - {"vouch"}


@pytest.mark.parametrize("words", OF_COMMAND)
async def test_a_command_needs_the_right_to_do_the_same_by_hand(deps: Given, words: str) -> None:
    await deps.actor_store._redis.flushdb()
    right = OF_COMMAND[words]
    body = command(f"/{words}", reply_to_message=TARGET)
    having(deps, *others(right))
    refused = await tell(deps, "message", body)
    assert not changes(refused)
    assert WORDS[NO_RIGHT[right]] in texts(refused)[0]
    having(deps, right)
    allowed = await tell(deps, "message", body)
    assert WORDS[NO_RIGHT[right]] not in texts(allowed)[0]
    assert changes(allowed) or words.startswith("purge"), "nothing is known here that could be purged"


@pytest.mark.parametrize("words", SHOWS)
async def test_what_only_tells_something_is_for_any_admin(deps: Given, words: str) -> None:
    having(deps)
    commit = await tell(deps, "message", command(f"/{words}", reply_to_message=TARGET))
    assert not changes(commit)
    assert not any(word in text for word in WORDS.values() for text in texts(commit))


@pytest.mark.parametrize("name", SETTINGS)
async def test_a_setting_needs_its_right_by_text_and_by_button_alike(deps: Given, name: str) -> None:
    for code, (setting, value) in VALUES.items():
        if setting != name:
            continue
        right = required(name, value, SETTINGS[name].default)
        deps.chats.values = {"language": "en"}
        ways: list[tuple[str, dict[str, Any]]] = [
            ("message", command(f"/set {name} {value}")),
            ("callback_query", pressing(settings_menu.PURPOSE, "v", chat_code(CHAT), code)),
            ("callback_query", pressing(settings_menu.PURPOSE, "v", chat_code(CHAT), code, chat=ADMIN)),
        ]
        for kind, body in ways:
            having(deps, *others(right))
            commit = await tell(deps, kind, body)
            if right is None:
                assert commit.writes, (name, value)
                continue
            assert commit.writes == (), (name, value)
            said = answers(commit) if kind == "callback_query" else texts(commit)[0]
            assert WORDS[NO_RIGHT[right]] in said
            having(deps, right)
            assert (await tell(deps, kind, body)).writes, (name, value)


async def test_all_kinds_at_once_need_the_right_too(deps: Given) -> None:
    body = pressing(settings_menu.PURPOSE, "a", chat_code(CHAT), "media", "delete")
    having(deps, Right.RESTRICT)
    refused = await tell(deps, "callback_query", body)
    assert (refused.writes, answers(refused)) == ((), "For this you need the right to delete messages.")
    having(deps, Right.DELETE)
    assert (await tell(deps, "callback_query", body)).writes


async def test_who_lacks_one_right_imports_nothing_and_is_told_for_what(deps: Given) -> None:
    having(deps, Right.DELETE)
    said = '/import {"media.photo": "delete", "lock.link": "mute", "suspicious": "remove"}'
    commit = await tell(deps, "message", command(said))
    assert commit.writes == ()
    (text,) = texts(commit)
    assert "right to ban users" in text
    assert "<code>suspicious</code>" in text
    assert "media.photo" not in text
    having(deps, Right.DELETE, Right.RESTRICT)
    assert (await tell(deps, "message", command(said))).writes


async def test_settings_are_copied_by_an_admin_of_both_with_the_rights_for_what_changes(deps: Given) -> None:
    """The chats have the same settings here but for what the test says."""
    await _apply(deps, Commit.of(writes=deps.chats.set_setting(OTHER, "lock.link", "mute")))
    body = pressing(settings_menu.PURPOSE, "y", chat_code(OTHER), chat_code(CHAT), chat=ADMIN)
    having(deps, Right.RESTRICT, Right.DELETE)
    deps.telegram.members[OTHER, ADMIN] = {"status": "member"}
    refused = await tell(deps, "callback_query", body)
    assert (refused.writes, "for admins" in answers(refused)) == ((), True)
    having(deps, chat=OTHER)
    having(deps, Right.DELETE)
    refused = await tell(deps, "callback_query", body)
    assert (refused.writes, "right to ban users" in answers(refused)) == ((), True)
    having(deps, Right.RESTRICT)
    assert (await tell(deps, "callback_query", body)).writes


@pytest.mark.parametrize("verb", ["h", "g", "o", "v", "a", "k", "l", "e", "t", "w", "y", "x"])
async def test_no_button_reaches_a_chat_of_which_the_presser_is_no_admin(deps: Given, verb: str) -> None:
    """As one who has lost their rights still has the buttons, in private or in another chat."""
    args = {"g": ("media", "0"), "o": (settings_menu.code_of("dryrun"),), "a": ("media", "delete"),
            "v": (settings_menu.code_of("dryrun=off"),), "w": (chat_code(CHAT),), "y": (chat_code(CHAT),),
            "t": ("0",)}  # fmt: skip
    deps.telegram.members[OTHER, ADMIN] = {"status": "member"}
    for chat in (ADMIN, CHAT):
        body = pressing(settings_menu.PURPOSE, verb, chat_code(OTHER), *args.get(verb, ()), chat=chat)
        commit = await tell(deps, "callback_query", body)
        assert (commit.writes, len(commit.events)) == ((), 1)
        assert answers(commit) == "This is for admins with the rights it needs."


@pytest.mark.parametrize("what", ["s", "n", "c"])
async def test_no_link_opens_a_chat_of_which_one_is_no_admin(deps: Given, what: str) -> None:
    deps.telegram.members[OTHER, ADMIN] = {"status": "member"}
    private = {"chat": {"id": ADMIN, "type": "private"}}
    commit = await tell(deps, "message", command(f"/start {what}{chat_code(OTHER)}", **private))
    (said,) = texts(commit)
    assert "for admins" in said
    assert "reply_markup" not in as_a(TelegramAction, commit.events[0]).params


async def test_a_button_is_bound_to_its_chat_its_purpose_and_its_time(deps: Given) -> None:
    good = pressing(settings_menu.PURPOSE, "v", chat_code(CHAT), settings_menu.code_of("dryrun=off"))
    assert (await tell(deps, "callback_query", good)).writes
    elsewhere = good | {"message": {"message_id": 3, "chat": {"id": OTHER, "type": "supergroup"}}}
    as_log = good | {"data": good["data"].replace("s:", "l:", 1)}
    old = pressing(settings_menu.PURPOSE, "v", chat_code(CHAT), "x", until=NOW - timedelta(seconds=1))
    for body in (elsewhere, as_log, old, good | {"message": None}, good | {"id": None}):
        commit = await tell(deps, "callback_query", body)
        assert commit.writes == ()
        assert [method for method, _ in acts(commit)] in ([Method.ANSWER_CALLBACK], [])


async def _apply(deps: Given, commit: Commit) -> None:
    redis: Any = deps.actor_store._redis
    for write in commit.writes:
        await redis.execute_command(*write)


async def _banned(deps: Given) -> str:
    """The code of a ban that can be taken back."""
    ban = TelegramAction(
        action_id="ban", chat_id=CHAT, method=Method.BAN_MEMBER, params={"user_id": PERSON},
        decided_at=NOW, expires_at=NOW,
    )  # fmt: skip
    await _apply(deps, Commit.of(writes=deps.actor_store.undos.keep(ban)))
    return code_of(KEYS, "ban")


async def _card(deps: Given) -> str:
    judged = PersonJudged(
        person=KEYS.person(PERSON), chat_id=CHAT, user_id=PERSON, score=1, signals=(), judged_at=NOW
    )
    news = News(chat_id=CHAT, at=NOW, judged=judged)
    await _apply(deps, Commit.of(writes=deps.store.news.keep("code", news)))
    return "code"


@pytest.mark.parametrize(
    ("choice", "right"),
    [
        ("remove", Right.RESTRICT),
        ("restrict", Right.RESTRICT),
        ("trust", Right.RESTRICT),
        ("wipe", Right.DELETE),
    ],
)
async def test_a_card_needs_the_right_of_the_command_of_the_same_effect(
    deps: Given, choice: str, right: Right
) -> None:
    await deps.actor_store._redis.flushdb()
    body = pressing(cards.PURPOSE, choice, await _card(deps), chat=ADMIN)
    having(deps, *others(right))
    refused = await tell(deps, "callback_query", body)
    assert (refused.writes, WORDS[NO_RIGHT[right]] in answers(refused)) == ((), True)
    having(deps, right)
    assert WORDS[NO_RIGHT[right]] not in answers(await tell(deps, "callback_query", body))


async def test_undo_purge_and_letting_in_need_their_rights(deps: Given) -> None:
    await deps.actor_store._redis.flushdb()
    code = await _banned(deps)
    presses = (
        (Right.RESTRICT, pressing(log_view.PURPOSE, "u", chat_code(CHAT), code)),
        (Right.DELETE, pressing(wiping.PURPOSE, "p", str(PERSON))),
        (Right.INVITE, pressing(letting.PURPOSE, "in", chat_code(CHAT), chat=ADMIN)),
    )
    for right, body in presses:
        having(deps, *others(right))
        refused = await tell(deps, "callback_query", body)
        assert (refused.writes, WORDS[NO_RIGHT[right]] in answers(refused)) == ((), True)
        having(deps, right)
        assert WORDS[NO_RIGHT[right]] not in answers(await tell(deps, "callback_query", body))
        deps.telegram.members[CHAT, ADMIN] = {"status": "restricted", "is_member": True, right.value: True}
        assert "for admins" in answers(await tell(deps, "callback_query", body))


async def test_who_is_no_admin_any_more_is_not_answered(deps: Given) -> None:
    deps.telegram.members[CHAT, ADMIN] = {"status": "member"}
    for name in COMMANDS:
        assert await tell(deps, "message", command(f"/{name} off", reply_to_message=TARGET)) == NOTHING
