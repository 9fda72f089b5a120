"""Settings: pages of buttons, text, files, copies, and what the chat's own settings leave open."""

import pytest

from simulator.demo import (
    ALENA,
    LINDEN_COURT,
    RESIDENT,
    STRANGER,
    UPPER_TOWN,
)
from tests.conftest import eventually
from tests.sure import sure
from tests.town import Town, button, pages, speak

WORDS = {
    "be": "Налады чата|Фота, відэа|Фота: пакідаць|сціраць|не для гэтага чата|для адміністратараў",
    "ru": "Настройки чата|Фото, видео|Фото: оставлять|стирать|не для этого чата|для администраторов",
    "uk": "Налаштування чату|Фото, відео|Фото: залишати|стирати|не для цього чату|для адміністраторів",
    "en": "Settings of this chat|Photos, videos|Photos: keep|delete|not for this chat|for admins",
}


@pytest.mark.parametrize("language", sorted(WORDS))
async def test_settings_are_pages_of_buttons_in_the_persons_language(town: Town, language: str) -> None:
    speak(town, language)
    title, media, photo, delete, forged, stranger = WORDS[language].split("|")
    town.say("/settings")
    menu = await town.hears(title)
    assert stranger in await town.answer(RESIDENT, UPPER_TOWN, menu, text=media)
    await pages(town, menu, ALENA, UPPER_TOWN, media, photo)
    await eventually(lambda: "(media.photo)" in menu.content["text"])
    assert len(menu.content["text"]) > 60, "a sentence explains it"
    data = sure(button(menu, delete))["callback_data"]
    await pages(town, menu, ALENA, UPPER_TOWN, delete)
    await eventually(lambda: button(menu, f"● {delete}"))
    assert forged in await town.answer(
        ALENA, UPPER_TOWN, menu, data=data[:-1] + ("A" if data[-1] != "A" else "B")
    )
    assert len(menu.markup["inline_keyboard"]) <= 10


async def test_a_setting_is_saved_by_a_button_and_by_text_alike(town: Town) -> None:
    town.say("/settings")
    menu = await pages(
        town, await town.hears("Налады чата"), ALENA, UPPER_TOWN, "Пробны рэжым: уключаны", "выключаны"
    )
    await eventually(lambda: button(menu, "● выключаны"))
    town.say("/set media.photo delete")
    await town.hears("Фота — сціраць")
    photo = town.say("", RESIDENT, media="photo")
    await eventually(lambda: town.sim.world.chat(UPPER_TOWN).messages[photo].gone, 15)
    town.say("/set фота delete")
    await town.hears("няма")
    town.say("/set lock.allow  example.org @our_channel")
    await town.hears("@our_channel example.org")
    town.say("/set night.hours 25:00")
    await town.hears("Іншыя гадзіны")


async def test_all_kinds_go_with_one_press_or_one_line(town: Town) -> None:
    town.say("/settings")
    menu = await pages(town, await town.hears("Налады чата"), ALENA, UPPER_TOWN, "Фота, відэа", "Усё сціраць")
    await eventually(lambda: button(menu, "Стыкеры: сціраць"))
    town.say("/set service keep")
    await town.hears("Хто далучыўся… — пакідаць (service)")
    town.say("/export")
    exported = (await town.hears("dze-settings")).content["text"]
    assert '"media.other": "delete"' in exported
    assert '"media.admins"' not in exported
    assert '"service.joined": "keep"' in exported
    town.say("/log")
    assert "Фота, відэа: сціраць ×13" in (await town.hears("Журнал")).content["text"]


async def test_settings_travel_by_text_by_file_and_by_copy(town: Town) -> None:
    for said in ("/set media.video delete", "/set lock.link warn", "/set night.hours 22:30-06:00"):
        town.say(said)
    await town.hears("22:30-06:00 (night.hours)")
    town.say("/export")
    exported = await town.hears("dze-settings")
    assert '"media.video": "delete"' in exported.content["text"]
    assert "dryrun" not in exported.content["text"]
    linden = LINDEN_COURT
    town.say("/set media.photo delete", chat=linden)
    await town.hears("media.photo", linden)
    text = exported.content["text"][exported.content["text"].index("{") :]
    town.say("/import " + text, chat=linden)
    await town.hears("Зменена налад: 4", linden)
    town.say("/import", chat=linden, reply_to=town.say("проста словы", chat=linden))
    await town.hears("Не магу прачытаць", linden)
    town.say("/copy")
    assert "Ліпавы" not in (await town.hears("выберыце асабіста")).content["text"]
    town.say("/set media.story delete")
    await town.hears("media.story")
    way = (await town.hears("выберыце асабіста")).markup["inline_keyboard"][0][0]["url"]
    town.say("/start " + way.partition("?start=")[2], ALENA, ALENA)
    menu = await town.hears("У які чат", ALENA)
    await pages(town, menu, ALENA, ALENA, "Ліпавы двор", "Перанесці")
    await eventually(lambda: "Зменена налад: 1" in menu.content["text"])


async def test_settings_can_be_changed_alone_with_the_bot(town: Town) -> None:
    for chat in (UPPER_TOWN, LINDEN_COURT):
        town.say("/dryrun", chat=chat)
        await town.hears("Пробны рэжым уключаны", chat)
    town.say("/settings", ALENA, ALENA)
    menu = await town.hears("Вашы чаты", ALENA)
    await pages(
        town, menu, ALENA, ALENA, "Ліпавы двор", "Спасылкі і іншае", "Спасылкі: можна", "сцерці і папярэдзіць"
    )
    await eventually(lambda: button(menu, "● сцерці і папярэдзіць"))
    assert "Ліпавы двор" in menu.content["text"]
    await pages(town, menu, ALENA, ALENA, "‹ Назад")
    await eventually(lambda: button(menu, "Спасылкі: сцерці і папярэдзіць"))
    await pages(town, menu, ALENA, ALENA, "‹ Назад", "Журнал")
    log = (await town.hears("1/1", ALENA)).content["text"]
    assert "Ліпавы двор" in log
    assert "Спасылкі: сцерці і папярэдзіць (было: можна)" in log
    town.say("/settings", STRANGER, STRANGER)
    await town.hears("I see no chat", STRANGER)


async def test_check_says_what_the_chat_leaves_open_and_how_to_close_it(town: Town) -> None:
    town.sim.do(
        "settings",
        chat=UPPER_TOWN,
        hidden_members=True,
        extra={"has_visible_history": True, "message_auto_delete_time": 86400},
    )
    town.sim.world.chat(UPPER_TOWN).username = ""
    town.say("/check")
    said = (await town.hears("Што ў гэтым чаце адкрыта")).content["text"]
    assert "можа прачытаць усё, што пісалі раней" in said
    assert "Ужо добра" in said
    assert "удзельнікі схаваныя" in said
    assert "Чат публічны" not in said
    assert "аўтавыдаленне" in said
    assert "Усе патрэбныя правы" in said


async def test_settings_come_in_as_a_file(town: Town) -> None:
    file = town.say("", ALENA, media="document")
    sent = town.sim.world.chat(UPPER_TOWN).messages[file].content["document"]["file_id"]
    sure(town.sim.world.files.get(sent)).data = b'{"media.photo": "delete", "dryrun": "off"}'
    town.say("/import", reply_to=file)
    assert "Зменена налад: 1" in (await town.hears("Зменена налад")).content["text"]
    town.say("/dryrun")
    await town.hears("Пробны рэжым уключаны")
