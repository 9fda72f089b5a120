"""Where something is: every way in which files say it, as latitude and longitude in degrees."""

import html
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import shapely
from openlocationcode import openlocationcode

from services.directory.exchange.columns.fields import field_of
from services.directory.exchange.values.degrees import Degrees, degrees_of
from services.directory.exchange.values.map_links import marked_places
from services.directory.exchange.values.numbers import number_of
from shared.settings import City

MERCATOR_MOST = 20_037_508.342789244
"""Metres from the origin to the edge of the world in EPSG:3857."""
DEPTH_MOST = 6
"""Lists within lists of a geometry."""
CELL_READ = 20_000
_WKT = re.compile(
    r"(?:SRID\s*=\s*\d{1,6}\s*;\s*)?(?P<text>(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_WKB = re.compile(r"0[01][0-9A-Fa-f]{40,}")
_GEOHASH = re.compile(r"[0-9b-hjkmnp-z]{5,12}", re.IGNORECASE)
_BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz"
_GROUPED = re.compile(r"([+-]?\d{1,3})[., ](\d{3}(?:([., ])\d{3})+)")
"""`53.900.000`, as spreadsheets write 53.900000 where a point separates thousands."""
_PAIR = re.compile(
    r"(?<![\w.,+])[-+]?\d{1,3}[.,]\d{1,15}°? ?[NSСЮ]?(?:[,;/] ?| )[-+]?\d{1,3}[.,]\d{1,15}°? ?[EWВЗУ]?(?!\w)"
)
_EXACT = re.compile(r"\d[.,]\d{4}.*\d[.,]\d{4}")
_PLUS_CODE = re.compile(
    r"(?<![\w+])[23456789CFGHJMPQRVWX]{2,8}\+[23456789CFGHJMPQRVWX]{2,4}(?![\w+])", re.IGNORECASE
)
_LAT_FIRST = re.compile("lat|шыр|шир", re.IGNORECASE)
_LON_FIRST = re.compile("lon|lng|даў|долг|довг", re.IGNORECASE)


@dataclass(frozen=True)
class Position:
    """Two numbers as they stand in a file."""

    lat: float
    lon: float
    is_sure: bool = True
    """Whether it is written which is which; else it is the usual order of such a value."""
    is_middle: bool = False
    """Whether it is the middle of a shape."""


def position_of(value: Any, name: str = "", city: City | None = None) -> Position | None:
    """The position that one value says by itself; None where it says none. `name` is that of its column."""
    if isinstance(value, str):
        return _of_text(value.strip(), name, city)
    if isinstance(value, Mapping):
        return _of_object(value)
    if isinstance(value, list | tuple):
        return _of_list(value, name)
    return None


def position_of_two(lat: Any, lon: Any) -> Position | None:
    """From two columns of their own; letters of the compass in them count more than the columns' names."""
    first, second = _single(lat), _single(lon)
    if first is None or second is None:
        return None
    if "lon" in first.axis or "lat" in second.axis:
        first, second = second, first
    return Position(first.value, second.value)


def position_of_geometry(geometry: Any) -> Position | None:
    """The middle of a geometry of GeoJSON or Esri's JSON; its numbers may be texts.

    Of a collection its first point counts, which is where somebody put the mark.
    """
    parts = geometry.get("geometries") if isinstance(geometry, Mapping) else None
    points = [each for each in parts if _is_point(each)] if isinstance(parts, list) else []
    return _middle(positions_in(points[0] if points else geometry))


def _is_point(geometry: Any) -> bool:
    return isinstance(geometry, Mapping) and geometry.get("type") == "Point"


def positions_in(geometry: Any, depth: int = 0) -> Iterator[Sequence[Any]]:
    """Positions of a geometry, longitude first."""
    if not isinstance(geometry, Mapping) or depth > DEPTH_MOST:
        return
    if "x" in geometry and "y" in geometry:
        yield geometry["x"], geometry["y"]
    parts = geometry.get("geometries")
    for part in parts if isinstance(parts, list) else ():
        yield from positions_in(part, depth + 1)
    for name in ("coordinates", "points", "paths", "rings"):
        yield from _positions(geometry.get(name), 0)


def mercator(x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude of a place in metres of EPSG:3857."""
    lat = math.degrees(2 * math.atan(math.exp(y / MERCATOR_MOST * math.pi)) - math.pi / 2)
    return lat, x / MERCATOR_MOST * 180


def _positions(value: object, depth: int) -> Iterator[Sequence[Any]]:
    if not isinstance(value, list) or depth > DEPTH_MOST:
        return
    if value and not isinstance(value[0], list):
        yield value
        return
    for part in value:
        yield from _positions(part, depth + 1)


def _middle(points: Iterable[Sequence[Any]]) -> Position | None:
    west = south = math.inf
    east = north = -math.inf
    count = 0
    for point in points:
        lon, lat = (number_of(point[0]), number_of(point[1])) if len(point) >= 2 else (None, None)
        if lon is None or lat is None:
            continue
        west, east = min(west, lon), max(east, lon)
        south, north = min(south, lat), max(north, lat)
        count += 1
    if not count:
        return None
    return Position((south + north) / 2, (west + east) / 2, is_middle=count > 1)


def _single(value: Any) -> Degrees | None:
    if (number := number_of(value)) is not None:
        return Degrees(number)
    if isinstance(value, str) and (grouped := _GROUPED.fullmatch(value.strip())):
        return Degrees(float(f"{grouped[1]}.{grouped[2].replace(grouped[3], '')}"))
    found = degrees_of(value) if isinstance(value, str) else []
    return found[0] if len(found) == 1 else None


def _of_text(text: str, name: str, city: City | None) -> Position | None:
    if not text or len(text) > CELL_READ:
        return None
    if text[0] in "{[" and (found := _of_json(text, name)):
        return found
    if marked := next(marked_places(text), None):
        return Position(marked.lat, marked.lon)
    if shape := _shape_in(text):
        return _middle((x, y) for x, y in shapely.get_coordinates(shape).tolist())
    if found := _of_degrees(degrees_of(html.unescape(text)), name):
        return found
    return _of_code(text, name, city) or _among_words(text, name, city)


def pairs_in(text: str) -> list[str]:
    """Two decimal numbers each, wherever they stand."""
    return [found[0] for found in _PAIR.finditer(text)]


def _among_words(text: str, name: str, city: City | None) -> Position | None:
    """The only pair in a text, where it is exact enough to be no date or lies in the city."""
    pairs = pairs_in(text)
    found = _of_degrees(degrees_of(pairs[0]), name) if len(pairs) == 1 else None
    if found is None:
        return None
    is_near = city is not None and (
        city.contains(found.lat, found.lon) or city.contains(found.lon, found.lat)
    )
    return found if is_near or _EXACT.search(pairs[0]) else None


def _of_json(text: str, name: str) -> Position | None:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return None if isinstance(value, str) else position_of(value, name)


def _shape_in(text: str) -> Any:
    """WKT, or WKB in hexadecimal digits as PostGIS prints it."""
    try:
        if written := _WKT.match(text):
            return shapely.from_wkt(written["text"])
        return shapely.from_wkb(text) if _WKB.fullmatch(text) else None
    except (shapely.errors.GEOSException, ValueError):
        return None


def _of_degrees(found: list[Degrees], name: str) -> Position | None:
    """A pair; of whole numbers without any sign only one that is in metres."""
    if len(found) != 2:
        return None
    first, second = found
    if first.axis or second.axis:
        swapped = first.axis == "lon" or second.axis == "lat"
        return Position(*((second.value, first.value) if swapped else (first.value, second.value)))
    whole = first.value == int(first.value) and second.value == int(second.value)
    if whole and max(abs(first.value), abs(second.value)) <= 180:
        return None
    return _ordered(first.value, second.value, name, lon_first=False)


def _of_list(value: Sequence[Any], name: str) -> Position | None:
    """As GeoJSON and MongoDB order them: the longitude first, unless the name says otherwise."""
    if len(value) not in (2, 3) or isinstance(value[0], list | dict):
        return None
    first, second = _single(value[0]), _single(value[1])
    return (
        None if first is None or second is None else _ordered(first.value, second.value, name, lon_first=True)
    )


def _ordered(first: float, second: float, name: str, *, lon_first: bool) -> Position:
    """By the name of the column where it tells, as `latlng` does; else by what is usual."""
    lat, lon = _LAT_FIRST.search(name), _LON_FIRST.search(name)
    if lat and lon:
        lon_first = lon.start() < lat.start()
    pair = (second, first) if lon_first else (first, second)
    return Position(*pair, is_sure=bool(lat and lon))


def _of_object(value: Mapping[Any, Any]) -> Position | None:
    if "coordinates" in value or "geometries" in value:
        return position_of_geometry(value)
    fields: dict[str, Any] = {}
    for key, each in value.items():
        fields.setdefault(field_of(str(key)) or "", each)
    return position_of_two(fields.get("lat"), fields.get("lon"))


def _of_code(text: str, name: str, city: City | None) -> Position | None:
    """A plus code, short ones as seen from the city; a geohash where the column is called so."""
    if found := _PLUS_CODE.search(text):
        code = found[0].upper()
        if openlocationcode.isShort(code) and city is not None:
            code = openlocationcode.recoverNearest(code, city.lat, city.lon)
        if openlocationcode.isFull(code):
            area = openlocationcode.decode(code)
            return Position(area.latitudeCenter, area.longitudeCenter)
    if "geohash" in name.casefold() and _GEOHASH.fullmatch(text):
        return _of_geohash(text.lower())
    return None


def _of_geohash(code: str) -> Position:
    """Each letter halves the world five times, longitude and latitude in turn."""
    low, high, turn = [-180.0, -90.0], [180.0, 90.0], 0
    for letter in code:
        for bit in (16, 8, 4, 2, 1):
            middle = (low[turn] + high[turn]) / 2
            (low if _BASE32.index(letter) & bit else high)[turn] = middle
            turn = 1 - turn
    return Position((low[1] + high[1]) / 2, (low[0] + high[0]) / 2)
