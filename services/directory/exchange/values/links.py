"""The chats to which a value leads: a link alone, within text or markup, or several of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from services.directory.exchange.values.markup import without_markup
from services.directory.exchange.values.people import near_person
from shared.contracts.listings import Link
from shared.text import LinkError, parse_link
from shared.text.found import telegram_addresses

READ = 10_000
"""Characters of a value in which links are looked for."""
VALUES_MOST = 100
"""Elements of a list that are looked at."""
_USERNAME = re.compile(r"[A-Za-z]\w{4,31}", re.ASCII)
_BETWEEN = re.compile(r"[;,|]+")
_WORD = re.compile(r"[A-Za-z]+")
_MENTION = re.compile(r"(?<![\w@./])@[A-Za-z]\w{3,31}(?!\w)", re.ASCII)
_NO_USERNAMES = frozenset(
    [
        "absent",
        "channel",
        "closed",
        "deleted",
        "empty",
        "group",
        "hidden",
        "invite",
        "missing",
        "nolink",
        "private",
        "public",
        "removed",
        "supergroup",
        "telegram",
        "undefined",
        "unknown",
        "username",
    ]
)
"""Words that stand where a link should, and are none."""


@dataclass
class Leads:
    """Links of one value, in its order, each once; and why what looked like one is none."""

    links: list[Link] = field(default_factory=list)
    code: str = ""
    """The code of the first `LinkError`."""

    def add(self, text: str) -> None:
        try:
            link = parse_link(text)
        except LinkError as error:
            self.code = self.code or error.code
            return
        if link not in self.links:
            self.links.append(link)


def leads_of(value: Any, *, may_be_name: bool = False) -> Leads:
    """Where a value of a column for links leads.

    Where the column may as well be one for names, a word alone is a user name only if no name looks so.
    """
    if may_be_name and isinstance(value, str) and _WORD.fullmatch(value.strip()):
        return Leads()
    leads = Leads()
    for each in value[:VALUES_MOST] if isinstance(value, list) else [value]:
        if isinstance(each, Mapping):
            _add_object(leads, each)
        elif isinstance(each, str):
            _add_text(leads, each.strip()[:READ], is_alone=not isinstance(value, list))
    return leads


def addresses_in(text: str) -> Iterator[str]:
    """Addresses of Telegram in a text, without those that the words around them give to a person."""
    plain, targets = without_markup(text[:READ])
    for address in telegram_addresses(plain):
        at = plain.find(address)
        if at < 0 or not near_person(plain, at, at + len(address)):
            yield address
    for target in targets:
        yield from telegram_addresses(target)


def _add_object(leads: Leads, value: Mapping[Any, Any]) -> None:
    """As our own API gives a link."""
    try:
        leads.add(Link.model_validate(value).url)
    except ValidationError:
        leads.code = leads.code or "link.empty"


def _add_text(leads: Leads, text: str, *, is_alone: bool) -> None:
    if not text:
        return
    if is_alone and _USERNAME.fullmatch(text) and text.casefold() not in _NO_USERNAMES:
        leads.add(f"@{text}")
        return
    plain, targets = without_markup(text)
    for target in targets:
        leads.add(target)
    words = plain.split()
    if len(words) == 1:
        parts = _BETWEEN.split(words[0].strip(";,|"))
        for part in parts if all(map(_is_address, parts)) else words:
            leads.add(part)
        return
    found = [*addresses_in(plain), *mentions_in(plain)]
    for each in found:
        leads.add(each)
    if not found and not targets:
        for word in words:
            if ("/" in word or "." in word.strip(".,;:!?")) and not telegram_addresses(word):
                leads.add(word)
        leads.code = leads.code or "link.not_telegram"


def _is_address(text: str) -> bool:
    return text.startswith("@") or telegram_addresses(text) == [text]


def mentions_in(text: str) -> Iterator[str]:
    """Each `@name` in a text, without those that the words around them give to a person."""
    for found in _MENTION.finditer(text):
        if not near_person(text, found.start(), found.end()):
            yield found[0]
