"""Streets and their houses, from an address gazetteer."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.contracts.base import Message, Moment
from shared.contracts.listings import AreaId, Language, Latitude, Longitude, Name

HOUSES_MOST = 2_000
"""Houses of one street, so that its message stays below some 80 KB; the longest streets have 400."""

HouseNumber = Annotated[str, StringConstraints(pattern=r"^\d{1,3}[a-z]?(k\d{1,2}[a-z]?)?$")]
"""Normalised: `53`, `13a`, `53k2` (building 2)."""
House = tuple[HouseNumber, Latitude, Longitude]


class StreetType(StrEnum):
    """What a street is called."""

    STREET = "street"
    AVENUE = "avenue"
    LANE = "lane"
    BOULEVARD = "boulevard"
    ROAD = "road"
    HIGHWAY = "highway"
    SQUARE = "square"
    DRIVE = "drive"
    EMBANKMENT = "embankment"


class Street(Message):
    """A street with its houses, each number once, ordered by number. Ids share the space of area ids."""

    id: AreaId
    type: StreetType
    names: dict[Language, Name]
    """Whole names, with the type, as in `вуліца Сурганава`."""
    houses: Annotated[tuple[House, ...], Field(min_length=1, max_length=HOUSES_MOST)]


class ImportStreet(Message):
    """Put this street into the directory; houses that are known already and not named here stay."""

    street: Street
    imported_at: Moment


class StreetChanged(Message):
    """A street as it now stands; None when it was removed."""

    street_id: AreaId
    street: Street | None = None
    changed_at: Moment
