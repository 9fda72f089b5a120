"""Texts in three languages: which one to use, and how numbers, plurals and dates are written in it."""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from shared.text.plural import of_number

FOLDER = Path(__file__).parent
LANGUAGES = ("be", "ru", "en")
NATIVE = {"be": "Беларуская", "ru": "Русский", "en": "English"}
NO_BREAK = "\u00a0"


@cache
def texts(language: str) -> dict[str, Any]:
    """All texts of a language by dotted key; a list holds the plural forms or the months."""
    found: dict[str, Any] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return found


def offered(languages: Iterable[str]) -> list[str]:
    """Those of the settings that there are texts for; all of them when there are none."""
    return [language for language in languages if language in LANGUAGES] or list(LANGUAGES)


def choose(asked: str | None, accept: str, languages: Iterable[str]) -> str:
    """The language named in the address, else the browser's first that is offered, else the first offered."""
    known = offered(languages)
    if asked in known:
        return asked
    for language in _preferred(accept):
        if language in known:
            return language
    return known[0]


def _preferred(accept: str) -> list[str]:
    """Languages of an Accept-Language header (RFC 9110, 12.5.4), the most wanted first."""
    weighed = []
    for part in accept[:500].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if tag and quality > 0:
            weighed.append((-quality, tag.split("-")[0].lower()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: pair[0])]


class Translator:
    """`t("key", name=value)` in one language. An unknown key raises KeyError: tests visit every page."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = texts(language)

    def __call__(self, key: str, **values: Any) -> str:
        return str(self._texts[key]).format(**values) if values else str(self._texts[key])

    def has(self, key: str) -> bool:
        return key in self._texts

    def raw(self, keys: Iterable[str]) -> dict[str, Any]:
        """Texts as they stand, plural forms as lists, for a script."""
        return {key: self._texts[key] for key in keys}

    def either(self, *keys: str, **values: Any) -> str:
        """The first key that exists."""
        return self(next(key for key in keys if key in self._texts), **values)

    def many(self, key: str, n: int) -> str:
        """The plural form for `n`, with the number written in it."""
        return of_number(self.language, n, self._texts[key]).format(n=self.number(n))

    def number(self, n: int) -> str:
        """1234567 as 1,234,567 in English and with no-break spaces elsewhere; four digits stay together."""
        if self.language == "en":
            return f"{n:,}"
        return str(n) if abs(n) < 10_000 else f"{n:,}".replace(",", NO_BREAK)

    def date(self, moment: datetime) -> str:
        return f"{moment.day}{NO_BREAK}{self._texts['date.months'][moment.month - 1]}{NO_BREAK}{moment.year}"


@cache
def translator(language: str) -> Translator:
    return Translator(language)
