"""Sanctions that meet: bursts, several admins, locks, warnings, cards, what was set by hand before.

The whole of moderation before the simulator: what stands in the end is asked of Telegram.
"""

from typing import Any

import pytest

from services.moderation.domain.permissions import FREE
from shared.contracts.telegram import PersonJudged
from simulator.demo import ALENA, RESIDENT, REVIEWER, UPPER_TOWN
from simulator.faults import Fault
from tests.conftest import eventually
from tests.stored import still
from tests.town import Town, judged, speak

HOUR, DAY = 3_600, 86_400
SPAM = "Срочно! Набираем людей в команду, доход от 500$ в день без вложений, пишите в личку @zarabotok_bot"
LINK = "глядзіце https://example.org"
PHOTOLESS = {**FREE, "can_send_photos": False}


def place(town: Town, who: int = RESIDENT) -> Any:
    return town.sim.world.member(town.sim.world.chat(UPPER_TOWN), who)


def by_hand(town: Town, how: str, until: int = 0, **permissions: bool) -> None:
    town.sim.do(
        "remove", chat=UPPER_TOWN, user=RESIDENT, by=ALENA, how=how, until=until, permissions=permissions
    )


async def settled(town: Town) -> None:
    await eventually(lambda: still(town.bus.redis))


async def acting(town: Town, *settings: str) -> None:
    """The chat acts as its settings say and speaks English; its admin reads cards."""
    speak(town, "en")
    town.say("/start", ALENA, ALENA)
    await town.hears("Hello", ALENA)
    for text in ("/set language en", *settings, "/dryrun off"):
        town.say(text)
    await town.hears("I act as the settings say")


def gone(town: Town, *ids: int) -> bool:
    return all(town.sim.world.chat(UPPER_TOWN).messages[one].gone for one in ids)


async def log(town: Town) -> str:
    town.say("/log")
    return str((await town.hears("Log")).content["text"])


@pytest.mark.parametrize(
    "texts", [(SPAM, LINK), (LINK, SPAM), (LINK, SPAM, LINK), (f"{SPAM} https://example.org",)]
)
async def test_spam_is_removed_and_a_lock_mutes_in_one_burst_and_the_removal_stands(
    town: Town, texts: tuple[str, ...]
) -> None:
    await acting(town, "/set spam remove", "/lock link mute")
    ids = [town.say(text, RESIDENT) for text in texts]
    await eventually(lambda: place(town).status == "kicked")
    await settled(town)
    await eventually(lambda: gone(town, *ids))
    assert place(town).status == "kicked"
    assert 29 * DAY < place(town).until - town.sim.world.clock() < 31 * DAY


async def test_a_warning_that_bans_and_a_lock_that_mutes_in_one_burst_end_in_the_ban(town: Town) -> None:
    await acting(town, "/set warn.most 1", "/set warn.then ban", "/lock link mute")
    noise = town.say("шум", RESIDENT)
    town.say("/warn", reply_to=noise)
    ids = [town.say(LINK, RESIDENT) for _ in range(3)]
    await eventually(lambda: gone(town, *ids))
    await settled(town)
    assert (place(town).status, place(town).until) == ("kicked", 0)


async def test_two_admins_at_once_end_in_the_stronger(town: Town) -> None:
    await acting(town)
    town.sim.do("promote", chat=UPPER_TOWN, user=REVIEWER)
    noise = town.say("шум", RESIDENT)
    limit = Fault("too_many", "banChatMember", UPPER_TOWN, retry_after=1, times=1)
    town.sim.hub.faults.add(limit)
    town.say("/ban", ALENA, reply_to=noise)
    town.say("/mute 1h", REVIEWER, reply_to=noise)
    town.say("/ban 1d", REVIEWER, reply_to=noise)
    town.say("/unmute", ALENA, reply_to=noise)
    await eventually(lambda: place(town).status == "kicked", 20)
    await settled(town)
    assert (place(town).status, place(town).until) == ("kicked", 0)


async def test_a_ban_and_its_unban_while_the_ban_waits_end_in_none(town: Town) -> None:
    """The unban finds nobody banned when it is said, and a ban when its turn has come."""
    await acting(town)
    noise = town.say("шум", RESIDENT)
    limit = Fault("too_many", "banChatMember", UPPER_TOWN, retry_after=2, times=1)
    town.sim.hub.faults.add(limit)
    town.say("/ban", reply_to=noise)
    await eventually(lambda: limit.struck)
    town.say("/unban", reply_to=noise)
    await town.hears("is not banned here")
    await eventually(lambda: town.calls("unbanChatMember"), 20)
    await settled(town)
    assert place(town).status == "left"


async def test_a_lock_mutes_nobody_who_may_less_for_longer_and_claims_no_mute(town: Town) -> None:
    await acting(town, "/lock link mute")
    by_hand(town, "restrict", **PHOTOLESS)
    written = town.say(LINK, RESIDENT)
    await eventually(lambda: gone(town, written))
    await settled(town)
    assert (place(town).permissions, place(town).until) == (PHOTOLESS, 0)
    await eventually(lambda: not any("may not write" in text for text in town.texts()), 20)
    found = await log(town)
    assert "not done: a longer restriction stands · for good" in found
    code = next(line for line in found.splitlines() if "longer restriction" in line)[-6:]
    town.say(f"/why {code}")
    assert "first /unmute" in (await town.hears(f"Code {code}")).content["text"], "it says how to go on"


async def test_a_lock_mutes_a_member_and_says_until_when(town: Town) -> None:
    await acting(town, "/lock link mute")
    ids = [town.say(LINK, RESIDENT) for _ in range(3)]
    await eventually(lambda: gone(town, *ids))
    await settled(town)
    assert place(town).status == "restricted"
    assert 50 * 60 < place(town).until - town.sim.world.clock() < 61 * 60
    await eventually(lambda: sum("may not write" in text for text in town.texts()) == 1, 30)


def likely(town: Town, **more: Any) -> PersonJudged:
    return judged(town, **{"score": 2.0, **more})


async def test_a_removal_by_the_score_shortens_no_ban_by_hand_and_claims_nothing(town: Town) -> None:
    await acting(town, "/set suspicious remove")
    by_hand(town, "ban")
    await town.bus.publish(likely(town))
    await settled(town)
    assert (place(town).status, place(town).until) == ("kicked", 0)
    assert town.calls("banChatMember") == []
    assert not any("removing" in text for text in town.texts(ALENA))
    assert "not done: a longer ban stands" in await log(town)


async def test_a_rule_that_restricts_leaves_a_longer_restriction_and_asks_the_admins(town: Town) -> None:
    await acting(town, "/set suspicious remove", "/set suspicious.threshold 99")
    by_hand(town, "restrict", **PHOTOLESS)
    await town.bus.publish(likely(town, score=0.1, rule="quiet", action="restrict"))
    await town.hears("It is for you to decide", ALENA)
    assert place(town).permissions == PHOTOLESS
    assert town.calls("restrictChatMember") == []


async def test_a_card_about_somebody_who_is_muted_for_less_mutes_for_longer(town: Town) -> None:
    await acting(town)
    await town.bus.publish(judged(town))
    card = await town.hears("It is for you to decide", ALENA)
    by_hand(town, "restrict", int(town.sim.world.clock()) + HOUR, can_send_messages=False)
    await town.answer(ALENA, ALENA, card, text="Mute for a day")
    await eventually(lambda: place(town).until - town.sim.world.clock() > 23 * HOUR)
    assert not any(place(town).permissions.values())


async def test_a_mute_under_every_name_for_somebody_banned_leaves_the_ban(town: Town) -> None:
    """What waited behind a limit: lock, warning, command, card, undo, each decided before the ban."""
    await acting(town, "/lock link mute", "/set warn.most 1", "/set warn.then mute")
    await town.bus.publish(judged(town))
    card = await town.hears("It is for you to decide", ALENA)
    noise = town.say("шум", RESIDENT)
    limit = town.sim.hub.faults.add(Fault("too_many", "restrictChatMember", UPPER_TOWN, retry_after=1))
    town.say(LINK, RESIDENT)
    await eventually(lambda: limit.struck)
    town.say("/warn", reply_to=noise)
    town.say("/mute 2d", reply_to=noise)
    await town.answer(ALENA, ALENA, card, text="Mute for a day")
    await town.hears("For how long: 2 days")
    by_hand(town, "ban")
    town.sim.hub.faults.remove(limit.id)
    await settled(town)
    assert (place(town).status, place(town).until) == ("kicked", 0)
    answers = [one.status for one in town.sim.hub.journal.find("restrictChatMember", UPPER_TOWN, 0)]
    assert set(answers) == {429}, "no call but those that were refused"
    await eventually(lambda: not any("may not write now" in text for text in town.texts()), 30)
    await town.hears("is banned: for good", ALENA)
