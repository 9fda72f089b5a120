"""Days in many chats at once, with texts of every kind: nobody's message is ever too much for a handler."""

import random
from typing import Any

import pytest

from services.moderation.spam.ready import own_samples
from shared.bus.dead import letters
from shared.clock import unix
from shared.contracts.registry import STREAMS
from shared.settings import Settings
from tests.conftest import BusFactory, Eventually
from tests.house import came
from tests.integration.test_spam_streams import Readers
from tests.moderation import ADMIN, CHAT, STRANGER, message, photo, raw
from tests.stored import still

pytestmark = pytest.mark.usefixtures("nothing_pending")
CHATS = [CHAT - n for n in range(5)]
PEOPLE = [STRANGER + n for n in range(12)]
WAYS: list[dict[str, str]] = [
    {},
    {"dryrun": "off", "spam": "remove", "media__photo": "delete"},
    {"dryrun": "off", "spam": "delete", "spam__for": "everyone", "lock__link": "warn"},
    {"dryrun": "off", "spam": "advise", "suspicious": "remove", "spam__words": "крипт*, casino"},
    {"spam": "off", "lock__forward": "mute"},
]
SEEDS = (1, 2)


def disguised(text: str, chance: random.Random) -> str:
    ways = [
        text.replace("о", "o").replace("а", "a"), "\u200b".join(text), "·".join(text[:40]), text.upper(),
        f"🔥🔥 {text} {chance.randint(1, 99)}$ @name", f"\u202e{text}", text * 30, "",
    ]  # fmt: skip
    return chance.choice(ways)


def fields(text: str, chance: random.Random) -> dict[str, Any]:
    """A message's content in which the text may stand anywhere."""
    mark = {"type": "text_link", "offset": 0, "length": 1, "url": "https://t.me/+abc"}
    return chance.choice([
        {"text": text}, {"text": text, "entities": [mark]}, {"caption": text, "photo": photo()},
        {"caption": text, "photo": photo(), "media_group_id": str(chance.randint(1, 4))},
        {"text": "а", "quote": {"text": text}, "external_reply": {"chat": {"id": -5, "title": text}}},
        {"text": text, "forward_origin": {"type": "channel", "chat": {"id": -7, "title": "x"}}},
        {"text": text, "reply_markup": {"inline_keyboard": [[{"text": text, "url": "https://t.me/x"}]]}},
        {"poll": {"id": "1", "question": text, "options": [{"text": text}]}},
        {"contact": {"phone_number": "1", "first_name": text}}, {"hologram": [{"words": [text]}]},
    ])  # fmt: skip


def day(seed: int) -> list[dict[str, Any]]:
    """Some hundred updates: people come, write, write the same elsewhere, and change what they wrote."""
    chance, samples, at = random.Random(seed), own_samples(), int(unix())
    texts = [*chance.sample(samples.spam, 60), *chance.sample(samples.ham, 60), "", "я" * 5000]
    heard = [came(who, where) for who in PEOPLE for where in chance.sample(CHATS, 2)]
    for number in range(1, 160):
        who, where = chance.choice(PEOPLE), chance.choice(CHATS)
        text = chance.choice(texts)
        content = fields(disguised(text, chance) if chance.random() < 0.3 else text, chance)
        written = message(number, who=who, where=where, at=at, **content)
        heard.append(raw(written))
        if chance.random() < 0.2:
            other = {"text": chance.choice(texts), "edit_date": at + 1}
            heard.append(raw(message(number, who=who, where=where, at=at, **other), "edited_message"))
        if chance.random() < 0.1:
            order = {"text": "/spam", "entities": [{"type": "bot_command", "offset": 0, "length": 5}]}
            heard.append(raw(message(9000 + number, who=ADMIN, where=where, at=at, **order,
                                     reply_to_message=written)))  # fmt: skip
    return heard


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_written_wherever_every_handler_copes(
    bus_factory: BusFactory, settings: Settings, eventually: Eventually, seed: int
) -> None:
    bus = bus_factory("moderation")
    house = Readers(bus, settings)
    for where, ways in zip(CHATS, WAYS, strict=True):
        await house.set(where, **ways)
    await house.opened()
    async with bus.running():
        await house.hear(*day(seed))
        await eventually(lambda: still(bus.redis))
    assert house.actions
    dead = [x for stream in STREAMS async for x in letters(bus.redis, stream, "moderation")]
    assert dead == []
