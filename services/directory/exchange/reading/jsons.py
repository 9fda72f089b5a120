"""JSON of any make: GeoJSON, uMap, Overpass, MongoDB, the directory of 2020, lists and objects by id."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.directory.exchange.columns.fields import PERSON, field_of
from services.directory.exchange.reading.json_entries import Entries, TooLarge
from services.directory.exchange.reading.json_events import batches
from services.directory.exchange.reading.json_survey import Node, Survey, entries, largest
from services.directory.exchange.reading.overpass import Shapes, is_overpass
from services.directory.exchange.reading.records import CELL_MOST, FIELDS_MOST, Document, Record
from services.directory.exchange.reading.text import Text, repaired
from services.directory.exchange.rows import FileError
from services.directory.exchange.values.coordinates import mercator
from services.directory.exchange.values.numbers import number_of
from shared.text import decode_entities

DEPTH_MOST = 4
"""Objects within objects of an entry whose properties are taken."""
GEOMETRY_DEEP = 6
VALUES_MOST = 100
"""Elements of a list within an entry that are looked at."""
OF_2020 = "JSON of the directory of 2020"
TOO_LARGE = ("row.too_large", "an entry that is too large")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_DEGREES = ("4326", "CRS84", "4258", "4269")
_METRES = ("3857", "900913", "102100", "102113", "3785")
_MESSAGES = ("from_id", "text_entities", "actor_id")
Open = Callable[[], Text]


@dataclass
class _Plan:
    """What of a document is read, and how."""

    survey: Survey
    chosen: list[Node]
    kind: str
    in_metres: bool = False
    shapes: Shapes | None = None
    found: dict[str, str] = field(default_factory=dict)


def read(open_text: Open) -> Document:
    """Raises FileError: for what is no JSON, with the place of the mistake; for JSON without entries."""
    survey = Survey()
    for events in batches(open_text):
        survey.take(events)
    _refuse(survey)
    plan = _planned(survey)
    if plan.shapes is not None:
        plan.shapes.gather(_entries(open_text(), plan))
    total = sum(node.objects for node in plan.chosen)
    return Document(plan.kind, lambda: _records(open_text, plan), total=total, found=plan.found)


def _refuse(survey: Survey) -> None:
    """What has entries of another kind."""
    root = survey.root
    if survey.told.get("type") == "Topology":
        raise FileError("TopoJSON is not read; export GeoJSON, as mapshaper.org and `ogr2ogr` do")
    messages = root.children.get("messages") or root.children.get("chats") or root.children.get("contacts")
    if {"personal_information", "frequent_contacts", "left_chats"} & root.keys.keys() or (
        messages and messages.items and set(_MESSAGES) & messages.items.keys.keys()
    ):
        raise FileError(
            "an export of Telegram Desktop holds people's messages and contacts; it is no list of chats"
        )


def _planned(survey: Survey) -> _Plan:
    root = survey.root
    if is_overpass(root):
        items = root.children["elements"].items
        return _Plan(survey, [items] if items else [], "Overpass JSON", shapes=Shapes())
    for key, kind in (("markers", OF_2020), ("features", "GeoJSON")):
        listed = root.children.get(key)
        if listed is not None and listed.lists and not (listed.items and listed.items.objects):
            return _Plan(survey, [listed.items] if listed.items else [], kind)
    if (markers := root.children.get("markers")) is not None and markers.items is not None:
        return _Plan(survey, [markers.items], OF_2020)
    chosen = entries(root, field_of)
    if not chosen and (longest := largest(root)) is not None:
        chosen = [longest]
    if not chosen:
        raise FileError(
            "JSON without `features` (a FeatureCollection of GeoJSON), `elements` (Overpass), `markers` (the "
            "directory of 2020) or a list of objects"
        )
    return _Plan(survey, chosen, _kind(survey, chosen), in_metres=_in_metres(survey.told))


def _kind(survey: Survey, chosen: list[Node]) -> str:
    if survey.told.get("type") == "umap" or "layers" in survey.root.children:
        return "uMap"
    if "features" in survey.root.children or any("geometry" in node.keys for node in chosen):
        return "GeoJSON"
    return "JSON Lines" if survey.root.objects > 1 else "JSON"


def _in_metres(told: Mapping[str, str]) -> bool:
    """Of the coordinate system that older GeoJSON names. Raises FileError for one that is neither."""
    systems = (told.get(name) for name in ("crs.properties.name", "crs.name", "spatialReference.wkid"))
    system = next((each for each in systems if each), "")
    if not system or any(system.endswith(each) for each in _DEGREES):
        return False
    if any(system.endswith(each) for each in _METRES):
        return True
    raise FileError(f"coordinates in {system[:60]}, which is not read; export in WGS 84 (EPSG:4326)")


def _records(open_text: Open, plan: _Plan) -> Iterator[Record]:
    text = open_text()
    found = _entries(text, plan)
    if plan.shapes is not None:
        plan.shapes.begin()
        found = filter(plan.shapes.is_entry, found)
    for number, entry in enumerate(found, start=1):
        yield _record(number, entry, plan, text)
    if plan.shapes is not None:
        plan.found |= plan.shapes.found()


def _entries(text: Text, plan: _Plan) -> Iterator[Any]:
    found = Entries(plan.survey.root, plan.chosen)
    for events in batches(lambda: text):
        yield from found.take(events)


def _record(number: int, entry: Any, plan: _Plan, text: Text) -> Record:
    if isinstance(entry, TooLarge):
        return Record(number, problem=TOO_LARGE)
    if not isinstance(entry, Mapping):
        return Record(number, problem=("row.unreadable", "not an entry with fields"))
    geometry = plan.shapes.geometry(entry) if plan.shapes else entry.get("geometry")
    if plan.in_metres:
        geometry = _in_degrees(geometry)
    fields = _fields(entry)
    if len(fields) > FIELDS_MOST:
        return Record(number, problem=("row.unreadable", f"more than {FIELDS_MOST} properties"))
    decodes = plan.kind == OF_2020
    notes = text.notes_on(fields.values())
    return Record(number, _finished(fields, decodes=decodes), geometry=geometry, notes=notes)


def _fields(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a feature, tags of an element, else all of an entry; nested ones with dotted names."""
    properties = next((entry[key] for key in ("properties", "attributes", "tags") if key in entry), None)
    if not isinstance(properties, Mapping):
        return dict(_flat(entry, "", 0))
    fields = dict(_flat(properties, "", 0))
    fields["id"] = fields.get("id") or entry.get("id")
    if "tags" in entry:
        fields["@type"] = entry.get("type")
    return fields


def _flat(value: Mapping[str, Any], before: str, depth: int) -> Iterator[tuple[str, Any]]:
    for key, wrapped in value.items():
        if key == "geometry" and not before:
            continue
        each, name = _plain(wrapped), f"{before}{key}"
        if isinstance(each, Mapping) and each and not _is_value(each) and depth < DEPTH_MOST:
            yield from _flat(each, f"{name}.", depth + 1)
        else:
            yield name, _short(each) if isinstance(each, str | list) else each


def _plain(value: Any) -> Any:
    """What MongoDB's extended JSON wraps: `{"$oid": "…"}`, `{"$numberInt": "12"}`."""
    if isinstance(value, Mapping) and len(value) == 1:
        key, inner = next(iter(value.items()))
        return _plain(inner) if key.startswith("$") else value
    return value


def _is_value(value: Mapping[str, Any]) -> bool:
    """Objects that are one value: a place, a link of our own API, a text by language."""
    fields = {field_of(key) for key in value}
    is_place = {"lat", "lon"} <= fields and not fields & {"name", "link", PERSON}
    if "coordinates" in value or is_place or value.keys() == {"kind", "value"}:
        return True
    by_language = fields <= {None} and all(isinstance(each, str) for each in value.values())
    return by_language and all(map(_LANGUAGE.fullmatch, value))


def _short(value: str | list[Any]) -> Any:
    """A text no longer than a cell may be; a list with what its objects hold in the place of the objects."""
    if isinstance(value, str):
        return value[:CELL_MOST]
    found: list[Any] = []
    for each in value[:VALUES_MOST]:
        if isinstance(each, Mapping):
            found += [
                one for key, one in _flat(each, "", 0) if field_of(key) != PERSON and isinstance(one, str)
            ]
        else:
            found.append(each[:CELL_MOST] if isinstance(each, str) else each)
    return found


def _finished(fields: dict[str, Any], *, decodes: bool) -> dict[str, Any]:
    """Names of 2020 were written for a web page, so entities in them are decoded."""
    change: Callable[[str], str] = (lambda each: decode_entities(repaired(each))) if decodes else repaired
    return {key: change(value) if isinstance(value, str) else value for key, value in fields.items()}


def _in_degrees(geometry: Any) -> Any:
    """The geometry with its positions in degrees; those that cannot be read stay as they are."""
    if not isinstance(geometry, Mapping):
        return geometry
    parts = geometry.get("geometries")
    if isinstance(parts, list):
        return {**geometry, "geometries": [_in_degrees(part) for part in parts]}
    if "x" in geometry and "y" in geometry:
        return {"type": "Point", "coordinates": _turned([geometry["x"], geometry["y"]], 0)}
    return {key: _turned(value, 0) if isinstance(value, list) else value for key, value in geometry.items()}


def _turned(value: list[Any], depth: int) -> list[Any]:
    if value and isinstance(value[0], list) and depth < GEOMETRY_DEEP:
        return [_turned(part, depth + 1) if isinstance(part, list) else part for part in value]
    x, y = (number_of(value[0]), number_of(value[1])) if len(value) > 1 else (None, None)
    if x is None or y is None:
        return value
    lat, lon = mercator(x, y)
    return [lon, lat]
