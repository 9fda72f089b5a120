"""Streets and houses: from words and a number to a door."""

from dataclasses import dataclass
from statistics import median

from services.gateway.domain.finding.finder import Finder, Word, terms_of
from shared.contracts.listings import AreaId
from shared.contracts.streets import House, Street
from shared.geo import metres
from shared.text.addresses import TYPES, read_address
from shared.text.sounds import words

STREETS_TRIED = 20
"""Streets of a name that are looked through for a house."""
BESIDE = 120.0
"""Metres from a house of a street within which a listing belongs to the street."""


@dataclass(frozen=True)
class Door:
    """A house of a street; `exact` when its number is the one that was asked for, building and all."""

    street: Street
    house: House
    quality: int
    exact: bool


class Streets:
    """All streets by id."""

    def __init__(self) -> None:
        self._streets: dict[AreaId, Street] = {}
        self.finder = Finder()

    def __len__(self) -> int:
        return len(self._streets)

    def put(self, street: Street) -> None:
        self._streets[street.id] = street
        names = [without_types(words(name)) for name in street.names.values()]
        self.finder.put(
            street.id,
            terms_of(word for name in names for word in name),
            place=middle(street),
            size=len(street.houses),
        )

    def remove(self, street_id: AreaId) -> None:
        self._streets.pop(street_id, None)
        self.finder.remove(street_id)

    def clear(self) -> None:
        self._streets.clear()
        self.finder.clear()

    def get(self, street_id: str) -> Street | None:
        return self._streets.get(street_id)

    def all(self) -> list[Street]:
        """By name in Belarusian, or in any language it has."""
        return sorted(self._streets.values(), key=lambda street: (plain_name(street), street.id))

    def find(self, text: str, most: int, *, slips: bool = True) -> list[tuple[Street, int]]:
        """Streets whose names hold all words, with the quality of the match."""
        wanted = without_types(words(text))
        asked = [Word(word) for word in wanted if not word.isdigit()]
        found = self.finder.find(asked, most, slips=slips)
        return [(self._streets[each.key], each.quality) for each in found]

    def doors(self, text: str, most: int) -> list[Door]:
        """Houses of an address: the very number first, then its buildings, then numbers that begin so."""
        address = read_address(text)
        if address is None or not address.house:
            return []
        found: list[Door] = []
        for street, quality in self.find(address.street, STREETS_TRIED):
            worse = 0 if address.type in {None, street.type} else 1
            found += [
                Door(street, house, quality + worse, house[0] == address.house)
                for house in street.houses
                if house[0].startswith(address.house)
            ]
        found.sort(key=lambda door: (door.quality, not door.exact, _far(door.house[0], address.house)))
        return found[:most]

    def around(self, place: tuple[float, float], reach: float, most: int) -> list[Street]:
        """Streets whose middle lies within so many metres, the nearest first."""
        return [self._streets[key] for key in self.finder.around(place, reach, most)]


def middle(street: Street) -> tuple[float, float]:
    """Latitude and longitude in the midst of the houses."""
    return median(lat for _, lat, _ in street.houses), median(lon for _, _, lon in street.houses)


def length(street: Street) -> float:
    """Metres from the middle to the farthest house."""
    lat, lon = middle(street)
    return max(metres(lat, lon, *house[1:]) for house in street.houses)


def without_types(parts: list[str]) -> list[str]:
    """Without the words for street, avenue and so on, unless there is nothing else."""
    return [part for part in parts if part not in TYPES] or parts


def plain_name(street: Street) -> str:
    """For sorting: the name without its type, folded."""
    name = street.names.get("be") or next(iter(street.names.values()), "")
    return " ".join(without_types(words(name)))


def _far(number: str, asked: str) -> tuple[bool, int, str]:
    """Buildings of the same house before longer numbers."""
    return number[len(asked) : len(asked) + 1].isdigit(), len(number), number
