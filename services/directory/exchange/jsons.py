"""GeoJSON and the JSON of the 2020 directory."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from services.directory.exchange.formats import Records
from services.directory.exchange.rows import FileError
from shared.text import decode_entities


def parse(data: bytes) -> Any:
    """The JSON document. Raises FileError; nesting is limited by the parser."""
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise FileError(f"not valid JSON: {error}") from None


def read(data: bytes) -> Records:
    """Entries of a FeatureCollection, the 2020 directory (`markers`) or a plain list. Raises FileError."""
    document = parse(data)
    if isinstance(document, Mapping):
        if isinstance(markers := document.get("markers"), list):
            return Records(len(markers), _numbered(_marker(each) for each in markers))
        if isinstance(features := document.get("features"), list):
            return Records(len(features), _numbered(_feature(each) for each in features))
    if isinstance(document, list):
        return Records(len(document), _numbered(_feature(each) for each in document))
    raise FileError("JSON without `features` (GeoJSON) or `markers` (the directory of 2020)")


def _numbered(rows: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    return enumerate(rows, start=1)


def _marker(raw: Any) -> Any:
    """An entry of 2020: its names were written for a web page, so entities are decoded."""
    if not isinstance(raw, Mapping):
        return raw
    return {key: decode_entities(each) if isinstance(each, str) else each for key, each in raw.items()}


def _feature(raw: Any) -> Any:
    """Properties, id and point of a feature; other things as they are."""
    if not isinstance(raw, Mapping) or "geometry" not in raw:
        return raw
    properties = raw.get("properties")
    fields = dict(properties) if isinstance(properties, Mapping) else {}
    fields.setdefault("id", raw.get("id"))
    geometry = raw["geometry"]
    if isinstance(geometry, Mapping) and geometry.get("type") == "Point":
        point = geometry.get("coordinates")
        if isinstance(point, list) and len(point) >= 2:
            return fields | {"lon": point[0], "lat": point[1]}
    return fields
