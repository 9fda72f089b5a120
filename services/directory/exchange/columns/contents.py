"""What columns hold whose names say nothing, by the values of their first rows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from services.directory.exchange.columns.fields import PERSON, meaning_of
from services.directory.exchange.values.coordinates import position_of
from services.directory.exchange.values.mojibake import mended
from services.directory.exchange.values.numbers import number_of
from services.directory.exchange.values.people import is_personal
from shared.settings import City
from shared.text.found import telegram_addresses

SHARE_LEAST = 0.6
"""Share of the values that must be of one kind."""


class Contents:
    """Counts kinds of values while rows pass by."""

    def __init__(self, city: City | None) -> None:
        self._city = city
        self.filled: Counter[str] = Counter()
        """Rows that have a value in each column."""
        self.linked: Counter[str] = Counter()
        """Rows that have a link to Telegram in it."""
        self._counts: dict[str, Counter[str]] = {}
        self._names: dict[str, str] = {}

    def take(self, fields: Mapping[str, Any]) -> None:
        for written, value in fields.items():
            name = self._names.get(written) or self._names.setdefault(written, mended(written))
            text = value.strip() if isinstance(value, str) else value
            self.filled[name] += text not in (None, "", [], {})
            self.linked[name] += is_linked(text)
            if text not in (None, "") and meaning_of(name).field is None:
                counts = self._counts.setdefault(name, Counter())
                counts["filled"] += 1
                counts.update(_kinds(text, self._city))

    def fields(self, *, is_headless: bool) -> dict[str, str]:
        """By name: `link`, `lat`, `lon`, `place`, `person`; of a table without a header also its one name."""
        found: dict[str, str] = {}
        for name, counts in self._counts.items():
            for kind in ("link", "place", "lat", "lon", PERSON):
                taken = kind in ("lat", "lon") and kind in found.values()
                if counts[kind] >= max(1, counts["filled"] * SHARE_LEAST) and not taken:
                    found[name] = kind
                    break
        if is_headless:
            texts = [name for name, counts in self._counts.items() if name not in found and counts["text"]]
            found |= {texts[0]: "name"} if len(texts) == 1 else {}
        return found


def is_linked(value: Any) -> bool:
    """Whether a value is a name of an account, or an address of Telegram stands in it."""
    if not isinstance(value, str):
        return False
    return (value.startswith("@") and " " not in value) or bool(telegram_addresses(value[:1_000]))


def _kinds(value: Any, city: City | None) -> Iterable[str]:
    if isinstance(value, str):
        if is_linked(value):
            yield "link"
            return
        if is_personal(value[:200]):
            yield PERSON
            return
    if (number := number_of(value)) is not None:
        yield from _degrees(number, city)
    elif position_of(value, "", city) is not None:
        yield "place"
    elif isinstance(value, str) and any(map(str.isalpha, value)):
        yield "text"


def _degrees(number: float, city: City | None) -> Iterable[str]:
    """Numbers with decimals that lie where the city lies."""
    if number == int(number) or city is None:
        return
    west, south, east, north = city.area
    if south <= number <= north:
        yield "lat"
    if west <= number <= east:
        yield "lon"
