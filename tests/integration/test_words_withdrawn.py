"""A chat's word is withdrawn: those removed on its account elsewhere come back with one press."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.moderation.bot import news
from services.moderation.domain.admission import BEFORE
from services.moderation.domain.settings import parse
from services.moderation.store import Store
from services.moderation.store.removals import KEPT, Removal, Removals
from shared.bus import Commit
from shared.clock import now
from shared.contracts.telegram import PersonObserved, SetAdmission
from simulator.demo import ALENA, RESIDENT, REVIEWER, STRANGER
from tests.conftest import BusFactory, eventually
from tests.integration.conftest import town_of
from tests.stored import still, stored
from tests.town import BOT, Town


@pytest.fixture
async def town(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    monkeypatch.setattr(news, "SPREAD_EVERY", 0.2)
    async with town_of(redis_url, tmp_path, chats="guest") as found:
        yield found


class City:
    """A chat that acts by itself, led by Alena, and three others, each led by somebody else."""

    def __init__(self, town: Town) -> None:
        self.town, self.store = town, Store(town.bus.redis, town.bus.keys)
        self.home = self._made("Двор", ALENA, username="dvor_home")
        self.others = [
            self._made(f"Двор {n}", town.sim.do("user", first_name=f"Сусед {n}")["id"]) for n in range(3)
        ]

    def _made(self, title: str, owner: int, **more: str) -> int:
        chat_id = int(self.town.sim.do("chat", title=title, owner=owner, **more)["id"])
        self.town.sim.do("join", chat=chat_id, user=BOT, by=owner)
        self.town.sim.do("promote", chat=chat_id, user=BOT, by=owner)
        return chat_id

    async def begin(self, **settings: str) -> None:
        town = self.town
        for chat_id in (self.home, *self.others):
            await self.say(chat_id, "known")
        await eventually(lambda: still(town.bus.redis))
        for key, one in (await self.store.admissions.current()).chats.items():  # for more than a week
            writes = self.store.admissions.save(key, one._replace(came=BEFORE), is_felt=True)
            await town.bus.commit(Commit.of(writes=writes))
        given = {"dryrun": "off", "language": "en", **settings}
        writes = [
            write
            for name, value in given.items()
            for write in self.store.chats.set_setting(self.home, *parse(name.replace("__", "."), value))
        ]
        await town.bus.commit(Commit.of(writes=writes))
        town.sim.world.user(ALENA).language_code = "en"
        town.say("/start", ALENA, ALENA)
        await town.hears("Hello", ALENA)
        await eventually(lambda: still(town.bus.redis))
        found = await self.store.admissions.current()
        assert len({found.team(self.store.chats.key(one)) for one in (self.home, *self.others)}) == 4

    async def say(self, chat_id: int, state: Any) -> None:
        await self.town.bus.publish(
            SetAdmission(chat_id=chat_id, state=state, by="operator", decided_at=now())
        )

    async def ban(self, where: int, who: int) -> None:
        key = self.store.chats.key
        await self.town.bus.publish(
            PersonObserved(
                person=key(who), chat=key(where), chat_id=where, user_id=who, kind="banned", observed_at=now()
            )
        )

    def status(self, who: int) -> str:
        member = self.town.sim.world.chats[self.home].members.get(who)
        return member.status if member else "left"

    def is_removed(self, who: int) -> bool:
        return self.status(who) == "kicked"

    def is_back(self, who: int) -> bool:
        return self.status(who) != "kicked"

    async def banned_in(self, where: int, who: int) -> bool:
        standing = (await self.store.people.load({self.store.chats.key(who)}))[self.store.chats.key(who)]
        return "banned" in standing.chats[self.store.chats.key(where)].evidence


async def test_whom_the_bot_has_removed_on_a_word_that_is_withdrawn_comes_back_with_one_press(
    town: Town,
) -> None:
    city = City(town)
    await city.begin(suspicious="remove", suspicious__threshold="50")
    people = [RESIDENT, STRANGER]
    for who in people:
        for chat_id in city.others:
            await city.ban(chat_id, who)
        await eventually(lambda: still(town.bus.redis))
        town.sim.do("join", chat=city.home, user=who)
    for who in people:
        await eventually(partial(city.is_removed, who))
    await eventually(lambda: still(town.bus.redis))
    await city.say(city.others[0], "guest")
    card = await town.hears("no longer counts", ALENA)
    codes = [town.bus.keys.person(who)[:4] for who in people]
    assert "one press: 2" in card.content["text"]
    assert all(code in card.content["text"] for code in codes)
    answer = await town.answer(ALENA, ALENA, card, text="Take all of it back (2)")
    assert "2" in answer
    for who in people:
        await eventually(partial(city.is_back, who))
    await eventually(lambda: "Decided: taken back" in card.content["text"])
    assert not (card.markup or {}).get("inline_keyboard")
    data = card.content["text"]
    await city.say(city.others[0], "blocked")
    await eventually(lambda: still(town.bus.redis))
    assert card.content["text"] == data
    assert sum("no longer counts" in text for text in town.texts(ALENA)) == 1, "one card, once"


async def test_a_ban_that_somebody_has_set_since_stays_and_the_others_come_back(town: Town) -> None:
    city = City(town)
    await city.begin(suspicious="remove", suspicious__threshold="50")
    people = [RESIDENT, STRANGER, REVIEWER]
    for who in people:
        for chat_id in city.others:
            await city.ban(chat_id, who)
        await eventually(lambda: still(town.bus.redis))
        town.sim.do("join", chat=city.home, user=who)
        await eventually(partial(city.is_removed, who))
    await eventually(lambda: still(town.bus.redis))
    for how in ("unban", "ban"):  # by hand, for good
        town.sim.do("remove", chat=city.home, user=STRANGER, by=ALENA, how=how)
    await eventually(lambda: still(town.bus.redis))
    await city.say(city.others[0], "guest")
    card = await town.hears("no longer counts", ALENA)
    answer = await town.answer(ALENA, ALENA, card, text="Take all of it back (3)")
    assert "Taking back: 2" in answer
    for who in (RESIDENT, REVIEWER):
        await eventually(partial(city.is_back, who))
    await eventually(lambda: still(town.bus.redis))
    assert city.is_removed(STRANGER)
    assert town.sim.world.chats[city.home].members[STRANGER].until in (0, None)


async def test_whom_an_admin_has_removed_by_a_card_is_counted_too_and_a_stranger_presses_nothing(
    town: Town,
) -> None:
    city = City(town)
    await city.begin()
    await city.ban(city.others[0], RESIDENT)
    await eventually(lambda: still(town.bus.redis))
    town.sim.do("join", chat=city.home, user=RESIDENT)
    card = await town.hears("Perhaps this is no neighbour", ALENA)
    await town.answer(ALENA, ALENA, card, text="Remove")
    await eventually(lambda: city.status(RESIDENT) == "kicked")
    await eventually(lambda: city.banned_in(city.home, RESIDENT))
    await eventually(lambda: still(town.bus.redis))
    town.sim.do("join", chat=city.home, user=REVIEWER)
    await city.say(city.others[0], "blocked")
    told = await town.hears("no longer counts", ALENA)
    data = told.markup["inline_keyboard"][0][0]["callback_data"]
    town.say("/start", REVIEWER, REVIEWER)
    theirs = await town.hears("Здравствуйте", REVIEWER)
    assert "не для этого чата" in await town.answer(REVIEWER, REVIEWER, theirs, data=data)
    assert "2" not in await town.answer(ALENA, ALENA, told, data=data)
    await eventually(lambda: city.status(RESIDENT) != "kicked")
    await eventually(lambda: _not(city.banned_in(city.home, RESIDENT)))
    standing = await city.store.people.load({city.store.chats.key(RESIDENT)})
    assert not any(one.trusted for one in standing[city.store.chats.key(RESIDENT)].chats.values())
    assert "Already decided" in await town.answer(ALENA, ALENA, told, data=data)


async def _not(found: Any) -> bool:
    return not await found


async def test_a_card_that_rests_on_a_withdrawn_word_removes_nobody_any_more(town: Town) -> None:
    city = City(town)
    await city.begin()
    await city.ban(city.others[0], RESIDENT)
    await eventually(lambda: still(town.bus.redis))
    town.sim.do("join", chat=city.home, user=RESIDENT)
    card = await town.hears("Perhaps this is no neighbour", ALENA)
    await city.say(city.others[0], "guest")
    await eventually(lambda: still(town.bus.redis))
    for choice in ("Remove", "Mute for a day"):
        assert "no longer heard" in await town.answer(ALENA, ALENA, card, text=choice)
    assert city.status(RESIDENT) == "member"
    await town.answer(ALENA, ALENA, card, text="Trust")
    await eventually(lambda: "Decided: trust" in card.content["text"])


async def test_an_admin_who_opens_the_bot_later_reads_it_then(town: Town) -> None:
    city = City(town)
    await city.begin(suspicious="remove", suspicious__threshold="50")
    for chat_id in city.others:
        await city.ban(chat_id, RESIDENT)
    await eventually(lambda: still(town.bus.redis))
    town.sim.do("join", chat=city.home, user=RESIDENT)
    await eventually(lambda: city.status(RESIDENT) == "kicked")
    await eventually(lambda: still(town.bus.redis))
    await town.bus.redis.delete(f"moderation:talks:{town.bus.keys.person(ALENA)}")
    await city.say(city.others[1], "guest")
    await eventually(lambda: city.store.chats.removals.waiting(5), 5)
    await eventually(lambda: _not(city.store.chats.removals.waiting(5)))
    await eventually(lambda: still(town.bus.redis))
    assert not [text for text in town.texts(ALENA) if "no longer counts" in text]
    assert not [text for text in town.texts(city.home) if "no longer counts" in text]
    town.say(f"/start n{_code(city.home)}", ALENA, ALENA)
    await town.hears("no longer counts", ALENA)


def _code(chat_id: int) -> str:
    from services.moderation.bot.links import chat_code

    return chat_code(chat_id)


async def test_so_many_removals_are_remembered_of_a_chat_and_where_they_were_is_sealed(
    bus_factory: BusFactory,
) -> None:
    bus = bus_factory("moderation")
    async with bus.running():
        removals = Removals(bus.redis, bus.keys)
        for start in range(0, KEPT + 50, 50):
            writes = [
                write
                for n in range(start, start + 50)
                for write in removals.note(["k" * 13], Removal("homechatkeyed", f"code{n}", "pers", 1000 + n))
            ]
            await bus.commit(Commit.of(writes=writes))
        found = await removals.of("k" * 13)
        assert len(found) == KEPT
        assert found[-1].code == f"code{KEPT + 49}"
        assert b"homechatkeyed" not in b"".join((await stored(bus.redis)).values())
        await bus.commit(Commit.of(writes=removals.move("k" * 13, "n" * 13)))
        assert await removals.of("k" * 13) == []
        assert len(await removals.of("n" * 13)) == KEPT


async def test_what_is_older_than_two_days_is_told_by_codes_and_done_by_hand(town: Town) -> None:
    city = City(town)
    await city.begin()
    key = city.store.chats.key
    old = Removal(key(city.home), "abcdef", "zzzz", int(now().timestamp()) - 3 * 86400)
    writes = city.store.chats.removals.note([key(city.others[0])], old)
    await town.bus.commit(Commit.of(writes=writes))
    await city.say(city.others[0], "guest")
    card = await town.hears("no longer counts", ALENA)
    assert "Longer than two days ago" in card.content["text"]
    assert "zzzz" in card.content["text"]
    assert not (card.markup or {}).get("inline_keyboard")
