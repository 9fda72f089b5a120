"""Makes the sample's files anew, always the same: `python -m services.directory.sample.generate`."""

import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import shapely

from services.directory.sample import AREAS, GROUND, LISTINGS, words
from services.directory.sample.city import DISTRICTS, POINTS, QUARTERS, RING, Point, Quarter
from services.directory.sample.streets import streets
from services.directory.sample.waters import OVALS, RIVERS, Names, River, bank, flowing, shore
from services.directory.sample.words import Sort
from shared.contracts.listings import Precision
from shared.geo import coarsen

SEED = 2020
CORNERS = 12
"""Corners of a quarter's outline."""
PLAN = (
    (words.QUARTER, 1.0), (words.YARDS, 1.0), (words.YARDS, 0.9), (words.YARDS, 0.6), (words.NEWS, 0.6),
    (words.RIDES, 0.35), (words.HELP, 0.5), (words.PETITION, 0.25), (words.BOT, 0.15), (words.LIBRARY, 0.3),
)  # fmt: skip
"""What a quarter may have, and how probably."""


def main() -> None:
    _save(AREAS, area_features())
    _save(LISTINGS, listing_features())
    _save(GROUND, ground_features())


def area_features() -> Iterator[dict[str, Any]]:
    """The city, its districts and quarters as features."""
    names = {"be": "Мінск", "ru": "Минск", "en": "Minsk"}
    yield _feature({"id": "minsk", "level": "city", "names": names}, _polygon(_border(RING)))
    for district in DISTRICTS:
        names = {"be": district.be, "ru": district.ru, "en": district.en}
        fields = {"id": district.id, "level": "district", "names": names, "parent": "minsk"}
        yield _feature(fields, _polygon(_border(district.around)))
    for quarter in QUARTERS:
        names = {"be": quarter.be, "ru": quarter.ru, "en": quarter.en}
        fields = {"id": quarter.id, "level": "quarter", "names": names}
        yield _feature(fields, _polygon(_outline(quarter)))


def ground_features() -> Iterator[dict[str, Any]]:
    """Parks, water and streets; the streets keep off the water and the woods."""
    for oval in OVALS:
        fields = {"id": oval.id, "kind": oval.kind, "rank": oval.rank, **_named(oval.names)}
        yield _feature(fields, {"type": "Polygon", "coordinates": [shore(oval)]})
    for river in RIVERS:
        fields = {"id": river.id, "kind": "water", "rank": river.rank, **_named(river.names)}
        yield _feature(fields, _course(river))
    wet = [shapely.Polygon(shore(oval)) for oval in OVALS]
    wet += [shapely.LineString(flowing(river.course)).buffer(0.0012) for river in RIVERS if river.width]
    for street in streets(shapely.union_all(wet)):
        fields = {"id": street.id, "kind": "street", "rank": street.rank, **_named(street.names)}
        yield _feature(fields, {"type": "LineString", "coordinates": street.line})


def _course(river: River) -> dict[str, Any]:
    if river.width:
        return {"type": "Polygon", "coordinates": [bank(river)]}
    return {"type": "LineString", "coordinates": flowing(river.course)}


def _named(names: Names) -> dict[str, Any]:
    return {"names": dict(zip(("be", "ru", "en"), names, strict=True))} if names[0] else {}


def listing_features() -> Iterator[dict[str, Any]]:
    random = Random(SEED)  # noqa: S311 - sample data, made the same each time
    names: set[str] = set()
    for quarter in QUARTERS:
        for sort, chance in PLAN:
            if random.random() < chance:
                feature = _listing(random, quarter, sort, names)
                names.add(feature["properties"]["name"])
                yield feature


def _listing(random: Random, quarter: Quarter, sort: Sort, taken: set[str]) -> dict[str, Any]:
    language = random.choice([code for code in ("be", "be", "ru", "ru", "ru", "en") if sort.names[code]])
    precision = Precision(random.choice(sort.precisions))
    lon, lat = _within(random, quarter)
    place = coarsen(lat, lon, precision)
    names = [name.format(q=getattr(quarter, language)) for name in sort.names[language]]
    fields = {
        "name": random.choice([name for name in names if name not in taken]),
        "link": _link(random, quarter, sort, len(taken) + 1),
        "kind": sort.kind,
        "precision": precision.value,
        "description": random.choice(sort.descriptions[language]),
        "languages": [language] if random.random() < 0.6 else ["be", "ru"],
        "flag": random.choice(sort.flags),
        **_members(random, sort),
    }
    return _feature(fields, {"type": "Point", "coordinates": [place.lon, place.lat]})


def _within(random: Random, quarter: Quarter) -> Point:
    """A point of the quarter's oval, not too near its edge."""
    angle, reach = random.uniform(0, 2 * math.pi), 0.8 * math.sqrt(random.random())
    return (
        quarter.lon + reach * quarter.wide * math.cos(angle),
        quarter.lat + reach * quarter.high * math.sin(angle),
    )


def _link(random: Random, quarter: Quarter, sort: Sort, number: int) -> str:
    """An invented link; one in twelve is an invite."""
    if random.random() < 1 / 12 and sort.kind == "group":
        return f"https://t.me/+dzedemo{number:03d}{random.randrange(16**10):010x}"
    slug = quarter.id.replace("-", "")[:12]
    return f"https://t.me/dzedemo_{slug}_{sort.slug[:5]}{number}{'bot' if sort.kind == 'bot' else ''}"


def _members(random: Random, sort: Sort) -> dict[str, int]:
    """Many small, few large; nothing for a bot; small counts stay hidden here too."""
    least, most = sort.members
    if not most or random.random() < 0.04:
        return {}
    count = round(least * (most / least) ** random.random())
    return {"members": count} if count >= 20 else {"members_below": 20}


def _border(names: str) -> list[Point]:
    return [POINTS[name] for name in names.split()]


def _outline(quarter: Quarter) -> list[Point]:
    """The oval with slightly uneven corners."""
    random = Random(quarter.id)  # noqa: S311 - as above
    turns = [2 * math.pi * corner / CORNERS for corner in range(CORNERS)]
    reaches = [random.uniform(0.9, 1.12) for _ in turns]
    return [
        (
            round(quarter.lon + reach * quarter.wide * math.cos(turn), 4),
            round(quarter.lat + reach * quarter.high * math.sin(turn), 4),
        )
        for turn, reach in zip(turns, reaches, strict=True)
    ]


def _polygon(points: list[Point]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*points, points[0]]]}


def _feature(properties: dict[str, Any], geometry: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _save(path: Path, features: Iterable[dict[str, Any]]) -> None:
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    path.write_text(f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
