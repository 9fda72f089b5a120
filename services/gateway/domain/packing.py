"""Listings as they lie in memory: a JSON array of what is known, a quarter of what the objects take.

What comes out was checked when it came in, or when it was published, so it is not checked again. A link that
must not be followed does not come in at all.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from shared.contracts.base import MessageT
from shared.contracts.listings import Kind, Link, Listing, Place, Precision, PublicListing
from shared.exchange import public

KINDS = {kind.value: kind for kind in Kind}
PRECISIONS = {precision.value: precision for precision in Precision}
USUAL_FLAG = PublicListing.model_fields["flag"].default


def values_of(listing: PublicListing) -> list[Any]:
    """What is packed, in the order in which it is."""
    return _values(listing.model_dump(mode="json"))


def pack(values: list[Any]) -> bytes:
    """The shortest form; `unpack` gives an equal listing. Copied, because the original keeps its buffer."""
    return bytes(memoryview(orjson.dumps(values)))


def values_of_json(values: dict[str, Any]) -> list[Any]:
    """Like `values_of`, for a `Listing` as it is in the JSON of a message. Raises KeyError, ValueError."""
    if values.get("link_hidden_since") or values.get("dead_since"):
        return values_of(public(Listing.model_validate(values)))
    return _values(values)


def _values(values: dict[str, Any]) -> list[Any]:
    link, place = values["link"], values["place"]
    created, updated = values["created_at"], values["updated_at"]
    made = _milliseconds(created)
    return [
        values["id"],
        values["revision"],
        values["name"],
        values["kind"],
        f"{link['kind'][0]}{link['value']}" if link else "",
        float(place["lat"]),
        float(place["lon"]),
        place.get("precision", Precision.COURTYARD.value),
        made,
        made if updated == created else _milliseconds(updated),
        values.get("members"),
        values.get("areas") or (),
        _maybe(values.get("checked_at")),
        values.get("description") or "",
        values.get("members_below"),
        values.get("flag", USUAL_FLAG),
        values.get("languages") or (),
        _maybe(values.get("dead_since")),
        _maybe(values.get("link_hidden_since")),
    ]


class Brief(NamedTuple):
    """What a mark on a map shows."""

    name: str
    kind: str
    flag: str
    members: int | None


def brief(packed: bytes) -> Brief:
    """In a fifth of the time that `unpack` takes."""
    values = orjson.loads(packed)
    return Brief(values[2], values[3], values[15], values[10])


class Known(NamedTuple):
    """What of a packed listing's values finds it."""

    id: str
    lat: float
    lon: float
    members: int
    areas: tuple[str, ...]
    named: Sequence[str]
    """The sounds of its name."""
    beside: Sequence[str]
    """The sounds of its link and description."""

    @classmethod
    def of(cls, values: list[Any], named: Sequence[str], beside: Sequence[str]) -> "Known":
        return cls(values[0], values[5], values[6], values[10] or 0, tuple(values[11]), named, beside)


def revision(packed: bytes) -> int:
    """Of a packed listing: the second value; the first is an id of 13 characters."""
    return int(packed[17 : packed.index(b",", 17)])


def unpack(packed: bytes) -> PublicListing:
    (
        listing_id, number, name, kind, link, lat, lon, precision, created, updated,
        members, areas, checked, description, below, flag, languages, dead, hidden,
    ) = orjson.loads(packed)  # fmt: skip
    return _made(
        PublicListing,
        name=name,
        kind=KINDS[kind],
        place=_made(Place, lat=lat, lon=lon, precision=PRECISIONS[precision]),
        description=description,
        languages=tuple(languages),
        flag=flag,
        id=listing_id,
        members=members,
        members_below=below,
        checked_at=None if checked is None else _moment(checked),
        dead_since=None if dead is None else _moment(dead),
        link_hidden_since=None if hidden is None else _moment(hidden),
        areas=tuple(areas),
        revision=number,
        created_at=_moment(created),
        updated_at=_moment(updated),
        link=_made(Link, kind="username" if link[0] == "u" else "invite", value=link[1:]) if link else None,
    )


def _made(model: type[MessageT], **values: Any) -> MessageT:
    """What `model_construct` makes of all fields, in a fifth of its time; a test holds the two together."""
    made = model.__new__(model)
    object.__setattr__(made, "__dict__", values)
    object.__setattr__(made, "__pydantic_fields_set__", set(values))
    object.__setattr__(made, "__pydantic_extra__", None)
    object.__setattr__(made, "__pydantic_private__", None)
    return made


def _milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _maybe(text: str | None) -> int | None:
    return None if text is None else _milliseconds(text)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
