"""People over many chats, lists, rules and the record, through the real bus and a real Redis."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.moderation.domain.admission import Admission
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
from services.moderation.rules import plugins
from services.moderation.rules.load import load
from services.moderation.standing.batch import Registry
from services.moderation.store.records import Records
from services.moderation.store.shared import Shared
from shared.bus import Bus, Commit
from shared.clock import now, unix
from shared.contracts.telegram import Method, PersonObserved
from shared.keys import Keys
from shared.settings import Settings
from tests.conftest import BusFactory, Eventually
from tests.house import House, came, said
from tests.moderation import ADMIN, CHAT, STRANGER, membership, raw, user
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


class Recorded(House):
    """A house that knows people by lists and keeps a record."""

    def __init__(self, bus: Bus, settings: Settings, lists: Path) -> None:
        super().__init__(bus, settings)
        self.lists: Any = IdLists(lists, bus.keys)
        self.records = Records(bus.redis, bus.keys)
        self.registry = Registry(self.store.people, bus.keys, (), self.lists, self.records, now=bus.now)
        bus.provide(registry=self.registry)


@pytest.fixture
async def house(bus_factory: BusFactory, settings: Settings, tmp_path: Path) -> AsyncIterator[Recorded]:
    bus = bus_factory("moderation")
    (tmp_path / "lists").mkdir()
    (tmp_path / "signals").mkdir()
    made = Recorded(bus, settings, tmp_path / "lists")
    async with bus.running():
        yield made


async def test_who_stands_on_two_lists_of_ids_is_removed_where_that_was_chosen(
    house: Recorded, eventually: Eventually
) -> None:
    for name in ("cas.csv", "lols.txt"):
        (house.lists.folder / name).write_text(f"{STRANGER}\n")
    house.lists.refresh()
    await house.set(dryrun="off", suspicious="remove")
    await house.hear(came(STRANGER))
    await eventually(lambda: house.banned == [(CHAT, STRANGER)])
    assert "listed.file" in house.of(Method.BAN_MEMBER)[0].reasons


async def test_one_list_of_ids_is_advice_only(house: Recorded, eventually: Eventually) -> None:
    (house.lists.folder / "cas.csv").write_text(f"{STRANGER}\n")
    house.lists.refresh()
    await house.set(dryrun="off", suspicious="remove")
    await house.hear(came(STRANGER))
    await eventually(lambda: house.of(Method.SEND_MESSAGE))
    assert house.banned == []


@pytest.mark.parametrize(("threshold", "removed"), [("50", True), ("95", False)])
async def test_the_bot_acts_at_the_chats_own_threshold_and_for_its_days(
    house: Recorded, eventually: Eventually, threshold: str, removed: bool
) -> None:
    await house.set(dryrun="off", suspicious="remove", suspicious__threshold=threshold, suspicious__days="7")
    await house.hear(came(STRANGER), said(9, who=STRANGER, text="t.me/+AbCdEf"))
    await eventually(lambda: house.banned if removed else house.of(Method.SEND_MESSAGE))
    assert bool(house.banned) is removed
    for ban in house.of(Method.BAN_MEMBER):
        assert abs(ban.params["until_date"] - now().timestamp() - 7 * 86400) < 60


async def test_a_rule_of_the_operators_acts_where_the_chat_lets_the_bot_act(
    house: Recorded, eventually: Eventually, tmp_path: Path
) -> None:
    (tmp_path / "rules.toml").write_text(RULE)
    house.registry.rules = load(tmp_path / "rules.toml", set(DEFAULT.table))
    await house.admit(CHAT, CHAT - 1, CHAT - 2)
    await house.set(dryrun="off", suspicious="remove")
    await house.set(CHAT - 1, dryrun="off")
    await house.hear(came(STRANGER, CHAT - 1), came(STRANGER, CHAT - 2))
    await eventually(lambda: _known(house, 2))
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
    house: Recorded, eventually: Eventually, tmp_path: Path
) -> None:
    (tmp_path / "rules.toml").write_text(TWO_RULES)
    house.registry.rules = load(tmp_path / "rules.toml", set(DEFAULT.table))
    house.telegram.admins[CHAT] = [{"status": "creator", "user": user(ADMIN, language_code="en")}]
    await house.bus.commit(Commit.of(writes=house.talks.talks(ADMIN, now_does=True)))
    await house.set(dryrun="off", suspicious="remove", suspicious__threshold="99", language="en")
    await house.admit(CHAT, CHAT - 1, CHAT - 2)
    await house.bus.publish(word(house, "banned", CHAT - 1), word(house, "banned", CHAT - 2))
    await eventually(lambda: _known(house, 2))
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


async def _known(house: Recorded, chats: int = 1) -> bool:
    person = house.bus.keys.person(STRANGER)
    return len((await house.store.people.load({person}))[person].chats) >= chats


async def test_a_signal_of_the_operators_own_reaches_the_card_in_words(
    house: Recorded, eventually: Eventually, tmp_path: Path
) -> None:
    (tmp_path / "signals" / "even.py").write_text(SIGNAL)
    own = plugins.load(tmp_path / "signals")
    house.bus.provide(registry=Registry(house.store.people, house.bus.keys, (), own=own, now=house.bus.now))
    house.telegram.admins[CHAT] = [{"status": "creator", "user": user(ADMIN, language_code="en")}]
    await house.bus.commit(Commit.of(writes=house.talks.talks(ADMIN, now_does=True)))
    await house.set(dryrun="off", language="en")
    await house.hear(came(STRANGER + 1))
    await eventually(lambda: house.of(Method.SEND_MESSAGE))
    assert "has an even number" in house.of(Method.SEND_MESSAGE)[0].params["text"]


async def test_what_was_concluded_is_recorded_without_text_and_can_be_weighed_again(
    house: Recorded, eventually: Eventually
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


async def test_who_was_asked_and_writes_has_answered(house: Recorded, eventually: Eventually) -> None:
    await house.set(dryrun="off")
    person = house.bus.keys.person(STRANGER)
    asked = raw(membership(user(STRANGER), "left", "member", at=int(unix())), "chat_member")
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


async def _asked(house: Recorded, person: str) -> bool:
    return any(one.asked > 0 for one in (await house.store.people.load({person}))[person].chats.values())


async def _answered(house: Recorded, person: str) -> bool:
    return any(one.asked == -1 for one in (await house.store.people.load({person}))[person].chats.values())


KEY = "s" * 40


def shared_with(house: Recorded, folder: Path, **more: Any) -> None:
    """Subscribe to a list of another operator, or publish one."""
    (folder / "minsk.key").write_text(KEY)
    given = {"name": "minsk", "key_file": "minsk.key", **more}
    lines = [f"{name} = {json.dumps(value)}" for name, value in given.items()]
    (folder / "shared.toml").write_text("[[list]]\n" + "\n".join(lines) + "\n")
    house.registry.shared = SharedLists(subscriptions(folder))
    house.registry.shared.refresh()
    house.registry.sharing = Shared(house.bus.redis, house.bus.keys)


def listed(folder: Path, *people: int) -> dict[str, str]:
    at = int(unix())
    entries = {person_in(KEY.encode(), one): at + 86400 for one in people}
    theirs = signer(Keys("t" * 64))
    (folder / "minsk.dzelist").write_bytes(write(Document("minsk", at, at + 86400, entries), theirs))
    return {"file": "minsk.dzelist", "issuer": public(theirs)}


@pytest.mark.parametrize("use", ["preview", "notify"])
async def test_the_list_of_another_operator_is_previewed_or_told_and_never_acts_alone(
    house: Recorded, eventually: Eventually, tmp_path: Path, use: str
) -> None:
    folder = tmp_path / "lists"
    shared_with(house, folder, **listed(folder, STRANGER), use=use)
    await house.admit(CHAT)
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
    house: Recorded, eventually: Eventually, tmp_path: Path
) -> None:
    folder = tmp_path / "lists"
    shared_with(house, folder, **listed(folder, STRANGER), use="notify")
    await house.admit(CHAT, CHAT - 1)
    await house.set(dryrun="off", suspicious="remove")
    await house.bus.publish(word(house, "trusted"))
    await eventually(lambda: _known(house))
    await house.hear(came(STRANGER, CHAT - 1), came(STRANGER))
    await eventually(lambda: still(house.bus.redis))
    assert house.of(Method.SEND_MESSAGE) == []


async def published(house: Recorded) -> tuple[set[str], frozenset[str]]:
    """People in the list that would now be written, and those that are revoked in it."""
    admissions = await house.store.admissions.current()
    at = int(unix())
    entries, revoked = await house.registry.sharing.published("minsk", admissions, 90, at)
    assert all(until <= at + 90 * 86400 for until in entries.values())
    return set(entries), revoked


async def test_an_admins_ban_goes_into_the_published_list_and_leaves_it_when_taken_back(
    house: Recorded, eventually: Eventually, tmp_path: Path
) -> None:
    shared_with(house, tmp_path / "lists", publish_days=90)
    await house.admit(CHAT, CHAT - 1)
    theirs = person_in(KEY.encode(), STRANGER)
    for kind, where, found in (
        ("banned", CHAT, ({theirs}, frozenset())),
        ("trusted", CHAT - 1, ({theirs}, frozenset())),  # another chat takes nothing back
        ("banned", CHAT - 1, ({theirs}, frozenset())),
        ("trusted", CHAT, ({theirs}, frozenset())),
        ("trusted", CHAT - 1, (set(), frozenset({theirs}))),
    ):
        await house.bus.publish(word(house, kind, where))
        await eventually(lambda: still(house.bus.redis))
        assert await published(house) == found


async def test_only_known_chats_bans_are_published_and_a_withdrawn_one_revokes_its_own(
    house: Recorded, eventually: Eventually, tmp_path: Path
) -> None:
    shared_with(house, tmp_path / "lists", publish_days=90)
    theirs = person_in(KEY.encode(), STRANGER)
    await house.bus.publish(word(house, "banned", CHAT - 5))
    await eventually(lambda: still(house.bus.redis))
    assert await published(house) == (set(), frozenset())
    await house.admit(CHAT - 5, CHAT)  # what it said before it was known counts when the person is seen again
    await house.bus.publish(word(house, "joined", CHAT))
    await eventually(lambda: still(house.bus.redis))
    assert await published(house) == ({theirs}, frozenset())
    await house.bus.commit(await house.desk.move(CHAT - 5, CHAT - 6, int(unix())))
    assert await published(house) == ({theirs}, frozenset())
    gone = Admission("guest", words_from=int(unix()) + 1, by="operator")
    key = house.bus.keys.person(CHAT - 6)
    await house.bus.commit(Commit.of(writes=house.store.admissions.save(key, gone, is_felt=True)))
    assert await published(house) == (set(), frozenset({theirs}))


async def test_a_strangers_group_does_not_count_in_a_preview(
    house: Recorded, eventually: Eventually, tmp_path: Path
) -> None:
    folder = tmp_path / "lists"
    shared_with(house, folder, **listed(folder, STRANGER))
    await house.hear(came(STRANGER, CHAT - 9))
    await eventually(lambda: still(house.bus.redis))
    assert await house.registry.sharing.touched("minsk") == set()
    await house.admit(CHAT)
    await house.hear(came(STRANGER))
    await eventually(lambda: still(house.bus.redis))
    assert await house.registry.sharing.touched("minsk") == {house.bus.keys.person(STRANGER)}


def word(house: Recorded, kind: str, where: int = CHAT) -> PersonObserved:
    keys = house.bus.keys
    return PersonObserved(
        person=keys.person(STRANGER), chat=keys.person(where), chat_id=where, user_id=STRANGER, kind=kind,
        reasons=(f"admin.{kind}",), observed_at=now(),
    )  # fmt: skip
