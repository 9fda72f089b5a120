"""An admin who writes as the chat itself: Telegram hides who it is, so what they want waits for a press."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.moderation.bot import confirming
from services.moderation.bot.commands import COMMANDS
from services.moderation.bot.pending_store import SLOTS
from services.moderation.bot.store import BotStore
from shared.bus import NOTHING, Commit
from shared.contracts.telegram import Method, TelegramAction
from simulator.demo import ALENA, LINDEN_COURT, RESIDENT, REVIEWER, STRANGER, UPPER_TOWN
from tests.conftest import eventually
from tests.integration.test_bot_rights import OF_COMMAND, SHOWS, answers, changes, having
from tests.stored import still, stored
from tests.sure import as_a
from tests.telling import (
    ADMIN_USER,
    CHANNEL,
    CHAT,
    NOW,
    PERSON,
    TARGET,
    Given,
    acts,
    command,
    pressing,
    tell,
    texts,
)
from tests.town import Town, button

ANONYMOUS = {
    "from": {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"},
    "sender_chat": {"id": CHAT, "type": "supergroup"},
}


async def hidden(town: Town, text: str, **more: Any) -> Any:
    """What the bot asks when this is said as the chat."""
    town.say(text, as_chat=UPPER_TOWN, **more)
    return await town.hears(f"{text}")


async def acting(town: Town) -> None:
    town.say("/dryrun off")
    await town.hears("З гэтага моманту я дзейнічаю")


def asked(commit: Commit) -> dict[str, Any]:
    """The press of the button under the question."""
    (question,) = (as_a(TelegramAction, event) for event in commit.events)
    ((only,),) = question.params["reply_markup"]["inline_keyboard"]
    message = {"message_id": 3, "chat": {"id": CHAT, "type": "supergroup"}}
    return {"id": "1", "from": ADMIN_USER, "message": message, "data": only["callback_data"]}


async def _apply(deps: Given, commit: Commit) -> None:
    redis: Any = deps.actor_store._redis
    for write in commit.writes:
        await redis.execute_command(*write)


async def wait_for(deps: Given, text: str = "/ban", **more: Any) -> dict[str, Any]:
    """Said as the chat, and kept."""
    commit = await tell(deps, "message", command(text, **ANONYMOUS, **more))
    await _apply(deps, commit)
    return asked(commit)


async def test_a_press_has_a_real_sender_whose_rights_decide_and_whose_code_is_logged(town: Town) -> None:
    await acting(town)
    town.sim.do("promote", chat=UPPER_TOWN, user=REVIEWER, rights={"can_pin_messages": True})
    question = await hidden(town, "/mute 2h", reply_to=town.say("шум", RESIDENT))
    assert "Maryna" in question.content["text"]
    data = (button(question, "Зрабіць") or {})["callback_data"]
    await eventually(lambda: still(town.bus.redis))
    assert town.calls("restrictChatMember") == []
    assert "для адміністратараў" in await town.answer(RESIDENT, UPPER_TOWN, question, data=data)
    assert "право блокировать" in await town.answer(REVIEWER, UPPER_TOWN, question, data=data)
    assert town.calls("restrictChatMember") == []
    await town.answer(ALENA, UPPER_TOWN, question, data=data)
    await town.hears("Забараняю пісаць: Maryna. Тэрмін: 2 гадзіны")
    await eventually(lambda: town.calls("restrictChatMember"))
    await eventually(lambda: "Пацвердзіў адміністратар" in question.content["text"])
    assert not (question.markup or {}).get("inline_keyboard")
    assert "ўжо пацверджана" in await town.answer(ALENA, UPPER_TOWN, question, data=data)
    assert len(town.calls("restrictChatMember")) == 1
    town.say("/log", as_chat=UPPER_TOWN)
    log = (await town.hears("Журнал")).content["text"]
    assert f"адмін {town.bus.keys.person(ALENA)[:4]}" in log
    assert "ананімны" not in log
    said = " ".join(town.texts()).replace(log, "")
    assert town.bus.keys.person(ALENA)[:4] not in said, "the chat does not learn who it was"


async def test_two_who_press_at_once_have_it_done_once(town: Town) -> None:
    await acting(town)
    town.sim.do("promote", chat=UPPER_TOWN, user=REVIEWER)
    question = await hidden(town, "/warn", reply_to=town.say("шум", RESIDENT))
    data = (button(question, "Зрабіць") or {})["callback_data"]
    told = await asyncio.gather(
        town.answer(REVIEWER, UPPER_TOWN, question, data=data),
        town.answer(ALENA, UPPER_TOWN, question, data=data),
    )
    assert sorted("уже подтверждено" in text or "ўжо пацверджана" in text for text in told) == [False, True]
    await town.hears("папярэджанне 1 з 3")
    await eventually(lambda: still(town.bus.redis))
    assert sum("папярэджанне" in text for text in town.texts()) == 1


async def test_settings_and_purges_and_links_are_confirmed_too(town: Town) -> None:
    question = await hidden(town, "/dryrun off")
    town.say("/dryrun", as_chat=UPPER_TOWN)
    await town.hears("Пробны рэжым уключаны")
    await town.answer(ALENA, UPPER_TOWN, question, text="Зрабіць")
    await town.hears("З гэтага моманту я дзейнічаю")
    first = town.say("шум", RESIDENT)
    question = await hidden(town, "/purge", reply_to=first)
    last = town.say("яшчэ шум", RESIDENT)
    await town.answer(ALENA, UPPER_TOWN, question, text="Зрабіць")
    there = town.sim.world.chat(UPPER_TOWN).messages
    await eventually(lambda: there[first].gone and there[last].gone, 15)
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    question = await hidden(town, "/link Пад'езд 3")
    await town.answer(ALENA, UPPER_TOWN, question, text="Зрабіць")
    await town.hears("https://t.me/+", ALENA)
    assert not any("https://t.me/+" in text for text in town.texts())


async def test_many_messages_are_asked_about_once_and_not_twice(town: Town) -> None:
    await acting(town)
    written = [town.say(f"шум {n}", RESIDENT) for n in range(12)]
    town.say("/purge", as_chat=UPPER_TOWN, reply_to=written[0])
    question = await town.hears("Вярнуць іх не атрымаецца")
    await town.answer(ALENA, UPPER_TOWN, question, text="Сцерці")
    there = town.sim.world.chat(UPPER_TOWN).messages
    await eventually(lambda: all(there[one].gone for one in written), 15)


async def test_somebody_who_becomes_an_admin_elsewhere_confirms_nothing_here(town: Town) -> None:
    await acting(town)
    town.sim.do("join", chat=LINDEN_COURT, user=STRANGER)
    town.sim.do("promote", chat=LINDEN_COURT, user=STRANGER)
    question = await hidden(town, "/ban", reply_to=town.say("шум", RESIDENT))
    await town.answer(STRANGER, UPPER_TOWN, question, text="Зрабіць")
    assert town.calls("banChatMember") == []


@pytest.mark.parametrize("words", OF_COMMAND)
async def test_whatever_changes_something_waits_for_a_press(deps: Given, words: str) -> None:
    await deps.actor_store._redis.flushdb()
    right = OF_COMMAND[words]
    commit = await tell(deps, "message", command(f"/{words}", reply_to_message=TARGET, **ANONYMOUS))
    if words.startswith("purge"):
        assert not changes(commit), "nothing is known here that could be purged"
        return
    assert [write[0] for write in commit.writes] == ["SET"]
    assert str(commit.writes[0][1]).startswith("moderation:pending:")
    press = asked(commit)
    await _apply(deps, commit)
    having(deps, *(one for one in type(right) if one is not right))
    refused = await tell(deps, "callback_query", press)
    assert (refused.writes, "For this you need" in answers(refused)) == ((), True)
    having(deps, right)
    done = await tell(deps, "callback_query", press)
    await _apply(deps, done)
    assert len(done.writes) > 1 or len(done.events) > 2
    again = await tell(deps, "callback_query", press)
    assert (again.writes, answers(again)) == ((), "This is confirmed already.")


@pytest.mark.parametrize("words", SHOWS)
async def test_what_only_shows_something_is_answered_at_once(deps: Given, words: str) -> None:
    commit = await tell(deps, "message", command(f"/{words}", reply_to_message=TARGET, **ANONYMOUS))
    assert commit.writes == ()
    assert "In the chat's name" not in str(texts(commit))
    assert texts(commit)


async def test_a_channel_that_writes_as_itself_is_no_admin_and_is_asked_nothing(deps: Given) -> None:
    for name in COMMANDS:
        for sender in ({"id": 136817688, "is_bot": True, "first_name": "Channel"}, ADMIN_USER):
            body = command(f"/{name} off", reply_to_message=TARGET) | {
                "from": sender, "sender_chat": {"id": CHANNEL, "type": "channel"}
            }  # fmt: skip
            assert await tell(deps, "message", body) == NOTHING, name


async def test_what_waits_is_sealed_and_ends_by_itself(deps: Given) -> None:
    await deps.actor_store._redis.flushdb()
    await wait_for(deps, "/ban 7d", reply_to_message=TARGET | {"text": "сакрэтныя словы"})
    for key, kept in (await stored(deps.actor_store._redis)).items():
        assert 0 < await deps.actor_store._redis.ttl(key) <= 300
        for secret in (str(PERSON), str(CHAT), "сакрэтныя", "ban", "<b>x"):
            assert secret.encode() not in key + kept


async def test_after_some_minutes_the_button_does_nothing(deps: Given) -> None:
    press = await wait_for(deps, reply_to_message=TARGET)
    later = replace(deps, now=lambda: NOW + timedelta(minutes=5, seconds=1))
    late = await tell(later, "callback_query", press)
    assert (acts(late)[0][0], "no longer works" in answers(late)) == (Method.ANSWER_CALLBACK, True)
    await deps.actor_store._redis.flushdb()
    assert "no longer works" in answers(await tell(deps, "callback_query", press))


async def test_it_is_done_in_the_chat_in_which_it_was_said_and_in_no_other(deps: Given) -> None:
    press = await wait_for(deps, reply_to_message=TARGET)
    other = CHAT - 1
    moved = press | {"message": {"message_id": 3, "chat": {"id": other, "type": "supergroup"}}}
    assert "not for this chat" in answers(await tell(deps, "callback_query", moved))
    code, slot = press["data"].split(":")[1:3]
    signed = pressing(confirming.PURPOSE, code, slot, chat=other)
    refused = await tell(deps, "callback_query", signed)
    assert (refused.writes, "no longer works" in answers(refused)) == ((), True)
    for args in ((), ("",), ("x" * 13, slot), (code, "99"), (code, "x"), (code, "")):
        body = pressing(confirming.PURPOSE, *args)
        assert "no longer works" in answers(await tell(deps, "callback_query", body))


async def test_another_process_carries_out_what_one_was_asked_for(deps: Given) -> None:
    press = await wait_for(deps, "/ban 7d", reply_to_message=TARGET)
    fresh = replace(deps, store=BotStore(deps.actor_store._redis, deps.keys))
    done = await tell(fresh, "callback_query", press)
    assert (Method.BAN_MEMBER, PERSON) in [(method, params.get("user_id")) for method, params in acts(done)]
    assert {expect.key for expect in done.expect if "pending" in expect.key}, (
        "nobody else has done it meanwhile"
    )


async def test_another_key_opens_nothing(deps: Given) -> None:
    press = await wait_for(deps, reply_to_message=TARGET)
    redis: Any = deps.actor_store._redis
    async for key in redis.scan_iter("moderation:pending:*"):
        await redis.set(key, b"rubbish" * 9, ex=300)
    assert "no longer works" in answers(await tell(deps, "callback_query", press))


async def test_who_cannot_be_looked_up_confirms_nothing(deps: Given) -> None:
    press = await wait_for(deps, reply_to_message=TARGET)
    deps.telegram.silent = {"getChatMember"}
    commit = await tell(deps, "callback_query", press)
    assert (commit.writes, "could not check your rights" in answers(commit)) == ((), True)


async def test_what_waits_in_a_chat_is_bounded_and_the_newest_stays(deps: Given) -> None:
    redis: Any = deps.actor_store._redis
    await redis.flushdb()
    presses = [await wait_for(deps, "/ban", reply_to_message=TARGET, message_id=n) for n in range(100, 150)]
    assert len([key async for key in redis.scan_iter("moderation:pending:*")]) == SLOTS
    told = [answers(await tell(deps, "callback_query", press)) for press in presses]
    assert ["no longer works" in text for text in told] == [True] * (50 - SLOTS) + [False] * SLOTS


@pytest.mark.parametrize("words", ["", "x", "<b>& {name}", "\u202e🙂 " * 300, "9" * 4000, "&" * 4000])
async def test_any_words_are_asked_about_in_a_text_that_telegram_takes(deps: Given, words: str) -> None:
    for name in COMMANDS:
        said = texts(
            await tell(deps, "message", command(f"/{name} {words}", reply_to_message=TARGET, **ANONYMOUS))
        )
        assert all(0 < len(text) <= 4096 for text in said)
        assert not any("<b>x" in text or "<b>&" in text for text in said)


async def test_what_is_too_long_to_be_kept_is_not_done_and_it_is_said(deps: Given) -> None:
    long = TARGET | {"text": "x", "rich_message": {"blocks": ["слова" * 9] * 3000}}
    commit = await tell(deps, "message", command("/ban", reply_to_message=long, **ANONYMOUS))
    assert commit.writes == ()
    assert "so long a message" in texts(commit)[0]
