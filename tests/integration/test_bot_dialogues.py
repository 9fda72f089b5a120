"""The bot as its people meet it: moderation runs whole, the simulator stands in Telegram's place."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.moderation.equip import equip
from services.moderation.settings import ModerationSettings
from shared.bus import Bus
from shared.contracts.listings import Content, Kind, Link, Place
from shared.contracts.registry import SUBMISSIONS_REVIEWED
from shared.contracts.submissions import ReviewClosed, ReviewRequested, Similar, State
from shared.contracts.telegram import PersonJudged, Signal
from simulator.demo import (
    ALENA,
    DEMO_TOKEN,
    LINDEN_COURT,
    RESIDENT,
    REVIEW_CHAT,
    REVIEWER,
    STRANGER,
    UPPER_TOWN,
)
from simulator.server import Simulator, serving
from tests.conftest import KEY, eventually

BOT = 7_000_000_001
HOSTILE = "Двор <b>7</b> & {name} [x](tg://user?id=1) \u202e"


@dataclass
class Town:
    """Telegram and the bot, with what a test needs to act and to look."""

    sim: Simulator
    bus: Bus
    pressed: list[str] = field(default_factory=list)

    def say(self, text: str, who: int = ALENA, chat: int = UPPER_TOWN, **more: Any) -> int:
        written: list[dict[str, Any]] = self.sim.do("write", chat=chat, user=who, text=text, **more)
        return int(written[0]["message_id"])

    def messages(self, chat: int = UPPER_TOWN) -> list[Any]:
        world = self.sim.world
        there = world.chats.get(chat) or world.private_chat(world.bot(BOT), world.user(chat))
        return [m for m in there.messages.values() if m.author == BOT and not m.gone]

    def texts(self, chat: int = UPPER_TOWN) -> list[str]:
        return [m.content.get("text", "") for m in self.messages(chat)]

    async def hears(self, words: str, chat: int = UPPER_TOWN) -> Any:
        """The bot's newest message with these words, once there is one."""
        return await eventually(
            lambda: next(
                (m for m in reversed(self.messages(chat)) if words in m.content.get("text", "")), None
            ),
            15,
        )

    async def answer(self, who: int, chat: int, message: Any, **button: str) -> str:
        """Press; what the presser is told."""
        query = self.sim.do("press", chat=chat, user=who, message=message.id, **button)["query"]
        found = await eventually(lambda: self._answers(query), 15)
        return str(found[0].get("text", ""))

    def _answers(self, query: str) -> list[dict[str, Any]]:
        calls = [
            entry.json()["params"] for entry in self.sim.hub.journal.find("answerCallbackQuery", None, 0)
        ]
        return [params for params in calls if params["callback_query_id"] == query]

    def calls(self, method: str) -> list[dict[str, Any]]:
        return [entry.json()["params"] for entry in self.sim.hub.journal.find(method, None, 0)]

    async def reviewed(self) -> int:
        return sum([await self.bus.redis.xlen(key) for key in SUBMISSIONS_REVIEWED.partitions()])


@pytest.fixture
async def town(redis_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        sim = await stack.enter_async_context(serving())
        settings = ModerationSettings(
            redis_url=redis_url,
            key=KEY,
            data=tmp_path,
            telegram_token=DEMO_TOKEN,
            telegram_api=sim.url,
            review_chat=REVIEW_CHAT,
            public_url="https://dze.example",
            _env_file=None,
        )
        bus = Bus("moderation", settings, lease_ms=3000)
        await stack.enter_async_context(equip(bus, settings))
        await stack.enter_async_context(bus.running())
        yield Town(sim, bus)


def speak(town: Town, language: str) -> None:
    for who in (ALENA, REVIEWER, RESIDENT):
        town.sim.world.user(who).language_code = language


async def test_a_chat_starts_in_dry_run_and_an_admin_switches_it_on(town):
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


async def test_nobody_but_admins_is_heard(town):
    town.say("/dryrun off", RESIDENT)
    town.say("/settings", RESIDENT)
    town.say("/ban", REVIEWER, reply_to=town.say("вітаю", RESIDENT))
    town.say("/dryrun@some_other_bot off")
    town.say("/dryrun")
    await town.hears("Пробны рэжым уключаны: я толькі кажу")
    assert len(town.messages()) == 1


async def test_admins_are_never_touched_and_an_anonymous_one_is_heard(town):
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    town.sim.do("promote", chat=UPPER_TOWN, user=REVIEWER)
    town.say("/ban", reply_to=town.say("я таксама адмін", REVIEWER))
    await town.hears("Адміністратараў я не чапаю")
    town.say("/mute 2h", as_chat=UPPER_TOWN, reply_to=town.say("шум", RESIDENT))
    await town.hears("Забараняю пісаць: Maryna. Тэрмін: 2h")
    await eventually(lambda: town.calls("restrictChatMember"))
    town.say("/ban 1087968824")
    await town.hears("іх я не чапаю")
    assert town.calls("banChatMember") == []


async def pages(town: Town, message: Any, who: int, chat: int, *labels: str) -> Any:
    """Press one button after the other, each once it is there; the message at the end."""
    for label in labels:
        await eventually(lambda label=label: button(message, label), 15)
        await town.answer(who, chat, message, data=button(message, label)["callback_data"])
    return message


def button(message: Any, label: str) -> dict[str, Any] | None:
    rows = (message.markup or {}).get("inline_keyboard", [])
    return next((one for row in rows for one in row if label in one["text"]), None)


WORDS = {
    "be": "Налады чата|Фота, відэа|Фота: пакідаць|сціраць|не для гэтага чата|для адміністратараў",
    "ru": "Настройки чата|Фото, видео|Фото: оставлять|стирать|не для этого чата|для администраторов",
    "uk": "Налаштування чату|Фото, відео|Фото: залишати|стирати|не для цього чату|для адміністраторів",
    "en": "Settings of this chat|Photos, videos|Photos: keep|delete|not for this chat|for admins",
}


@pytest.mark.parametrize("language", sorted(WORDS))
async def test_settings_are_pages_of_buttons_in_the_persons_language(town, language):
    speak(town, language)
    title, media, photo, delete, forged, stranger = WORDS[language].split("|")
    town.say("/settings")
    menu = await town.hears(title)
    assert stranger in await town.answer(RESIDENT, UPPER_TOWN, menu, text=media)
    await pages(town, menu, ALENA, UPPER_TOWN, media, photo)
    await eventually(lambda: "(media.photo)" in menu.content["text"])
    assert len(menu.content["text"]) > 60, "a sentence explains it"
    data = button(menu, delete)["callback_data"]
    await pages(town, menu, ALENA, UPPER_TOWN, delete)
    await eventually(lambda: button(menu, f"● {delete}"))
    assert forged in await town.answer(ALENA, UPPER_TOWN, menu, data=data[:-1] + "A")
    assert len(menu.markup["inline_keyboard"]) <= 10


async def test_a_setting_is_saved_by_a_button_and_by_text_alike(town):
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


async def test_a_failed_look_up_gives_nobody_anything(town):
    from simulator.faults import Fault

    town.sim.hub.faults.add(Fault(kind="status", method="getChatMember", status=500))
    town.say("/dryrun off")
    await town.hears("Не атрымалася праверыць")
    town.say("/dryrun")
    await asyncio.sleep(1)
    assert not any("я дзейнічаю" in text for text in town.texts())


def proposal(letter: str, **more: Any) -> ReviewRequested:
    content = Content(
        name=HOSTILE,
        link=Link(kind="username", value="linden_court"),
        kind=Kind.GROUP,
        place=Place(lat=53.9, lon=27.56),
        description="</code><a href='https://evil.example'>x</a>",
    )
    fields = {"action": "add", "content": content, "requested_at": datetime.now(UTC)} | more
    return ReviewRequested(submission_id=(letter * 26)[:26], **fields)


async def test_a_decision_is_taken_once_and_the_second_is_told(town, nothing_pending):
    similar = Similar(listing_id="b" * 13, name="Двор 7", metres=40, reasons=("name.same",))
    await town.bus.publish(proposal("a", similar=(similar,)))
    card = await town.hears("Прапанова", REVIEW_CHAT)
    assert HOSTILE.replace("\u202e", "")[:12] in card.content["text"]
    assert "evil.example" in card.content["text"], "shown as it was written"
    links = {e.get("url") for e in card.content["entities"] if e["type"] == "text_link"}
    assert links == {"https://dze.example/?at=53.90000,27.56000,16"}
    answers = await asyncio.gather(
        town.answer(REVIEWER, REVIEW_CHAT, card, text="Ужо ёсць: № 1"),
        town.answer(ALENA, REVIEW_CHAT, card, text="Прыняць"),
    )
    assert sorted("Ужо вырашана" in text or "Уже решено" in text for text in answers) == [False, True]
    await eventually(lambda: "Вырашана" in card.content["text"])
    assert not (card.markup or {}).get("inline_keyboard")
    assert await town.reviewed() == 1


async def test_only_members_of_the_review_chat_decide(town):
    await town.bus.publish(proposal("a"))
    card = await town.hears("Прапанова", REVIEW_CHAT)
    assert "members" in await town.answer(STRANGER, REVIEW_CHAT, card, text="Прыняць")
    assert await town.reviewed() == 0


async def test_a_withdrawn_proposal_says_so_and_its_buttons_go(town):
    await town.bus.publish(proposal("a"))
    card = await town.hears("Прапанова", REVIEW_CHAT)
    data = card.markup["inline_keyboard"][0][0]["callback_data"]
    await town.bus.publish(
        ReviewClosed(submission_id="a" * 26, state=State.WITHDRAWN, closed_at=datetime.now(UTC))
    )
    await eventually(lambda: "адклікаў" in card.content["text"])
    assert "отозвал" in await town.answer(REVIEWER, REVIEW_CHAT, card, data=data)
    assert await town.reviewed() == 0


def judged(town: Town) -> PersonJudged:
    signals = (
        Signal(name="chats.far_apart", weight=2.5, detail={"places": 4, "kilometres": 12.3}),
        Signal(name="present.long", weight=-1, detail={"days": 9}),
    )
    return PersonJudged(
        person=town.bus.keys.person(RESIDENT),
        chat_id=UPPER_TOWN,
        user_id=RESIDENT,
        score=0.5,
        signals=signals,
        judged_at=datetime.now(UTC),
    )


async def test_advice_gives_reasons_in_words_and_obeys_admins_only(town):
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    await town.bus.publish(judged(town))
    card = await town.hears("Рашаць вам", ALENA)
    text = card.content["text"]
    assert "Верхні горад" in text
    assert "4, да 12.3 км" in text
    assert "дзён 9" in text
    assert "far_apart" not in text
    assert await town.answer(ALENA, ALENA, card, text="Чаму?")
    town.say("першае", RESIDENT)
    await town.answer(ALENA, ALENA, card, text="Выдаліць")
    await eventually(lambda: town.calls("banChatMember"))
    await eventually(lambda: "Вырашана: выдалены" in card.content["text"])
    assert not any("Рашаць вам" in said for said in town.texts(UPPER_TOWN))


async def test_no_card_names_anybody_in_the_chat_and_it_waits_for_the_first_admin_who_opens_the_bot(town):
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
    await town.answer(ALENA, ALENA, card, text="Давяраць")
    await eventually(lambda: "Вырашана: давераны" in card.content["text"])
    town.say("/start " + payload, ALENA, ALENA)
    await town.hears("нічога новага", ALENA)
    assert sum("ёсць што прачытаць" in said for said in town.texts()) == 1
    assert not any("Maryna" in said for said in town.texts())


async def test_everything_by_a_person_goes_from_the_card(town):
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    written = [town.say(f"рэклама {n}", RESIDENT) for n in range(3)]
    town.say("/dryrun")
    await town.hears("Пробны рэжым выключаны: я дзейнічаю")
    await town.bus.publish(judged(town))
    card = await town.hears("Рашаць вам", ALENA)
    assert "3" in await town.answer(ALENA, ALENA, card, text="Сцерці ўсё, што піша")
    there = town.sim.world.chat(UPPER_TOWN).messages
    await eventually(lambda: all(there[one].gone for one in written), 15)


async def test_being_added_tells_what_rights_are_missing_and_what_for(town):
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


async def test_a_deed_has_a_code_a_reason_and_a_way_back(town):
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    town.say("/ban 7d", reply_to=town.say("купляйце", RESIDENT))
    said = await town.hears("Выдаляю: Maryna. Тэрмін: 7d")
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


async def test_the_log_has_pages(town):
    for n in range(13):
        town.say(f"/set warn.days {n + 1}")
    await town.hears("— 13 (warn.days)")
    town.say("/log")
    log = await town.hears("1/2")
    await town.answer(ALENA, UPPER_TOWN, log, text="›")
    await eventually(lambda: "2/2" in log.content["text"])
    assert "(было: 30)" in log.content["text"]


async def test_purge_asks_before_it_deletes_much(town):
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


async def test_warnings_add_up_and_are_forgotten(town):
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


async def test_settings_travel_by_text_by_file_and_by_copy(town):
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


async def test_settings_can_be_changed_alone_with_the_bot(town):
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


async def test_check_says_what_the_chat_leaves_open_and_how_to_close_it(town):
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


async def test_the_chat_closes_and_opens_by_command(town):
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


async def test_a_decision_that_could_not_stand_is_told_on_its_card(town):
    await town.bus.publish(proposal("a"))
    card = await town.hears("Прапанова", REVIEW_CHAT)
    await town.answer(REVIEWER, REVIEW_CHAT, card, text="Прыняць")
    await eventually(lambda: "Вырашана: прынята" in card.content["text"])
    closed = ReviewClosed(submission_id="a" * 26, state=State.DUPLICATE, closed_at=datetime.now(UTC))
    await town.bus.publish(closed)
    await eventually(lambda: "Але ў выніку: ужо ёсць на карце" in card.content["text"])
    assert "Вырашана: прынята" in card.content["text"]


async def test_settings_come_in_as_a_file(town):
    file = town.say("", ALENA, media="document")
    sent = town.sim.world.chat(UPPER_TOWN).messages[file].content["document"]["file_id"]
    town.sim.world.files.get(sent).data = b'{"media.photo": "delete", "dryrun": "off"}'
    town.say("/import", reply_to=file)
    assert "Зменена налад: 1" in (await town.hears("Зменена налад")).content["text"]
    town.say("/dryrun")
    await town.hears("Пробны рэжым уключаны")
