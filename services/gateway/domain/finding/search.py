"""One question to everything that has a name: addresses, areas, streets, listings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from services.gateway.domain.finding.finder import Entry, Finder, Word, terms_of
from services.gateway.domain.finding.streets import Streets, middle, without_types
from services.gateway.domain.packing import Known
from services.gateway.domain.points import Point, centre
from shared.contracts.directory import AreaChanged, DirectoryChanged
from shared.contracts.listings import Area, AreaId, Listing
from shared.contracts.streets import House, StreetChanged
from shared.geo import metres
from shared.text import fold
from shared.text.addresses import read_address
from shared.text.sounds import words

NEARBY = 700.0
"""Metres around an address within which listings are its neighbours."""
DOORS = 3
AREAS_OF_A_WORD = 50
"""Areas that one word may stand for."""
TEXT_MOST = 200
SILENT = frozenset(fold(word) for word in ("чат", "чаты", "chat", "група", "группа", "group", "telegram"))


@dataclass(frozen=True)
class Hit:
    """What was found. `metres` is the distance to `near`, or to the address for listings close to it."""

    kind: Literal["listing", "area", "street", "address"]
    id: str
    lat: float
    lon: float
    metres: int | None = None
    house: str = ""
    nearby: bool = False
    """Found by its place and not by its name."""


class Search:
    """Follows the same changes as the read model. `known` gives a listing, `area` an area by its id."""

    def __init__(self, known: Callable[[str], Listing | None], area: Callable[[str], Area | None]) -> None:
        self.streets = Streets()
        self._listings = Finder()
        self._areas = Finder()
        self._known = known
        self._area = area

    # Changes

    def apply_listing(self, event: DirectoryChanged) -> None:
        """For changes that are news to the read model."""
        listing = event.listing
        if listing is None:
            self._listings.remove(event.listing_id)
            return
        beside = [*terms_of((listing.description, listing.link.value)), *map(_area_term, listing.areas)]
        place = listing.place.lat, listing.place.lon
        self._listings.put(
            listing.id, terms_of((listing.name,)), beside, place=place, size=listing.members or 0
        )

    def load(self, listings: Sequence[Known]) -> None:
        """Many at once, no id twice among them."""
        self._listings.put_all(
            [
                Entry(
                    one.id,
                    one.named,
                    [*one.beside, *map(_area_term, one.areas)],
                    (one.lat, one.lon),
                    one.members,
                )
                for one in listings
            ]
        )

    def settle(self) -> None:
        """Take in everything at once, before the first question."""
        self._listings.settle()

    def apply_area(self, event: AreaChanged) -> None:
        if event.area is None:
            self._areas.remove(event.area_id)
            return
        point, names = centre(event.area), terms_of(event.area.names.values())
        self._areas.put(event.area_id, names, place=(point.lat, point.lon), size=0)

    def apply_street(self, event: StreetChanged) -> None:
        if event.street is None:
            self.streets.remove(event.street_id)
        else:
            self.streets.put(event.street)

    def forget_listings(self) -> None:
        self._listings.clear()

    def forget_areas(self) -> None:
        self._areas.clear()

    def forget_streets(self) -> None:
        self.streets.clear()

    # Questions

    def search(self, text: str, *, near: Point | None = None, limit: int = 10) -> tuple[Hit, ...]:
        """The best first: the house that was named, whatever has such a name, listings close to the house."""
        text = text[:TEXT_MOST]
        doors = self.streets.doors(text, DOORS)
        best = min((door.quality for door in doors), default=0)
        exact = [d for d in doors if d.exact and d.quality == best] or [d for d in doors if d.quality == best]
        hits = [_door(door.street.id, door.house) for door in exact]
        hits += self._named(plain_address(text), limit, near)
        if exact:
            known = {hit.id for hit in hits}
            hits += [hit for hit in self._around(exact[0].house, limit) if hit.id not in known]
        if near is not None:
            hits = [_measured(hit, near) for hit in hits]
        return tuple(hits[:limit])

    def near(self, place: tuple[float, float], reach: float, most: int) -> list[str]:
        """Ids of the listings within so many metres, the nearest first."""
        return self._listings.around(place, reach, most)

    def _named(self, text: str, limit: int, near: Point | None) -> list[Hit]:
        """Areas, streets and listings by how well their names fit; of equal ones in this order."""
        asked = telling(words(text))
        place = None if near is None else (near.lat, near.lon)
        ranked: list[tuple[tuple[int, int, int], Hit]] = []
        for found in self._areas.find([Word(word) for word in asked], limit):
            if (area := self._area(found.key)) is not None:
                point = centre(area)
                ranked.append(((found.quality, 0, 0), Hit("area", area.id, point.lat, point.lon)))
        for street, quality in self.streets.find(text, limit) if not any(map(str.isdigit, asked)) else ():
            ranked.append(((quality, 0, 1), Hit("street", street.id, *middle(street))))
        wanted = [Word(word, tuple(self._areas_of(word))) for word in asked]
        start = " ".join(asked)
        for found in self._listings.find(wanted, 2 * limit, near=place):
            if (listing := self._known(found.key)) is not None:
                later = 0 if fold(listing.name).startswith(start) else 1
                where = listing.place.lat, listing.place.lon
                ranked.append(((found.quality, later, 2), Hit("listing", listing.id, *where)))
        return [hit for _, hit in sorted(ranked, key=lambda pair: pair[0])]

    def _areas_of(self, word: str) -> Iterator[str]:
        """Terms of the areas that this word may mean: what lies in them matches too."""
        for found in self._areas.find([Word(word)], AREAS_OF_A_WORD, slips=False):
            yield _area_term(found.key)

    def _around(self, house: House, limit: int) -> Iterator[Hit]:
        _, lat, lon = house
        for key in self._listings.around((lat, lon), NEARBY, limit):
            if (listing := self._known(key)) is not None:
                place = listing.place
                away = round(metres(lat, lon, place.lat, place.lon))
                yield Hit("listing", listing.id, place.lat, place.lon, away, nearby=True)


def plain_address(text: str) -> str:
    """An address as names of listings have it: the street and the number, without `д.`, `корп.` or a flat."""
    address = read_address(text)
    if address is None or not address.house:
        return text
    return f"{address.street} {address.house.partition('k')[0]}"


def telling(asked: list[str]) -> list[str]:
    """The words that tell something: `чат` is what all of them are."""
    named = without_types(asked)
    return [word for word in named if word not in SILENT] or named


def _door(street_id: AreaId, house: House) -> Hit:
    number, lat, lon = house
    return Hit("address", street_id, lat, lon, house=number)


def _measured(hit: Hit, near: Point) -> Hit:
    return replace(hit, metres=round(metres(near.lat, near.lon, hit.lat, hit.lon)))


@lru_cache(maxsize=65_536)
def _area_term(area_id: AreaId) -> str:
    return f"#{area_id}"
