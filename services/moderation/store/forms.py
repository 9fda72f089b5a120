"""How what is kept of a chat lies in Redis, and how it is read."""

from collections.abc import Mapping

import orjson
from cryptography.exceptions import InvalidTag

from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.state import Admins
from services.moderation.domain.update import Chat
from services.moderation.domain.warnings import Warned
from services.moderation.store import packed
from services.moderation.store.free_text import FREE_TEXT, from_store
from shared.keys import Keys

WARNED_SCALE = 100


def settings(stored: Mapping[bytes, bytes], keys: Keys) -> ChatSettings:
    """What admins wrote in their own words is opened, see `free_text`."""
    values = {name.decode(): value.decode(errors="replace") for name, value in stored.items()}
    for name in FREE_TEXT & values.keys():
        values[name] = from_store(keys, name, values[name])
    return ChatSettings(values)


def about(keys: Keys, sealed: bytes) -> Chat | None:
    """A chat's kind, title and user name; None for what cannot be read."""
    try:
        return Chat(*orjson.loads(keys.unseal(sealed, "chat")))
    except (InvalidTag, TypeError, orjson.JSONDecodeError):
        return None


def about_sealed(keys: Keys, chat: Chat) -> bytes:
    return keys.seal(orjson.dumps(tuple(chat)), "chat")


def admins(stored: bytes | None) -> Admins | None:
    if stored is None:
        return None
    at, people, shown, written, usernames = orjson.loads(stored)
    return Admins(at, set(people), set(shown), set(written), set(usernames))


def warned(score: float) -> Warned:
    at, number = packed.unpack(score)
    return Warned(*divmod(number, WARNED_SCALE), at)


def packed_warned(warned: Warned) -> str:
    steps = min(warned.steps, WARNED_SCALE - 1)
    return packed.pack(warned.at, warned.count * WARNED_SCALE + steps)


def place(stored: bytes) -> tuple[tuple[float, float], str]:
    """Where, and how exactly; see `Places.put`."""
    lat, lon, *precision = stored.decode().split(",")
    return (float(lat), float(lon)), precision[0] if precision else ""
