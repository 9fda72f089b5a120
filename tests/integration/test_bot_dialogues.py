"""Commands in a chat: who is heard, deeds with a way back, purges, warnings, the log, closing."""

from simulator.demo import (
    ALENA,
    CHANNEL,
    RESIDENT,
    REVIEWER,
    UPPER_TOWN,
)
from tests.conftest import eventually
from tests.stored import still
from tests.town import BOT, Town, speak


async def test_a_chat_starts_in_dry_run_and_an_admin_switches_it_on(town: Town) -> None:
    spam = town.say("купляйце", RESIDENT)
    town.say("/ban", reply_to=spam)
    await town.hears("Пробны рэжым: выдаліў бы: Maryna")
    assert town.calls("banChatMember") == []
    town.say("/dryrun off")
    await town.hears("З гэтага моманту я дзейнічаю")
    town.say("/spam", reply_to=spam)
    await town.hears("Спам")
    await eventually(lambda: town.calls("banChatMember"))
    await eventually(lambda: town.sim.world.chat(UPPER_TOWN).messages[spam].gone)
    town.say("/log")
    log = (await town.hears("Журнал")).content["text"]
    assert "выдалены чалавек" in log
    assert "пробны рэжым, не зроблена" in log
    assert "admin." not in log
    assert "Maryna" not in log


async def test_nobody_but_admins_is_heard(town: Town) -> None:
    town.say("/dryrun off", RESIDENT)
    town.say("/settings", RESIDENT)
    town.say("/ban", REVIEWER, reply_to=town.say("вітаю", RESIDENT))
    town.say("/dryrun@some_other_bot off")
    town.say("/dryrun")
    await town.hears("Пробны рэжым уключаны: я толькі кажу")
    assert len(town.messages()) == 1


async def test_admins_are_never_touched(town: Town) -> None:
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    town.sim.do("promote", chat=UPPER_TOWN, user=REVIEWER)
    town.say("/ban", reply_to=town.say("я таксама адмін", REVIEWER))
    await town.hears("Адміністратараў я не чапаю")
    town.say("/ban 1087968824")
    await town.hears("іх я не чапаю")
    assert town.calls("banChatMember") == []


async def test_a_failed_look_up_gives_nobody_anything(town: Town) -> None:
    from simulator.faults import Fault

    town.sim.hub.faults.add(Fault(kind="status", method="getChatMember", status=500))
    town.say("/dryrun off")
    await town.hears("Не атрымалася праверыць")
    town.say("/dryrun")
    await eventually(lambda: len(town.texts()) == 2)
    await eventually(lambda: still(town.bus.redis))
    assert not any("я дзейнічаю" in text for text in town.texts())


async def test_being_added_tells_what_rights_are_missing_and_what_for(town: Town) -> None:
    speak(town, "en")
    chat = town.sim.do("chat", title="New yard", owner=ALENA)["id"]
    town.sim.do("join", chat=chat, user=BOT, by=ALENA)
    hello = await town.hears("Hello", chat)
    greeting = hello.content["text"]
    assert "?start=s" in hello.markup["inline_keyboard"][0][0]["url"]
    assert "I lack these rights" in greeting
    assert "“Delete messages” — to erase traces" in greeting
    assert "dry run" in greeting
    town.sim.do("promote", chat=chat, user=BOT, by=ALENA)
    await town.hears("I have all the rights I need", chat)


async def test_a_deed_has_a_code_a_reason_and_a_way_back(town: Town) -> None:
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    town.say("/ban 7d", reply_to=town.say("купляйце", RESIDENT))
    said = await town.hears("Выдаляю: Maryna. Тэрмін: 7 дзён")
    await eventually(lambda: town.calls("banChatMember"))
    code = said.content["text"].rpartition(" ")[2]
    await eventually(
        lambda: town.sim.world.member(town.sim.world.chat(UPPER_TOWN), RESIDENT).status == "kicked"
    )
    town.say("/why", reply_to=said.id)
    why = (await town.hears(f"Код {code}")).content["text"]
    assert "адміністратар сказаў выдаліць" in why
    assert "Maryna" not in why
    town.say("/log")
    log = await town.hears("Журнал")
    assert code in log.content["text"]
    assert "для администраторов" in await town.answer(REVIEWER, UPPER_TOWN, log, text=f"↩ {code}")
    assert "Адменена" in await town.answer(ALENA, UPPER_TOWN, log, text=f"↩ {code}")
    await eventually(lambda: town.calls("unbanChatMember"))
    assert "ужо нельга" in await town.answer(ALENA, UPPER_TOWN, said, text="Адмяніць")
    town.say("/why zzzzzz")
    await town.hears("Нічога не ведаю пра zzzzzz")


async def test_the_log_has_pages(town: Town) -> None:
    town.say("/set warn.days 13")
    town.say("/lock all delete")
    await town.hears("(lock.link)")
    town.say("/log")
    log = await town.hears("1/2")
    await town.answer(ALENA, UPPER_TOWN, log, text="›")
    await eventually(lambda: "2/2" in log.content["text"])
    assert "(было: 30)" in log.content["text"]


async def test_purge_asks_before_it_deletes_much(town: Town) -> None:
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    written = [town.say(f"шум {n}", RESIDENT if n % 2 else REVIEWER) for n in range(14)]
    town.say("/purge")
    await town.hears("Адкажыце /purge")
    town.say("/purge", reply_to=written[2])
    asked = await town.hears("Вярнуць іх не атрымаецца")
    assert "для адміністратараў" in await town.answer(RESIDENT, UPPER_TOWN, asked, text="Сцерці")
    await town.answer(ALENA, UPPER_TOWN, asked, text="Сцерці")
    there = town.sim.world.chat(UPPER_TOWN).messages
    await eventually(lambda: all(there[one].gone for one in written[2:]), 15)
    assert not there[written[0]].gone
    town.say("/purge person", reply_to=written[1])
    await eventually(lambda: there[written[1]].gone, 15)
    assert not there[written[0]].gone


async def test_everything_that_somebody_wrote_as_a_channel_goes_too(town: Town) -> None:
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    written = [town.say(f"шум {n}", as_chat=CHANNEL) for n in range(12)]
    stays = town.say("добры дзень", RESIDENT)
    town.say("/purge person", reply_to=written[3])
    asked = await town.hears("Вярнуць іх не атрымаецца")
    assert "Навіны раёна" in asked.content["text"]
    await town.answer(ALENA, UPPER_TOWN, asked, text="Сцерці")
    there = town.sim.world.chat(UPPER_TOWN).messages
    await eventually(lambda: all(there[one].gone for one in written), 15)
    assert not there[stays].gone


async def test_a_banned_channel_may_write_again_and_nobody_is_told_of_a_person(town: Town) -> None:
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    town.say("/ban", reply_to=town.say("шум", as_chat=CHANNEL))
    done = await town.hears("Выдаляю")
    await eventually(lambda: town.calls("banChatSenderChat"))
    told = await town.answer(ALENA, UPPER_TOWN, done, text="Адмяніць")
    assert told.endswith("Канал зноў можа пісаць.")
    await eventually(lambda: town.calls("unbanChatSenderChat"))


async def test_warnings_add_up_and_are_forgotten(town: Town) -> None:
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    noise = town.say("рэклама", RESIDENT)
    town.say("/warn без рэкламы", reply_to=noise)
    assert "без рэкламы" in (await town.hears("папярэджанне 1 з 3")).content["text"]
    town.say("/warnings", reply_to=noise)
    await town.hears("папярэджанняў 1 з 3")
    town.say("/unwarn", reply_to=noise)
    await town.hears("Папярэджанні забыты")
    for n in (1, 2):
        town.say("/warn", reply_to=noise)
        await town.hears(f"папярэджанне {n} з 3")
    town.say("/warn", reply_to=noise)
    muted = await town.hears("пісаць пакуль нельга")
    await eventually(lambda: town.calls("restrictChatMember"))
    assert "Адменена" in await town.answer(ALENA, UPPER_TOWN, muted, text="Адмяніць")


async def test_the_chat_closes_and_opens_by_command(town: Town) -> None:
    town.say("/lock")
    await town.hears("Пробны рэжым: зачыніў бы")
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    before = dict(town.sim.world.chat(UPPER_TOWN).permissions)
    town.say("/lock 2h")
    await town.hears("Чат зачынены да")
    await eventually(lambda: not town.sim.world.chat(UPPER_TOWN).permissions["can_send_messages"], 15)
    town.say("/night")
    await town.hears("Адчыніць: /unlock")
    town.say("/unlock")
    await town.hears("зноў адчынены")
    await eventually(lambda: town.sim.world.chat(UPPER_TOWN).permissions == before, 15)
    town.say("/lock link warn")
    await town.hears("Спасылкі — сцерці і папярэдзіць")
    town.say("/night 22:00-7:00")
    await town.hears("зачынены штоночы, 22:00-07:00")
