"""A chat's names and its linked channel, as Telegram told them: sealed, in one field of the chat's hash."""

import orjson
from cryptography.exceptions import InvalidTag

from services.moderation.domain.state import Addresses, ChatState
from shared.bus.commit import Command
from shared.keys import Keys

FIELD = "addresses"
_SEAL = "addresses"


def opened(sealed: bytes, keys: Keys) -> Addresses | None:
    """None for what cannot be read: then it is looked up again."""
    try:
        at, usernames, linked = orjson.loads(keys.unseal(sealed, _SEAL))
        return Addresses(at, frozenset(usernames), linked)
    except (InvalidTag, TypeError, ValueError):
        return None


def saved(state: ChatState, key: str, keys: Keys) -> list[Command]:
    """What was looked up holds until the chat has another title or name."""
    if state.changes.addresses and state.addresses is not None:
        at, usernames, linked = state.addresses
        return [("HSET", key, FIELD, keys.seal(orjson.dumps([at, sorted(usernames), linked]), _SEAL))]
    return [("HDEL", key, FIELD)] if state.changes.about else []
