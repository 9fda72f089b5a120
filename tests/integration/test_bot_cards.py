"""Cards about people: reasons in words, for admins alone."""

from services.moderation.store import Store
from services.moderation.telegram.store import ActorStore
from services.moderation.telegram.undo import Undo
from simulator.demo import (
    ALENA,
    RESIDENT,
    STRANGER,
    UPPER_TOWN,
    YARD_GROUP,
)
from tests.conftest import eventually
from tests.sure import sure
from tests.town import BOT, Town, button, judged

NEWCOMER = 6_100_000_900


async def test_advice_gives_reasons_in_words_and_obeys_admins_only(town: Town) -> None:
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    await town.bus.publish(judged(town))
    card = await town.hears("Рашаць вам", ALENA)
    text = card.content["text"]
    assert "Верхні горад" in text
    assert "4 раёны, да 12,3 км" in text
    assert "9 дзён" in text
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
    again = judged(town, score=0.9)
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
    await town.bus.publish(judged(town, score=2.0))
    card = await town.hears("Паводле вашых налад выдаляю", ALENA)
    assert "4 раёны, да 12,3 км" in card.content["text"]
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


async def test_a_removal_is_taken_back_from_card_and_log_when_the_group_has_become_a_supergroup(
    town: Town,
) -> None:
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    town.say("/set suspicious remove", chat=YARD_GROUP)
    town.say("/dryrun off", chat=YARD_GROUP)
    await town.hears("я дзейнічаю", YARD_GROUP)
    town.sim.do("user", id=NEWCOMER, first_name="Новы")
    town.sim.do("join", chat=YARD_GROUP, user=NEWCOMER, by=ALENA)
    town.say("/ban", reply_to=town.say("рэклама", NEWCOMER, YARD_GROUP), chat=YARD_GROUP)
    banned = await town.hears("Код:", YARD_GROUP)
    await town.bus.publish(judged(town, score=2.0, chat_id=YARD_GROUP))
    card = await town.hears("Паводле вашых налад выдаляю", ALENA)
    codes = [sure(button(one, "Адмяніць"))["callback_data"].split(":")[3] for one in (banned, card)]
    undos = ActorStore(town.bus.redis, town.bus.keys).undos

    async def kept() -> bool:
        return len(await undos.kept(YARD_GROUP, codes)) == 2

    await eventually(kept)
    new = town.sim.do("migrate", chat=YARD_GROUP, user=ALENA)["id"]
    there = town.sim.world.chat(new).members
    assert "Адменена" in await town.answer(ALENA, ALENA, card, text="Адмяніць")
    await eventually(lambda: there[RESIDENT].status == "left")
    town.say("/log", chat=new)
    log = await town.hears("Журнал", new)
    assert "Адменена" in await town.answer(ALENA, new, log, text=f"↩ {codes[0]}")
    await eventually(lambda: there[NEWCOMER].status == "left")


async def test_a_card_stays_open_where_the_bot_lacks_the_right_to_do_what_was_pressed(town: Town) -> None:
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    town.sim.do("promote", chat=UPPER_TOWN, user=BOT, by=ALENA, rights={"can_delete_messages": True})
    await town.bus.publish(judged(town))
    card = await town.hears("Рашаць вам", ALENA)
    assert "няма права блакіраваць" in await town.answer(ALENA, ALENA, card, text="Выдаліць")
    assert button(card, "Выдаліць") is not None
    assert town.calls("banChatMember") == []
