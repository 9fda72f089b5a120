"""What an admin meets of people and their standing: moderation whole, the simulator in Telegram's place."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from services.moderation.domain.standing.person import Presence
from services.moderation.equip import equip
from services.moderation.settings import ModerationSettings
from services.moderation.store import Store
from shared.bus import Bus
from shared.settings import SettingsError
from simulator.demo import ALENA, DEMO_TOKEN, RESIDENT, STRANGER, UPPER_TOWN
from simulator.server import serving
from tests.conftest import KEY, eventually
from tests.sure import sure
from tests.town import Town, judged


async def test_an_admin_has_the_bot_ask_and_the_answer_counts(town: Town) -> None:
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    await town.bus.publish(judged(town))
    card = await town.hears("Рашаць вам", ALENA)
    assert "Я спытаў" in await town.answer(ALENA, ALENA, card, text="Спытаць")
    question = await town.hears("з якога вы дома", UPPER_TOWN)
    assert "падазр" not in question.content["text"].lower()
    assert "Я спытаў" in await town.answer(ALENA, ALENA, card, text="Спытаць")
    await town.answer(ALENA, ALENA, card, text="Давяраць")
    await eventually(lambda: "Вырашана: давяраць" in card.content["text"])
    assert sum("з якога вы дома" in said for said in town.texts(UPPER_TOWN)) == 1


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("rules.toml", '[[rule]]\nname = "x"\naction = "ban"\n', "rules.toml, line 1: a rule needs"),
        ("signals/odd.py", "NAME = 1\n", "odd.py"),
        ("lists/shared.toml", '[[list]]\nname = "x"\nkey_file = "gone"\n', "shared.toml"),
    ],
)
async def test_a_mistake_of_the_operators_stops_the_start_with_one_line(
    redis_url: str, tmp_path: Path, name: str, text: str, says: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    async with serving() as sim:
        settings = ModerationSettings(
            redis_url=redis_url, key=KEY, data=tmp_path, telegram_token=DEMO_TOKEN, telegram_api=sim.url,
            _env_file=None,
        )  # fmt: skip
        with pytest.raises(SettingsError) as caught:
            async with equip(Bus("moderation", settings), settings):
                pass
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


async def standing(town: Town, who: int, chat: int) -> Presence | None:
    """What the stage of people knows of somebody in a chat."""
    people, keys = Store(town.bus.redis, town.bus.keys).people, town.bus.keys
    found = await people.load([keys.person(who)])
    return found[keys.person(who)].chats.get(keys.person(chat))


async def test_an_answer_counts_also_when_it_is_not_the_first_message_of_the_day(town: Town) -> None:
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    town.say("добры дзень", RESIDENT)
    await eventually(lambda: standing(town, RESIDENT, UPPER_TOWN))
    await town.bus.publish(judged(town))
    card = await town.hears("Рашаць вам", ALENA)
    await town.answer(ALENA, ALENA, card, text="Спытаць")

    async def asked() -> int:
        return sure(await standing(town, RESIDENT, UPPER_TOWN)).asked

    await eventually(asked)
    town.say("я з дома шэсць", RESIDENT)
    await eventually(lambda: has_answered(asked))
    assert sure(await standing(town, RESIDENT, UPPER_TOWN)).days == 1
    state = await Store(town.bus.redis, town.bus.keys).chats.state(UPPER_TOWN, [RESIDENT])
    assert state.days[town.bus.keys.person(RESIDENT)] == 1


async def has_answered(asked: Callable[[], Awaitable[int]]) -> bool:
    return await asked() == -1


async def test_a_neighbour_vouches_for_a_newcomer_and_strangers_are_not_heard(town: Town) -> None:
    town.say("/set trust.days 1")
    await town.hears("trust.days")
    town.say("добры дзень", RESIDENT)
    town.sim.do("join", chat=UPPER_TOWN, user=STRANGER)
    hello = town.say("прывітанне", STRANGER)
    await eventually(lambda: standing(town, STRANGER, UPPER_TOWN))
    town.say("/vouch", STRANGER, reply_to=hello)
    town.say("/vouch", RESIDENT, reply_to=hello)
    await town.hears("сусед ручаецца за")
    assert sum("ручаецца" in said or "паручыцца" in said for said in town.texts()) == 1

    async def vouched() -> tuple[int, ...]:
        return sure(await standing(town, STRANGER, UPPER_TOWN)).vouched

    await eventually(vouched)
    town.say("/vouch", RESIDENT, reply_to=hello)
    await town.hears("Вы ўжо паручыліся")
    town.say("/log")
    assert "сусед паручыўся за" in (await town.hears("Журнал")).content["text"]
