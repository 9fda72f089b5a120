"""The bot as its people meet it: moderation runs whole, the simulator stands in Telegram's place."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from shared.bus import Bus
from shared.clock import now
from shared.contracts.listings import Content, Kind, Link, Place
from shared.contracts.registry import SUBMISSIONS_REVIEWED
from shared.contracts.submissions import ReviewRequested
from shared.contracts.telegram import PersonJudged, Signal
from simulator.demo import (
    ALENA,
    RESIDENT,
    REVIEWER,
    UPPER_TOWN,
)
from simulator.server import Simulator
from tests.conftest import eventually

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
            60,
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


def speak(town: Town, language: str) -> None:
    for who in (ALENA, REVIEWER, RESIDENT):
        town.sim.world.user(who).language_code = language


async def pages(town: Town, message: Any, who: int, chat: int, *labels: str) -> Any:
    """Press one button after the other, each once it is there; the message at the end."""
    for label in labels:
        found = await eventually(partial(button, message, label), 15)
        await town.answer(who, chat, message, data=found["callback_data"])
    return message


def button(message: Any, label: str) -> dict[str, Any] | None:
    rows = (message.markup or {}).get("inline_keyboard", [])
    return next((one for row in rows for one in row if label in one["text"]), None)


def proposal(letter: str, **more: Any) -> ReviewRequested:
    content = Content(
        name=HOSTILE,
        link=Link(kind="username", value="linden_court"),
        kind=Kind.GROUP,
        place=Place(lat=53.9, lon=27.56),
        description="</code><a href='https://evil.example'>x</a>",
    )
    fields = {"action": "add", "content": content, "requested_at": now()} | more
    return ReviewRequested(submission_id=(letter * 26)[:26], **fields)


def judged(town: Town, *, score: float = 0.5, **more: Any) -> PersonJudged:
    """Concluded from what the chat has seen itself, unless `more` says otherwise."""
    signals = (
        Signal(name="chats.far_apart", weight=2.5, detail={"places": 4, "kilometres": 12.3}),
        Signal(name="present.long", weight=-1, detail={"days": 9}),
    )
    action = more.get("action", "")
    given: dict[str, Any] = {"chat_id": UPPER_TOWN, "firm": score, "own": score}
    given |= {"firm_action": action, "own_action": action, **more}
    return PersonJudged(
        person=town.bus.keys.person(RESIDENT),
        user_id=RESIDENT,
        score=score,
        signals=signals,
        judged_at=now(),
        **given,
    )
