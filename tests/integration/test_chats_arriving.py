"""Chats come and go: the reviewers are asked, and what was decided holds."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from services.moderation.bot import arrivals, before_card, visits
from services.moderation.bot.arrival_card import SHOWN_MOST
from services.moderation.domain.admission import BEFORE, Admission
from services.moderation.domain.update import Chat
from services.moderation.identity import TYPES, identity
from services.moderation.store import Store
from services.moderation.store.admissions import AdmissionStore
from services.moderation.telegram.store import ActorStore
from shared.bus import Commit
from shared.clock import now
from shared.contracts.registry import CHATS_ADMISSION
from shared.contracts.telegram import SetAdmission
from shared.keys import Keys
from simulator.demo import ALENA, REVIEW_CHAT, REVIEWER, STRANGER, UPPER_TOWN
from tests.conftest import KEY, Eventually, eventually
from tests.integration.conftest import town_of
from tests.stored import still, stored
from tests.town import BOT, Town

HOSTILE = "Двор <b>7</b> & {name} \u202eabc"
pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is looked at every ten seconds is looked at all the time."""
    monkeypatch.setattr(visits, "EVERY", 0.2)
    monkeypatch.setattr(visits, "REFRESH_EVERY", 0.2)
    monkeypatch.setattr(arrivals, "EDIT_EVERY", arrivals.EDIT_EVERY * 0)
    monkeypatch.setattr(arrivals, "SETTLES", arrivals.SETTLES / 300)


@pytest.fixture
async def asked(quick: None, redis_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with town_of(redis_url, tmp_path) as town:
        await eventually(lambda: _begun(town))
        yield town


async def _begun(town: Town) -> bool:
    return await AdmissionStore(town.bus.redis, town.bus.keys).current_version() is not None


def admissions(town: Town) -> AdmissionStore:
    return AdmissionStore(town.bus.redis, town.bus.keys)


async def admission(town: Town, chat_id: int) -> Admission | None:
    found, _ = await admissions(town).read(town.bus.keys.person(chat_id))
    return found


async def state(town: Town, chat_id: int) -> str:
    found = await admission(town, chat_id)
    return "" if found is None else found.state


def new_chat(town: Town, title: str, owner: int = STRANGER, **more: Any) -> int:
    """A group to which its owner adds the bot."""
    made: dict[str, Any] = town.sim.do("chat", title=title, owner=owner, **more)
    add_bot(town, made["id"], owner)
    return int(made["id"])


def add_bot(town: Town, chat_id: int, by: int) -> None:
    town.sim.do("join", chat=chat_id, user=BOT, by=by)
    town.sim.do("promote", chat=chat_id, user=BOT, by=by)


def is_inside(town: Town, chat_id: int) -> bool:
    return bool(town.sim.world.chats[chat_id].members[BOT].present)


async def test_a_new_chat_is_a_guest_and_the_reviewers_are_asked(asked: Town) -> None:
    chat_id = new_chat(asked, HOSTILE, silent_members=147)
    card = await asked.hears("Новы чат", REVIEW_CHAT)
    text = card.content["text"]
    assert "Двор <b>7</b> & {name} abc" in text, "the title as text, without what turns a line around"
    assert "удзельнікаў: 149" in text
    assert "на карце пад гэтым імем няма" in text
    assert await state(asked, chat_id) == "guest"
    await asked.answer(REVIEWER, REVIEW_CHAT, card, text="Вядомы")
    await eventually(lambda: _is(asked, chat_id, "known"))
    await eventually(lambda: "Вырашана: вядомы" in card.content["text"])
    assert not (card.markup or {}).get("inline_keyboard")
    found = await admission(asked, chat_id)
    assert found is not None
    code = asked.bus.keys.person(REVIEWER)[:4]
    assert found.by == f"reviewer {code}"
    assert f"(код {code})" in card.content["text"]
    team = await admissions(asked).current()
    assert team.admins[asked.bus.keys.person(chat_id)] == admissions(asked).tokens([STRANGER])


async def _is(town: Town, chat_id: int, wanted: str) -> bool:
    return await state(town, chat_id) == wanted


async def test_who_decides_is_in_the_review_chat_and_the_second_press_is_told(asked: Town) -> None:
    chat_id = new_chat(asked, "Двор 1")
    card = await asked.hears("Новы чат", REVIEW_CHAT)
    assert "members" in await asked.answer(STRANGER, REVIEW_CHAT, card, text="Вядомы")
    answers = await asyncio.gather(
        asked.answer(REVIEWER, REVIEW_CHAT, card, text="Вядомы"),
        asked.answer(ALENA, REVIEW_CHAT, card, text="Заблакаваць"),
    )
    assert sorted("Ужо вырашана" in one or "Уже решено" in one for one in answers) == [False, True]
    await eventually(lambda: still(asked.bus.redis))
    assert await state(asked, chat_id) in ("known", "blocked")
    assert sum("Вырашана" in text for text in asked.texts(REVIEW_CHAT)) == 1


async def test_where_the_review_chat_is_public_only_its_admins_let_chats_in(asked: Town) -> None:
    asked.sim.do("settings", chat=REVIEW_CHAT, username="dze_reviewers")
    chat_id = new_chat(asked, "Двор 1")
    card = await asked.hears("Новы чат", REVIEW_CHAT)
    members = asked.sim.world.chat(REVIEW_CHAT).members
    members[REVIEWER] = replace(members[REVIEWER], status="member")
    assert "администраторы" in await asked.answer(REVIEWER, REVIEW_CHAT, card, text="Вядомы")
    assert await state(asked, chat_id) == "guest"
    members[REVIEWER] = replace(members[REVIEWER], status="administrator")
    await asked.answer(REVIEWER, REVIEW_CHAT, card, text="Вядомы")
    await eventually(lambda: _is(asked, chat_id, "known"))


async def test_a_button_works_in_no_other_chat_and_not_forged(asked: Town) -> None:
    chat_id = new_chat(asked, "Двор 1")
    card = await asked.hears("Новы чат", REVIEW_CHAT)
    data = card.markup["inline_keyboard"][0][0]["callback_data"]
    own = new_chat(asked, "Двор 2", ALENA)
    await eventually(lambda: asked.messages(own))
    greeting = asked.messages(own)[0]
    for forged in (data, data.replace("k:k:", "k:g:", 1), "k:k:::x", "k:k:aaaaaaaa:1.1:zz:AAAA"):
        assert "button" in await asked.answer(STRANGER, own, greeting, data=forged)
        assert await asked.answer(REVIEWER, REVIEW_CHAT, card, data=forged[:-1] + "x")
    assert await state(asked, chat_id) == "guest"


async def test_a_blocked_chat_is_left_and_left_again(asked: Town) -> None:
    chat_id = new_chat(asked, "Двор 1")
    card = await asked.hears("Новы чат", REVIEW_CHAT)
    await asked.answer(REVIEWER, REVIEW_CHAT, card, text="Заблакаваць")
    await eventually(lambda: not is_inside(asked, chat_id))
    for _ in range(2):
        await eventually(lambda: still(asked.bus.redis))
        asked.sim.do("join", chat=chat_id, user=BOT, by=STRANGER)
        await eventually(lambda: not is_inside(asked, chat_id))
    assert await state(asked, chat_id) == "blocked"
    assert len(asked.messages(REVIEW_CHAT)) == 1


async def test_leaving_and_coming_back_undoes_no_decision_and_makes_no_new_card(asked: Town) -> None:
    chat_id = new_chat(asked, "Двор 1")
    card = await asked.hears("Новы чат", REVIEW_CHAT)
    await asked.answer(REVIEWER, REVIEW_CHAT, card, text="Вядомы")
    await eventually(lambda: _is(asked, chat_id, "known"))
    before = await admission(asked, chat_id)
    asked.sim.do("leave", chat=chat_id, user=BOT)
    await eventually(lambda: still(asked.bus.redis))
    asked.sim.do("join", chat=chat_id, user=BOT, by=STRANGER)
    await eventually(lambda: still(asked.bus.redis))
    assert await admission(asked, chat_id) == before
    undecided = new_chat(asked, "Двор 2", ALENA)
    await eventually(lambda: admission(asked, undecided))
    asked.sim.do("leave", chat=undecided, user=BOT)
    await eventually(lambda: _is(asked, undecided, ""))


async def test_however_many_groups_a_stranger_brings_they_are_on_one_card(asked: Town) -> None:
    chats = [new_chat(asked, f"Група {n}") for n in range(40)]
    card = await eventually(lambda: _card_of(asked, 40), 60)
    assert len(asked.messages(REVIEW_CHAT)) == 1
    assert card.content["text"].count("•") == SHOWN_MOST
    assert "… і яшчэ 30" in card.content["text"]
    await asked.answer(REVIEWER, REVIEW_CHAT, card, text="Заблакаваць: 40")
    await eventually(lambda: not any(is_inside(asked, chat_id) for chat_id in chats), 60)
    assert {await state(asked, chat_id) for chat_id in chats} == {"blocked"}
    again = new_chat(asked, "Група 41")
    card = await asked.hears("Група 41", REVIEW_CHAT)
    assert "У тых самых людзей ёсць яшчэ: заблакаваны 40" in card.content["text"]
    assert await state(asked, again) == "guest"


def _card_of(town: Town, count: int) -> Any:
    cards = [m for m in town.messages(REVIEW_CHAT) if f"людзей: {count}" in m.content["text"]]
    return cards[-1] if cards else None


async def test_many_strangers_with_a_group_each_make_so_many_cards_an_hour_and_a_word_about_the_rest(
    asked: Town,
) -> None:
    for n in range(arrivals.CARDS_HOURLY + 15):
        person = asked.sim.do("user", first_name=f"Нехта {n}")["id"]
        new_chat(asked, f"Група {n}", person)
    await asked.hears("Рашэння чакаюць і іншыя", REVIEW_CHAT)
    await eventually(lambda: still(asked.bus.redis))
    assert sum("Новы чат" in text for text in asked.texts(REVIEW_CHAT)) == arrivals.CARDS_HOURLY
    assert sum("чакаюць" in text for text in asked.texts(REVIEW_CHAT)) == 1


async def test_a_press_decides_of_what_the_card_shows_and_of_no_chat_that_came_since(
    asked: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat_id = new_chat(asked, "Двор 1")
    card = await asked.hears("Новы чат", REVIEW_CHAT)
    data = card.markup["inline_keyboard"][0][0]["callback_data"]
    other = new_chat(asked, "Двор 2")
    await eventually(lambda: "Двор 2" in card.content["text"])
    assert "другие чаты" in await asked.answer(REVIEWER, REVIEW_CHAT, card, data=data)
    await eventually(lambda: still(asked.bus.redis))
    assert {await state(asked, one) for one in (chat_id, other)} == {"guest"}
    await asked.answer(REVIEWER, REVIEW_CHAT, card, text="Вядомыя: 2")
    await eventually(lambda: _is(asked, chat_id, "known"))
    await eventually(lambda: _is(asked, other, "known"))


async def test_a_card_says_what_was_decided_elsewhere(asked: Town) -> None:
    chat_id = new_chat(asked, "Двор 1")
    card = await asked.hears("Новы чат", REVIEW_CHAT)
    await asked.bus.publish(SetAdmission(chat_id=chat_id, state="known", by="operator", decided_at=now()))
    await eventually(lambda: "Вырашана: вядомы" in card.content["text"])
    assert "(код operator)" in card.content["text"]
    gone = new_chat(asked, "Двор 2", ALENA)
    card = await asked.hears("Двор 2", REVIEW_CHAT)
    asked.sim.do("leave", chat=gone, user=BOT)
    await eventually(lambda: "мяне там ужо няма" in card.content["text"])


async def test_the_review_chat_is_no_chat_of_neighbours(asked: Town) -> None:
    for word in ("known", "blocked"):
        await asked.bus.publish(
            SetAdmission(chat_id=REVIEW_CHAT, state=word, by="operator", decided_at=now())
        )
    asked.say("t.me/+abcdef", REVIEWER, REVIEW_CHAT)
    await eventually(lambda: still(asked.bus.redis))
    assert await state(asked, REVIEW_CHAT) == ""
    person = asked.bus.keys.person(REVIEWER)
    people = Store(asked.bus.redis, asked.bus.keys).people
    assert (await people.load({person}))[person].chats == {}
    assert is_inside(asked, REVIEW_CHAT)
    assert asked.messages(REVIEW_CHAT) == []


async def test_the_same_word_twice_is_done_once_and_the_first_stands(asked: Town) -> None:
    chat_id = new_chat(asked, "Двор 1")
    words = [
        ("known", "reviewer aaaa"),
        ("known", "operator"),
        ("guest", "operator"),
        ("known", "reviewer bbbb"),
    ]
    for word, by in words[:2]:
        await asked.bus.publish(SetAdmission(chat_id=chat_id, state=word, by=by, decided_at=now()))
    await eventually(lambda: still(asked.bus.redis))
    found = await admission(asked, chat_id)
    assert found is not None
    assert (found.state, found.by, found.words_from) == ("known", "reviewer aaaa", 0)
    log = await ActorStore(asked.bus.redis, asked.bus.keys).audited(chat_id)
    lines = [(one.what, one.by) for one in log if one.what.startswith("admission.")]
    assert lines == [("admission.known", "reviewer aaaa")]
    for word, by in words[2:]:
        await asked.bus.publish(SetAdmission(chat_id=chat_id, state=word, by=by, decided_at=now()))
    await eventually(lambda: still(asked.bus.redis))
    found = await admission(asked, chat_id)
    assert found is not None
    assert (found.state, found.by, found.words_from > 0) == ("known", "reviewer bbbb", True)


async def test_who_leads_known_chats_is_learnt_again_and_a_new_admin_at_once(asked: Town) -> None:
    chats = [new_chat(asked, f"Двор {n}", owner) for n, owner in enumerate((STRANGER, REVIEWER))]
    for chat_id in chats:
        await asked.bus.publish(SetAdmission(chat_id=chat_id, state="known", by="operator", decided_at=now()))
    keys = [asked.bus.keys.person(chat_id) for chat_id in chats]

    async def teams() -> int:
        found = await admissions(asked).current()
        return len({found.team(key) for key in keys}) if all(map(found.is_known, keys)) else 0

    await eventually(lambda: _equals(teams, 2))
    asked.sim.do("join", chat=chats[0], user=REVIEWER, by=STRANGER)
    asked.sim.do("promote", chat=chats[0], user=REVIEWER, by=STRANGER)
    await eventually(lambda: _equals(teams, 1))


async def _equals(find: Any, wanted: Any) -> bool:
    return bool(await find() == wanted)


# What was there before, and other ways to run it.


async def heard_of(redis_url: str, keys: Any, *chats: Chat) -> None:
    """Chats that an earlier release knew."""
    async with Redis.from_url(redis_url) as client:
        redis: Any = client
        for chat in chats:
            found = Store(redis, keys).chats
            states, _ = await found.load({chat.id: _wanted()}, {})
            one = states[chat.id]
            one.about, one.changes.about, one.bot, one.changes.status = chat, True, "administrator", True
            for write in found.save(one, int(now().timestamp())):
                await redis.execute_command(*write)
            if chat.username:
                await redis.hset("moderation:places", f"u:{chat.username}", "53.9,27.5,courtyard")
                listed = identity(keys, chat.id, TYPES[chat.type])
                await redis.hset("moderation:identities", f"u:{chat.username}", listed)


def _wanted() -> Any:
    from services.moderation.store.chats import Wanted

    return Wanted()


async def test_what_was_there_before_is_admitted_by_one_press_where_it_is_listed(
    redis_url: str, tmp_path: Path
) -> None:
    listed = [Chat(-1001700100000 - n, "supergroup", f"Двор {n}", f"dvor_{n}") for n in range(300)]
    others = [Chat(-1001700200000 - n, "supergroup", f"Кватэра {n}") for n in range(3)]
    channel = Chat(-1001700300000, "channel", "Навіны")
    await heard_of(redis_url, Keys(KEY), *listed, *others, channel)
    async with town_of(redis_url, tmp_path) as town:
        card = await town.hears("Чыё слова ўлічваецца", REVIEW_CHAT)
        assert "да гэтай версіі: 303" in card.content["text"]
        assert "пад сваім імем: 300" in card.content["text"]
        found = await admissions(town).all()
        assert {one.state for one in found.admissions.chats.values()} == {"guest"}
        assert {one.came for one in found.admissions.chats.values()} == {BEFORE}
        assert len(town.messages(REVIEW_CHAT)) == 1
        await town.answer(REVIEWER, REVIEW_CHAT, card, text="Вядомыя: усе з карты (300)")
        await eventually(lambda: _known(town, 300))
        await eventually(lambda: "Вырашана: вядомы" in card.content["text"])
        assert len(card.markup["inline_keyboard"]) == 1, "the others are still to be asked for"
        assert len(town.messages(REVIEW_CHAT)) == 1
        await town.answer(ALENA, REVIEW_CHAT, card, text="Астатнія па адным (3)")
        await eventually(lambda: _cards(town) == 3)
        assert not (card.markup or {}).get("inline_keyboard")


async def test_a_name_that_somebody_else_may_have_taken_is_not_listed_until_it_is_known_whose_it_is(
    redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the upgrade it takes hours until all listed chats are looked up; the card follows."""
    monkeypatch.setattr(before_card, "CHANGED_EVERY", timedelta(0))
    ours, taken, late = (Chat(-1001700100000 - n, "supergroup", f"Двор {n}", f"dvor_{n}") for n in range(3))
    keys = Keys(KEY)
    await heard_of(redis_url, keys, ours, taken, late)
    async with Redis.from_url(redis_url) as client:
        redis: Any = client
        await redis.hset("moderation:identities", "u:dvor_1", identity(keys, -1001700199999, "group"))
        await redis.hdel("moderation:identities", "u:dvor_2")
        async with town_of(redis_url, tmp_path) as town:
            card = await town.hears("Чыё слова ўлічваецца", REVIEW_CHAT)
            assert "пад сваім імем: 1" in card.content["text"]
            assert "яшчэ правяраю" in card.content["text"]
            before = card.markup["inline_keyboard"][0][0]["callback_data"]
            await redis.hset("moderation:identities", "u:dvor_2", identity(keys, late.id, "group"))
            await eventually(lambda: "пад сваім імем: 2" in card.content["text"])
            assert "яшчэ правяраю" not in card.content["text"]
            assert "другие чаты" in await town.answer(REVIEWER, REVIEW_CHAT, card, data=before)
            await town.answer(REVIEWER, REVIEW_CHAT, card, text="Вядомыя: усе з карты (2)")
            await eventually(lambda: _known(town, 2))
            assert await state(town, taken.id) == "guest"


async def test_the_card_about_the_chats_of_before_comes_again_where_telegram_did_not_take_it(
    redis_url: str, tmp_path: Path
) -> None:
    listed = [Chat(-1001700100000 - n, "supergroup", f"Двор {n}", f"dvor_{n}") for n in range(2)]
    await heard_of(redis_url, Keys(KEY), *listed)
    async with town_of(redis_url, tmp_path) as town:
        await town.hears("Чыё слова ўлічваецца", REVIEW_CHAT)
        await eventually(lambda: still(town.bus.redis))
        actor = ActorStore(town.bus.redis, town.bus.keys)
        await actor.remember("arrival:before:1:card", None, 1)
        await eventually(lambda: len(town.messages(REVIEW_CHAT)) == 2)
        await eventually(lambda: still(town.bus.redis))
        assert len(town.messages(REVIEW_CHAT)) == 2
        second = town.messages(REVIEW_CHAT)[-1]
        await town.answer(REVIEWER, REVIEW_CHAT, second, text="Вядомыя: усе з карты (2)")
        await eventually(lambda: _known(town, 2))


def _cards(town: Town) -> int:
    return sum("Новы чат" in text for text in town.texts(REVIEW_CHAT))


async def _known(town: Town, count: int) -> bool:
    found = (await admissions(town).all()).admissions.chats.values()
    return sum(one.state == "known" for one in found) == count


async def test_without_cards_everybody_stays_a_guest(redis_url: str, tmp_path: Path) -> None:
    async with town_of(redis_url, tmp_path, chats="guest") as town:
        await eventually(lambda: _begun(town))
        chat_id = new_chat(town, "Двор 1")
        await eventually(lambda: _is(town, chat_id, "guest"))
        await eventually(lambda: still(town.bus.redis))
        assert town.messages(REVIEW_CHAT) == []
        assert is_inside(town, chat_id)


async def test_where_it_is_closed_the_bot_stays_only_where_it_was_let_in(
    redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "STAYS", 0)
    before = Chat(-1001700100000, "supergroup", "Двор даўні")
    await heard_of(redis_url, Keys(KEY), before)
    async with town_of(redis_url, tmp_path, chats="closed") as town:
        await eventually(lambda: _begun(town))
        allowed = {}
        for word in ("known", "guest"):
            made = town.sim.do("chat", title=f"Двор {word}", owner=ALENA)["id"]
            await town.bus.publish(SetAdmission(chat_id=made, state=word, by="operator", decided_at=now()))
            allowed[word] = made
        await eventually(lambda: _is(town, allowed["guest"], "guest"))
        for made in allowed.values():
            add_bot(town, made, ALENA)
        uninvited = new_chat(town, "Чужы двор")
        news = town.sim.do("chat", title="Чужыя навіны", owner=STRANGER, kind="channel")["id"]
        add_bot(town, news, STRANGER)
        await eventually(lambda: not is_inside(town, uninvited))
        await eventually(lambda: not is_inside(town, news))
        said = [text for text in town.texts(uninvited) if text]
        assert len(said) == 1
        assert str(uninvited) in said[0], "the number with which it can be let in"
        await eventually(lambda: still(town.bus.redis))
        assert all(is_inside(town, made) for made in allowed.values())
        found = await admission(town, allowed["known"])
        assert found is not None
        assert found.came > 0
        assert is_inside(town, REVIEW_CHAT)
        assert town.messages(REVIEW_CHAT) == []
        assert await state(town, before.id) == "guest", "what was there before is not left"


async def test_a_group_that_was_let_in_stays_so_when_it_becomes_a_supergroup(
    redis_url: str, tmp_path: Path
) -> None:
    async with town_of(redis_url, tmp_path, chats="closed") as town:
        await eventually(lambda: _begun(town))
        made = town.sim.do("chat", title="Двор", owner=ALENA, kind="group")["id"]
        await town.bus.publish(SetAdmission(chat_id=made, state="known", by="operator", decided_at=now()))
        await eventually(lambda: _is(town, made, "known"))
        add_bot(town, made, ALENA)
        await eventually(lambda: town.messages(made))
        new = town.sim.do("migrate", chat=made, user=ALENA)
        new = int(new["id"] if isinstance(new, dict) else new)
        await eventually(lambda: _is(town, new, "known"))
        assert await state(town, made) == ""
        assert is_inside(town, new)
        await town.bus.publish(SetAdmission(chat_id=made, state="blocked", by="operator", decided_at=now()))
        await eventually(lambda: _is(town, new, "blocked"))
        await eventually(lambda: not is_inside(town, new))


async def test_nothing_that_names_a_chat_or_who_brought_it_lies_open(asked: Town) -> None:
    chat_id = new_chat(asked, "Канарэйкавы двор")
    await asked.hears("Канарэйкавы", REVIEW_CHAT)
    await eventually(lambda: still(asked.bus.redis))
    everything = b" ".join([*(await stored(asked.bus.redis)), *(await stored(asked.bus.redis)).values()])
    for word in ("Канарэйкавы", str(chat_id), str(STRANGER)):
        assert word.encode() not in everything
    assert CHATS_ADMISSION.sealed


async def test_without_a_review_chat_nobody_is_asked(redis_url: str, tmp_path: Path) -> None:
    async with town_of(redis_url, tmp_path, review_chat=None) as town:
        await eventually(lambda: _begun(town))
        chat_id = new_chat(town, "Двор 1")
        await eventually(lambda: _is(town, chat_id, "guest"))
        await eventually(lambda: still(town.bus.redis))
        assert town.messages(UPPER_TOWN) == []


async def test_a_chat_whose_coming_was_not_heard_is_recorded_all_the_same(
    asked: Town, eventually: Eventually
) -> None:
    chat_id = new_chat(asked, "Двор 1")
    key = asked.bus.keys.person(chat_id)
    await eventually(lambda: _is(asked, chat_id, "guest"))
    await asked.bus.commit(Commit.of(writes=admissions(asked).forget(key)))
    await eventually(lambda: _is(asked, chat_id, "guest"))
    found = await admission(asked, chat_id)
    assert found is not None
    assert found.came > 0
