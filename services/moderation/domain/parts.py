"""A message taken apart once for all that is looked for in it: its words, entities and addresses."""

import re
from collections.abc import Iterator
from typing import Any

from services.moderation.domain import content, further
from services.moderation.domain.content import Json
from shared.text.found import addresses
from shared.text.targets import Target, targets_of

_WITH_MARKS = frozenset({"quote", "entities", "caption_entities"})
_DIGIT = re.compile(r"\d")


class Parts:
    """Most messages are a few plain words."""

    __slots__ = ("_targets", "addresses", "entities", "message", "words")

    def __init__(self, message: Json) -> None:
        self.message = message
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
        self.addresses = addresses(self.words)
        self.addresses += [target for kind, target in self.entities if kind in ("url", "text_link")]
        if "link_preview_options" in message:
            self.addresses += _previewed(message["link_preview_options"])
        if "reply_markup" in message:
            self.addresses += _buttons(message["reply_markup"])
        self._targets: list[Target] | None = None

    @property
    def targets(self) -> list[Target]:
        """What the addresses lead to that stand in the words, under the words, and on the buttons, and what
        those lead to that they carry.
        """
        if self._targets is None:
            found = dict.fromkeys(self.addresses)
            self._targets = [target for address in found for target in targets_of(address)]
        return self._targets

    @property
    def plain(self) -> bool:
        """Whether there is nothing in the words that a lock could be about."""
        return not (self.addresses or self.entities or _DIGIT.search(self.words))


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
                yield from _on_label(button)


def _inner(button: Json) -> Any:
    login = button.get("login_url") or button.get("web_app")
    return login.get("url") if isinstance(login, dict) else None


def _on_label(button: Json) -> Iterator[str]:
    """Addresses to read on a button, or to copy with it."""
    copied = button.get("copy_text")
    for text in (button.get("text"), copied.get("text") if isinstance(copied, dict) else None):
        if isinstance(text, str):
            yield from addresses(text)
