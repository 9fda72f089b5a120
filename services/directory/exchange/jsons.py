"""GeoJSON and the JSON of the 2020 directory."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from services.directory.exchange.formats import Records
from services.directory.exchange.rows import FileError
from services.directory.exchange.spots import placed, positions
from shared.text import decode_entities


def parse(data: bytes) -> Any:
    """The JSON document, of one value a line a list. Raises FileError; nesting is limited by the parser."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if (lines := _lines(data)) is not None:
            return lines
        raise FileError(f"not valid JSON: {error}") from None


def _lines(data: bytes) -> list[Any] | None:
    """Values of JSON Lines or of a GeoJSON text sequence (RFC 8142); None when it is neither."""
    lines = [line for line in data.replace(b"\x1e", b"").splitlines() if line.strip()]
    try:
        return [orjson.loads(line) for line in lines] if len(lines) > 1 else None
    except orjson.JSONDecodeError:
        return None


def read(data: bytes) -> Records:
    """Entries of a FeatureCollection, the 2020 directory (`markers`) or any list. Raises FileError."""
    document = parse(data)
    if isinstance(document, Mapping):
        if isinstance(markers := document.get("markers"), list):
            return Records(len(markers), _numbered(_marker(each) for each in markers))
        if isinstance(features := document.get("features"), list):
            return Records(len(features), _numbered(_feature(each) for each in features))
    entries = document if isinstance(document, list) else _entries(document)
    if entries:
        return Records(len(entries), _numbered(_feature(each) for each in entries))
    raise FileError("JSON without `features` (GeoJSON) or `markers` (the directory of 2020)")


def _entries(document: Any) -> list[Any]:
    """The longest list of objects in an object; else the object itself, where it is one feature."""
    if not isinstance(document, Mapping):
        return []
    lists = [each for each in document.values() if isinstance(each, list) and any(map(_is_object, each))]
    if not lists and "geometry" in document:
        return [document]
    return max(lists, key=len, default=[])


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping)


def _numbered(rows: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    return enumerate(rows, start=1)


def _marker(raw: Any) -> Any:
    """An entry of 2020: its names were written for a web page, so entities are decoded."""
    if not isinstance(raw, Mapping):
        return raw
    return {key: decode_entities(each) if isinstance(each, str) else each for key, each in raw.items()}


def _feature(raw: Any) -> Any:
    """Properties, id and place of a feature; other things as they are."""
    if not isinstance(raw, Mapping) or "geometry" not in raw:
        return raw
    properties = raw.get("properties")
    fields = dict(properties) if isinstance(properties, Mapping) else {}
    fields.setdefault("id", raw.get("id"))
    return fields | placed(positions(raw["geometry"]))
