"""Rows of an address gazetteer gathered into streets: spellings meet, what is no address is left out."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median

from services.directory.domain.streets import house_order
from services.directory.exchange.misspelt import absorbed
from services.directory.exchange.rows import Skipped, Spot
from services.directory.exchange.wording import language_of, whole_name
from shared.contracts.listings import NAME_LENGTH, AreaId
from shared.contracts.streets import HOUSES_MOST, Street, StreetType
from shared.settings import City
from shared.text.addresses import Address, read_address, street_key
from shared.text.lacinka import is_lacinka, to_cyrillic

WORDS_MOST = 4
"""Words in a street's name; with more it is a description of a spot."""
RARE = 3
"""A name that is met less often counts only when it is called a street, or is part of a longer name."""
SLIP = 20
"""A type that is met so many times less than another one of the same name is a slip."""
LANGUAGES = ("be", "ru", "en")
DECIMALS = 5
"""About a metre."""
_BETWEEN = re.compile(r"\b(?:между|паміж|пам[iі]ж|between)\b", re.IGNORECASE)
_CROSSING = re.compile(
    r"&(?!#?\w+;)|\b(?:угол|перас\w+|пересеч\w*|перекр[её]ст\w*|скрыжав\w*|corner)\b", re.IGNORECASE
)
_SPOT = re.compile(
    r"\b(?:возле|около|рядом|напротив|насупраць|каля|у дома|за домом|вдоль|двор\w*|въезд\w*|выезд\w*|вход\w*"
    r"|парк\w*|остановк\w*|прыпынак|школ\w*|мост\w*|метро|гараж\w*|детск\w*|магазин\w*|торгов\w*"
    r"|площадк\w*|near|unnamed)\b",
    re.IGNORECASE,
)


Located = tuple[int, str, float | None, float | None]
"""Number of the row, its address, latitude and longitude."""


@dataclass
class Gathered:
    """Streets, which house of which street each row is, and the rows that are none."""

    streets: list[Street] = field(default_factory=list)
    rows: list[tuple[int, AreaId, str]] = field(default_factory=list)
    """Row number, street and house."""
    skipped: list[Skipped] = field(default_factory=list)


def gather(rows: Iterable[Located | Skipped], city: City | None = None) -> Gathered:
    """Streets of rows of number, address, latitude and longitude, the same in whatever order they come."""
    found = Gathered()
    spots: list[Spot] = []
    for row in rows:
        spot = row if isinstance(row, Skipped) else _spot(*row, city)
        if isinstance(spot, Skipped):
            found.skipped.append(spot)
        else:
            spots.append(spot)
    names = _resolved(spots)
    streets: dict[Name, list[Spot]] = defaultdict(list)
    for spot in spots:
        if (name := names.get(_named(spot))) is None:
            found.skipped.append(
                _skip(spot.number, "street.unclear", "no street of this name is known", spot.text)
            )
        else:
            streets[name].append(spot)
    for (key, kind), its in sorted(absorbed(streets).items()):
        _take(found, key, kind, its)
    found.skipped.sort(key=lambda item: item.number)
    return found


def _spot(number: int, text: str, lat: float | None, lon: float | None, city: City | None) -> Spot | Skipped:
    address = read_address(to_cyrillic(text) if is_lacinka(text) else text)
    reason = _reason(text, address, lat, lon, city)
    if reason is not None or address is None or lat is None or lon is None:
        return _skip(number, *(reason or ("row.unreadable", "cannot be read")), text)
    return Spot(number, text, address, lat, lon)


def _reason(  # noqa: PLR0911  # one line for each
    text: str, address: Address | None, lat: float | None, lon: float | None, city: City | None
) -> tuple[str, str] | None:
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return "place.invalid", "coordinates that cannot be"
    if city is not None and not city.contains(lat, lon):
        return "place.outside", "outside the city's service area"
    if _BETWEEN.search(text):
        return "address.between", "between two places, not at one"
    if _CROSSING.search(text):
        return "address.crossing", "a crossing, not a house"
    if address is None:
        return "street.missing", "no street in it"
    if not address.house:
        return "house.missing", "no house number"
    if _SPOT.search(text) or len(address.street.split()) > WORDS_MOST or not street_key(address.street):
        return "street.unclear", "a description of a spot, not an address"
    return None


def _skip(number: int, code: str, why: str, text: str) -> Skipped:
    return Skipped(number, code, why, " ".join(text.split())[:80])


Name = tuple[str, StreetType]
Named = tuple[str, StreetType | None]
"""Key of the words, initials left out, and the type where it is told."""


def _named(spot: Spot) -> Named:
    words = [word for word in spot.address.street.split() if len(word) > 1 or word.isdigit()]
    return street_key(" ".join(words)) or spot.address.key, spot.address.type


def _resolved(spots: Iterable[Spot]) -> dict[Named, Name]:
    """What each spelling stands for. Types come from the rows that tell them; forenames may be left out."""
    counts = Counter(map(_named, spots))
    types: dict[str, Counter[StreetType]] = defaultdict(Counter)
    for (key, kind), count in counts.items():
        if kind is not None:
            types[key][kind] += count
    longer = _longer(types)
    found: dict[Named, Name] = {}
    for key, kind in counts:
        whole = longer.get(key, key)
        if key in types and (kind not in types[whole] or types[whole].total() < types[key].total()):
            whole = key
        if whole in types:
            usual, most = types[whole].most_common(1)[0]
            slip = kind is None or types[whole][kind] * SLIP < most
            found[key, kind] = whole, usual if slip else kind or usual
        elif counts[key, None] >= RARE:
            found[key, kind] = key, StreetType.STREET
    return found


def _longer(types: Mapping[str, object]) -> dict[str, str]:
    """For single words that only one two-word name has, such as a surname alone: that name."""
    parts: dict[str, set[str]] = defaultdict(set)
    for key in types:
        words = key.split()
        if len(words) == 2:
            for word in words:
                parts[word].add(key)
    return {part: whole.pop() for part, whole in parts.items() if len(whole) == 1}


def _take(found: Gathered, key: str, kind: StreetType, spots: list[Spot]) -> None:
    houses: dict[str, list[Spot]] = defaultdict(list)
    for spot in spots:
        houses[spot.address.house].append(spot)
    kept = sorted(
        sorted(houses, key=lambda number: (-len(houses[number]), number))[:HOUSES_MOST], key=house_order
    )
    street_id = f"{kind.value}-{key.replace(' ', '-')}"[:64].rstrip("-")
    for number, rows in houses.items():
        if number in kept:
            found.rows += [(row.number, street_id, number) for row in rows]
        else:
            why = f"more than {HOUSES_MOST} houses"
            found.skipped += [_skip(row.number, "street.too_long", why, row.text) for row in rows]
    places = tuple((number, *_middle(houses[number])) for number in kept)
    found.streets.append(Street(id=street_id, type=kind, names=_names(kind, spots), houses=places))


def _middle(spots: list[Spot]) -> tuple[float, float]:
    """The median, which one stray row does not move."""
    return round(median(s.lat for s in spots), DECIMALS), round(median(s.lon for s in spots), DECIMALS)


def _names(kind: StreetType, spots: list[Spot]) -> dict[str, str]:
    """The most frequent wording in each language; where one is missing, readers get the first there is."""
    wordings: dict[str, Counter[str]] = defaultdict(Counter)
    for spot in spots:
        language = language_of(spot.text)
        weight = 1 + 2 * (
            len(spot.address.street.split()) > 1
        )  # a forename written out beats a surname alone
        wordings[language][whole_name(spot.address, kind, language)] += weight
    return {language: _first(wordings[language]) for language in LANGUAGES if language in wordings}


def _first(counts: Counter[str]) -> str:
    return min(counts, key=lambda name: (-counts[name], name))[:NAME_LENGTH]


def distinct(streets: Iterable[Street]) -> Iterator[Street]:
    """Each id once: two long names may be cut to one."""
    seen: set[AreaId] = set()
    for street in streets:
        if street.id not in seen:
            seen.add(street.id)
            yield street
