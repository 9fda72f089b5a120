"""What may be locked in a message: links, forwards, numbers and so on, each found by a function of its own.

Only what a chat has locked is looked for.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from services.moderation.domain import content
from services.moderation.domain.allowing import ALL_OF_TELEGRAM
from services.moderation.domain.content import Json
from services.moderation.domain.parts import Parts
from shared.text.targets import INVITATIONS, Target, TargetKind

SEVERITY = ("delete", "warn", "mute")
_ELSEWHERE = frozenset({TargetKind.SITE, TargetKind.NOTHING})
_PHONE = re.compile(
    r"(?<![\w+])(?:\+\d{1,3}|375|8[ -]?0|0|8)[ (-]{0,2}\d{2,3}[ )-]{0,2}\d{2,3}[ -]?\d{2}[ -]?\d{2}(?!\w)"
)
"""An international number, or one as it is dialled in Belarus and its neighbours."""
_CARD = re.compile(r"(?<![\w+])\d(?:[ -]?\d){12,18}(?!\w)")
"""A payment card has 13 to 19 digits (ISO/IEC 7812), the last of them a check digit."""


class Where(NamedTuple):
    """What is no stranger here; all names in lower case."""

    allowed: Collection[str] = frozenset()
    """Entries of `lock.allow`, see `settings.allowed_entry`."""
    own: str = ""
    """The chat's public name."""
    usernames: Collection[str] = frozenset()
    """Further names of the chat, and those of its linked channel."""
    chats: Collection[int] = frozenset()
    """Internal ids of the chat, of the group that it was, and of its linked channel."""
    invites: Collection[str] = frozenset()
    """Hashes of the bot's own invite links."""


Finder = Callable[[Parts, Where], bool]


def found(message: Json, locked: Collection[str], where: Where) -> list[str]:
    """The locked kinds that are in this message."""
    return found_in(Parts(message), locked, where)


def found_in(parts: Parts, locked: Collection[str], where: Where) -> list[str]:
    """The same of a message that is taken apart already."""
    finders = OF_FIELDS if parts.plain else FINDERS
    return [kind for kind in locked if kind in finders and finders[kind](parts, where)]


def strongest(kinds: Collection[str], locks: Mapping[str, str]) -> str:
    """The kind of these whose lock has the hardest consequence, the first of equals; empty for none."""
    return max(kinds, key=lambda kind: SEVERITY.index(locks[kind]), default="")


def strangers(parts: Parts, where: Where) -> list[Target]:
    """What is linked, but for what is allowed or leads into the chat itself."""
    return [target for target in parts.targets if not _is_known(target, where)]


def _link(parts: Parts, where: Where) -> bool:
    return any(not _is_known(target, where) for target in parts.targets)


def _invite(parts: Parts, where: Where) -> bool:
    return any(target.kind in INVITATIONS for target in strangers(parts, where))


def _is_known(target: Target, where: Where) -> bool:
    """Whether a target is the chat itself, is allowed, or only passes on others that are looked at too."""
    if target.kind is TargetKind.SHARE and target.inside:
        return True
    if target.url.is_ambiguous:
        return False
    return leads_here(target, where) or (bool(where.allowed) and _is_allowed(target, where.allowed))


def leads_here(target: Target, where: Where) -> bool:
    """Whether a target is the chat itself, its linked channel, or a message there."""
    if target.username:
        return target.username == where.own or target.username in where.usernames
    if target.chat:
        return target.chat in where.chats
    return target.kind is TargetKind.INVITE and target.code in where.invites


def _is_allowed(target: Target, allowed: Collection[str]) -> bool:
    if target.kind not in _ELSEWHERE and ALL_OF_TELEGRAM in allowed:
        return True
    if target.username and f"@{target.username}" in allowed:
        return True
    if target.key and target.key in allowed:
        return True
    host, place = target.url.host, target.url.place
    return any(_covers(site, host, place) for site in allowed if not site.startswith("@"))


def _covers(site: str, host: str, place: str) -> bool:
    """A site stands for itself, its subdomains, and everything below its path."""
    name, _, path = site.partition("/")
    if host != name and not host.endswith(f".{name}"):
        return False
    return not path or place == path or place.startswith(f"{path}/")


def links(message: Json, where: Where) -> tuple[str, ...]:
    """`invite` for a stranger's link that leads into chats that cannot be seen, `link` for any other."""
    return links_in(Parts(message), where)


def links_in(parts: Parts, where: Where) -> tuple[str, ...]:
    """The same of a message that is taken apart already."""
    found = strangers(parts, where) if parts.addresses else ()
    return tuple(sorted({"invite" if one.kind in INVITATIONS else "link" for one in found}))


def unsure(parts: Parts, locked: Collection[str], where: Where) -> tuple[bool, bool]:
    """Whether more names and ids of the chat, and whether the bot's own invite links, might clear a message
    of having a stranger's link or mention in it.
    """
    unknown = strangers(parts, where) if parts.addresses else ()
    named = any(one.username or one.chat for one in unknown)
    invited = any(one.kind is TargetKind.INVITE and one.code for one in unknown)
    return named or ("mention" in locked and _named(parts, where)), invited


def _mention(parts: Parts, where: Where) -> bool:
    return any(kind == "text_mention" for kind, _ in parts.entities) or _named(parts, where)


def _named(parts: Parts, where: Where) -> bool:
    """Whether somebody else is mentioned by name than the chat itself."""
    names = [target.lower() for kind, target in parts.entities if kind == "mention"]
    return any(
        name not in where.allowed and name[1:] != where.own and name[1:] not in where.usernames
        for name in names
    )


def _phone(parts: Parts, where: Where) -> bool:
    marked = any(kind == "phone_number" for kind, _ in parts.entities)
    if marked or _PHONE.search(parts.words):
        return True
    return any(target.kind is TargetKind.PHONE for target in strangers(parts, where))


def _card(parts: Parts, _where: Where) -> bool:
    return any(_checks(match[0]) for match in _CARD.finditer(parts.words))


def _checks(number: str) -> bool:
    """Luhn's sum: the check digit of a card (ISO/IEC 7812-1, annex B)."""
    digits = [int(char) for char in reversed(number) if char.isascii() and char.isdigit()]
    if len(digits) != sum(char.isdigit() for char in number) or len(set(digits)) == 1:
        return False
    return sum(sum(divmod(digit * (1 + at % 2), 10)) for at, digit in enumerate(digits)) % 10 == 0


def _has(*fields: str) -> Finder:
    return lambda parts, _: any(field in parts.message for field in fields)


OF_FIELDS: dict[str, Finder] = {
    "forward": lambda parts, _: content.is_forward(parts.message),
    "voice": _has("voice"),
    "contact": _has("contact"),
    "location": _has("location", "venue"),
    "bot": _has("via_bot", "guest_bot_caller_user", "guest_bot_caller_chat"),
}
"""What a field of the message tells."""
FINDERS: dict[str, Finder] = {
    "link": _link,
    "invite": _invite,
    "mention": _mention,
    "phone": _phone,
    "card": _card,
    **OF_FIELDS,
}
"""`channel` is not about the message but about its sender, see `decide`."""
