"""The ground of a mirror: the site's own drawn tiles of the city as files, and views of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from services.gateway.domain.ground import svg
from services.gateway.domain.ground.picture import EDGE, beyond, of_sheet, picture
from services.gateway.domain.ground.pieces import Parts
from services.gateway.domain.ground.sheet import Sheet, mercator
from services.gateway.mirror.archive import File
from services.gateway.mirror.contents import Contents
from services.gateway.web.drawing import View
from services.gateway.web.i18n import Translator
from services.gateway.web.maps import Drawing, Mark, Tiles, draw
from services.gateway.web.render import named
from shared.contracts.listings import Area, AreaLevel

FROM, TO = 7, 13
"""Zooms of the tiles; what is nearer shows the last ones larger."""
TILES_MOST = 400
"""With a larger country the nearest zooms are left out."""
ROOM = 0.02
"""Degrees around everything that is known."""
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Ground:
    """Tiles of everything that a mirror shows."""

    contents: Contents

    @cached_property
    def sheet(self) -> Sheet:
        return Parts(self.contents.areas, self.contents.streets, self.contents.ground).sheet().sheet

    @cached_property
    def bare(self) -> bool:
        return not self.contents.streets and not self.contents.ground

    @cached_property
    def box(self) -> Box:
        """West, south, east and north of areas and listings, within the service area."""
        west, south, east, north = self.contents.city.area
        points = [(each.place.lon, each.place.lat) for each in self.contents.listings]
        cities = [area for area in self.contents.areas if area.level in {AreaLevel.CITY, AreaLevel.DISTRICT}]
        points += [point for area in cities for rings in area.polygon for point in rings[0]]
        points = points or [(self.contents.city.lon, self.contents.city.lat)]
        lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
        return (
            max(west, min(lons) - ROOM),
            max(south, min(lats) - ROOM),
            min(east, max(lons) + ROOM),
            min(north, max(lats) + ROOM),
        )

    @cached_property
    def deepest(self) -> int:
        """The nearest zoom of which there are tiles."""
        few = (zoom for zoom in range(FROM, TO + 1) if len(list(self._places(zoom))) <= TILES_MOST // 2)
        return max(few, default=FROM)

    def files(self) -> Iterator[File]:
        """Written in the first language: names are few at these zooms."""
        for zoom in range(FROM, self.deepest + 1):
            for x, y in self._places(zoom):
                shown = of_sheet(self.sheet, zoom, x, y, self.contents.languages[0])
                pictured = picture([*beyond(self.contents.city.area, zoom, x, y), *shown], zoom + 1)
                yield f"ground/{zoom}/{x}/{y}.svg", svg.tile(pictured).encode()

    def config(self, root: str) -> dict[str, object]:
        """What the map's script must know."""
        west, south, east, north = self.box
        return {
            "kind": "none",
            "tiles": f"{root}ground/{{z}}/{{x}}/{{y}}.svg",
            "deepest": self.deepest,
            "least": FROM,
            "bounds": [[south, west], [north, east]],
            "bare": self.bare,
        }

    def drawing(self, view: View, t: Translator, root: str, marks: Iterable[Mark] = ()) -> Drawing:
        """A view; tiles that are not in the mirror are left out."""

        def name(area: Area) -> str:
            return named(area.names, t.language)

        there = {zoom: set(self._places(zoom)) for zoom in range(FROM, self.deepest + 1)}

        def href(z: int, x: int, y: int) -> str:
            return f"{root}ground/{z}/{x}/{y}.svg" if (x, y) in there.get(z, ()) else ""

        drawn = draw(
            view,
            city=self.contents.city,
            areas=self.contents.areas,
            name=name,
            units=(t("map.km"), t("map.m")),
            tiles=Tiles(href, EDGE, self.deepest),
            bare=self.bare,
            marks=list(marks),
        )
        return replace(drawn, tiles=[tile for tile in drawn.tiles if tile[0]])

    def _places(self, zoom: int) -> Iterator[tuple[int, int]]:
        """Columns and rows of a zoom."""
        west, south, east, north = self.box
        (left, top), (right, bottom) = mercator(west, north), mercator(east, south)
        size, last = 1 << zoom, (1 << zoom) - 1
        for x in range(int(left * size), min(int(right * size), last) + 1):
            for y in range(int(top * size), min(int(bottom * size), last) + 1):
                yield x, y
