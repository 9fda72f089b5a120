"""What a thing in a vector tile is, in the schemas of Protomaps (3 and 4) and OpenMapTiles (3)."""

from collections.abc import Mapping
from typing import Any

from services.gateway.domain.ground.looks import Look

GREEN = {
    "park", "forest", "wood", "grass", "grassland", "meadow", "cemetery", "nature_reserve", "garden", "scrub",
    "golf_course", "recreation_ground", "village_green", "allotments", "protected_area", "wetland", "heath",
    "orchard", "national_park", "playground", "zoo",
}  # fmt: skip
AVENUES = {"highway", "major_road", "motorway", "trunk", "primary"}
STREETS = {"medium_road", "secondary", "tertiary"}
LANES = {
    "minor_road",
    "minor",
    "residential",
    "unclassified",
    "street",
    "street_limited",
    "busway",
    "raceway",
}
RAILS = {"rail", "transit", "railway", "light_rail", "tram", "subway"}
DETAILS = {"motorway": Look.AVENUE, "trunk": Look.AVENUE, "primary": Look.AVENUE} | dict.fromkeys(
    ("secondary", "tertiary"), Look.STREET
)
"""Protomaps tells in `kind_detail` what OpenMapTiles tells in `class`."""
PLACES = {"place", "places"}
FROM = {
    Look.BUILDING: 14, Look.RAIL: 12, Look.LANE: 13, Look.STREET: 11, Look.AVENUE: 7, Look.RIVER: 8,
}  # fmt: skip
"""The first zoom that shows it, of a map of tiles of 256 pixels."""


def look_of(layer: str, properties: Mapping[str, Any], *, line: bool) -> Look | None:
    """How it is painted; None for what is left out."""
    if layer in {"water", "waterway", "physical_line"} or (
        layer == "natural" and _kind(properties) == "water"
    ):
        return Look.RIVER if line else Look.WATER
    if layer in {"roads", "transportation", "transit"}:
        return _road(properties) if line else None
    if layer in {"buildings", "building"}:
        return None if line else Look.BUILDING
    if layer == "park" and not line:
        return Look.PARK
    if layer in {"landuse", "landcover", "natural"} and not line and _kinds(properties) & GREEN:
        return Look.PARK
    return None


def _road(properties: Mapping[str, Any]) -> Look | None:
    kind = _kind(properties)
    if properties.get("is_tunnel") or properties.get("brunnel") == "tunnel":
        return None
    if (
        detail := DETAILS.get(str(properties.get("kind_detail", properties.get("pmap:kind_detail", ""))))
    ) is not None:
        return detail
    for names, look in (
        (AVENUES, Look.AVENUE),
        (STREETS, Look.STREET),
        (LANES, Look.LANE),
        (RAILS, Look.RAIL),
    ):
        if kind in names:
            return look
    return None


def name_of(properties: Mapping[str, Any], language: str) -> str:
    """In the language, or as it stands on the sign."""
    keys = (f"name:{language}", f"name_{language}", "name", "name:latin")
    return next((str(properties[key]) for key in keys if properties.get(key)), "")[:80]


def _kinds(properties: Mapping[str, Any]) -> set[str]:
    return {
        str(properties.get(key, ""))
        for key in ("kind", "class", "subclass", "pmap:kind", "landuse", "leisure")
    }


def _kind(properties: Mapping[str, Any]) -> str:
    return str(next((properties[key] for key in ("kind", "pmap:kind", "class") if key in properties), ""))
