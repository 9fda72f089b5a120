"""Parameters of the API: strict, and every bad one is named."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema, model_validator

from services.gateway.domain.points import Point
from services.gateway.domain.query import LIMIT_MOST, LIMIT_USUAL, TEXT_LENGTH, Box, Order, Query
from shared.contracts.listings import AreaId, AreaLevel, Kind

ZOOM_MOST = 24
CURSOR = r"^[A-Za-z0-9_-]+$"
_NUMBER_PATTERN = r"\s*[+-]?[0-9]{1,3}(\.[0-9]{0,20})?\s*"
_NUMBER = re.compile(r"[+-]?\d{1,3}(\.\d{0,20})?", re.ASCII)


def numbers(text: Any, count: int, shape: str) -> list[float]:
    """So many decimal numbers with commas. Raises ValueError that says the shape."""
    parts = text.split(",") if isinstance(text, str) else []
    if len(parts) != count or not all(_NUMBER.fullmatch(part.strip(" ")) for part in parts):
        raise ValueError(f"must be {shape}, in degrees")
    return [float(part) for part in parts]


def parse_box(text: Any) -> Box:
    """`west,south,east,north`; west beyond east crosses the antimeridian (RFC 7946, section 5.2)."""
    west, south, east, north = numbers(text, 4, "west,south,east,north")
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        raise ValueError("west and east must be from -180 to 180")
    if not -90 <= south <= north <= 90:
        raise ValueError("south must be at most north, both from -90 to 90")
    return Box(west, south, east, north)


def parse_point(text: Any) -> Point:
    """`lat,lon`."""
    lat, lon = numbers(text, 2, "lat,lon")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError("lat must be from -90 to 90 and lon from -180 to 180")
    return Point(lat, lon)


def _kinds(values: Any) -> list[Kind]:
    """Given once, several times, or with commas."""
    parts = [part.strip() for value in values for part in str(value).split(",")]
    try:
        return [Kind(part) for part in parts if part]
    except ValueError:
        raise ValueError(f"must be of {', '.join(Kind)}") from None


def _listed(count: int) -> str:
    """For the description; a mistake is answered with the name of the field, by `numbers`."""
    return f"^{','.join([_NUMBER_PATTERN] * count)}$"


BoxText = Annotated[
    Box,
    BeforeValidator(parse_box),
    WithJsonSchema({"type": "string", "pattern": _listed(4), "examples": ["27.4,53.8,27.7,54.0"]}),
]
PointText = Annotated[
    Point,
    BeforeValidator(parse_point),
    WithJsonSchema({"type": "string", "pattern": _listed(2), "examples": ["53.9,27.56"]}),
]
Kinds = Annotated[
    list[Kind],
    BeforeValidator(_kinds),
    WithJsonSchema({"type": "array", "items": {"type": "string", "enum": list(Kind)}}),
]
Text = Annotated[str, Field(max_length=TEXT_LENGTH)]


class Params(BaseModel):
    """A parameter without a value counts as left out."""

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, values: Any) -> Any:
        return (
            {name: value for name, value in values.items() if value != ""}
            if isinstance(values, dict)
            else values
        )


class Filters(Params):
    """Which listings are meant."""

    bbox: BoxText | None = None
    kind: Kinds = []
    q: Text = ""
    area: AreaId | None = None

    def query(self) -> Query:
        return Query(self.bbox, frozenset(self.kind), self.q, self.area)


class ListingsParams(Filters):
    limit: Annotated[int, Field(ge=1, le=LIMIT_MOST)] = LIMIT_USUAL
    cursor: Annotated[str, Field(max_length=1500, json_schema_extra={"pattern": CURSOR})] | None = None
    order: Order = Order.NAME


class ClustersParams(Filters):
    zoom: Annotated[int, Field(ge=0, le=ZOOM_MOST)]


class SearchParams(Params):
    q: Annotated[str, Field(min_length=1, max_length=TEXT_LENGTH)]
    near: PointText | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 10


class SuggestParams(Params):
    q: Annotated[str, Field(min_length=1, max_length=TEXT_LENGTH)]
    limit: Annotated[int, Field(ge=1, le=20)] = 8


class AreasParams(Params):
    level: AreaLevel | None = None
    parent: AreaId | None = None
