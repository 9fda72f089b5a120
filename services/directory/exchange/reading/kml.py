"""Placemarks of KML 2.0 to 2.3, in any namespace, one by one."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from services.directory.exchange.columns.fields import PERSON, meaning_of
from services.directory.exchange.reading.records import CELL_MOST, FIELDS_MOST, Record
from services.directory.exchange.reading.text import Text, repaired
from services.directory.exchange.reading.xml_events import Event, events

SIZE_MOST = 8 * 1024 * 1024
"""Characters of one placemark."""
POSITIONS_MOST = 250_000
TOO_LARGE = ("row.too_large", "a placemark that is too large")
_GEOMETRIES = {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "MultiTrack", "Track"}
_MIXED = {"name", "description"}
"""Texts that some write with markup in them as it is, and not as CDATA."""
_POSITION = re.compile(r"[^\s,]+(?:\s*,\s*[^\s,]*){0,2}")
"""Two or three numbers with commas between them, and blanks or line breaks around the commas."""
_NUMBER = r"([-+]?\d{1,3}(?:[.,]\d{1,20})?)"
_TWO = re.compile(rf"{_NUMBER}\s*[;\s]\s*{_NUMBER}(?:\s*[;\s]\s*{_NUMBER})?")
_DECIMALS = re.compile(r"([-+]?\d{1,3},\d{1,20})\s*,\s*([-+]?\d{1,3},\d{1,20})(?:,0)?")
TITLE_MOST = 300
_NOT_FOLLOWED = {
    "NetworkLink": "links to files on other servers are not followed",
    "GroundOverlay": "pictures that lie on the map are left out",
    "PhotoOverlay": "pictures that lie on the map are left out",
}


class Placemarks:
    """Reads one or several documents; `found` is told what of them is left out."""

    def __init__(self, found: dict[str, str]) -> None:
        self._found = found
        self._number = 0
        self._titles: dict[str, str] = {}
        """What the fields of the document's schemas are called for people, by their names."""

    def read(self, text: Text) -> Iterator[Record]:
        """The placemarks of one document, numbered on. Raises FileError, perhaps after the first of them."""
        placemark: _Placemark | None = None
        schema = _Schema(self._titles)
        for event in events(text):
            kind, name, _ = event
            if placemark is None:
                schema.take(event)
            if kind == "start" and name == "Placemark" and placemark is None:
                self._number += 1
                placemark = _Placemark(self._number, self._titles)
            elif kind == "start" and placemark is None and name in _NOT_FOLLOWED:
                self._leave_out(name)
            elif placemark is not None and not placemark.take(event):
                yield placemark.record(text)
                placemark = None

    def _leave_out(self, name: str) -> None:
        code = f"kml.{name.casefold()}"
        count = int(self._found.get(code, "0").partition(" ")[0]) + 1
        self._found[code] = f"{count} {name}: {_NOT_FOLLOWED[name]}"


class _Schema:
    """Reads what a document calls its fields."""

    def __init__(self, titles: dict[str, str]) -> None:
        self._titles = titles
        self._field = ""
        self._text: list[str] | None = None

    def take(self, event: Event) -> None:
        kind, name, attributes = event
        if kind == "text":
            if self._text is not None:
                self._text.append(name[:TITLE_MOST])
        elif name == "SimpleField":
            self._field = attributes.get("name", "") if kind == "start" else ""
        elif name == "displayName" and kind == "start":
            self._text = [] if self._field else None
        elif name == "displayName" and self._text is not None:
            if len(self._titles) < FIELDS_MOST:
                self._titles[self._field] = "".join(self._text).strip()[:TITLE_MOST]
            self._text = None


class _Placemark:
    """One that is being read; the path is that of elements within it."""

    def __init__(self, number: int, titles: Mapping[str, str]) -> None:
        self._number = number
        self._titles = titles
        self._path: list[str] = []
        self._text: list[str] = []
        self._size = self._positions = 0
        self._name = ""
        self._fields: dict[str, str] = {}
        self._data = ""
        self._displayed = ""
        self._shapes: list[_Shape] = [_Shape("MultiGeometry")]

    def take(self, event: Event) -> bool:
        """Whether there is more of it to come."""
        kind, name, attributes = event
        if kind == "text":
            self._keep(name)
        elif kind == "start":
            self._start(name, attributes)
        elif not self._path:
            return False
        else:
            self._end("".join(self._text).strip())
            if self._path.pop() in _MIXED or not self._path or self._path[0] not in _MIXED:
                self._text = []
        return True

    def record(self, text: Text) -> Record:
        if self._size > SIZE_MOST or self._positions > POSITIONS_MOST or len(self._fields) > FIELDS_MOST:
            return Record(self._number, problem=TOO_LARGE)
        fields = {name: repaired(value) for name, value in self._fields.items()}
        return Record(
            self._number,
            fields,
            geometry=self._shapes[0].geometry(),
            own_name=repaired(self._name),
            notes=text.notes_on([self._name, *self._fields.values()]),
        )

    def _keep(self, text: str) -> None:
        self._size += len(text)
        if self._size <= SIZE_MOST:
            self._text.append(text)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._path.append(name)
        if self._path[0] not in _MIXED:
            self._text = []
        self._size += len(name) + sum(map(len, attributes.values()))
        if name in ("Data", "SimpleData"):
            self._data, self._displayed = attributes.get("name", ""), ""
        elif name in _GEOMETRIES and len(self._shapes) < 100:
            shape = _Shape(name)
            self._shapes[-1].inner.append(shape)
            self._shapes.append(shape)

    def _end(self, text: str) -> None:
        match self._path:
            case ["name"]:
                self._name = text[:CELL_MOST]
            case ["description" | "address" | "Snippet" | "snippet" as name]:
                self._put(name, text)
            case [*_, "ExtendedData", "Data", "displayName"]:
                self._displayed = text
            case [*_, "ExtendedData", "Data", "value"]:
                self._put(_title(self._data, self._displayed), text)
            case [*_, "ExtendedData", "SchemaData", "SimpleData"]:
                self._put(_title(self._data, self._titles.get(self._data, "")), text)
            case ["ExtendedData", name] if name not in ("Data", "SchemaData"):
                self._put(name, text)
            case [*_, shape, "coordinates"]:
                alone = _alone(text) if shape == "Point" else None
                self._place([f"{alone[0]},{alone[1]}"] if alone else _POSITION.finditer(text), ",")
            case [*_, "coord"]:
                self._place([text], None)
            case [*_, name] if (
                name in _GEOMETRIES and len(self._shapes) > 1 and self._shapes[-1].kind == name
            ):
                self._shapes.pop()

    def _place(self, positions: Iterable[re.Match[str] | str], separator: str | None) -> None:
        for position in islice(positions, POSITIONS_MOST + 1 - self._positions):
            text = position if isinstance(position, str) else position[0]
            self._shapes[-1].positions.append([number.strip() for number in text.split(separator, 3)[:3]])
            self._positions += 1

    def _put(self, name: str, text: str) -> None:
        """The first that says something counts."""
        if not self._fields.get(name) and len(self._fields) <= FIELDS_MOST:
            self._fields[name] = text[:CELL_MOST]


def _title(name: str, displayed: str) -> str:
    """What people see counts where the name says nothing, or where it is about a person."""
    shown = meaning_of(displayed).field if displayed else None
    return displayed if displayed and (shown == PERSON or meaning_of(name).field is None) else name


def _alone(text: str) -> tuple[str, str] | None:
    """Two numbers apart by a blank or a semicolon, or with decimal commas, which KML does not allow."""
    found = _TWO.fullmatch(text.strip()) or _DECIMALS.fullmatch(text.strip())
    return (found[1].replace(",", "."), found[2].replace(",", ".")) if found else None


class _Shape:
    """A geometry that is being read; `inner` are those within it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.positions: list[list[str]] = []
        self.inner: list[_Shape] = []

    def geometry(self) -> dict[str, Any] | None:
        """As in GeoJSON, with the numbers as they are written; None where there is no position in it."""
        if self.kind == "Polygon":
            rings = [shape.positions for shape in self.inner if shape.positions]
            return {"type": "Polygon", "coordinates": rings} if rings else None
        if self.inner:
            parts = [part for shape in self.inner if (part := shape.geometry())]
            if len(parts) <= 1:
                return parts[0] if parts else None
            return {"type": "GeometryCollection", "geometries": parts}
        if not self.positions:
            return None
        if len(self.positions) == 1:
            return {"type": "Point", "coordinates": self.positions[0]}
        return {"type": "LineString", "coordinates": self.positions}


def read(documents: Iterable[Text], found: dict[str, str]) -> Iterator[Record]:
    """Placemarks of the documents of one file. Raises FileError, perhaps after the first of them."""
    placemarks = Placemarks(found)
    for document in documents:
        yield from placemarks.read(document)
