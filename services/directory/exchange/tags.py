"""Tags of OpenStreetMap that say what a piece of ground is, and how far it is to be seen."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from services.directory.exchange.judging import text_of
from services.directory.exchange.values.numbers import number_of
from shared.contracts.ground import GroundKind

WATER = {
    "natural": {"water", "bay", "strait"},
    "waterway": {"river", "riverbank", "canal", "stream", "dock"},
    "landuse": {"reservoir", "basin"},
}
PARK = {
    "leisure": {"park", "garden", "nature_reserve", "common", "golf_course"},
    "landuse": {"forest", "grass", "meadow", "cemetery", "recreation_ground", "village_green", "allotments"},
    "natural": {"wood", "grassland", "heath", "scrub", "wetland"},
}
ROADS = {
    "motorway": 1, "trunk": 1, "primary": 1, "secondary": 2, "tertiary": 2, "unclassified": 3,
    "residential": 3, "living_street": 3, "pedestrian": 3, "road": 3,
}  # fmt: skip
"""Service ways and paths are left out: they are many, and have no addresses."""
RIVERS = {"river": 1, "canal": 1, "riverbank": 1, "stream": 3}
FAR, MIDDLE = 0.000_2, 0.000_01
"""Square degrees from which a surface is seen from everywhere, and from the middle distance."""
Rings = list[list[list[tuple[float, float]]]]


def tagged(properties: Mapping[str, Any]) -> GroundKind | None:
    """What the tags say; a way that is both a street and something else is a street."""
    if text_of(properties.get("highway")).removesuffix("_link") in ROADS:
        return GroundKind.STREET
    for kind, tags in ((GroundKind.WATER, WATER), (GroundKind.PARK, PARK)):
        if any(text_of(properties.get(key)) in values for key, values in tags.items()):
            return kind
    return None


def rank_of(kind: GroundKind, properties: Mapping[str, Any], polygon: Rings) -> int:
    """1 to 3: as told by `rank`, by the tags, or by the size."""
    told = number_of(properties.get("rank"))
    if told is not None:
        return min(max(int(told), 1), 3)
    if kind is GroundKind.STREET:
        return ROADS.get(text_of(properties.get("highway")).removesuffix("_link"), 3)
    if not polygon:
        return RIVERS.get(text_of(properties.get("waterway")), 2)
    size = sum(_size(rings[0]) for rings in polygon)
    return 1 if size >= FAR else 2 if size >= MIDDLE else 3


def _size(ring: list[tuple[float, float]]) -> float:
    """Square degrees within a ring, by the shoelace formula."""
    pairs = pairwise(ring)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2
