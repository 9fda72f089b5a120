"""Addresses that stand in running text, with or without an entity of Telegram's around them.

As Telegram's clients find them: an address ends at a space or at what quotes it, and not with the full stop
of its sentence.
"""

import re
import unicodedata
from collections.abc import Callable

from shared.text.urls import DOTS, INVISIBLE

_REST = r"[^\s<>\"«»“”„]*"
_TELEGRAM = (
    r"\btg:(?=/|[a-z]+[/?])"
    r"|(?<![\w.-])(?:(?:[a-z][a-z0-9_]{3,31}\.)?t\.me|telegram\.(?:me|dog))(?=[/?#]|:[0-9])"
    r"|(?<![\w@.-])[a-z][a-z0-9_]{3,31}\.t\.me(?![\w.-])"
    r"|(?<![\w.-])web[akz]?\.telegram\.org(?=[/?#])"
)
_OF_TELEGRAM = re.compile(
    rf"(?:https?://(?:[^\s/?#@]{{0,60}}@)?(?:www\.)?)?(?:{_TELEGRAM}){_REST}", re.IGNORECASE
)
_ANY = re.compile(
    rf"(?:(?:https?|ftp|ton|tonsite):[/\\]{{2}}|\bwww\.(?=\w)|{_TELEGRAM}){_REST}", re.IGNORECASE
)
_HINTS = ("://", ":\\\\", "www.", ".me", ".dog", "tg:", "telegram.org")
"""One of these stands in every address that is looked for."""
_UNUSUAL = re.compile(
    f"{INVISIBLE.pattern}|[\u2024\u24b6-\u24e9\u2100-\u214f\u3002\uff01-\uff61\U0001d400-\U0001d7ff\U0001f130-\U0001f149]"
)
_AFTER = ".:;,('?!`’*_~|\"…>"
_PAIRS = {")": "(", "]": "[", "}": "{"}


def addresses(text: str) -> list[str]:
    """Addresses of any site that are written with a scheme or `www.`, and all of Telegram's."""
    return _found(_ANY, text)


def telegram_addresses(text: str) -> list[str]:
    """Addresses of Telegram's only, also in the middle of something else."""
    return _found(_OF_TELEGRAM, text)


def replaced(text: str, change: Callable[[str], str]) -> str:
    """The text with `change` of each of its addresses in their place; itself where nothing changes."""
    changed = False

    def put(match: re.Match[str]) -> str:
        nonlocal changed
        address = _trimmed(match[0])
        instead = change(address)
        changed = changed or instead != address
        return instead + match[0][len(address) :]

    made = _ANY.sub(put, even(text))
    return made if changed else text


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    if not _has_dot(text):
        return []
    plain = even(text)
    if not _has_hint(plain):
        return []
    words = [word for word in plain.split() if _has_hint(word)]
    return [_trimmed(one) for one in pattern.findall(" ".join(words))]


def _has_dot(text: str) -> bool:
    """Whether there is a dot or a colon of any kind; most texts are done with this."""
    if "." in text or ":" in text:
        return True
    return not text.isascii() and any(dot in text for dot in DOTS)


def _has_hint(text: str) -> bool:
    if "." not in text and ":" not in text:
        return False
    low = text.lower()
    for hint in _HINTS:  # noqa: SIM110 - several times as fast as any() with a generator
        if hint in low:
            return True
    return False


def even(text: str) -> str:
    """Text without invisible characters, and with letters and dots of other shapes made plain."""
    if text.isascii() or not _UNUSUAL.search(text):
        return text
    return unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).replace("\u3002", ".")


def _trimmed(address: str) -> str:
    """Without the signs of the sentence behind it; a bracket belongs to it if it was opened inside."""
    end = len(address)
    more = {close: address.count(close) - address.count(opened) for close, opened in _PAIRS.items()}
    while end:
        last = address[end - 1]
        if last in _PAIRS:
            if more[last] <= 0:
                break
            more[last] -= 1
        elif last not in _AFTER:
            break
        end -= 1
    return address[:end]
