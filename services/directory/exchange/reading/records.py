"""What every reader gives: rows as they stand in a file, and what is to be told of the file itself."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.directory.exchange.rows import Note

ROWS_MOST = 2_000_000
FIELDS_MOST = 1_000
"""Columns of a table, properties of an entry."""
CELL_MOST = 100_000
"""Characters of one cell or property; a description of a listing has 500."""


@dataclass(frozen=True)
class Record:
    """One row. `number` counts as the file does, from 1: the header of a table is a row too."""

    number: int
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Values by the names that the file has for them."""
    geometry: Any = None
    """A geometry as in GeoJSON, where the file has one beside the fields."""
    own_name: str = ""
    """A name that the format itself gives to the entry, as KML's `name`."""
    problem: tuple[str, str] | None = None
    """Code and words where the row cannot be read; it has no fields then."""
    notes: tuple[Note, ...] = ()


@dataclass
class Document:
    """A file that can be read. `records` reads it from its beginning, as often as it is called."""

    kind: str
    """What it is, as people call it: `CSV`, `GeoJSON`."""
    records: Callable[[], Iterator[Record]]
    total: int = 0
    """Rows, exact or a good guess."""
    details: dict[str, str] = field(default_factory=dict)
    """Encoding, delimiter, header row and the like, for people."""
    names: tuple[str, ...] = ()
    """Names of the columns, where they stand before the rows."""
    found: dict[str, str] = field(default_factory=dict)
    """What is to be told of the whole file, by code; complete when the records have been read."""
    is_headless: bool = False
    """Whether the names of the columns are ours because the file has none."""
