"""Which answers are the same for everybody, and one key for all spellings of one question.

A request is rewritten to the canonical spelling before anything answers it, so that a cached answer and a new
one are the same bytes. What is not known here is answered each time and never kept.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qsl, urlencode

from shared.contracts.listings import AreaLevel, Kind

QUERY_MOST = 2_000
FIELDS_MOST = 20
DECIMALS = 6
_NUMBER = re.compile(r"[+-]?\d{1,3}(\.\d{0,20})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,4}", re.ASCII)
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,1500}")
_AREA = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class Part(Enum):
    """What an answer is made of, beside the settings."""

    LISTINGS = "listings"
    GROUND = "ground"
    MINUTE = "minute"


class Pool(Enum):
    """Each has memory of its own, so that questions that strangers make up push out no page."""

    PAGES = "pages"
    MAP = "map"
    RARE = "rare"
    """With words or cursors in the question, and prints."""
    TILES = "tiles"
    EXPORTS = "exports"


BYTES_MOST = {
    Pool.PAGES: 16 * 2**20,
    Pool.MAP: 24 * 2**20,
    Pool.RARE: 8 * 2**20,
    Pool.TILES: 16 * 2**20,
    Pool.EXPORTS: 64 * 2**20,
}


class Unknown(ValueError):  # noqa: N818  # named as what it tells
    """A value that is not understood here; the route says what is wrong with it."""


@dataclass(frozen=True)
class Rule:
    """How one kind of address is kept. `spoken`: it differs by language."""

    pool: Pool
    parts: tuple[Part, ...] = ()
    names: tuple[str, ...] = ()
    spoken: bool = False


@dataclass(frozen=True)
class Key:
    """One question: its address in canonical spelling."""

    path: str
    query: str
    language: str
    """Of the answer; empty where it makes no difference."""
    pool: Pool
    parts: tuple[Part, ...]


def _degrees(count: int) -> Callable[[list[str]], str]:
    def read(values: list[str]) -> str:
        parts = [part.strip(" ") for part in values[-1].split(",")]
        if len(parts) != count or not all(_NUMBER.fullmatch(part) for part in parts):
            raise Unknown
        return ",".join(_short(float(part)) for part in parts)

    return read


def _short(number: float) -> str:
    text = f"{number:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _matching(pattern: re.Pattern[str]) -> Callable[[list[str]], str]:
    def read(values: list[str]) -> str:
        if not pattern.fullmatch(values[-1]):
            raise Unknown
        return values[-1]

    return read


def _one_of(*known: str) -> Callable[[list[str]], str]:
    return _matching(re.compile("|".join(known)))


def _whole(values: list[str]) -> str:
    if not _WHOLE.fullmatch(values[-1]):
        raise Unknown
    return str(int(values[-1]))


def _kinds(values: list[str]) -> str:
    """Given once, several times, or with commas; the order says nothing."""
    kinds = {part.strip() for value in values for part in value.split(",")} - {""}
    if not kinds <= set(Kind):
        raise Unknown
    return ",".join(sorted(kinds))


def _text(values: list[str]) -> str:
    """Blanks between words say nothing."""
    return " ".join(values[-1].split())


READERS: dict[str, Callable[[list[str]], str]] = {
    "q": _text,
    "bbox": _degrees(4),
    "near": _degrees(2),
    "at": _degrees(3),
    "kind": _one_of(*Kind),
    "kinds": _kinds,
    "area": _matching(_AREA),
    "parent": _matching(_AREA),
    "level": _one_of(*AreaLevel),
    "order": _one_of("name", "members"),
    "cursor": _matching(_CURSOR),
    "limit": _whole,
    "zoom": _whole,
}
MADE_UP = {"q", "cursor"}
"""Parameters that hold anything: such answers share a pool of their own."""
LISTED = (Part.LISTINGS,)
PLACED = (Part.LISTINGS, Part.GROUND)
NOW = (Part.LISTINGS, Part.GROUND, Part.MINUTE)
FILTERS = ("bbox", "kinds", "q", "area")
_ID, _PLACE, _TILE = "[a-z2-7]{13}", "[a-z0-9][a-z0-9-]{0,63}", r"\d{1,2}/\d{1,7}/\d{1,7}"
RULES = [
    (re.compile(address, re.ASCII), rule)
    for address, rule in (
        ("/|/embed|/offline", Rule(Pool.PAGES, NOW, ("q", "kind", "at"), spoken=True)),
        ("/list", Rule(Pool.PAGES, PLACED, ("q", "kind", "bbox", "cursor", "area"), spoken=True)),
        (f"/listings/{_ID}(/poster)?", Rule(Pool.PAGES, PLACED, spoken=True)),
        (f"/listings/{_ID}/poster.pdf", Rule(Pool.RARE, LISTED, spoken=True)),
        (f"/listings/{_ID}/qr.svg", Rule(Pool.RARE, LISTED)),
        (f"/areas|/areas/{_PLACE}", Rule(Pool.PAGES, PLACED, spoken=True)),
        ("/guide/([a-z-]{1,40})?|/flags|/share", Rule(Pool.PAGES, PLACED, spoken=True)),
        (f"(/areas/{_PLACE})?/feed.atom", Rule(Pool.PAGES, LISTED, spoken=True)),
        ("/export.(geojson|csv|kml)", Rule(Pool.EXPORTS, LISTED)),
        ("/openapi.json", Rule(Pool.PAGES)),
        (f"/ground/[a-z]{{2,3}}/{_TILE}.svg", Rule(Pool.TILES, (Part.GROUND,))),
        (f"/api/v1/tiles/{_TILE}.mvt", Rule(Pool.TILES, PLACED, FILTERS)),
        ("/api/v1/clusters", Rule(Pool.MAP, PLACED, (*FILTERS, "zoom"))),
        ("/api/v1/listings", Rule(Pool.MAP, PLACED, (*FILTERS, "limit", "cursor", "order"))),
        (r"/api/v1/listings\.columns", Rule(Pool.MAP, PLACED, FILTERS)),
        (f"/api/v1/listings/{_ID}", Rule(Pool.MAP, LISTED)),
        ("/api/v1/areas", Rule(Pool.MAP, PLACED, ("level", "parent"))),
        (f"/api/v1/areas/{_PLACE}", Rule(Pool.MAP, PLACED)),
        ("/api/v1/search", Rule(Pool.RARE, PLACED, ("q", "near", "limit"))),
        ("/api/v1/suggest", Rule(Pool.RARE, PLACED, ("q", "limit"))),
    )
]


def key_of(path: str, query: str, choose: Callable[[str | None], str], known: frozenset[str]) -> Key | None:
    """The key of a request, or None for what is never kept.

    `choose` answers the language for the one that the address asks for; `known` are those that there are.
    """
    rule = next((rule for address, rule in RULES if address.fullmatch(path)), None)
    if rule is None or len(query) > QUERY_MOST:
        return None
    try:
        given: dict[str, list[str]] = {}
        for name, value in parse_qsl(query, errors="strict", max_num_fields=FIELDS_MOST):
            given.setdefault(name, []).append(value)
        kept = {name.replace("kinds", "kind"): value for name in rule.names if (value := _value(name, given))}
    except ValueError:
        return None
    asked = given.get("lang", [""])[-1] if rule.spoken else ""
    if asked in known:
        kept["lang"] = asked
    pool = Pool.RARE if MADE_UP & kept.keys() and rule.pool is not Pool.EXPORTS else rule.pool
    language = choose(asked or None) if rule.spoken else ""
    return Key(path, urlencode(kept), language, pool, rule.parts)


def _value(name: str, given: dict[str, list[str]]) -> str:
    values = given.get("kind" if name == "kinds" else name, [])
    return READERS[name](values) if values else ""
