"""Texts in the languages of people. Everything put into a text is escaped unless it is `Html` already."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Any

from services.moderation.domain.settings import LANGUAGES, SETTINGS
from shared.text.plural import of_number


def _read(language: str) -> Mapping[str, str]:
    path = Path(__file__).with_name("texts") / f"{language}.toml"
    return MappingProxyType(tomllib.loads(path.read_text(encoding="utf-8")))


CATALOGUES: Mapping[str, Mapping[str, str]] = MappingProxyType({code: _read(code) for code in LANGUAGES})
NEAREST = {"kk": "ru", "ky": "ru", "tg": "ru", "uz": "ru"}
"""Languages whose speakers read Russian more easily than English."""


class Html(str):
    """Text for Telegram's HTML mode, already escaped."""

    __slots__ = ()


@dataclass(frozen=True)
class Speech:
    """Says things in one language."""

    language: str

    def __call__(self, key: str, **values: Any) -> Html:
        """The text of `key`. Raises KeyError for a key that is in no catalogue."""
        return Html(CATALOGUES[self.language][key].format(**{k: html(v) for k, v in values.items()}))

    def word(self, family: str, code: str) -> Html:
        """The words for a code such as `reason` `many_chats`; a code without words shows as itself."""
        known = CATALOGUES[self.language].get(f"{family}.{code}")
        return Html(known if known is not None else escape(code))

    def knows(self, family: str, code: str) -> bool:
        return f"{family}.{code}" in CATALOGUES[self.language]

    def plain(self, key: str, **values: Any) -> str:
        """The text without markup, for buttons and answers to them."""
        return CATALOGUES[self.language][key].format(**values)

    def many(self, key: str, n: int) -> str:
        """The form of a text for `n`, with the number in it; the forms stand in one text, apart by `|`."""
        return of_number(self.language, n, CATALOGUES[self.language][key].split("|")).format(n=n)

    def plain_word(self, family: str, code: str) -> str:
        return CATALOGUES[self.language].get(f"{family}.{code}", code)


def html(value: Any) -> Html:
    return value if isinstance(value, Html) else Html(escape(str(value)))


def joined(separator: str, parts: Any) -> Html:
    """Join texts; whatever is not `Html` is escaped."""
    return Html(separator.join(html(part) for part in parts))


def speech_for(code: str, otherwise: str) -> Speech:
    """For a person's `language_code`; without one, in the chat's language."""
    base = code.lower().partition("-")[0]
    if not base:
        return Speech(otherwise)
    base = NEAREST.get(base, base)
    return Speech(base if base in CATALOGUES else "en")


def reason_word(speech: Speech, code: str) -> Html:
    """Why something was done: a signal, an order, a rule, or the setting by which a message goes."""
    if code.startswith("rule."):
        return speech("reason.rule", name=code.removeprefix("rule."))
    if code.startswith("own."):
        return speech("reason.own", name=code.removeprefix("own."))
    return speech.word("setting" if code in SETTINGS else "reason", code)
