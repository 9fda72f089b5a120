"""What may be locked in a message: links, forwards, numbers and so on, each found by a function of its own.

Only what a chat has locked is looked for.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from services.moderation.domain import content, further
from services.moderation.domain.content import Json

SEVERITY = ("delete", "warn", "mute")
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/@\s]*@)?(?:www\.)?([^/?#:\s]+)([^?#\s]*)", re.IGNORECASE)
_TELEGRAM = frozenset({"t.me", "telegram.me", "telegram.dog"})
_PHONE = re.compile(
    r"(?<![\w+])(?:\+\d{1,3}|375|8[ -]?0|0|8)[ (-]{0,2}\d{2,3}[ )-]{0,2}\d{2,3}[ -]?\d{2}[ -]?\d{2}(?!\w)"
)
"""An international number, or one as it is dialled in Belarus and its neighbours."""
_CARD = re.compile(r"(?<![\w+])\d(?:[ -]?\d){12,18}(?!\w)")
"""A payment card has 13 to 19 digits (ISO/IEC 7812), the last of them a check digit."""


class Where(NamedTuple):
    """What is no stranger here: allowed sites and @names, and the chat's own name, all in lower case."""

    allowed: Collection[str] = frozenset()
    own: str = ""


_WITH_MARKS = frozenset({"quote", "entities", "caption_entities"})
_DIGIT = re.compile(r"\d")


class Parts:
    """A message taken apart once for all finders; most messages are a few plain words."""

    __slots__ = ("addresses", "entities", "message", "where", "words")

    def __init__(self, message: Json, where: Where) -> None:
        self.message = message
        self.where = where
        quote = message.get("quote")
        texts = [message, quote] if isinstance(quote, dict) else [message]
        found = [part[field] for part in texts for field in ("text", "caption") if field in part]
        self.words = "\n".join([part for part in found if isinstance(part, str)])
        self.entities: list[tuple[str, str]] = []
        if not _WITH_MARKS.isdisjoint(message):
            self.entities = [mark for part in texts for mark in content.entities(part)]
        if left := further.fields(message):
            self.words += f"\n{further.words(left)}"
            self.entities += further.marks(left)
        self.addresses = content.written_addresses(self.words)
        self.addresses += [target for kind, target in self.entities if kind in ("url", "text_link")]
        if "link_preview_options" in message:
            self.addresses += _previewed(message["link_preview_options"])
        if "reply_markup" in message:
            self.addresses += _buttons(message["reply_markup"])

    @property
    def strangers(self) -> list[str]:
        """Every address in the words, under the words, and on the buttons, that is not allowed."""
        return [address for address in self.addresses if not _allowed(address, self.where)]

    @property
    def plain(self) -> bool:
        """Whether there is nothing in the words that a lock could be about."""
        return not (self.addresses or self.entities or _DIGIT.search(self.words))


def found(message: Json, locked: Collection[str], where: Where) -> list[str]:
    """The locked kinds that are in this message."""
    parts = Parts(message, where)
    finders = OF_FIELDS if parts.plain else FINDERS
    return [kind for kind in locked if kind in finders and finders[kind](parts)]


def strongest(kinds: Collection[str], locks: Mapping[str, str]) -> str:
    """The kind of these whose lock has the hardest consequence, the first of equals; empty for none."""
    return max(kinds, key=lambda kind: SEVERITY.index(locks[kind]), default="")


def _previewed(options: Any) -> Iterator[str]:
    """A preview may show a page of which the text says nothing."""
    url = options.get("url") if isinstance(options, dict) else None
    if isinstance(url, str):
        yield url


def _buttons(markup: Any) -> Iterator[str]:
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    for row in rows if isinstance(rows, list) else ():
        for button in row if isinstance(row, list) else ():
            if isinstance(button, dict):
                yield from (url for url in (button.get("url"), _inner(button)) if isinstance(url, str))


def _inner(button: Json) -> Any:
    login = button.get("login_url") or button.get("web_app")
    return login.get("url") if isinstance(login, dict) else None


def _invite(parts: Parts) -> bool:
    return any(content.is_invite(address) for address in parts.strangers)


def _allowed(address: str, where: Where) -> bool:
    match = _HOST.match(address.strip())
    if match is None:
        return False
    host, path = match[1].lower().rstrip("."), match[2].lower().strip("/")
    if host in _TELEGRAM:
        name = f"@{path.partition('/')[0]}"
        if (where.own and name == f"@{where.own}") or name in where.allowed:
            return True
    place = f"{host}/{path}"
    return any(_covers(site, host, place) for site in where.allowed if not site.startswith("@"))


def _covers(site: str, host: str, place: str) -> bool:
    """A site stands for itself, its subdomains, and everything below its path."""
    name, _, path = site.partition("/")
    if host != name and not host.endswith(f".{name}"):
        return False
    return not path or place.partition("/")[2] == path or place.partition("/")[2].startswith(f"{path}/")


def _mention(parts: Parts) -> bool:
    spared = (*parts.where.allowed, f"@{parts.where.own}")
    return any(
        kind == "text_mention" or (kind == "mention" and target.lower() not in spared)
        for kind, target in parts.entities
    )


def _phone(parts: Parts) -> bool:
    marked = any(kind == "phone_number" for kind, _ in parts.entities)
    return marked or _PHONE.search(parts.words) is not None


def _card(parts: Parts) -> bool:
    return any(_checks(match[0]) for match in _CARD.finditer(parts.words))


def _checks(number: str) -> bool:
    """Luhn's sum: the check digit of a card (ISO/IEC 7812-1, annex B)."""
    digits = [int(char) for char in reversed(number) if char.isascii() and char.isdigit()]
    if len(digits) != sum(char.isdigit() for char in number) or len(set(digits)) == 1:
        return False
    return sum(sum(divmod(digit * (1 + at % 2), 10)) for at, digit in enumerate(digits)) % 10 == 0


def _has(*fields: str) -> Callable[[Parts], bool]:
    return lambda parts: any(field in parts.message for field in fields)


OF_FIELDS: dict[str, Callable[[Parts], bool]] = {
    "forward": lambda parts: content.is_forward(parts.message),
    "voice": _has("voice"),
    "contact": _has("contact"),
    "location": _has("location", "venue"),
    "bot": _has("via_bot", "guest_bot_caller_user", "guest_bot_caller_chat"),
}
"""What a field of the message tells."""
FINDERS: dict[str, Callable[[Parts], bool]] = {
    "link": lambda parts: bool(parts.strangers),
    "invite": _invite,
    "mention": _mention,
    "phone": _phone,
    "card": _card,
    **OF_FIELDS,
}
"""`channel` is not about the message but about its sender, see `decide`."""
