"""What admins must hear of before its trace goes."""

from typing import Any

import pytest

from services.moderation.telegram.errors import Transient
from shared.bus import Commit
from shared.contracts.telegram import Method
from simulator.demo import ALENA, RESIDENT, UPPER_TOWN
from simulator.faults import Fault
from tests.conftest import Eventually, eventually
from tests.house import Clock, said, waiting
from tests.moderation import ADMIN, STRANGER, photo, user
from tests.town import Town

pytestmark = pytest.mark.usefixtures("nothing_pending")


async def test_the_trace_of_a_new_owner_goes_only_after_an_admin_was_told(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", service__owner="delete")
    deps: Any = house.bus.broker.context.get("bot")
    await house.do(Commit.of(deps.store.talks(ADMIN, now_does=True)))
    await house.hear(said(7, who=ADMIN, chat_owner_changed={"new_owner": user(STRANGER)}))
    await eventually(lambda: waiting(house, 1))
    await house.sweep(10)
    assert house.deleted == []
    await house.sweep(20, sent=b"99")
    await eventually(lambda: house.deleted == [7])
    await eventually(lambda: [one.chat_id for one in house.of(Method.SEND_MESSAGE)].count(ADMIN) == 1)


async def test_where_no_admin_can_be_told_the_trace_stays(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", service__owner="delete", media__photo="delete")
    await house.hear(said(7, who=ADMIN, chat_owner_left={}), said(8, photo=photo()))
    await eventually(lambda: house.deleted == [8])
    assert await waiting(house, 0)


async def test_no_look_up_that_fails_lets_the_trace_go_untold(house: Clock, eventually: Eventually) -> None:
    """Nor is anybody else held up: what waits is this update alone."""
    await house.set(dryrun="off", service__owner="delete", media__photo="delete")
    deps: Any = house.bus.broker.context.get("bot")
    await house.do(Commit.of(deps.store.talks(ADMIN, now_does=True)))
    await house.hear(said(6, photo=photo()))
    await eventually(lambda: house.deleted == [6])
    house.telegram.error = Transient("away")
    await house.hear(said(7, who=ADMIN, chat_owner_changed={"new_owner": user(STRANGER)}))
    await eventually(lambda: "getChatAdministrators" in house.telegram.asked[1:])
    assert await waiting(house, 0)
    house.telegram.error = None
    await eventually(lambda: waiting(house, 1), 20)
    await eventually(lambda: [one.chat_id for one in house.of(Method.SEND_MESSAGE)] == [ADMIN])
    assert house.deleted == [6]


@pytest.mark.parametrize(
    "change",
    [
        {"chat_owner_changed": {"new_owner": {"id": RESIDENT, "is_bot": False, "first_name": "M"}}},
        {"chat_owner_left": {}},
    ],
)
async def test_an_admin_reads_of_it_before_the_trace_is_gone_however_telegram_stutters(
    town: Town, change: dict[str, dict[str, dict[str, Any]]]
) -> None:
    """Whole: the trace's end follows the alert in the order of calls that Telegram carried out."""
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    for command in ("/dryrun off", "/set service.owner delete"):
        town.say(command)
    await town.hears("Запісана")
    town.sim.hub.faults.add(Fault("too_many", "sendMessage", ALENA, times=1, retry_after=1))
    town.sim.hub.faults.add(Fault("html", "sendMessage", ALENA, times=1))
    trace = town.sim.do("service", chat=UPPER_TOWN, user=ALENA, content=change)["message_id"]
    alert = await town.hears("змяніліся правы", ALENA)
    assert "Верхні горад" in alert.content["text"]
    there = town.sim.world.chat(UPPER_TOWN).messages
    await eventually(lambda: there[trace].gone, 20)
    done = [entry for entry in town.sim.hub.journal.entries if entry.done]
    told = next(e.number for e in done if e.method == "sendMessage" and "змяніліся" in e.params["text"])
    gone = next(
        e.number for e in done if e.method == "deleteMessages" and str(trace) in str(e.params["message_ids"])
    )
    assert told < gone


async def test_new_and_lost_rights_of_admins_are_told_to_admins_alone(town: Town) -> None:
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    rights = {"can_delete_messages": True}

    def give(**more: bool) -> None:
        town.sim.do("promote", chat=UPPER_TOWN, user=RESIDENT, by=ALENA, rights=rights | more)

    give()
    assert "Maryna" in (await town.hears("Новы адміністратар", ALENA)).content["text"]
    give(can_pin_messages=True)
    await town.hears("Змяніліся правы адміністратара", ALENA)
    town.sim.do("promote", chat=UPPER_TOWN, user=RESIDENT, by=ALENA, rights={})
    await town.hears("Больш не адміністратар", ALENA)
    assert town.texts(UPPER_TOWN) == []
