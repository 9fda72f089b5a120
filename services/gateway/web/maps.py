"""What stands on the drawn map: background, marks, and the links that move it. From a view to values."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from services.gateway.domain.clusters import Cluster
from services.gateway.web.drawing import View
from shared.contracts.listings import Area, AreaLevel, PublicListing
from shared.settings import City

DISC_SIZES = ((10, 17), (50, 20), (200, 24))
RINGS_KM = (1, 2, 5, 10, 20)
LABEL_LEAST = 60
"""Pixels across below which an area's name is left out."""
LABEL_MOST = 1.6
"""Windows across from which it is left out, because it is everywhere."""
LETTER, LINE = 7.2, 14.0
"""Pixels of a letter and of a line, about."""
ASIDE = (0, -26, 34, -38, 46)
"""Pixels by which a name may stand below or above the middle of its area, where a mark lies on it."""
LEVELS = [level.value for level in AreaLevel]
Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""
Rings = Sequence[Sequence[tuple[float, float]]]
"""One polygon of GeoJSON: rings of longitude and latitude."""


@dataclass(frozen=True)
class Mark:
    """A flag (`flag` set) or a disc with a count, at pixels of the map."""

    x: float
    y: float
    href: str
    label: str
    flag: str = ""
    count: str = ""
    size: int = 0


@dataclass(frozen=True)
class Name:
    """An area's name in the midst of it; `across` is how many pixels it is wide."""

    level: str
    text: str
    x: float
    y: float
    across: float


@dataclass(frozen=True)
class Tiles:
    """Where images of the ground come from: `href(z, x, y)`, each `pixels` wide, down to `zoom_most`."""

    href: Callable[[int, int, int], str]
    pixels: int
    zoom_most: int


@dataclass(frozen=True)
class Drawing:
    """Everything the SVG template needs."""

    view: View
    marks: list[Mark]
    tiles: list[tuple[str, float, float, float]]
    labels: list[Name]
    rings: list[tuple[float, float, float, str]]
    meridians: list[tuple[float, str]]
    parallels: list[tuple[float, str]]
    scale_px: float
    scale_text: str
    credit: str = ""
    """Who made the basemap, as its file says."""

    @property
    def moves(self) -> dict[str, str]:
        """Views one step away, as in addresses."""
        view = self.view
        return {
            "in": view.zoomed(1).text,
            "out": view.zoomed(-1).text,
            "north": view.moved(0, -0.5).text,
            "south": view.moved(0, 0.5).text,
            "west": view.moved(-0.5, 0).text,
            "east": view.moved(0.5, 0).text,
        }

    @staticmethod
    def band(size: int) -> str:
        """The red band across a white disc: between the chords a third of the way up and down."""
        half = size / 3
        x = (size**2 - half**2) ** 0.5
        arc = f"A{size} {size} 0 0 0"
        return f"M{-x:.1f} {-half:.1f}{arc} {-x:.1f} {half:.1f}H{x:.1f}{arc} {x:.1f} {-half:.1f}Z"


def draw(
    view: View,
    *,
    city: City,
    areas: Iterable[Area],
    name: Callable[[Area], str],
    units: tuple[str, str],
    tiles: Tiles,
    bare: bool = False,
    credit: str = "",
    marks: list[Mark] | None = None,
) -> Drawing:
    """A view with its ground; a `bare` one has rings of distance and a graticule, for want of more."""
    length, metres = view.scale()
    kilometres, metre = units
    meridians, parallels = view.graticule() if bare else ([], [])
    images = view.tiles(tiles.zoom_most, tiles.pixels)
    return Drawing(
        view=view,
        marks=marks or [],
        tiles=[(tiles.href(z, x, y), left, top, edge) for z, x, y, left, top, edge in images],
        labels=labels(view, areas, name, marks or []),
        rings=rings(view, city, kilometres) if bare else [],
        meridians=meridians,
        parallels=parallels,
        scale_px=length,
        scale_text=f"{metres // 1000} {kilometres}" if metres >= 1000 else f"{metres} {metre}",
        credit=credit,
    )


def labels(
    view: View, areas: Iterable[Area], name: Callable[[Area], str], marks: Iterable[Mark] = ()
) -> list[Name]:
    """Names of areas that are wide enough and do not fill the window, the larger first; none where
    another or a mark is.
    """
    found = [one for area in areas if (one := _name(view, area, name)) is not None]
    taken = [_covered(mark) for mark in marks]
    placed = []
    for one in sorted(found, key=lambda one: (LEVELS.index(one.level), -one.across)):
        steps = (replace(one, y=one.y + step) for step in ASIDE if abs(step) < one.across / 3)
        free = next((name for name in steps if _free(_written(name), view, taken)), None)
        if free is not None:
            taken.append(_written(free))
            placed.append(free)
    return placed


def _free(box: Rectangle, view: View, taken: list[Rectangle]) -> bool:
    inside = box[0] > 0 and box[2] < view.width and box[1] > 0 and box[3] < view.height
    return inside and not any(_meet(box, other) for other in taken)


def _written(name: Name) -> Rectangle:
    half = len(name.text) * LETTER / 2 + 3
    return name.x - half, name.y - LINE, name.x + half, name.y + LINE / 2


def _covered(mark: Mark) -> Rectangle:
    """What a disc, or a flag with its pole, lies on."""
    x, y, size = mark.x, mark.y, mark.size
    return (x - 3, y - 34, x + 30, y + 3) if mark.flag else (x - size, y - size, x + size, y + size)


def outline(view: View, polygon: Sequence[Rings]) -> str:
    """The way of an SVG path around an area, to the pixel."""
    return "".join(_way(view, ring) for rings in polygon for ring in rings)


def _way(view: View, ring: Sequence[tuple[float, float]]) -> str:
    points = (view.point(lat, lon) for lon, lat in ring)
    whole = [point for point, _ in groupby((round(x), round(y)) for x, y in points)]
    return f"M{'L'.join(f'{x} {y}' for x, y in whole)}Z" if len(whole) > 2 else ""


def _name(view: View, area: Area, name: Callable[[Area], str]) -> Name | None:
    if area.level is AreaLevel.CITY or not area.polygon:
        return None
    lons = [lon for polygon in area.polygon for lon, _ in polygon[0]]
    lats = [lat for polygon in area.polygon for _, lat in polygon[0]]
    left, top = view.point(max(lats), min(lons))
    right, bottom = view.point(min(lats), max(lons))
    x, y = round((left + right) / 2), round((top + bottom) / 2)
    if not LABEL_LEAST < right - left < LABEL_MOST * view.width or not (
        0 < x < view.width and 0 < y < view.height
    ):
        return None
    return Name(area.level.value, name(area), x, y, right - left)


def _meet(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def rings(view: View, city: City, kilometres: str) -> list[tuple[float, float, float, str]]:
    """Circles of round distance about the city's centre: x, y, radius, name. Only those that help here."""
    x, y = view.point(city.lat, city.lon)
    sized = [(km, round(km * 1000 / view.metres, 1)) for km in RINGS_KM]
    return [(x, y, radius, f"{km} {kilometres}") for km, radius in sized if 60 <= radius <= view.width]


def cluster_mark(
    view: View, cluster: Cluster, *, count: str, label: str, link: Callable[..., str], **kept: Any
) -> Mark:
    """A disc. It leads to where it falls apart, or to the list of the spot when it never does."""
    x, y = view.point(cluster.lat, cluster.lon)
    size = next((size for most, size in DISC_SIZES if cluster.count < most), 29)
    if cluster.is_spot:
        near = 0.0004
        box = (cluster.lon - near, cluster.lat - near, cluster.lon + near, cluster.lat + near)
        href = link("/list", bbox=",".join(f"{edge:.5f}" for edge in box), **kept)
    else:
        zoom = max(cluster.expansion_zoom, view.zoom + 1)
        href = link("/", at=view.at(cluster.lat, cluster.lon, zoom).text, **kept)
    return Mark(x, y, href, label, count=count, size=size)


def listing_mark(view: View, listing: PublicListing, label: str, href: str) -> Mark:
    x, y = view.point(listing.place.lat, listing.place.lon)
    return Mark(x, y, href, label, flag=listing.flag)
