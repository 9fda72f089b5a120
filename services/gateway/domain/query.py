"""What can be asked of the read model: a box, kinds, a text; and a page of what matches."""

import base64
import json
from dataclasses import dataclass, field
from enum import StrEnum

from shared.contracts.listings import AreaId, Kind, PublicListing

TEXT_LENGTH = 200
LIMIT_MOST = 500
LIMIT_USUAL = 100


@dataclass(frozen=True)
class Box:
    """Degrees. `west` greater than `east` means that the box crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    @property
    def crosses(self) -> bool:
        return self.west > self.east

    def contains(self, lat: float, lon: float) -> bool:
        """Edges belong to the box."""
        if not self.south <= lat <= self.north:
            return False
        return (lon >= self.west or lon <= self.east) if self.crosses else self.west <= lon <= self.east


@dataclass(frozen=True)
class Query:
    """Which listings are meant; everything left empty means all of them."""

    box: Box | None = None
    kinds: frozenset[Kind] = frozenset()
    text: str = ""
    """Every word must occur in the name, description, link or areas; case and spelling are folded."""
    area: AreaId | None = None


class Order(StrEnum):
    """How pages are ordered; ties by id, so that the order is total."""

    NAME = "name"
    MEMBERS = "members"
    """Most members first; unknown counts last."""


@dataclass(frozen=True)
class Page:
    """`total` counts everything that matches, not only this page. `next` is None on the last page."""

    items: tuple[PublicListing, ...]
    total: int
    next: str | None = None


class BadCursor(ValueError):  # noqa: N818  # named as what it tells
    """The text is not a cursor that this order gave out."""


@dataclass(frozen=True)
class Cursor:
    """Where a page ended: the sort key itself, so that it holds when that listing is gone."""

    order: Order
    key: str | int
    id: str

    def text(self) -> str:
        plain = json.dumps([self.order.value, self.key, self.id], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str, order: Order) -> "Cursor":
        """Raises BadCursor for whatever `text()` of this order cannot have made."""
        try:
            plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            named, key, listing_id = json.loads(plain)
        except (ValueError, TypeError, RecursionError) as error:
            raise BadCursor("not a cursor") from error
        wanted = str if order is Order.NAME else int
        if named != order.value or type(key) is not wanted or not isinstance(listing_id, str):
            raise BadCursor("not a cursor of this order")
        return cls(order, key, listing_id)


@dataclass(frozen=True)
class Totals:
    """The whole directory in numbers; `members` sums the public counts."""

    listings: int = 0
    members: int = 0
    kinds: dict[Kind, int] = field(default_factory=dict)
