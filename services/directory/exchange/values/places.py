"""The place of a row: the first that can be read, in the order in which its columns say it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.directory.exchange.columns.understanding import Arranged
from services.directory.exchange.reading.records import Record
from services.directory.exchange.rows import Note
from services.directory.exchange.values.coordinates import (
    MERCATOR_MOST,
    Position,
    mercator,
    position_of,
    position_of_geometry,
    position_of_two,
)
from services.directory.exchange.values.map_links import marked_places
from shared.geo import metres
from shared.settings import City

APART = 2_000.0
"""Metres between two places of one row from which that is told."""
SHOWN = 40


class NoPlace(Exception):  # noqa: N818
    """No place can be read; `code` and text say why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True)
class Found:
    """Where something is, in degrees, and what was put right."""

    lat: float
    lon: float
    notes: tuple[Note, ...] = ()


def place_of(record: Record, arranged: Arranged, city: City | None, *, is_ours: bool) -> Found:
    """Raises NoPlace. What we exported ourselves (`is_ours`) is never turned round."""
    refused: NoPlace | None = None
    found: Found | None = None
    for position in _positions(record, arranged, city):
        try:
            place = _settled(position, city, is_ours=is_ours)
        except NoPlace as no_place:
            refused = refused or no_place
            continue
        if found is None:
            found = place
        elif metres(found.lat, found.lon, place.lat, place.lon) > APART:
            told = Note(
                "place.several", "another place in the same row lies elsewhere; the surer one is taken"
            )
            return Found(found.lat, found.lon, (*found.notes, told))
    if found is not None:
        return found
    raise refused or NoPlace("place.missing", f"no coordinates{_unread(record, arranged)}")


def _positions(record: Record, arranged: Arranged, city: City | None) -> Iterator[Position]:
    """From the surest: a geometry of the format, columns for both, columns for a pair, links to maps."""
    if record.geometry is not None and (found := position_of_geometry(record.geometry)):
        yield found
    fields, by_field = record.fields, arranged.by_field
    for lat in by_field.get("lat", ()):
        pairs = (position_of_two(fields[lat], fields[lon]) for lon in by_field.get("lon", ()))
        found = next((pair for pair in pairs if pair is not None), None) or position_of(
            fields[lat], lat, city
        )
        if found is not None:
            yield found
    for name in by_field.get("place", ()):
        if found := position_of(fields[name], name, city):
            yield found
    for name in (*by_field.get("link", ()), *by_field.get("description", ()), *arranged.others):
        value = fields[name]
        if isinstance(value, str) and (marked := next(marked_places(value), None)):
            yield Position(marked.lat, marked.lon)


def _settled(position: Position, city: City | None, *, is_ours: bool) -> Found:
    """Degrees on Earth, the two in their order. Raises NoPlace."""
    lat, lon = position.lat, position.lon
    notes: list[Note] = []
    if position.is_middle:
        notes.append(Note("place.middle", "a shape and not a point; listed in its middle"))
    if lat == 0 and lon == 0:
        raise NoPlace("place.missing", "no coordinates (0, 0)")
    if abs(lat) > 180 and abs(lon) > 180:
        lat, lon = _unprojected(lat, lon, city)
        notes.append(Note("place.projected", "metres of a map (EPSG:3857) turned into degrees"))
    elif not is_ours and _swapped(position, city):
        lat, lon = lon, lat
        notes.append(Note("place.swapped", "latitude and longitude were swapped"))
    elif not position.is_sure and city is not None and not city.contains(lat, lon):
        notes.append(
            Note("place.order", "which of the two numbers is the latitude is unclear; taken as usual")
        )
    if not _on_earth(lat, lon):
        raise NoPlace("place.impossible", "coordinates that are nowhere on Earth")
    return Found(lat, lon, tuple(notes))


def _swapped(position: Position, city: City | None) -> bool:
    """Where only turning them round leads into the city; of unnamed numbers, where only that is on Earth."""
    lat, lon = position.lat, position.lon
    if city is not None and city.contains(lon, lat):
        return not city.contains(lat, lon)
    return not position.is_sure and not _on_earth(lat, lon) and _on_earth(lon, lat)


def _unprojected(lat: float, lon: float, city: City | None) -> tuple[float, float]:
    """From metres, where only one reading of them lies in the city."""
    if max(abs(lat), abs(lon)) <= MERCATOR_MOST and city is not None:
        readings = [mercator(lon, lat), mercator(lat, lon)]
        inside = [reading for reading in readings if city.contains(*reading)]
        if len(inside) == 1:
            return inside[0]
    raise NoPlace("place.projected", "metres and not degrees; export the file in WGS 84 (EPSG:4326)")


def _on_earth(lat: float, lon: float) -> bool:
    return -90 <= lat <= 90 and -180 <= lon <= 180


def _unread(record: Record, arranged: Arranged) -> str:
    """What stands where coordinates should."""
    names = [name for each in ("lat", "lon", "place") for name in arranged.by_field.get(each, ())]
    texts = [text for name in names if (text := _shown(record.fields[name]))]
    return f" that can be read in {', '.join(texts[:3])}" if texts else ""


def _shown(value: Any) -> str:
    text = " ".join(str(value).split()) if isinstance(value, str | int | float) and value != "" else ""
    return f"“{text[:SHOWN]}”" if text else ""
