"""What admins write in their own words is sealed where it is kept: stop words, allowed sites and @names.

Sealed values are text, and too long for any setting: a process of an older release, which knows nothing of
them, reads them as no allowed value and takes the default until it is restarted.
"""

import base64
import binascii

from cryptography.exceptions import InvalidTag

from services.moderation.domain.settings import SETTINGS
from shared.keys import Keys

SEALED = "sealed:"
FREE_TEXT = frozenset(name for name, setting in SETTINGS.items() if setting.is_free_text)


def to_store(keys: Keys, name: str, value: str) -> str:
    """How a value of a setting is kept: one of the choices as it is, free text sealed."""
    if not is_free_text(name, value):
        return value
    sealed = keys.seal(value.encode(), _context(name))
    return SEALED + base64.urlsafe_b64encode(sealed).decode()


def from_store(keys: Keys, name: str, stored: str) -> str:
    """The value; what cannot be opened is as it was kept, and so is what was kept before it was sealed."""
    if not stored.startswith(SEALED):
        return stored
    try:
        sealed = base64.urlsafe_b64decode(stored.removeprefix(SEALED))
        return keys.unseal(sealed, _context(name)).decode()
    except (InvalidTag, binascii.Error, ValueError):
        return stored


def is_open(name: str, stored: str) -> bool:
    """Whether free text was kept as it is, as by a release that did not seal it."""
    return is_free_text(name, stored) and not stored.startswith(SEALED)


def is_free_text(name: str, value: str) -> bool:
    return name in FREE_TEXT and value not in SETTINGS[name].choices


def _context(name: str) -> str:
    """The chat is no part of what it is sealed under: a chat may move."""
    return f"setting:{name}"
