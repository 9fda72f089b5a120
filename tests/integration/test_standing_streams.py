"""People over many chats, waves, lists, rules and the record, through the real bus and a real Redis."""

import json
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.moderation.bot.ports import Deps, Me
from services.moderation.bot.store import BotStore
from services.moderation.bot.talk import Talk
from services.moderation.decide.desk import Desk
from services.moderation.domain.replay import replay
from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.standing import DEFAULT
from services.moderation.lists.ids import IdLists
from services.moderation.lists.shared import (
    Document,
    SharedLists,
    person_in,
    public,
    signer,
    subscriptions,
    write,
)
from services.moderation.moving import mover
from services.moderation.raids.watch import open_doors
from services.moderation.rules import plugins
from services.moderation.rules.load import load
from services.moderation.standing.batch import Registry
from services.moderation.store.records import Records
from services.moderation.store.shared import Shared
from services.moderation.telegram.store import ActorStore
from shared.bus import Bus, Commit
from shared.clock import now
from shared.contracts.telegram import Method, PersonObserved, TelegramAction
from shared.keys import Keys
from shared.settings import Settings
from tests.conftest import BusFactory, Eventually
from tests.house import House, came, said
from tests.moderation import ADMIN, CHAT, STRANGER, chat, membership, raw, user
from tests.stored import still

pytestmark = pytest.mark.usefixtures("nothing_pending")
RULE = """
[[rule]]
name = "two-chats"
action = "remove"
when = { all = [{ fact = "chats", least = 2 }, { not = { signal = "trusted.here" } }] }
"""
SIGNAL = """
NAME = "own.even"
SAYS = {"en": "has an even number", "be": "мае цотны нумар"}

def find(facts):
    return 4.0 if facts.user_id % 2 == 0 else None
"""


class Town(House):
    """A house that knows people by lists and keeps a record."""

    def __init__(self, bus: Bus, settings: Settings, lists: Path) -> None:
        super().__init__(bus, settings)
        self.lists: Any = IdLists(lists, bus.keys)
        self.records = Records(bus.redis, bus.keys)
        self.registry: Any = Registry(self.store.people, bus.keys, (), self.lists, self.records)
        self.talks = BotStore(bus.redis, bus.keys)
        deps = Deps(
            settings=settings,
            keys=bus.keys,
            telegram=self.telegram,
            chats=self.store.chats,
            store=self.talks,
            actor_store=ActorStore(bus.redis, bus.keys),
            me=Me(77, "dze_bot"),
        )
        self.desk = Desk(self.store, bus.keys, self.telegram, Talk(deps), mover(bus.redis, bus.keys))
        bus.provide(registry=self.registry, desk=self.desk, bot=deps)


@pytest.fixture
async def house(bus_factory: BusFactory, settings: Settings, tmp_path: Path) -> AsyncIterator[Town]:
    bus = bus_factory("moderation")
    (tmp_path / "lists").mkdir()
    (tmp_path / "signals").mkdir()
    made = Town(bus, settings, tmp_path / "lists")
    async with bus.running():
        yield made


def wave(count: int, first: int = 6_100_000_001) -> list[dict[str, Any]]:
    return [came(first + n) for n in range(count)]


async def test_a_wave_is_told_once_and_its_newcomers_are_silent_for_a_while(
    house: Town, eventually: Eventually
) -> None:
    await house.set(dryrun="off", raid__action="restrict", raid__joins="5")
    await house.hear(*wave(7))
    await eventually(lambda: len(house.of(Method.RESTRICT_MEMBER)) == 7)
    restricted = house.of(Method.RESTRICT_MEMBER)
    assert {one.params["user_id"] for one in restricted} == {6_100_000_001 + n for n in range(7)}
    assert all(time.time() + 1500 < one.params["until_date"] < time.time() + 2000 for one in restricted)
    assert not any(one.params["permissions"]["can_send_messages"] for one in restricted)
    said_of_it = [one for one in house.of(Method.SEND_MESSAGE) if one.action_id.startswith("wave:")]
    assert len(said_of_it) == 1
    await house.hear(came(6_200_000_001))
    await eventually(lambda: len(house.of(Method.RESTRICT_MEMBER)) == 8)
    assert house.banned == []


async def test_in_dry_run_and_by_default_a_wave_is_only_told(house: Town, eventually: Eventually) -> None:
    await house.set(raid__action="restrict", raid__joins="5")
    await house.set(CHAT - 1, dryrun="off", raid__joins="5")
    await house.hear(*wave(6), *(came(6_300_000_000 + n, CHAT - 1) for n in range(6)))

    def told() -> list[TelegramAction]:
        return [one for one in house.of(Method.SEND_MESSAGE) if one.action_id.startswith("wave:")]

    await eventually(lambda: len(told()) == 2)
    assert house.of(Method.RESTRICT_MEMBER) == []


async def test_in_a_basic_group_nobody_is_silenced_and_nobody_is_said_to_be(
    house: Town, eventually: Eventually
) -> None:
    await house.set(dryrun="off", raid__action="restrict", raid__joins="5", language="en")
    joins = wave(6)
    for update in joins:
        update["chat_member"]["chat"] = chat(kind="group")
    await house.hear(*joins)
    await eventually(lambda: house.of(Method.SEND_MESSAGE))
    (told,) = house.of(Method.SEND_MESSAGE)
    assert "nobody can be muted in a basic group" in told.params["text"]
    assert "raid.action" not in told.params["text"]
    assert house.of(Method.RESTRICT_MEMBER) == []


async def evidence(house: Town, user_id: int) -> set[str]:
    person = house.bus.keys.person(user_id)
    found = (await house.store.people.load({person}))[person]
    return {reason for one in found.chats.values() for reason in one.evidence}


async def test_a_few_who_come_together_are_remembered_as_that_and_nobody_is_told(
    house: Town, eventually: Eventually
) -> None:
    await house.hear(*wave(3))
    await house.hear(*wave(2, 6_200_000_001))
    together = (6_100_000_001, 6_100_000_003, 6_200_000_002)
    for user_id in together:
        await eventually(partial(evidence, house, user_id))
        assert await evidence(house, user_id) == {"company"}
    await house.hear(*wave(1, 6_300_000_001))
    await eventually(partial(evidence, house, 6_300_000_001))
    assert house.of(Method.SEND_MESSAGE) == house.of(Method.RESTRICT_MEMBER) == []


async def test_the_door_opens_again_when_it_is_quiet(house: Town, eventually: Eventually) -> None:
    await house.set(dryrun="off", raid__joins="5")
    await house.hear(*wave(6))
    await eventually(lambda: house.of(Method.SEND_MESSAGE))
    desk, waves, at = house.desk, house.store.waves, int(time.time())
    assert await open_doors(desk, waves, at) is None
    opened = await open_doors(desk, waves, at + 1900)
    assert opened is not None
    await house.bus.commit(opened)
    await eventually(lambda: len(house.of(Method.SEND_MESSAGE)) == 2)
    assert "6" in house.of(Method.SEND_MESSAGE)[1].params["text"]
    assert await open_doors(desk, waves, at + 1900) is None


async def test_admins_and_people_let_in_by_admins_are_no_part_of_a_wave(
    house: Town, eventually: Eventually
) -> None:
    await house.set(dryrun="off", raid__action="restrict", raid__joins="5")
    approved = membership(user(STRANGER), "left", "member", at=int(time.time()))
    approved |= {"from": user(ADMIN), "via_join_request": True, "chat": chat(CHAT)}
    await house.hear(came(ADMIN), raw(approved, "chat_member"), *wave(5))
    await eventually(lambda: len(house.of(Method.RESTRICT_MEMBER)) == 5)
    assert STRANGER not in {one.params["user_id"] for one in house.of(Method.RESTRICT_MEMBER)}


async def test_who_stands_on_two_lists_of_ids_is_removed_where_that_was_chosen(
    house: Town, eventually: Eventually
) -> None:
    for name in ("cas.csv", "lols.txt"):
        (house.lists.folder / name).write_text(f"{STRANGER}\n")
    house.lists.refresh()
    await house.set(dryrun="off", suspicious="remove")
    await house.hear(came(STRANGER))
    await eventually(lambda: house.banned == [(CHAT, STRANGER)])
    assert "listed.file" in house.of(Method.BAN_MEMBER)[0].reasons


async def test_one_list_of_ids_is_advice_only(house: Town, eventually: Eventually) -> None:
    (house.lists.folder / "cas.csv").write_text(f"{STRANGER}\n")
    house.lists.refresh()
    await house.set(dryrun="off", suspicious="remove")
    await house.hear(came(STRANGER))
    await eventually(lambda: house.of(Method.SEND_MESSAGE))
    assert house.banned == []


@pytest.mark.parametrize(("threshold", "removed"), [("50", True), ("95", False)])
async def test_the_bot_acts_at_the_chats_own_threshold_and_for_its_days(
    house: Town, eventually: Eventually, threshold: str, removed: bool
) -> None:
    await house.set(dryrun="off", suspicious="remove", suspicious__threshold=threshold, suspicious__days="7")
    await house.hear(came(STRANGER), said(9, who=STRANGER, text="t.me/+AbCdEf"))
    await eventually(lambda: house.banned if removed else house.of(Method.SEND_MESSAGE))
    assert bool(house.banned) is removed
    for ban in house.of(Method.BAN_MEMBER):
        assert abs(ban.params["until_date"] - time.time() - 7 * 86400) < 60


async def test_a_rule_of_the_operators_acts_where_the_chat_lets_the_bot_act(
    house: Town, eventually: Eventually, tmp_path: Path
) -> None:
    (tmp_path / "rules.toml").write_text(RULE)
    house.registry.rules = load(tmp_path / "rules.toml", set(DEFAULT.table))
    await house.set(dryrun="off", suspicious="remove")
    await house.set(CHAT - 1, dryrun="off")
    await house.hear(came(STRANGER, CHAT - 1))
    await eventually(lambda: _known(house))
    await house.hear(came(STRANGER, CHAT))
    await eventually(lambda: house.banned == [(CHAT, STRANGER)])
    assert house.of(Method.BAN_MEMBER)[0].reasons[0] == "rule.two-chats"


TWO_RULES = """
[[rule]]
name = "by-link"
action = "advise"
when = { fact = "chats", least = 1 }

[[rule]]
name = "likely"
action = "restrict"
when = { fact = "score", least = 0 }
"""


async def test_whatever_asks_for_it_at_once_is_one_card_with_all_of_it_and_the_hardest_is_done(
    house: Town, eventually: Eventually, tmp_path: Path
) -> None:
    (tmp_path / "rules.toml").write_text(TWO_RULES)
    house.registry.rules = load(tmp_path / "rules.toml", set(DEFAULT.table))
    house.telegram.admins[CHAT] = [{"status": "creator", "user": user(ADMIN, language_code="en")}]
    await house.bus.commit(Commit.of(writes=house.talks.talks(ADMIN, now_does=True)))
    await house.set(dryrun="off", suspicious="remove", suspicious__threshold="99", language="en")
    await house.bus.publish(word(house, "banned").model_copy(update={"chat_id": CHAT - 1, "chat": "o" * 13}))
    await eventually(lambda: _known(house))
    await house.hear(came(STRANGER))
    await eventually(lambda: house.of(Method.RESTRICT_MEMBER))
    await eventually(lambda: still(house.bus.redis))
    (card,) = house.of(Method.SEND_MESSAGE)
    (muted,) = house.of(Method.RESTRICT_MEMBER)
    assert house.banned == []
    assert muted.reasons[:2] == ("rule.by-link", "rule.likely")
    for words in (
        "may not write now",
        "runs this bot: by-link",
        "runs this bot: likely",
        "have removed this",
    ):
        assert words in card.params["text"]
    assert "Undo" in str(card.params["reply_markup"])


async def _known(house: Town) -> bool:
    person = house.bus.keys.person(STRANGER)
    return bool((await house.store.people.load({person}))[person].chats)


async def test_a_signal_of_the_operators_own_reaches_the_card_in_words(
    house: Town, eventually: Eventually, tmp_path: Path
) -> None:
    (tmp_path / "signals" / "even.py").write_text(SIGNAL)
    own = plugins.load(tmp_path / "signals")
    house.bus.provide(registry=Registry(house.store.people, house.bus.keys, (), own=own))
    house.telegram.admins[CHAT] = [{"status": "creator", "user": user(ADMIN, language_code="en")}]
    await house.bus.commit(Commit.of(writes=house.talks.talks(ADMIN, now_does=True)))
    await house.set(dryrun="off", language="en")
    await house.hear(came(STRANGER + 1))
    await eventually(lambda: house.of(Method.SEND_MESSAGE))
    assert "has an even number" in house.of(Method.SEND_MESSAGE)[0].params["text"]


async def test_what_was_concluded_is_recorded_without_text_and_can_be_weighed_again(
    house: Town, eventually: Eventually
) -> None:
    await house.set(dryrun="off", suspicious="remove")
    await house.hear(came(STRANGER), said(9, who=STRANGER, text="hush t.me/+AbCdEf"))
    await eventually(lambda: house.banned)
    records = await house.records.all()
    assert [[name for name, _ in one.found] for one in records] == [["new_message.invite"]]
    lists = [await house.bus.redis.lrange(f"moderation:{{0{n}}}:decisions", 0, -1) for n in range(8)]
    stored = b"".join(one for found in lists for one in found)
    assert b"hush" not in stored
    assert str(STRANGER).encode() not in stored
    own = {CHAT: await house.store.chats.settings(CHAT)}
    same = replay(records, own, DEFAULT, {})
    assert same.moved == []
    assert same.counts == {("remove", "remove"): 1}
    softer = replay(records, own, DEFAULT.changed("new_message.invite", "x0.7"), {})
    assert softer.counts == {("remove", "advise"): 1}
    stricter = replay(records, {CHAT: ChatSettings()}, DEFAULT, {"suspicious": "remove"})
    assert stricter.counts == {("advise", "remove"): 1}


async def test_who_was_asked_and_writes_has_answered(house: Town, eventually: Eventually) -> None:
    await house.set(dryrun="off")
    person = house.bus.keys.person(STRANGER)
    asked = raw(membership(user(STRANGER), "left", "member", at=int(time.time())), "chat_member")
    await house.hear(asked)
    await eventually(lambda: _known(house))
    await house.bus.publish(
        PersonObserved(
            person=person,
            chat=house.bus.keys.person(CHAT),
            chat_id=CHAT,
            user_id=STRANGER,
            kind="asked",
            reasons=("admin.ask",),
            observed_at=now(),
        )
    )
    await eventually(lambda: _asked(house, person))
    await house.hear(said(3, who=STRANGER, text="дом 5"))
    await eventually(lambda: _answered(house, person))


async def _asked(house: Town, person: str) -> bool:
    return any(one.asked > 0 for one in (await house.store.people.load({person}))[person].chats.values())


async def _answered(house: Town, person: str) -> bool:
    return any(one.asked == -1 for one in (await house.store.people.load({person}))[person].chats.values())


KEY = "s" * 40


def shared_with(house: Town, folder: Path, **more: Any) -> None:
    """Subscribe to a list of another operator, or publish one."""
    (folder / "minsk.key").write_text(KEY)
    given = {"name": "minsk", "key_file": "minsk.key", **more}
    lines = [f"{name} = {json.dumps(value)}" for name, value in given.items()]
    (folder / "shared.toml").write_text("[[list]]\n" + "\n".join(lines) + "\n")
    house.registry.shared = SharedLists(subscriptions(folder))
    house.registry.shared.refresh()
    house.registry.sharing = Shared(house.bus.redis)


def listed(folder: Path, *people: int) -> dict[str, str]:
    at = int(time.time())
    entries = {person_in(KEY.encode(), one): at + 86400 for one in people}
    theirs = signer(Keys("t" * 64))
    (folder / "minsk.dzelist").write_bytes(write(Document("minsk", at, at + 86400, entries), theirs))
    return {"file": "minsk.dzelist", "issuer": public(theirs)}


@pytest.mark.parametrize("use", ["preview", "notify"])
async def test_the_list_of_another_operator_is_previewed_or_told_and_never_acts_alone(
    house: Town, eventually: Eventually, tmp_path: Path, use: str
) -> None:
    folder = tmp_path / "lists"
    shared_with(house, folder, **listed(folder, STRANGER), use=use)
    await house.set(dryrun="off", suspicious="remove")
    await house.hear(came(STRANGER))
    person = house.bus.keys.person(STRANGER)
    await eventually(lambda: house.registry.sharing.touched("minsk"))
    assert await house.registry.sharing.touched("minsk") == {person}
    if use == "notify":
        await eventually(lambda: house.of(Method.SEND_MESSAGE))
    else:
        await eventually(lambda: still(house.bus.redis))
        assert house.of(Method.SEND_MESSAGE) == []
    assert house.banned == []


async def test_who_an_admin_trusts_is_immune_to_the_lists_of_others(
    house: Town, eventually: Eventually, tmp_path: Path
) -> None:
    folder = tmp_path / "lists"
    shared_with(house, folder, **listed(folder, STRANGER), use="notify")
    await house.set(dryrun="off", suspicious="remove")
    await house.bus.publish(word(house, "trusted"))
    await eventually(lambda: _known(house))
    await house.hear(came(STRANGER, CHAT - 1), came(STRANGER))
    await eventually(lambda: still(house.bus.redis))
    assert house.of(Method.SEND_MESSAGE) == []


async def test_an_admins_ban_goes_into_the_published_list_and_leaves_it_when_taken_back(
    house: Town, eventually: Eventually, tmp_path: Path
) -> None:
    shared_with(house, tmp_path / "lists", publish_days=90)
    theirs, sharing = person_in(KEY.encode(), STRANGER), house.registry.sharing
    await house.bus.publish(word(house, "banned"))

    async def published() -> tuple[dict[str, int], frozenset[str]]:
        found: tuple[dict[str, int], frozenset[str]] = await sharing.published("minsk")
        return found

    async def is_in() -> bool:
        return theirs in (await published())[0]

    await eventually(is_in)
    await house.bus.publish(word(house, "trusted"))

    async def is_out() -> bool:
        return await published() == ({}, frozenset({theirs}))

    await eventually(is_out)


def word(house: Town, kind: str) -> PersonObserved:
    keys = house.bus.keys
    return PersonObserved(
        person=keys.person(STRANGER), chat=keys.person(CHAT), chat_id=CHAT, user_id=STRANGER, kind=kind,
        reasons=(f"admin.{kind}",), observed_at=now(),
    )  # fmt: skip
