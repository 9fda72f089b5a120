"""Two admins of one name, and a member of that name too: everything goes by id."""

from typing import Any

from services.moderation.telegram.audit import short
from simulator.demo import ALENA, UPPER_TOWN
from tests.conftest import eventually
from tests.town import Town, judged

TWIN, NAMESAKE = 5_000_000_091, 5_000_000_092


def code(town: Town, who: int) -> str:
    return short(town.bus.keys, who)


async def namesakes(town: Town) -> None:
    """Whole names are alike, to the letter: Alena's, another admin's, and a member's."""
    for one in (TWIN, NAMESAKE):
        town.sim.do("user", id=one, first_name="Alena", language_code="be")
        town.sim.do("join", chat=UPPER_TOWN, user=one)
    town.sim.do("promote", chat=UPPER_TOWN, user=TWIN)
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")


def targets(calls: list[dict[str, Any]]) -> list[int]:
    return [int(call["user_id"]) for call in calls]


async def test_a_deed_reaches_the_member_and_never_the_admin_of_the_same_name(town: Town) -> None:
    await namesakes(town)
    town.say("/ban", TWIN, reply_to=town.say("я адмін", ALENA))
    await town.hears("Адміністратараў я не чапаю")
    town.say("/ban", ALENA, reply_to=town.say("я таксама", TWIN))
    await eventually(lambda: sum("Адміністратараў я не чапаю" in text for text in town.texts()) == 2)
    town.say("/ban", TWIN, reply_to=town.say("а я не", NAMESAKE))
    await town.hears("Выдаляю: Alena")
    await eventually(lambda: town.calls("banChatMember"))
    assert targets(town.calls("banChatMember")) == [NAMESAKE]


async def test_the_log_tells_the_two_apart_and_each_from_the_member(town: Town) -> None:
    await namesakes(town)
    noise = town.say("шум", NAMESAKE)
    town.say("/mute 1h", ALENA, reply_to=noise)
    await town.hears("Забараняю пісаць: Alena")
    town.say("/ban", TWIN, reply_to=noise)
    await town.hears("Выдаляю: Alena")
    await eventually(lambda: town.calls("banChatMember"))

    async def both() -> str:
        town.say("/log")
        text = str((await town.hears("Журнал")).content["text"])
        return text if "выдалены чалавек" in text and "зменена права пісаць" in text else ""

    lines = (await eventually(both, 60)).splitlines()
    (banned,) = [line for line in lines if "выдалены чалавек" in line]
    (muted,) = [line for line in lines if "зменена права пісаць" in line]
    assert f"адмін {code(town, TWIN)}" in banned
    assert f"адмін {code(town, ALENA)}" in muted
    assert all(code(town, NAMESAKE) in line for line in (banned, muted))
    assert len({code(town, one) for one in (ALENA, TWIN, NAMESAKE)}) == 3


async def test_a_card_says_which_of_the_two_has_decided(town: Town) -> None:
    await namesakes(town)
    for one in (TWIN, ALENA):
        town.say("/start", one, one)
        await town.hears("Вітаю", one)
    await town.bus.publish(judged(town))
    cards = [await town.hears("Рашаць вам", one) for one in (TWIN, ALENA)]
    await town.answer(TWIN, TWIN, cards[0], text="Давяраць")
    await eventually(lambda: all("Вырашана: давяраць" in card.content["text"] for card in cards), 60)
    for card in cards:
        assert code(town, TWIN) in card.content["text"]
        assert code(town, ALENA) not in card.content["text"]


async def test_who_is_an_admin_no_more_is_no_admin_for_the_others_name(town: Town) -> None:
    await namesakes(town)
    town.sim.do("promote", chat=UPPER_TOWN, user=TWIN, rights={})
    town.say("/ban", ALENA, reply_to=town.say("ужо не адмін", TWIN))
    await eventually(lambda: town.calls("banChatMember"))
    assert targets(town.calls("banChatMember")) == [TWIN]
    town.say("/dryrun on", NAMESAKE)
    town.say("/dryrun", ALENA)
    await town.hears("Пробны рэжым выключаны: я дзейнічаю")
