"""What lies just outside a view: so that nobody takes an empty view for an empty city."""

from dataclasses import replace

from services.gateway.domain.query import Box, Query
from services.gateway.domain.readmodel import ReadModel

GROWN = 1.0
"""Widths and heights of the view added on each side."""


def outside(model: ReadModel, query: Query, inside: int) -> int | None:
    """How many more match just outside the query's box; None without one. `inside` match within it."""
    if query.box is None:
        return None
    return max(0, model.count(replace(query, box=grown(query.box))) - inside)


def grown(box: Box) -> Box:
    """The box with as much again on each side, as far as the world goes."""
    high = (box.north - box.south) * GROWN
    span = (box.east - box.west) % 360 if box.crosses else box.east - box.west
    south, north = max(-90.0, box.south - high), min(90.0, box.north + high)
    if span * (1 + 2 * GROWN) >= 360:
        return Box(-180.0, south, 180.0, north)
    return Box(_around(box.west - span * GROWN), south, _around(box.east + span * GROWN), north)


def _around(lon: float) -> float:
    return (lon + 180) % 360 - 180 if not -180 <= lon <= 180 else lon
