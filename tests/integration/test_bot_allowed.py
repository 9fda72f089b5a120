"""A name that a chat allows is given up and taken by a stranger: it is allowed no more, and that is said."""

from datetime import timedelta
from typing import Any

from services.moderation.bot import allowed
from services.moderation.bot.ports import Deps
from shared.bus import Commit
from shared.clock import now
from simulator.demo import CHANNEL, STRANGER, UPPER_TOWN
from simulator.faults import Fault
from tests.conftest import eventually
from tests.town import Town

NAME = "district_news_demo"
DAY = timedelta(days=1)


def deps_of(town: Town) -> Deps:
    found: Deps = town.bus.broker.context.get("bot")
    return found


async def allows(town: Town, value: str) -> None:
    """The chat is known to the bot, and its admin has set the list."""
    town.say("/start")
    await eventually(lambda: _managed(town))
    await town.bus.commit(Commit.of(writes=deps_of(town).chats.set_setting(UPPER_TOWN, "lock.allow", value)))


async def _managed(town: Town) -> bool:
    return UPPER_TOWN in await deps_of(town).chats.managed()


async def rounds(town: Town, *days: float) -> None:
    """Looks on these days from now."""
    for one in days:
        commit = await allowed.look(deps_of(town), now() + one * DAY)
        if commit is not None:
            await town.bus.commit(commit)


async def setting(town: Town) -> str:
    return (await deps_of(town).chats.settings(UPPER_TOWN)).get("lock.allow")


def told(town: Town) -> list[str]:
    return [text for text in town.texts(UPPER_TOWN) if f"@{NAME}" in text]


def give_up(town: Town) -> None:
    town.sim.do("settings", chat=CHANNEL, username="")


async def test_a_name_that_a_stranger_took_is_allowed_no_more_and_said_so_once(town: Town) -> None:
    await allows(town, f"@{NAME} example.org")
    await rounds(town, 0, 1)
    assert await setting(town) == f"@{NAME} example.org"
    give_up(town)
    town.sim.do("chat", kind="channel", title="Навіны", owner=STRANGER, username=NAME)
    await rounds(town, 2, 3)
    assert await setting(town) == "example.org"
    await eventually(lambda: told(town))
    assert len(told(town)) == 1
    log = await deps_of(town).actor_store.audited(UPPER_TOWN)
    assert ("settings", "lock.allow=example.org") in [(line.what, line.detail) for line in log]


async def test_an_admin_who_allows_it_again_means_the_chat_that_has_it_now(town: Town) -> None:
    await allows(town, f"@{NAME}")
    await rounds(town, 0)
    give_up(town)
    town.sim.do("chat", kind="channel", title="Навіны", owner=STRANGER, username=NAME)
    await rounds(town, 1)
    assert await setting(town) == "none"
    await allows(town, f"@{NAME}")
    await rounds(town, 1, 2, 3)
    assert await setting(town) == f"@{NAME}"


async def test_a_name_that_nobody_has_is_taken_off_after_some_looks_and_a_persons_stays(town: Town) -> None:
    await allows(town, f"@alena_demo @{NAME}")
    await rounds(town, 0)
    give_up(town)
    await rounds(town, 1, 2)
    assert await setting(town) == f"@alena_demo @{NAME}"
    await rounds(town, 3)
    assert await setting(town) == "@alena_demo"


async def test_a_silent_telegram_takes_nothing_off(town: Town) -> None:
    await allows(town, f"@{NAME}")
    await rounds(town, 0)
    town.sim.hub.faults.add(Fault("status", method="getChat"))
    give_up(town)
    await rounds(town, *range(1, 8))
    assert await setting(town) == f"@{NAME}"


async def test_what_an_admin_sets_meanwhile_is_not_lost(town: Town) -> None:
    await allows(town, f"@{NAME}")
    await rounds(town, 0)
    give_up(town)
    town.sim.do("chat", kind="channel", title="Навіны", owner=STRANGER, username=NAME)
    commit: Any = await allowed.look(deps_of(town), now() + DAY)
    await allows(town, f"@{NAME} example.org")
    await town.bus.commit(commit)
    assert await setting(town) == f"@{NAME} example.org"
    await rounds(town, 1)
    assert await setting(town) == "example.org"


async def test_few_names_are_looked_up_in_a_round_and_each_has_its_turn(town: Town) -> None:
    await allows(town, " ".join(f"@name_number_{n}" for n in range(25)))
    counted = []
    for _ in range(3):
        before = len(town.calls("getChat"))
        await rounds(town, 0)
        counted.append(len(town.calls("getChat")) - before)
    assert counted == [allowed.AT_ONCE, allowed.AT_ONCE, 5]
    asked = {str(call["chat_id"]) for call in town.calls("getChat")}
    assert {f"@name_number_{n}" for n in range(25)} <= asked
