"""Updates decided by one process, beside its limits: `python -m bench.moderation [UPDATES] [SEED]`.

The same real-looking updates (texts, joins, albums, edits, links, commands) of four hundred chats three times
in one run: read by FastStream in batches with pydantic and acknowledged, nothing decided (the limit); decided
by moderation with its rules on, read from the sealed stream and committed with all that follows, on a Redis
that flushes each write; and given to aiogram's dispatcher with handlers that filter alike, from memory,
without storing anything. Look-ups of admins are made before, as they are cached. Beside updates a second are
those a second of this process's own processor time, which other work on the machine changes less.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import orjson
from aiogram import Bot, Dispatcher, F
from aiogram.filters import Command
from redis.asyncio import Redis

from bench.bus import faststream
from bench.latency import CHATS, FIRST_CHAT, PHOTO, town
from services.moderation.domain.settings import SETTINGS
from services.moderation.equip import equip
from services.moderation.settings import ModerationSettings
from services.moderation.store import Store
from shared.bus import Bus
from shared.bus.bus import connect
from shared.bus.envelope import Envelope
from shared.bus.groups import ensure_groups
from shared.clock import now
from shared.contracts.registry import STREAMS, TELEGRAM_UPDATES
from shared.contracts.telegram import TelegramUpdate
from shared.keys import Keys
from shared.server import EmbeddedRedis
from shared.telegram import describe
from shared.telemetry import configure
from shared.telemetry.metrics import HANDLED
from simulator.demo import DEMO_TOKEN
from simulator.server import serving

KEY = "b" * 64
PEOPLE = 4_000
AIM, AIM_RATIO = 5_000, 5
PATIENCE = 90
WORDS = ("суседзі", "вада", "ліфт", "заўтра", "хто", "ведае", "калі", "двор", "пад'езд", "дзякуй", "вечар")
ON = {
    "dryrun": "off", "suspicious": "remove", "spam": "delete", "lock.link": "delete", "lock.invite": "delete",
    "lock.forward": "delete", "lock.phone": "delete", "lock.card": "delete", "media.photo": "delete",
    "media.video": "delete", "media.sticker": "delete", "service.pinned": "delete", "service.title": "delete",
}  # fmt: skip


class Mix:
    """Real-looking updates, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.number = 700_000_000
        self.at = int(time.time())

    def make(self, count: int) -> list[dict[str, Any]]:
        kinds: tuple[Callable[[], list[dict[str, Any]]], ...] = (
            self._text, self._link, self._join, self._album, self._edit, self._sticker, self._command,
        )  # fmt: skip
        made: list[dict[str, Any]] = []
        while len(made) < count:
            (kind,) = self.dice.choices(kinds, (68, 4, 6, 6, 7, 8, 1))
            made += kind()
        return made[:count]

    def greetings(self) -> list[dict[str, Any]]:
        """A text in each chat, so that its admins are learnt."""
        return [self._update({"text": "вітаю"}, chat=FIRST_CHAT - n) for n in range(CHATS)]

    def _update(self, content: dict[str, Any], field: str = "message", chat: int = 0) -> dict[str, Any]:
        self.number += 1
        chat = chat or FIRST_CHAT - self.dice.randrange(CHATS)
        body = {
            "message_id": self.number,
            "date": self.at,
            "chat": {"id": chat, "type": "supergroup", "title": f"Двор {FIRST_CHAT - chat}"},
            "from": self._person(),
            **content,
        }
        return {"update_id": self.number, field: body}

    def _person(self) -> dict[str, Any]:
        number = self.dice.randrange(PEOPLE)
        return {
            "id": 5_400_000_000 + number, "is_bot": False, "first_name": f"Алесь {number}",
            "username": f"ales_{number}", "language_code": "be",
        }  # fmt: skip

    def _words(self) -> str:
        return " ".join(self.dice.choices(WORDS, k=self.dice.randrange(2, 25)))

    def _text(self) -> list[dict[str, Any]]:
        return [self._update({"text": self._words()})]

    def _link(self) -> list[dict[str, Any]]:
        text = "https://example.org/zbor " + self._words()
        entities = [{"type": "url", "offset": 0, "length": 24}]
        return [self._update({"text": text, "entities": entities})]

    def _join(self) -> list[dict[str, Any]]:
        who = self._person()
        member = {
            "from": who,
            "old_chat_member": {"user": who, "status": "left"},
            "new_chat_member": {"user": who, "status": "member"},
        }
        change = self._update(member, "chat_member")
        chat = change["chat_member"]["chat"]["id"]
        return [change, self._update({"from": who, "new_chat_members": [who]}, chat=chat)]

    def _album(self) -> list[dict[str, Any]]:
        chat, who = FIRST_CHAT - self.dice.randrange(CHATS), self._person()
        group = {"media_group_id": str(self.number), "photo": PHOTO, "from": who}
        return [self._update(group, chat=chat) for _ in range(3)]

    def _edit(self) -> list[dict[str, Any]]:
        return [self._update({"text": self._words(), "edit_date": self.at}, "edited_message")]

    def _sticker(self) -> list[dict[str, Any]]:
        sticker = {
            "file_id": "A", "file_unique_id": "u", "type": "regular", "width": 512, "height": 512,
            "is_animated": False, "is_video": False,
        }  # fmt: skip
        return [self._update({"sticker": sticker})]

    def _command(self) -> list[dict[str, Any]]:
        entities = [{"type": "bot_command", "offset": 0, "length": 5}]
        return [self._update({"text": "/help", "entities": entities})]


async def publish(url: str, updates: list[dict[str, Any]]) -> None:
    redis, envelope = connect(url), Envelope(Keys(KEY))
    await ensure_groups(redis, STREAMS)
    for start in range(0, len(updates), 500):
        async with redis.pipeline(transaction=False) as pipe:
            for update in updates[start : start + 500]:
                update_id, kind, chat_id = describe(update)
                event = TelegramUpdate(
                    update_id=update_id, chat_id=chat_id, kind=kind, raw=orjson.dumps(update).decode(),
                    received_at=now(),
                )  # fmt: skip
                for command in envelope.publish(event):
                    pipe.execute_command(*command)
            await pipe.execute()
    await redis.aclose()


async def switch_on(url: str) -> None:
    redis = Redis.from_url(url)
    chats = Store(redis, Keys(KEY)).chats
    for n in range(CHATS):
        for name, value in ON.items():
            assert name in SETTINGS, name
            for command in chats.set_setting(FIRST_CHAT - n, name, value):
                await redis.execute_command(*command)
    await redis.aclose()


def handled() -> float:
    labels = {"stream": TELEGRAM_UPDATES.topic, "group": "moderation", "outcome": "done"}
    (metric,) = HANDLED.collect()
    found = (one.value for one in metric.samples if one.name.endswith("_total") and one.labels == labels)
    return next(found, 0.0)


async def decide(url: str, api: str, folder: Path, count: int) -> tuple[float, float]:
    """From the first commit to the last; what `timed` answers."""
    settings = ModerationSettings(
        redis_url=url, key=KEY, data=folder, telegram_token=DEMO_TOKEN, telegram_api=api, role="decide",
        _env_file=None,
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        bus = Bus("moderation", settings)
        await stack.enter_async_context(equip(bus, settings))
        before = handled()
        await stack.enter_async_context(bus.running())
        while handled() == before:  # noqa: ASYNC110 - a counter tells nobody
            await asyncio.sleep(0.002)
        started, used, first = time.perf_counter(), time.process_time(), handled() - before
        while handled() - before < count:
            await asyncio.sleep(0.02)
            if time.perf_counter() - started > PATIENCE:
                raise RuntimeError(f"only {handled() - before:.0f} of {count} updates in {PATIENCE} s")
        left = count - first
        return left / (time.perf_counter() - started), left / (time.process_time() - used)


async def dispatch(updates: list[dict[str, Any]]) -> None:
    """The same updates through aiogram's dispatcher; handlers only count what they would do."""
    dispatcher, bot, done = Dispatcher(), Bot(DEMO_TOKEN), []

    def handler(name: str) -> Callable[..., Any]:
        async def handle(_: Any) -> None:
            done.append(name)

        return handle

    message = dispatcher.message
    message.register(handler("help"), Command("help", "start", "settings", "ban", "mute"))
    for kind in ("photo", "video", "animation", "sticker", "document", "voice", "video_note", "story"):
        message.register(handler(kind), getattr(F, kind))
    for kind in ("new_chat_members", "left_chat_member", "pinned_message", "new_chat_title"):
        message.register(handler(kind), getattr(F, kind))
    message.register(handler("forward"), F.forward_origin)
    message.register(handler("link"), F.entities[:].type.in_({"url", "text_link", "mention"}))
    message.register(handler("text"), F.text)
    dispatcher.edited_message.register(handler("edit"))
    dispatcher.chat_member.register(handler("member"))
    for update in updates:
        await dispatcher.feed_raw_update(bot, update)
    await bot.session.close()
    assert len(done) == len(updates), (len(done), len(updates))


async def timed(count: int, work: Awaitable[Any]) -> tuple[float, float]:
    """Updates a second of the clock, and of this process's processor time."""
    started, used = time.perf_counter(), time.process_time()
    await work
    return count / (time.perf_counter() - started), count / (time.process_time() - used)


async def run(url: str, folder: Path, count: int, seed: int) -> dict[str, tuple[float, float]]:
    mix = Mix(seed)
    greetings, updates = mix.greetings(), mix.make(count)
    rates = {}
    await publish(url, updates)
    rates["FastStream batch"] = await timed(count, faststream(url, count))
    redis = connect(url)
    await redis.flushdb()
    await redis.aclose()
    await switch_on(url)
    async with serving(town) as sim:
        await publish(url, greetings)
        await decide(url, sim.url, folder, len(greetings))
        await publish(url, updates)
        rates["moderation"] = await decide(url, sim.url, folder, count)
    rates["aiogram dispatcher"] = await timed(count // 4, dispatch(updates[: count // 4]))
    return rates


def main(count: int, seed: int) -> None:
    configure("bench", level="error")
    with tempfile.TemporaryDirectory() as name, EmbeddedRedis(Path(name) / "redis") as server:
        rates = asyncio.run(run(server.url, Path(name), count, seed))
    print(f"{count} updates in {CHATS} chats, {len(ON)} settings switched on, seed {seed}")
    wall, busy = rates["aiogram dispatcher"]
    for way, (rate, own) in rates.items():
        print(f"{way:20}{rate:9,.0f}/s {rate / wall:5.1f} of the dispatcher", end="")
        print(f"   {own:9,.0f}/s of processor time {own / busy:5.1f}")
    print(f"aims: {AIM:,} updates/s and {AIM_RATIO} of the dispatcher")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [20_000, 20_200_916][len(given) :]))
