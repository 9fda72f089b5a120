"""What chats teach each other about texts: only known ones, two teams alike, and not for ever."""

from typing import Any

import pytest

from services.moderation.spam.online import Correction
from shared.bus import Commit
from shared.clock import now
from shared.contracts.telegram import PersonObserved, SetAdmission
from shared.settings import Settings
from tests.conftest import BusFactory, Eventually
from tests.house import BOT, came, said
from tests.integration.test_spam_streams import FENCES, Readers
from tests.moderation import CHAT, STRANGER, message, photo, raw, user
from tests.stored import still

pytestmark = pytest.mark.usefixtures("nothing_pending")
KNOWN = [CHAT - 1 - n for n in range(4)]
GUEST = CHAT - 100
LEADER = 5_000_000_700
CARPETS = "Дорогие друзья, приходите завтра на распродажу ковров в доме культуры"
HELLO = "Добры дзень, суседзі! Хто ведае, калі адключаць гарачую ваду ў нашым доме?"


@pytest.fixture
async def house(bus_factory: BusFactory, settings: Settings) -> Any:
    bus = bus_factory("moderation")
    made = Readers(bus, settings)
    async with bus.running():
        for n, chat_id in enumerate((*KNOWN, GUEST)):
            made.telegram.admins[chat_id] = [
                {"status": "creator", "user": user(LEADER + n, f"Кіраўнік {n}")},
                {
                    "status": "administrator",
                    "user": {"id": BOT, "is_bot": True, "first_name": "Dze"},
                    "can_restrict_members": True,
                    "can_delete_messages": True,
                },
            ]
        await made.admit(CHAT, *KNOWN)
        yield made


async def teach(house: Readers, eventually: Eventually, where: int, text: str, times: int = 1) -> None:
    """Its admin writes `/spam` in answer to this text."""
    leader = house.telegram.admins[where][0]["user"]["id"]
    mark = {"type": "bot_command", "offset": 0, "length": 5}
    for n in range(times):
        replied = message(1000 + n, who=STRANGER + 50, text=text, where=where, at=int(now().timestamp()))
        order = said(0, who=leader, where=where, text="/spam", entities=[mark], reply_to_message=replied)
        await house.hear(order)
    await eventually(lambda: still(house.bus.redis))


async def heard(house: Readers) -> Correction:
    return await house.store.corrections.lent.deployment(int(now().timestamp()))


async def own(house: Readers, where: int) -> Correction:
    return await house.store.corrections.correction(where)


async def test_what_is_taught_in_a_strangers_group_stays_there(
    house: Readers, eventually: Eventually
) -> None:
    await teach(house, eventually, GUEST, HELLO, 6)
    await teach(house, eventually, KNOWN[0], HELLO)
    assert len((await own(house, GUEST)).buckets)
    assert not len((await heard(house)).buckets)


async def test_one_team_teaches_nobody_else_and_two_alike_do(house: Readers, eventually: Eventually) -> None:
    await teach(house, eventually, KNOWN[0], FENCES, 4)
    assert len((await own(house, KNOWN[0])).buckets)
    assert not len((await heard(house)).buckets)
    await teach(house, eventually, KNOWN[1], FENCES, 4)
    assert (await heard(house)).weights.max() > 0


async def test_two_chats_of_one_team_are_one_teacher(house: Readers, eventually: Eventually) -> None:
    store = house.store.admissions
    for chat_id in KNOWN[:2]:
        writes = await store.learnt(
            house.bus.keys.person(chat_id), store.tokens([LEADER]), int(now().timestamp())
        )
        await house.bus.commit(Commit.of(writes=writes))
        await teach(house, eventually, chat_id, FENCES, 3)
    assert not len((await heard(house)).buckets)


async def test_what_a_chat_taught_ends_when_it_is_withdrawn_and_does_not_come_back(
    house: Readers, eventually: Eventually
) -> None:
    for chat_id in KNOWN[:2]:
        await teach(house, eventually, chat_id, FENCES, 3)
    assert len((await heard(house)).buckets)
    for state in ("guest", "known"):
        await house.bus.publish(SetAdmission(chat_id=KNOWN[0], state=state, by="operator", decided_at=now()))
        await eventually(lambda: still(house.bus.redis))
        assert not len((await heard(house)).buckets)
    assert len((await own(house, KNOWN[0])).buckets), "its own chat keeps it"


async def test_a_guest_hears_nothing_of_what_the_city_has_learnt(
    house: Readers, eventually: Eventually
) -> None:
    for chat_id in KNOWN[:3]:
        await teach(house, eventually, chat_id, FENCES, 8)
    for n, where in enumerate((KNOWN[3], GUEST)):
        await house.set(where, dryrun="off", spam="delete", media__photo="delete")
        await house.hear(came(STRANGER + n, where), said(20 + n, who=STRANGER + n, where=where, text=FENCES))
        await house.hear(said(30 + n, who=STRANGER + n, where=where, photo=photo()))
    await eventually(lambda: {30, 31} <= set(house.deleted))
    await eventually(lambda: still(house.bus.redis))
    assert 20 in house.deleted
    assert 21 not in house.deleted


async def repeated(house: Readers, who: int = STRANGER) -> list[str]:
    person = house.bus.keys.person(who)
    standing = (await house.store.people.load([person]))[person]
    return [
        reason
        for one in standing.chats.values()
        for reason in one.evidence
        if reason.startswith(("spam.repeated", "repeated."))
    ]


@pytest.mark.parametrize(
    ("where", "noted"),
    [
        ([CHAT, KNOWN[0], GUEST, GUEST - 1, GUEST - 2], []),
        ([GUEST, GUEST - 1, GUEST - 2, GUEST - 3], []),
        ([CHAT, KNOWN[0], KNOWN[1]], ["spam.repeated"]),
        ([CHAT, *KNOWN[:3]], ["spam.repeated", "spam.repeated", "repeated.often"]),
    ],
)
async def test_copies_count_where_they_stand_in_known_chats_of_several_teams(
    house: Readers, eventually: Eventually, where: list[int], noted: list[str]
) -> None:
    for n, chat_id in enumerate(where):
        await house.hear(
            raw(message(n + 1, who=STRANGER, where=chat_id, at=int(now().timestamp()), text=CARPETS))
        )
        await eventually(lambda: still(house.bus.redis))
    assert sorted(await repeated(house)) == sorted(noted)
    if all(chat_id <= GUEST for chat_id in where):
        assert not await house.bus.redis.keys("moderation:copies:*")


async def test_an_admins_press_on_a_card_teaches_like_a_report(
    house: Readers, eventually: Eventually
) -> None:
    keys = house.bus.keys
    for chat_id in (*KNOWN[:2], GUEST):
        await house.set(chat_id, dryrun="off")
        await house.hear(
            said(5, who=STRANGER, where=chat_id, text=FENCES.upper() + " СРОЧНО! t.me/+abcdefgh")
        )
        await eventually(lambda: still(house.bus.redis))
        await house.bus.publish(
            PersonObserved(
                person=keys.person(STRANGER), chat=keys.person(chat_id), chat_id=chat_id, user_id=STRANGER,
                kind="trusted", reasons=("admin.undo",), observed_at=now(),
            )
        )  # fmt: skip
    await eventually(lambda: still(house.bus.redis))
    lent = await house.bus.redis.hkeys("moderation:lent")
    assert keys.person(GUEST).encode() not in lent
