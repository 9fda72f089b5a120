"""What an admin meets of people and their standing: moderation whole, the simulator in Telegram's place."""

import pytest

from services.moderation.equip import equip
from services.moderation.settings import ModerationSettings
from shared.bus import Bus
from shared.settings import SettingsError
from simulator.demo import ALENA, DEMO_TOKEN, UPPER_TOWN
from simulator.server import serving
from tests.conftest import KEY, eventually
from tests.town import judged


async def test_an_admin_has_the_bot_ask_and_the_answer_counts(town):
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
        ("rules.toml", '[[rule]]\nname = "x"\naction = "ban"\n', "rules.toml, line 3"),
        ("signals/odd.py", "NAME = 1\n", "odd.py"),
        ("lists/shared.toml", '[[list]]\nname = "x"\nkey_file = "gone"\n', "shared.toml"),
    ],
)
async def test_a_mistake_of_the_operators_stops_the_start_with_one_line(
    redis_url, tmp_path, name, text, says
):
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
