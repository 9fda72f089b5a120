"""All that the ground is drawn from, kept up to date: areas, streets of the gazetteer, imported pieces."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from services.gateway.domain.ground.sheet import Feature, Sheet, of_area, of_piece, of_street
from shared.contracts.directory import AreaChanged
from shared.contracts.ground import Ground as Piece
from shared.contracts.ground import GroundChanged, GroundKind
from shared.contracts.listings import Area, AreaId, AreaLevel
from shared.contracts.streets import Street, StreetChanged

LEVELS = tuple(AreaLevel)
Put = TypeVar("Put")


@dataclass
class Ground:
    """Belongs to the event loop; `copy` is what may be drawn from elsewhere."""

    _areas: dict[AreaId, Area] = field(default_factory=dict)
    _streets: dict[AreaId, Street] = field(default_factory=dict)
    _pieces: dict[AreaId, Piece] = field(default_factory=dict)
    _digests: dict[str, int] = field(default_factory=dict)
    _sum: int = 0

    @property
    def version(self) -> str:
        """Changes with anything that is drawn; the same in every process that knows the same."""
        return f"{self._sum:016x}"

    @property
    def empty(self) -> bool:
        """Whether there is nothing but perhaps areas."""
        return not self._streets and not self._pieces

    def apply_area(self, event: AreaChanged) -> None:
        _put(self._areas, event.area_id, event.area)
        self._note(f"a{event.area_id}", event.area.model_dump_json() if event.area else "")

    def apply_street(self, event: StreetChanged) -> None:
        _put(self._streets, event.street_id, event.street)
        self._note(f"s{event.street_id}", event.street.model_dump_json() if event.street else "")

    def apply_ground(self, event: GroundChanged) -> None:
        _put(self._pieces, event.ground_id, event.ground)
        self._note(f"g{event.ground_id}", event.ground.model_dump_json() if event.ground else "")

    def forget_areas(self) -> None:
        self._areas.clear()
        self._forget("a")

    def forget_streets(self) -> None:
        self._streets.clear()
        self._forget("s")

    def forget_ground(self) -> None:
        self._pieces.clear()
        self._forget("g")

    def copy(self) -> "Parts":
        return Parts(tuple(self._areas.values()), tuple(self._streets.values()), tuple(self._pieces.values()))

    def _note(self, key: str, body: str) -> None:
        """Sums of hashes come out the same in whatever order they are added."""
        before = self._digests.pop(key, 0)
        digest = hashlib.blake2b(f"{key} {body}".encode(), digest_size=8).digest() if body else b""
        after = int.from_bytes(digest)
        if after:
            self._digests[key] = after
        self._sum = (self._sum - before + after) % (1 << 64)

    def _forget(self, prefix: str) -> None:
        for key in [key for key in self._digests if key.startswith(prefix)]:
            self._note(key, "")


@dataclass(frozen=True)
class Parts:
    """What there was at a moment."""

    areas: tuple[Area, ...] = ()
    streets: tuple[Street, ...] = ()
    pieces: tuple[Piece, ...] = ()

    def sheet(self, known: Mapping[AreaId, tuple[Street, list[Feature]]] | None = None) -> "Drawn":
        """Everything as features. Streets that are `known` are not joined into lines anew.

        Streets of the gazetteer are left out where lines of streets were imported: those are the better.
        """
        traced: dict[AreaId, tuple[Street, list[Feature]]] = {}
        if not any(piece.kind is GroundKind.STREET for piece in self.pieces):
            for street in self.streets:
                before = (known or {}).get(street.id)
                traced[street.id] = before if before and before[0] is street else (street, of_street(street))
        features = [
            *(
                feature
                for number, area in enumerate(_ordered(self.areas))
                for feature in of_area(area, number)
            ),
            *(feature for piece in self.pieces for feature in of_piece(piece)),
            *(feature for _, found in traced.values() for feature in found),
        ]
        return Drawn(Sheet(features), traced)


@dataclass(frozen=True)
class Drawn:
    sheet: Sheet
    traced: Mapping[AreaId, tuple[Street, list[Feature]]]


def _ordered(areas: tuple[Area, ...]) -> list[Area]:
    return sorted(areas, key=lambda area: (LEVELS.index(area.level), area.id))


def _put(known: dict[AreaId, Put], key: AreaId, value: Put | None) -> None:
    if value is None:
        known.pop(key, None)
    else:
        known[key] = value
