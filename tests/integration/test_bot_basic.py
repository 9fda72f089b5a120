"""A basic group, where Telegram mutes nobody and keeps nobody out: the bot claims no more than it does."""

from typing import Any

from simulator.demo import ALENA, RESIDENT, YARD_GROUP
from tests.conftest import eventually
from tests.town import Town, button, judged


async def acting(town: Town, *words: str) -> None:
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    for text in ("/dryrun off", *words):
        town.say(text, chat=YARD_GROUP)
    await town.hears("я дзейнічаю", YARD_GROUP)


def judged_here(town: Town, **more: Any) -> Any:
    return judged(town, chat_id=YARD_GROUP, **more)


async def test_enough_warnings_are_announced_as_no_mute(town: Town) -> None:
    await acting(town, "/set warn.most 2")
    noise = town.say("шум", RESIDENT, YARD_GROUP)
    for _ in range(2):
        town.say("/warn", chat=YARD_GROUP, reply_to=noise)
    said = await town.hears("ў звычайнай групе Telegram гэтага не дае", YARD_GROUP)
    assert "Maryna" in said.content["text"]
    assert not said.markup
    town.say("/warnings", chat=YARD_GROUP, reply_to=noise)
    await town.hears("назбіралася да мяжы, разоў: 1", YARD_GROUP)
    town.say("/mute 1h", chat=YARD_GROUP, reply_to=noise)
    await town.hears("толькі ў супергрупе", YARD_GROUP)
    assert not any("пісаць пакуль нельга" in text for text in town.texts(YARD_GROUP))
    assert town.calls("restrictChatMember") == []


async def test_a_lock_that_mutes_deletes_and_claims_no_mute(town: Town) -> None:
    await acting(town, "/lock link mute")
    await town.hears("lock.link", YARD_GROUP)
    written = town.say("глядзіце https://example.org", RESIDENT, YARD_GROUP)
    said = await town.hears("ў звычайнай групе Telegram гэтага не дае", YARD_GROUP)
    assert "спасылкі тут не дасылаюць" in said.content["text"]
    await eventually(lambda: town.sim.world.chat(YARD_GROUP).messages[written].gone)
    assert town.calls("restrictChatMember") == []


async def test_closing_the_chat_works_here_too(town: Town) -> None:
    await acting(town)
    town.say("/lock", chat=YARD_GROUP)
    await town.hears("Чат зачынены: пакуль пішуць толькі", YARD_GROUP)
    await eventually(lambda: not town.sim.world.chat(YARD_GROUP).permissions["can_send_messages"])


async def test_a_removal_is_said_to_last_until_the_person_comes_back(town: Town) -> None:
    await acting(town)
    noise = town.say("шум", RESIDENT, YARD_GROUP)
    town.say("/ban 7d", chat=YARD_GROUP, reply_to=noise)
    said = await town.hears("Выдаляю: Maryna. Тэрмін: у звычайнай групе — пакуль не вернецца", YARD_GROUP)
    await eventually(lambda: town.calls("banChatMember"))

    async def taken_back() -> bool:
        return "Адменена" in await town.answer(ALENA, YARD_GROUP, said, text="Адмяніць")

    await eventually(taken_back)
    town.say("/log", chat=YARD_GROUP)
    assert "дазволена вярнуцца" in (await town.hears("Журнал", YARD_GROUP)).content["text"]
    town.say("/unban", chat=YARD_GROUP, reply_to=noise)
    await town.hears("выдалены можа вярнуцца і так", YARD_GROUP)
    assert town.calls("unbanChatMember") == []


async def test_a_card_mutes_nobody_and_says_why(town: Town) -> None:
    await acting(town)
    await town.bus.publish(judged_here(town))
    card = await town.hears("Рашаць вам", ALENA)
    assert "толькі ў супергрупе" in await town.answer(ALENA, ALENA, card, text="Не пісаць дзень")
    assert "Вырашана" not in card.content["text"]
    await town.answer(ALENA, ALENA, card, text="Давяраць")
    await eventually(lambda: "Вырашана: давяраць" in card.content["text"])


async def test_what_a_rule_would_mute_is_left_to_the_admins(town: Town) -> None:
    await acting(town, "/set suspicious remove")
    await town.hears("(suspicious)", YARD_GROUP)
    await town.bus.publish(judged_here(town, rule="quiet", action="restrict"))
    card = await town.hears("Рашаць вам", ALENA)
    assert button(card, "Выдаліць")
    assert town.calls("restrictChatMember") == []


async def test_a_card_about_a_removal_names_no_day_that_telegram_would_not_keep(town: Town) -> None:
    await acting(town, "/set suspicious remove")
    await town.hears("(suspicious)", YARD_GROUP)
    await town.bus.publish(judged_here(town, score=9.0))
    await town.hears("Тэрмін: у звычайнай групе — пакуль не вернецца", ALENA)
    (call,) = await eventually(lambda: town.calls("banChatMember"))
    assert "until_date" not in call
