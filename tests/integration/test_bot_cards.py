"""Cards about people: reasons in words, for admins alone."""

from services.moderation.store import Store
from services.moderation.telegram.store import ActorStore
from services.moderation.telegram.undo import Undo
from simulator.demo import (
    ALENA,
    RESIDENT,
    STRANGER,
    UPPER_TOWN,
)
from tests.conftest import eventually
from tests.town import Town, judged


async def test_advice_gives_reasons_in_words_and_obeys_admins_only(town: Town) -> None:
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    await town.bus.publish(judged(town))
    card = await town.hears("Рашаць вам", ALENA)
    text = card.content["text"]
    assert "Верхні горад" in text
    assert "4, да 12,3 км" in text
    assert "дзён: 9" in text
    assert "far_apart" not in text
    assert await town.answer(ALENA, ALENA, card, text="Чаму?")
    why = (await town.hears("Як гэта складваецца", ALENA)).content["text"]
    assert "+2,5  сядзіць у чатах раёнаў" in why
    assert "−1,0  піша тут даўно" in why
    assert "Разам +0,5" in why
    town.say("першае", RESIDENT)
    await town.answer(ALENA, ALENA, card, text="Выдаліць")
    await eventually(lambda: town.calls("banChatMember"))
    await eventually(lambda: "Вырашана: выдаліць" in card.content["text"])
    assert not any("Рашаць вам" in said for said in town.texts(UPPER_TOWN))


async def test_no_card_names_anybody_in_the_chat_and_it_waits_for_the_first_admin_who_opens_the_bot(
    town: Town,
) -> None:
    await town.bus.publish(judged(town))
    notice = await town.hears("ёсць што прачытаць")
    assert "Maryna" not in notice.content["text"]
    [[way]] = notice.markup["inline_keyboard"]
    payload = way["url"].partition("?start=")[2]
    again = judged(town).model_copy(update={"score": 0.9})
    await town.bus.publish(again)
    town.say("/start " + payload, STRANGER, STRANGER)
    await town.hears("for admins", STRANGER)
    town.say("/start " + payload, ALENA, ALENA)
    await eventually(lambda: sum("Рашаць вам" in said for said in town.texts(ALENA)) == 2, 15)
    card = await town.hears("Рашаць вам", ALENA)
    assert "Maryna" in card.content["text"], "the name is asked for when somebody reads it"
    await town.answer(ALENA, ALENA, card, text="Давяраць")
    await eventually(lambda: "Вырашана: давяраць" in card.content["text"])
    town.say("/start " + payload, ALENA, ALENA)
    await town.hears("нічога новага", ALENA)
    assert sum("ёсць што прачытаць" in said for said in town.texts()) == 1
    assert not any("Maryna" in said for said in town.texts())


async def test_everything_by_a_person_goes_from_the_card(town: Town) -> None:
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    written = [town.say(f"рэклама {n}", RESIDENT) for n in range(3)]
    town.say("/dryrun")
    await town.hears("Пробны рэжым выключаны: я дзейнічаю")
    await town.bus.publish(judged(town))
    card = await town.hears("Рашаць вам", ALENA)
    assert "3" in await town.answer(ALENA, ALENA, card, text="Сцерці ўсё напісанае")
    there = town.sim.world.chat(UPPER_TOWN).messages
    await eventually(lambda: all(there[one].gone for one in written), 15)


async def test_what_the_bot_does_by_itself_is_told_and_taken_back_with_one_press_which_teaches(
    town: Town,
) -> None:
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    town.say("/set suspicious remove")
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    await town.bus.publish(judged(town).model_copy(update={"score": 2.0}))
    card = await town.hears("Паводле вашых налад выдаляю", ALENA)
    assert "4, да 12,3 км" in card.content["text"]
    await eventually(lambda: town.calls("banChatMember"))
    members = town.sim.world.chat(UPPER_TOWN).members
    await eventually(lambda: members[RESIDENT].status == "kicked")

    async def kept() -> Undo | None:
        code = card.markup["inline_keyboard"][0][0]["callback_data"].split(":")[3]
        return await ActorStore(town.bus.redis, town.bus.keys).undos.undo(UPPER_TOWN, code)

    await eventually(kept)
    await town.answer(ALENA, ALENA, card, text="Адмяніць")
    await eventually(lambda: members[RESIDENT].status == "left")
    person = town.bus.keys.person(RESIDENT)

    async def trusted() -> bool:
        found = await Store(town.bus.redis, town.bus.keys).people.load([person])
        return any(one.trusted for one in found[person].chats.values())

    await eventually(trusted)
