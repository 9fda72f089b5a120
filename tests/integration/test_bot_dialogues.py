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
    log = (await town.hears("Апошняе")).content["text"]
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


@pytest.mark.parametrize("language", ["be", "ru", "en"])
async def test_settings_are_pages_of_buttons_in_the_persons_language(town, language):
    speak(town, language)
    title, media, photo, forged, stranger = {
        "be": (
            "Налады чата",
            "Фота, відэа, файлы ›",
            "Фота: пакідаць",
            "не для гэтага чата",
            "для адміністратараў",
        ),
        "ru": (
            "Настройки чата",
            "Фото, видео, файлы ›",
            "Фото: оставлять",
            "не для этого чата",
            "для администраторов",
        ),
        "en": (
            "Settings of this chat",
            "Photos, videos, files ›",
            "Photos: keep",
            "not for this chat",
            "for admins",
        ),
    }[language]
    town.say("/settings")
    menu = await town.hears(title)
    assert stranger in await town.answer(RESIDENT, UPPER_TOWN, menu, text=media)
    await town.answer(ALENA, UPPER_TOWN, menu, text=media)
    rows = await eventually(lambda: [r for r in menu.markup["inline_keyboard"] if r[0]["text"] == photo])
    await town.answer(ALENA, UPPER_TOWN, menu, text=photo)
    await eventually(lambda: all(r[0]["text"] != photo for r in menu.markup["inline_keyboard"]))
    data = rows[0][0]["callback_data"]
    assert forged in await town.answer(ALENA, UPPER_TOWN, menu, data=data.replace("photo", "video"))
    assert len(menu.markup["inline_keyboard"]) <= 10


async def test_a_setting_is_saved_by_a_button_and_by_text_alike(town):
    town.say("/settings")
    menu = await town.hears("Налады чата")
    await town.answer(ALENA, UPPER_TOWN, menu, text="Пробны рэжым: уключаны")
    await eventually(lambda: menu.markup["inline_keyboard"][0][0]["text"] == "Пробны рэжым: выключаны")
    town.say("/set media.photo delete")
    await town.hears("Фота — сціраць")
    photo = town.say("", RESIDENT, media="photo")
    await eventually(lambda: town.sim.world.chat(UPPER_TOWN).messages[photo].gone, 15)
    town.say("/set фота delete")
    await town.hears("няма")


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
    town.say("/dryrun off")
    await town.hears("я дзейнічаю")
    await town.bus.publish(judged(town))
    card = await town.hears("Рашаць вам")
    text = card.content["text"]
    assert "4, да 12.3 км" in text
    assert "дзён 9" in text
    assert "far_apart" not in text
    assert "для адміністратараў" in await town.answer(RESIDENT, UPPER_TOWN, card, text="Выдаліць")
    assert await town.answer(ALENA, UPPER_TOWN, card, text="Чаму?")
    await town.answer(ALENA, UPPER_TOWN, card, text="Выдаліць")
    await eventually(lambda: town.calls("banChatMember"))
    await eventually(lambda: "Вырашана: выдалены" in card.content["text"])


async def test_advice_goes_to_admins_in_private_once_they_have_opened_the_bot(town):
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    await town.bus.publish(judged(town))
    card = await town.hears("Рашаць вам", ALENA)
    assert "Верхні горад" in card.content["text"]
    assert "dry" not in await town.answer(ALENA, ALENA, card, text="Давяраць")
    await eventually(lambda: "Вырашана: давераны" in card.content["text"])
    assert not any("Рашаць вам" in text for text in town.texts(UPPER_TOWN))


async def test_being_added_tells_what_rights_are_missing_and_what_for(town):
    speak(town, "en")
    chat = town.sim.do("chat", title="New yard", owner=ALENA)["id"]
    town.sim.do("join", chat=chat, user=BOT, by=ALENA)
    greeting = (await town.hears("Hello", chat)).content["text"]
    assert "I lack these rights" in greeting
    assert "“Delete messages” — to erase traces" in greeting
    assert "dry run" in greeting
    town.sim.do("promote", chat=chat, user=BOT, by=ALENA)
    await town.hears("I have all the rights I need", chat)
