"""Pages of areas and streets in a mirror, and where a mark without scripts leads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from services.gateway.domain.areas import Spot, neighbours, path_to, spot_of, spot_of_street
from services.gateway.domain.ground.sheet import mercator
from services.gateway.mirror.contents import Contents
from services.gateway.web.drawing import View
from services.gateway.web.i18n import Translator
from services.gateway.web.maps import DISC_SIZES, Mark
from services.gateway.web.render import named
from shared.contracts.listings import Area, AreaId, AreaLevel, Kind, PublicListing

CELLS = 4
"""Squares along a tile of 256 pixels in which listings are gathered, as `book.js` does."""
LARGEST = 29
Place = tuple[str, str]
"""Address and name."""


@dataclass(frozen=True)
class Areas:
    """All areas, and the streets that have listings."""

    contents: Contents

    @cached_property
    def listings(self) -> dict[AreaId, list[PublicListing]]:
        """Those in each area and street, by size."""
        found: dict[AreaId, list[PublicListing]] = defaultdict(list)
        for listing in sorted(self.contents.listings, key=lambda one: -(one.members or 0)):
            for area in listing.areas:
                found[area].append(listing)
        return found

    @cached_property
    def spots(self) -> dict[AreaId, Spot]:
        """By id, from the largest level to the smallest."""
        areas = sorted(self.contents.areas, key=lambda area: (LEVELS.index(area.level), area.id))
        found = {area.id: spot_of(area) for area in areas}
        for street in self.contents.streets:
            if street.id in self.listings and street.id not in found:
                found[street.id] = spot_of_street(street, areas)
        return found

    def tree(self, t: Translator) -> list[dict[str, Any]]:
        """Areas within areas, as the page of all of them shows them."""
        roots = [area for area in self._ordered if area.parent not in self._known]
        return [self._branch(area, t, {area.id}) for area in roots]

    def values(self, spot: Spot, t: Translator) -> dict[str, Any]:
        """What the page of one area tells, besides its listings."""
        found = self.listings.get(spot.id, [])
        kinds = {kind: sum(one.kind is kind for one in found) for kind in Kind}
        inside = [area for area in self._ordered if area.parent == spot.id and area.id != spot.id]
        beside = [] if spot.level is AreaLevel.STREET else neighbours(spot, self.contents.areas)
        return {
            "area": spot,
            "name": named(spot.names, t.language),
            "trail": self._places(path_to(spot, self._known.get), t),
            "members": sum(one.members or 0 for one in found),
            "kinds": {kind: count for kind, count in kinds.items() if count},
            "inside": self._places(inside, t),
            "beside": self._places(beside, t),
        }

    def names(self, listing: PublicListing, language: str) -> list[Place]:
        """Areas and streets of a listing that have a page, the smallest first."""
        known = [self.spots[area] for area in reversed(listing.areas) if area in self.spots]
        return [(f"areas/{spot.id}.html", named(spot.names, language)) for spot in known]

    def marks(
        self, view: View, listings: Iterable[PublicListing], t: Translator, to: str, page: str
    ) -> Iterator[Mark]:
        """Flags, and discs that lead to the smallest area around what they stand for, in folder `to`."""
        for group in _gathered(listings, view.zoom):
            lat, lon = (
                sum(getattr(one.place, each) for one in group) / len(group) for each in ("lat", "lon")
            )
            x, y = view.point(lat, lon)
            if not (0 <= x <= view.width and 0 <= y <= view.height):
                continue
            if len(group) == 1:
                yield Mark(x, y, to + page.format(id=group[0].id), group[0].name, flag=group[0].flag)
                continue
            size = next((size for most, size in DISC_SIZES if len(group) < most), LARGEST)
            label, count = t.many("map.cluster", len(group)), t.number(len(group))
            yield Mark(x, y, to + self._around(group), label, count=count, size=size)

    def _around(self, group: list[PublicListing]) -> str:
        common = set.intersection(*(set(one.areas) for one in group)) & set(self.spots)
        smallest = max(common, key=lambda area: (LEVELS.index(self.spots[area].level), area), default=None)
        return f"areas/{smallest}.html" if smallest else "list-1.html"

    @cached_property
    def _known(self) -> dict[AreaId, Area]:
        return {area.id: area for area in self.contents.areas}

    @cached_property
    def _ordered(self) -> list[Area]:
        return sorted(self.contents.areas, key=lambda area: (LEVELS.index(area.level), area.id))

    def _branch(self, area: Area, t: Translator, above: set[AreaId]) -> dict[str, Any]:
        inside = [each for each in self._ordered if each.parent == area.id and each.id not in above]
        return {
            "place": (f"areas/{area.id}.html", named(area.names, t.language)),
            "listings": len(self.listings.get(area.id, ())),
            "children": [self._branch(each, t, above | {each.id}) for each in inside],
        }

    def _places(self, areas: Iterable[Area], t: Translator) -> list[Place]:
        return [(f"{area.id}.html", named(area.names, t.language)) for area in areas]


def _mean(values: Iterable[float]) -> float:
    every = list(values)
    return sum(every) / len(every)


def _gathered(listings: Iterable[PublicListing], zoom: int) -> list[list[PublicListing]]:
    cells: dict[tuple[int, int], list[PublicListing]] = defaultdict(list)
    scale = (1 << zoom) * CELLS
    for one in listings:
        x, y = mercator(one.place.lon, one.place.lat)
        cells[int(x * scale), int(y * scale)].append(one)
    return [cells[key] for key in sorted(cells, key=lambda key: (key[1], key[0]))]


LEVELS = tuple(AreaLevel)
