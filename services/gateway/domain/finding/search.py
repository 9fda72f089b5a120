"""One question to everything that has a name: addresses, areas, streets, listings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from services.gateway.domain.finding.finder import BEGINNING, SLIP, Finder, Word, terms_of
from services.gateway.domain.finding.readings import readings
from services.gateway.domain.finding.streets import Door, Streets, middle, without_types
from services.gateway.domain.packing import Known
from services.gateway.domain.points import Point, centre
from shared.contracts.directory import AreaChanged, DirectoryChanged
from shared.contracts.listings import Area, AreaId, PublicListing
from shared.contracts.streets import House, StreetChanged
from shared.exchange import public
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
ELSEWHERE = 2
"""How much worse a listing outside the city is: a word beside its name rather than in it."""
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


Ranked = tuple[tuple[int, int, int], Hit]
"""How well the words fit, 1 where the name does not begin with them, the kind; the lower, the better."""


WORDS_MOST = 8
"""Different words of one question; further ones are left out."""


class Search:
    """Follows the same changes as the read model.

    `known` gives a listing, `area` an area by its id; `within` tells whether a place, as latitude and
    longitude, is in the city.
    """

    def __init__(
        self,
        known: Callable[[str], PublicListing | None],
        area: Callable[[str], Area | None],
        within: Callable[[float, float], bool] = lambda _lat, _lon: True,
    ) -> None:
        self.streets = Streets()
        self._listings = Finder()
        self._areas = Finder()
        self._known = known
        self._area = area
        self._within = within

    # Changes

    def apply_listing(self, event: DirectoryChanged) -> None:
        """For changes that are news to the read model."""
        listing = event.listing
        if listing is None:
            self._listings.remove(event.listing_id)
            return
        shown = public(listing)
        link = shown.link.value if shown.link else ""
        beside = [*terms_of((shown.description, link)), *map(_area_term, shown.areas)]
        place = shown.place.lat, shown.place.lon
        self._listings.put(shown.id, terms_of((shown.name,)), beside, place=place, size=shown.members or 0)

    def load(self, listings: Sequence[Known]) -> None:
        """Many at once, no id twice among them."""
        if not listings:
            return
        ids, lats, lons, members, areas, named, beside = zip(*listings, strict=True)
        others = [[*terms, *_area_terms(within)] for terms, within in zip(beside, areas, strict=True)]
        self._listings.put_all(ids, named, others, list(zip(lats, lons, strict=True)), members)

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
        """The best first: the house that was named, whatever has such a name, listings close to the house.

        Where nothing has all words, what fits another reading of them.
        """
        text = text[:TEXT_MOST]
        hits = self._answer(text, limit, near)
        others = readings(text, self._is_known) if not hits and text.strip() else ()
        for number, other in enumerate(others):
            if hits := self._answer(other, limit, near, slips=number == 0):
                break
        if near is not None:
            hits = [_measured(hit, near) for hit in hits]
        return tuple(hits[:limit])

    def _answer(self, text: str, limit: int, near: Point | None, *, slips: bool = True) -> list[Hit]:
        doors = self._doors(text)
        named = self._named(plain_address(text), limit, near, housed=bool(doors), slips=slips)
        if not doors:
            return [hit for _, hit in named]
        better = [hit for quality, hit in named if quality < doors[0].quality]
        others = [hit for quality, hit in named if quality >= doors[0].quality]
        hits = [*better, *(_door(door.street.id, door.house) for door in doors), *others]
        known = {hit.id for hit in hits}
        return hits + [hit for hit in self._around(doors[0].house, limit) if hit.id not in known]

    def _doors(self, text: str) -> list[Door]:
        """The houses that were named; while the number is still typed, those of the very street."""
        found = self.streets.doors(text, DOORS)
        best = min((door.quality for door in found), default=0)
        exact = [door for door in found if door.exact and door.quality == best]
        return exact or [door for door in found if door.quality == best == 0]

    def near(self, place: tuple[float, float], reach: float, most: int) -> list[str]:
        """Ids of the listings within so many metres, the nearest first."""
        return self._listings.around(place, reach, most)

    def _named(
        self, text: str, limit: int, near: Point | None, *, housed: bool, slips: bool
    ) -> list[tuple[int, Hit]]:
        """Areas, streets and listings with how well their names fit; of equal ones in this order.

        A number that nothing has is left out. `housed`: its house was found, so that its street need not be.
        """
        asked = list(dict.fromkeys(telling(words(text))))[:WORDS_MOST]
        plain = [word for word in asked if not _has_digit(word)]
        ranked = [*self._areas_named(asked, plain, limit, slips=slips)]
        if not housed:
            unmet = len(asked) - len(plain)
            for street, quality in self.streets.find(text, limit, slips=slips):
                ranked.append(((quality + unmet, 0, 1), Hit("street", street.id, *middle(street))))
        listed = [*self._listings_named(asked, limit, near, slips=slips)]
        if not listed and not housed and len(plain) < len(asked):
            listed = [*self._listings_named(plain, limit, near, slips=slips, worse=len(asked) - len(plain))]
        ranked += listed
        ranked.sort(key=lambda pair: pair[0])
        if ranked and ranked[0][0][0] <= BEGINNING * len(asked):  # somebody is called so: no slip was made
            ranked = [pair for pair in ranked if pair[0][0] < SLIP or (pair[0][2] == 2 and len(asked) > 1)]
        return [(rank[0], hit) for rank, hit in ranked]

    def _areas_named(
        self, asked: list[str], plain: list[str], limit: int, *, slips: bool
    ) -> Iterator[Ranked]:
        """Areas with all words; then those with all but the numbers, for `Уручча 4` lies in Уручча."""
        known: set[str] = set()
        for wanted in (asked, plain):
            for found in self._areas.find([Word(word) for word in wanted], limit, slips=slips):
                area = self._area(found.key)
                if area is not None and area.id not in known:
                    known.add(area.id)
                    point, quality = centre(area), found.quality + len(asked) - len(wanted)
                    yield (quality, 0, 0), Hit("area", area.id, point.lat, point.lon)

    def _listings_named(
        self, asked: list[str], limit: int, near: Point | None, *, slips: bool, worse: int = 0
    ) -> Iterator[Ranked]:
        """Those outside the city later than those within, unless somebody says where they are."""
        wanted = [Word(word, tuple(self._areas_of(word))) for word in asked]
        start, place = " ".join(asked), None if near is None else (near.lat, near.lon)
        for found in self._listings.find(wanted, 2 * limit, near=place, slips=slips):
            if (listing := self._known(found.key)) is not None:
                where = listing.place.lat, listing.place.lon
                quality = found.quality + worse
                quality += 0 if near or self._within(*where) else ELSEWHERE
                later = 0 if fold(listing.name).startswith(start) else 1
                yield (quality, later, 2), Hit("listing", listing.id, *where)

    def _is_known(self, word: str) -> bool:
        """Whether anything has it in its name or beside it."""
        finders = self._areas, self.streets.finder, self._listings
        return any(finder.has(Word(word)) for finder in finders)

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


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


@lru_cache(maxsize=65_536)
def _area_term(area_id: AreaId) -> str:
    return f"#{area_id}"


@lru_cache(maxsize=65_536)
def _area_terms(areas: tuple[AreaId, ...]) -> tuple[str, ...]:
    return tuple(map(_area_term, areas))
