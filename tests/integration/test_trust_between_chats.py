"""Strangers' groups and captured chats, through the real bus and a real Redis: what they can do to whom."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.moderation.domain.admission import Admission
from services.moderation.domain.standing import Standing
from services.moderation.store import records
from shared.bus import Commit
from shared.clock import now
from shared.contracts.telegram import Method, PersonJudged, PersonObserved, SetAdmission, Signal
from shared.settings import Settings
from tests.conftest import BusFactory, Eventually
from tests.house import BOT, House, came, said
from tests.moderation import ADMIN, CHAT, STRANGER, raw, user
from tests.stored import still

pytestmark = pytest.mark.usefixtures("nothing_pending")
INNOCENT = STRANGER
ATTACKER = 5_000_000_900
GUESTS = [CHAT - 100 - n for n in range(20)]
KNOWN = [CHAT - 1 - n for n in range(4)]


@pytest.fixture
async def house(bus_factory: BusFactory, settings: Settings) -> AsyncIterator[House]:
    bus = bus_factory("moderation")
    made = House(bus, settings)
    async with bus.running():
        await made.admit(CHAT, *KNOWN)
        await made.set(dryrun="off", suspicious="remove", suspicious__threshold="50", language="en")
        made.telegram.admins[CHAT] = [{"status": "creator", "user": user(ADMIN, language_code="en")}]
        for chat_id in GUESTS:
            bot = {"id": BOT, "is_bot": True, "first_name": "Dze"}
            made.telegram.admins[chat_id] = [
                {"status": "creator", "user": user(ATTACKER, "Чужынец")},
                {"status": "administrator", "user": bot, "can_restrict_members": True},
            ]
        await made.bus.commit(
            Commit.of(writes=[w for one in (ADMIN, ATTACKER) for w in made.talks.talks(one, now_does=True)])
        )
        yield made


def word(house: House, kind: str, where: int, who: int = INNOCENT, **more: Any) -> PersonObserved:
    keys = house.bus.keys
    return PersonObserved(
        person=keys.person(who), chat=keys.person(where), chat_id=where, user_id=who, kind=kind,
        observed_at=now(), **more,
    )  # fmt: skip


async def standing(house: House, who: int = INNOCENT) -> Standing:
    person = house.bus.keys.person(who)
    return (await house.store.people.load({person}))[person]


async def settled(house: House, eventually: Eventually) -> None:
    await eventually(lambda: still(house.bus.redis))


def cards(house: House) -> list[str]:
    return [str(one.params["text"]) for one in house.of(Method.SEND_MESSAGE) if "advice" in one.action_id]


async def test_a_strangers_groups_harm_nobody_in_the_chats_of_others(
    house: House, eventually: Eventually
) -> None:
    for chat_id in GUESTS:
        await house.set(chat_id, dryrun="off")
    commands = [said(0, who=ATTACKER, where=one, text=f"/ban {INNOCENT}", entities=COMMAND) for one in GUESTS]
    await house.hear(*commands)
    await eventually(lambda: len(house.banned) == len(GUESTS))
    await house.hear(came(INNOCENT))
    await settled(house, eventually)
    assert CHAT not in {chat_id for chat_id, _ in house.banned}
    assert cards(house) == []
    assert len((await standing(house)).banned) == len(GUESTS)


COMMAND = [{"type": "bot_command", "offset": 0, "length": 4}]


async def test_a_stranger_learns_no_name_and_no_reason_of_somebody_they_have_never_seen(
    house: House, eventually: Eventually
) -> None:
    """`/trust ID` in a group of one's own once showed the card that other chats would have got."""
    await house.bus.publish(*(word(house, "banned", one) for one in KNOWN))
    for text in (f"/trust {INNOCENT}", f"/unban {INNOCENT}", f"/ban {INNOCENT}", f"/why {INNOCENT}"):
        await house.hear(said(0, who=ATTACKER, where=GUESTS[0], text=text, entities=COMMAND))
    await settled(house, eventually)
    await house.hear(came(INNOCENT))
    await settled(house, eventually)
    told = [one for one in house.of(Method.SEND_MESSAGE) if one.chat_id in (ATTACKER, *GUESTS)]
    assert not [one for one in told if "Алесь" in str(one.params) or "removed this person" in str(one.params)]
    assert [one.chat_id for one in house.of(Method.SEND_MESSAGE) if "advice" in one.action_id] == [ADMIN]


async def test_a_guest_into_which_somebody_comes_learns_nothing_of_them(
    house: House, eventually: Eventually
) -> None:
    await house.bus.publish(*(word(house, "banned", one) for one in KNOWN))
    await house.set(GUESTS[0], dryrun="off", suspicious="remove", suspicious__threshold="50")
    await house.hear(came(INNOCENT, GUESTS[0]))
    await settled(house, eventually)
    assert house.actions == []
    await house.hear(said(7, who=INNOCENT, where=GUESTS[0], text="t.me/+AbCdEfGh"))
    await eventually(lambda: (GUESTS[0], INNOCENT) in house.banned)
    (ban,) = [one for one in house.of(Method.BAN_MEMBER) if one.chat_id == GUESTS[0]]
    assert set(ban.reasons) == {"new_message.invite"}, "by what happens in it, a guest is looked after"


async def test_a_strangers_trust_makes_nobody_immune_elsewhere(house: House, eventually: Eventually) -> None:
    await house.bus.publish(*(word(house, "trusted", one) for one in GUESTS))
    await house.bus.publish(*(word(house, "joined", one, road="vouched") for one in GUESTS))
    await house.bus.publish(*(word(house, "noted", one, reasons=("vouched", "leads")) for one in GUESTS))
    await house.hear(came(INNOCENT), said(8, who=INNOCENT, text="t.me/+AbCdEfGh"))
    await eventually(lambda: house.banned == [(CHAT, INNOCENT)])


async def test_one_captured_chat_gives_advice_and_never_a_removal_however_often_it_is_repeated(
    house: House, eventually: Eventually
) -> None:
    captured, *others = KNOWN
    await house.bus.publish(word(house, "banned", captured))
    for chat_id in others:  # each gets a card, and each presses "remove"
        await house.bus.publish(word(house, "joined", chat_id))
        await settled(house, eventually)
        await house.bus.publish(word(house, "banned", chat_id, reasons=("admin.remove",)))
        await settled(house, eventually)
        key = house.bus.keys.person
        assert (await standing(house)).chats[key(chat_id)].ban_sources == (key(captured),)
    await house.hear(came(INNOCENT))
    await eventually(lambda: cards(house))
    await settled(house, eventually)
    assert house.banned == []
    assert "admins of other chats have removed this person: 4 chats" in cards(house)[0]


async def test_two_captured_chats_remove_nobody_elsewhere_and_shield_nobody_from_what_is_clear(
    house: House, eventually: Eventually
) -> None:
    """All that they can say: bans, reports, waves, people added to them; trust, members' words, admins. At
    the threshold that a chat has unless it sets another.
    """
    infiltrator, captured = INNOCENT + 1, KNOWN[:2]
    await house.set(suspicious__threshold="70")
    for chat_id in captured:
        await house.bus.publish(
            word(house, "joined", chat_id, road="added"),
            word(house, "noted", chat_id, reasons=("spam.text", "lookalike.forged", "burst", "company")),
            word(house, "banned", chat_id),
            word(house, "joined", chat_id, infiltrator, road="vouched"),
            word(house, "trusted", chat_id, infiltrator),
            word(house, "noted", chat_id, infiltrator, reasons=("leads", "vouched")),
        )
    await settled(house, eventually)
    await house.hear(came(INNOCENT), came(infiltrator))
    await eventually(lambda: cards(house))
    await settled(house, eventually)
    assert house.banned == []
    await house.bus.publish(
        word(house, "noted", CHAT, infiltrator, reasons=("new_message.invite", "spam.text"))
    )
    await eventually(lambda: house.banned == [(CHAT, infiltrator)])


async def test_three_teams_that_agree_remove_where_that_was_chosen_and_a_team_of_three_chats_does_not(
    house: House, eventually: Eventually
) -> None:
    store = house.store.admissions
    for one_team in (True, False):
        who = INNOCENT + one_team
        if one_team:  # the same person leads all three
            for chat_id in KNOWN[:3]:
                tokens = store.tokens([ATTACKER])
                writes = await store.learnt(house.bus.keys.person(chat_id), tokens, int(now().timestamp()))
                await house.bus.commit(Commit.of(writes=writes))
        else:  # three others whom nobody has in common
            await house.admit(*GUESTS[:3])
            await house.bus.publish(*(word(house, "banned", one, who) for one in GUESTS[:3]))
        await house.bus.publish(*(word(house, "banned", one, who) for one in KNOWN[:3]))
        await settled(house, eventually)
        await house.hear(came(who))
        await settled(house, eventually)
    assert house.banned == [(CHAT, INNOCENT)]


async def test_who_is_known_in_the_chat_is_told_of_and_not_removed(
    house: House, eventually: Eventually
) -> None:
    writes = house.store.chats.trust(CHAT, INNOCENT, int(now().timestamp()))
    await house.bus.commit(Commit.of(writes=writes))
    await house.bus.publish(*(word(house, "banned", one) for one in KNOWN))
    await house.bus.publish(word(house, "joined", CHAT))
    await eventually(lambda: cards(house))
    await settled(house, eventually)
    assert house.banned == []


async def test_a_word_is_withdrawn_for_everybody_at_once_and_does_not_come_back(
    house: House, eventually: Eventually
) -> None:
    await house.bus.publish(*(word(house, "banned", one) for one in KNOWN))
    await settled(house, eventually)
    later = now() + timedelta(seconds=1)
    for state in ("guest", "known"):
        for chat_id in KNOWN:
            await house.bus.publish(
                SetAdmission(chat_id=chat_id, state=state, by="operator", decided_at=later)
            )
        await settled(house, eventually)
    await house.hear(came(INNOCENT))
    await settled(house, eventually)
    assert house.banned == []
    assert cards(house) == []


async def test_what_was_concluded_from_a_word_that_was_withdrawn_meanwhile_is_looked_at_anew(
    house: House, eventually: Eventually
) -> None:
    """It lay in the stream when the word was withdrawn."""
    key, store = house.bus.keys.person, house.store.admissions
    await house.bus.publish(word(house, "joined", CHAT))
    await settled(house, eventually)
    withdrawn = Admission("guest", words_from=int(now().timestamp()) + 5, by="operator")
    await house.bus.commit(Commit.of(writes=store.save(key(KNOWN[0]), withdrawn, is_felt=True)))
    said_before = PersonJudged(
        person=key(INNOCENT), chat_id=CHAT, user_id=INNOCENT, score=3.0, firm=3.0, own=-3.0,
        signals=(Signal(name="listed", weight=6.0, detail={"chats": 3}),), sources=(key(KNOWN[0]),),
        judged_at=now(),
    )  # fmt: skip
    await house.bus.publish(said_before)
    await settled(house, eventually)
    assert house.banned == []
    assert cards(house) == []
    await house.bus.publish(said_before.model_copy(update={"sources": (key(KNOWN[1]),)}))
    await eventually(lambda: house.banned == [(CHAT, INNOCENT)])


async def test_a_chat_that_became_a_guest_meanwhile_is_not_told_what_others_know(
    house: House, eventually: Eventually
) -> None:
    key = house.bus.keys.person
    judged = PersonJudged(
        person=key(INNOCENT), chat_id=GUESTS[0], user_id=INNOCENT, score=1.0, firm=1.0, own=-3.0,
        signals=(Signal(name="chats.many", weight=4.0, detail={"chats": 9}),), judged_at=now(),
    )  # fmt: skip
    await house.bus.publish(judged)
    await settled(house, eventually)
    assert house.actions == []


async def test_no_strangers_group_pushes_out_what_was_concluded_in_known_chats(
    house: House, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "KEPT", 2)
    house.registry.records = records.Records(house.bus.redis, house.bus.keys)
    await house.bus.publish(word(house, "joined", CHAT, reasons=("first_message.link",)))
    await settled(house, eventually)
    for n, chat_id in enumerate(GUESTS):
        await house.bus.publish(word(house, "joined", chat_id, INNOCENT + n, reasons=("first_message.link",)))
    await settled(house, eventually)
    found = await house.registry.records.all()
    assert [one.chat_id for one in found if one.chat_id == CHAT] == [CHAT]
    assert 0 < len(found) - 1 <= 2 * 8


async def test_people_of_a_group_count_under_the_supergroups_id(house: House, eventually: Eventually) -> None:
    """Words, and what rests on them, go along when a chat gets another id."""
    key, old, new = house.bus.keys.person, KNOWN[0], CHAT - 5000
    await house.bus.publish(word(house, "banned", old))
    await house.bus.publish(word(house, "joined", KNOWN[1]))
    await settled(house, eventually)
    await house.bus.publish(word(house, "banned", KNOWN[1], reasons=("admin.remove",)))
    await settled(house, eventually)
    await house.bus.commit(await house.desk.move(old, new, int(now().timestamp())))
    found = await standing(house)
    assert found.chats[key(KNOWN[1])].ban_sources == (key(new),)
    assert (await house.store.admissions.current()).is_known(key(new))
    await house.hear(came(INNOCENT))
    await eventually(lambda: cards(house))
    assert house.banned == []


async def test_the_admins_of_a_batch_are_learnt_as_a_team(house: House, eventually: Eventually) -> None:
    for chat_id in KNOWN[:2]:
        house.telegram.admins[chat_id] = [
            {"status": "creator", "user": user(ATTACKER)},
            {"status": "administrator", "user": {"id": 77, "is_bot": True, "first_name": "Dze"}},
            {"status": "administrator", "user": {"id": 1087968824, "is_bot": True, "first_name": "Group"}},
        ]
        await house.hear(said(9, who=INNOCENT, where=chat_id))
    await settled(house, eventually)
    found = await house.store.admissions.current()
    first, second, third = map(house.bus.keys.person, KNOWN[:3])
    assert found.team(first) == found.team(second) != found.team(third)
    assert house.store.admissions.tokens([77]).isdisjoint(found.admins[first])


async def test_an_update_of_a_blocked_chat_leads_to_nothing_elsewhere(
    house: House, eventually: Eventually
) -> None:
    await house.bus.publish(SetAdmission(chat_id=KNOWN[0], state="blocked", by="operator", decided_at=now()))
    await settled(house, eventually)
    await house.hear(raw({**came(INNOCENT, KNOWN[0])["chat_member"]}, "chat_member"))
    await house.bus.publish(word(house, "banned", KNOWN[0]))
    await house.hear(came(INNOCENT))
    await settled(house, eventually)
    assert cards(house) == []
