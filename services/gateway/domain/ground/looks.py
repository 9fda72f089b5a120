"""How each thing on the ground looks, from the lowest to the highest, and from which zoom it is seen.

Zooms are those of a map of tiles of 256 pixels, as in the addresses of the site.
"""

from enum import IntEnum

from shared.contracts.listings import AreaLevel


class Look(IntEnum):
    """In the order in which they are painted."""

    BEYOND = 0
    CITY = 1
    DISTRICT = 2
    DISTRICT_ODD = 3
    PARK = 4
    WATER = 5
    RIVER = 6
    BUILDING = 7
    LANE = 8
    STREET = 9
    AVENUE = 10
    RAIL = 11
    QUARTER = 12
    YARD = 13
    BORDER = 14

    @classmethod
    def area(cls, level: AreaLevel, *, odd: bool) -> "Look":
        if level is AreaLevel.CITY:
            return cls.CITY
        if level is AreaLevel.DISTRICT:
            return cls.DISTRICT_ODD if odd else cls.DISTRICT
        return cls.QUARTER if level is AreaLevel.QUARTER else cls.YARD

    @classmethod
    def of_street(cls, rank: int) -> "Look":
        return {1: cls.AVENUE, 2: cls.STREET}.get(rank, cls.LANE)


_FROM = {
    Look.QUARTER: 12.0, Look.YARD: 14.0, Look.BUILDING: 14.0, Look.RAIL: 11.0,
    Look.AVENUE: 9.0, Look.STREET: 11.0, Look.LANE: 13.0,
}  # fmt: skip
_BY_RANK = {1: 0.0, 2: 10.0, 3: 12.0}
_RAMPS = {
    Look.AVENUE: (0.9, 1.3, 1.9, 2.6, 3.6, 5, 8, 12, 17),
    Look.STREET: (0.5, 0.7, 0.9, 1.5, 2.3, 3.6, 6, 10, 14),
    Look.LANE: (0.4, 0.4, 0.4, 0.7, 1, 2, 4, 7.5, 11),
    Look.RIVER: (0.6, 0.8, 1.1, 1.5, 2, 3, 5, 8, 12),
    Look.RAIL: (0.5, 0.5, 0.7, 0.9, 1, 1.3, 1.6, 2, 2.5),
}  # fmt: skip
_FIRST = 9
CASED_FROM = 13
"""From here on streets have an edge."""


def seen_from(look: Look, rank: int) -> float:
    """The first zoom that shows it."""
    return max(_FROM.get(look, 0.0), _BY_RANK[rank] if look in {Look.WATER, Look.PARK, Look.RIVER} else 0.0)


def width(look: Look, zoom: int) -> float:
    """Pixels across of a line."""
    ramp = _RAMPS[look]
    return ramp[min(max(zoom - _FIRST, 0), len(ramp) - 1)]
