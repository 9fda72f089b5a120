"""What stands on the drawn map: background, marks, and the links that move it. From a view to values."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from services.gateway.domain.clusters import ZOOM_MOST, Cluster
from services.gateway.web.drawing import View, path
from shared.contracts.listings import Area, AreaLevel, Listing
from shared.settings import City

DISC_SIZES = ((10, 17), (50, 20), (200, 24))
RINGS_KM = (1, 2, 5, 10, 20)
LABEL_LEAST = 60
"""Pixels across below which an area's name is left out."""


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
class Shape:
    """An area as it is drawn."""

    level: str
    odd: bool
    path: str
    name: str
    x: float
    y: float
    across: float


@dataclass(frozen=True)
class Drawing:
    """Everything the SVG template needs."""

    view: View
    marks: list[Mark]
    areas: list[Shape]
    rings: list[tuple[float, float, float, str]]
    outside: str
    tiles: list[tuple[str, float, float, float]]
    meridians: list[tuple[float, str]]
    parallels: list[tuple[float, str]]
    scale_px: float
    scale_text: str

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

    @property
    def labels(self) -> list[Shape]:
        """Names of areas that are wide enough, and not of those that fill the whole window."""
        wide = [area for area in self.areas if LABEL_LEAST < area.across < 1.6 * self.view.width]
        return [area for area in wide if 0 < area.x < self.view.width and 0 < area.y < self.view.height]

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
    marks: list[Mark] | None = None,
    tiles_most: int | None = None,
) -> Drawing:
    """The background of a view; `tiles_most` is the deepest zoom of a raster basemap, None without one."""
    length, metres = view.scale()
    kilometres, metre = units
    meridians, parallels = view.graticule()
    tiles = view.tiles(tiles_most) if tiles_most is not None else []
    return Drawing(
        view=view,
        marks=marks or [],
        areas=[] if tiles else shapes(view, areas, name),
        rings=[] if tiles else rings(view, city, kilometres),
        outside=outside(view, city.area),
        tiles=[(f"/basemap/{z}/{x}/{y}", left, top, edge) for z, x, y, left, top, edge in tiles],
        meridians=meridians,
        parallels=parallels,
        scale_px=length,
        scale_text=f"{metres // 1000} {kilometres}" if metres >= 1000 else f"{metres} {metre}",
    )


def shapes(view: View, areas: Iterable[Area], name: Callable[[Area], str]) -> list[Shape]:
    """Areas that can be seen at this zoom, the largest first."""
    found = []
    for number, area in enumerate(areas):
        corners = [view.point(lat, lon) for polygon in area.polygon for lon, lat in polygon[0]]
        if not corners:
            continue
        left, right = min(x for x, _ in corners), max(x for x, _ in corners)
        top, bottom = min(y for _, y in corners), max(y for _, y in corners)
        if right < 0 or bottom < 0 or left > view.width or top > view.height or right - left < 3:
            continue
        middle = ((left + right) / 2, (top + bottom) / 2)
        drawn = "".join(path(view, polygon) for polygon in area.polygon)
        label = "" if area.level is AreaLevel.CITY else name(area)
        found.append(
            Shape(
                area.level.value,
                bool(number % 2),
                drawn,
                label,
                round(middle[0]),
                round(middle[1]),
                right - left,
            )
        )
    return found


def rings(view: View, city: City, kilometres: str) -> list[tuple[float, float, float, str]]:
    """Circles of round distance about the city's centre: x, y, radius, name. Only those that help here."""
    x, y = view.point(city.lat, city.lon)
    sized = [(km, round(km * 1000 / view.metres, 1)) for km in RINGS_KM]
    return [(x, y, radius, f"{km} {kilometres}") for km, radius in sized if 60 <= radius <= view.width]


def outside(view: View, area: tuple[float, float, float, float]) -> str:
    """What lies beyond the city's service area, as a path with a hole."""
    west, south, east, north = area
    left, top = view.point(north, west)
    right, bottom = view.point(south, east)
    return f"M0 0H{view.width}V{view.height}H0ZM{left} {top}V{bottom}H{right}V{top}Z"


def cluster_mark(
    view: View, cluster: Cluster, *, count: str, label: str, link: Callable[..., str], **kept: Any
) -> Mark:
    """A disc. It leads to where it falls apart, or to the list of the spot when it never does."""
    x, y = view.point(cluster.lat, cluster.lon)
    size = next((size for most, size in DISC_SIZES if cluster.count < most), 29)
    if cluster.expansion_zoom > ZOOM_MOST:
        near = 0.0004
        box = (cluster.lon - near, cluster.lat - near, cluster.lon + near, cluster.lat + near)
        href = link("/list", bbox=",".join(f"{edge:.5f}" for edge in box), **kept)
    else:
        zoom = max(cluster.expansion_zoom, view.zoom + 1)
        href = link("/", at=view.at(cluster.lat, cluster.lon, zoom).text, **kept)
    return Mark(x, y, href, label, count=count, size=size)


def listing_mark(view: View, listing: Listing, label: str, href: str) -> Mark:
    x, y = view.point(listing.place.lat, listing.place.lon)
    return Mark(x, y, href, label, flag=listing.flag)
