"""Links to places on maps: what of Yandex, Google, OpenStreetMap and others says where."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

_NUMBER = r"(-?\d{1,3}\.\d{1,20}|-?\d{1,3})"
_PAIR = rf"{_NUMBER}(?:,|\s*;\s*|~|\+|\s)\s*{_NUMBER}"
_HOSTS = (
    "geo:",
    "yandex",
    "ya.ru",
    "google",
    "osm.org",
    "openstreetmap",
    "2gis",
    "maps",
    "bing",
    "waze",
    "mapy.",
)
"""One of these stands in each address that is looked at."""
_LAT_FIRST = (
    re.compile(rf"\bgeo:{_PAIR}", re.IGNORECASE),
    re.compile(rf"!3d{_NUMBER}!4d{_NUMBER}"),
    re.compile(rf"[?&]mlat={_NUMBER}&mlon={_NUMBER}"),
    re.compile(
        rf"[?&](?:q|query|destination|daddr|center|ll|sll|loc|cp|near|coordinate|address)=(?:loc:)?{_PAIR}"
    ),
    re.compile(rf"#map=[\d.]{{1,5}}/{_NUMBER}/{_NUMBER}"),
    re.compile(rf"/@{_PAIR}"),
    re.compile(rf"/(?:place|search|dir)/{_PAIR}"),
)
"""From what is marked to what is only in view."""
_LON_FIRST = (
    re.compile(rf"[?&]whatshere(?:\[point\]|%5Bpoint%5D)={_PAIR}", re.IGNORECASE),
    re.compile(rf"[?&]pt={_PAIR}"),
    re.compile(rf"[?&]poi(?:\[point\]|%5Bpoint%5D)={_PAIR}", re.IGNORECASE),
    re.compile(rf"/geo/\d+/{_PAIR}"),
    re.compile(rf"[?&]m={_PAIR}"),
    re.compile(rf"[?&]ll={_PAIR}"),
)
_OF_LON_FIRST = re.compile(r"yandex\.|ya\.ru|2gis\.|maps\.me", re.IGNORECASE)
READ = 5_000
"""Characters of a value in which links are looked for."""


class Marked(NamedTuple):
    lat: float
    lon: float


def marked_places(text: str) -> Iterator[Marked]:
    """Places of all links to maps in a text, in degrees. Links that were shortened say nothing."""
    if "/" not in text and "geo:" not in text:
        return
    for word in text[:READ].split():
        low = word.lower()
        if any(host in low for host in _HOSTS) and (place := _place(word.strip("<>()\"'"))) is not None:
            yield place


def is_map_link(word: str) -> bool:
    """Whether this is a link to a map that says where."""
    return next(marked_places(word), None) is not None


def _place(address: str) -> Marked | None:
    plain = unquote(address).replace("+", " ") if "%" in address else address
    lon_first = _OF_LON_FIRST.search(address) is not None
    for pattern in _LON_FIRST if lon_first else _LAT_FIRST:
        if found := pattern.search(plain):
            first, second = float(found[1]), float(found[2])
            return Marked(second, first) if lon_first else Marked(first, second)
    return None
