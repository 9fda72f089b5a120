"""What lies beneath the listings on a map that is drawn from the directory alone: water, parks, streets."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Message, Moment
from shared.contracts.listings import AreaId, Language, Latitude, Longitude, Name

POINTS_MOST = 20_000
"""Points of one piece, so that its message stays below some 400 KB."""


class GroundKind(StrEnum):
    """What a piece of ground is."""

    WATER = "water"
    PARK = "park"
    STREET = "street"


class Ground(Message):
    """A piece of ground: surfaces in GeoJSON's MultiPolygon shape, or lines, each as [lon, lat].

    `rank` tells from how far it is seen: 1 from everywhere, 3 only from near. Ids have a space of their own.
    """

    id: AreaId
    kind: GroundKind
    names: dict[Language, Name] = Field(default_factory=dict)
    rank: Annotated[int, Field(ge=1, le=3)] = 3
    polygon: list[list[list[tuple[Longitude, Latitude]]]] = Field(default_factory=list)
    lines: list[list[tuple[Longitude, Latitude]]] = Field(default_factory=list)


class ImportGround(Message):
    """Put this piece into the directory."""

    ground: Ground
    imported_at: Moment


class GroundChanged(Message):
    """A piece as it now stands; None when it was removed."""

    ground_id: AreaId
    ground: Ground | None = None
    changed_at: Moment
