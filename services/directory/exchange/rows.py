"""One row of a file, on its way to become a listing or a house."""

from dataclasses import dataclass

from shared.contracts.base import Moment
from shared.contracts.directory import Given
from shared.contracts.listings import Content, ListingId
from shared.text.addresses import Address


class FileError(Exception):
    """The file as a whole cannot be read or written; the text is one line for the operator."""


@dataclass(frozen=True)
class Note:
    """Something that was put right on the way in."""

    code: str
    text: str


PERSON_LEFT_OUT = Note(
    "person.left_out", "a person's name, number, address or account was left out of a text"
)


@dataclass(frozen=True)
class Row:
    """A row that can be listed. `number` counts as the file does: the header of a table is row 1."""

    number: int
    content: Content
    listing_id: ListingId | None = None
    members: int | None = None
    members_below: int | None = None
    checked_at: Moment | None = None
    dead_since: Moment | None = None
    notes: tuple[Note, ...] = ()
    given: frozenset[Given] = frozenset()
    """What the row really says; the rest of the content is what a new listing gets."""


@dataclass(frozen=True)
class Skipped:
    """A row that cannot be listed: a code such as `link.twice`, and a sentence for the operator."""

    number: int
    code: str
    why: str
    name: str = ""


Item = Row | Skipped


@dataclass(frozen=True)
class Spot:
    """A row that names a house."""

    number: int
    text: str
    address: Address
    lat: float
    lon: float
