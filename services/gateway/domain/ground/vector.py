"""A vector tile of somebody else's schema as things that we paint."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from services.gateway.domain.ground.looks import Look
from services.gateway.domain.ground.picture import MARGIN, UNITS, Part, Shown
from services.gateway.domain.ground.schemas import FROM, look_of, name_of
from services.gateway.domain.mvt import LINES, POLYGONS, Ints, Layer, Thing, layers

NAMED = (Look.AVENUE, Look.STREET, Look.LANE, Look.WATER, Look.RIVER, Look.PARK)
SMALL = 3
"""Units across below which a surface is left out."""


@dataclass(frozen=True)
class Window:
    """The part of a tile that is shown: one of `split` times `split`, counted from the north-west."""

    split: int = 1
    column: int = 0
    row: int = 0


WHOLE = Window()


def of_vector(body: bytes, zoom: int, language: str, window: Window = WHOLE) -> list[Shown]:
    """From the lowest look up. `zoom` is that of a map of tiles of 256 pixels. Raises Broken."""
    return sorted(_shown(layers(body), zoom, language, window), key=lambda one: one.look)


def _shown(found: list[Layer], zoom: int, language: str, window: Window) -> Iterator[Shown]:
    for layer in found:
        for thing in layer.things:
            line = thing.type == LINES
            if thing.type not in {LINES, POLYGONS}:
                continue
            look = look_of(layer.name, thing.properties, line=line)
            if look is None or zoom < FROM.get(look, 0):
                continue
            parts = list(_scaled(thing, layer.extent, window, line=line))
            name = name_of(thing.properties, language) if look in NAMED else ""
            if parts:
                yield Shown(look, name, parts, closed=not line)
        if layer.name == "transportation_name":
            yield from _names(layer, zoom, language, window)


def _names(layer: Layer, zoom: int, language: str, window: Window) -> Iterator[Shown]:
    """OpenMapTiles writes the names of streets into a layer of its own, along lines that are not painted."""
    for thing in layer.things:
        look = look_of("transportation", thing.properties, line=True)
        name = name_of(thing.properties, language)
        if look in NAMED and name and zoom >= FROM.get(look, 0):
            yield Shown(
                look, name, list(_scaled(thing, layer.extent, window, line=True)), closed=False, painted=False
            )


def _scaled(thing: Thing, extent: int, window: Window, *, line: bool) -> Iterator[Part]:
    start = np.array([window.column, window.row]) * UNITS
    for points in thing.parts():
        part = np.rint(points * (UNITS * window.split / extent) - start).astype(int)
        if len(part) > (1 if line else 3) and _seen(part, line=line):
            yield [(x, y) for x, y in part.tolist()]


def _seen(part: Ints, *, line: bool) -> bool:
    least, most = part.min(axis=0), part.max(axis=0)
    inside = bool((least <= UNITS + MARGIN).all() and (most >= -MARGIN).all())
    return inside and (line or bool((most - least).max() >= SMALL))
