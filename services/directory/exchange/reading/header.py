"""Where the names of a table's columns stand: beneath titles, over two rows, or nowhere."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.directory.exchange.columns.fields import field_of, meaning_of
from services.directory.exchange.reading.cells import Cells
from services.directory.exchange.values.degrees import degrees_of
from services.directory.exchange.values.mojibake import mended
from services.directory.exchange.values.numbers import number_of
from services.directory.exchange.values.people import is_personal
from shared.text.found import addresses

_TAGS = frozenset({"@id", "@type", "@lat", "@lon", "@count", "@user", "@timestamp", "@otype", "@oname"})
"""Columns of Overpass that look like names of accounts."""
_DIGIT = re.compile(r"\d")
ROWS_READ = 30
"""Rows in which a header is looked for."""
SCORE_LEAST = 2
"""Different fields that a row must name to be a header for sure."""
NAME_MOST = 200
"""Characters of a column's name that are kept."""


@dataclass(frozen=True)
class Header:
    """Names of the columns, and the row behind which the data begins; 0 where the table has no header."""

    names: tuple[str, ...]
    last_row: int
    first_row: int = 0

    @property
    def is_headless(self) -> bool:
        return self.last_row == 0

    @property
    def shown(self) -> str:
        if self.is_headless:
            return "none; columns are known by what is in them"
        if self.first_row < self.last_row:
            return f"rows {self.first_row} and {self.last_row}"
        return f"row {self.last_row}"


def header_of(rows: Sequence[Cells]) -> Header:
    """The header among the first rows of a table."""
    width = max((len(row.values) for row in rows), default=0)
    above = _before_data(rows[:ROWS_READ], width)
    scored = [
        (0 if any(map(_is_data, row.values)) else _score(row.values), -at)
        for at, row in enumerate(above)
        if _filled(row.values) > 1 or width == 1
    ]
    if width == 1:
        scored = [pair for pair in scored if _is_surely_named(above[-pair[1]].values[0])]
    best = max(scored, default=None)
    if best is None or (best[0] == 0 and len(above) == len(rows)):
        return Header(_named([""] * width), 0)
    row = above[-best[1]]
    if joined := _joined(above, -best[1], best[0]):
        return joined
    return Header(_named(row.values), row.number, row.number)


def _before_data(rows: Sequence[Cells], width: int) -> list[Cells]:
    """Rows before the first that holds a link or numbers; in a title above a header they may stand."""
    found: list[Cells] = []
    for at, row in enumerate(rows):
        if any(map(_is_data, row.values)) and not _is_title(rows[at:], width):
            break
        found.append(row)
    return [row for row in found if any(row.values)]


def _is_title(rows: Sequence[Cells], width: int) -> bool:
    """Whether the first of these is half empty and a header comes below, before any row that is full."""
    for row in rows:
        if _is_header(row):
            return row is not rows[0]
        if _filled(row.values) * 2 > width:
            return False
    return False


def is_another(row: Cells) -> bool:
    """Whether a row behind the header is one itself, so that another table begins."""
    values = [value for value in row.values if value]
    if len(values) < SCORE_LEAST or _DIGIT.search("".join(values)):
        return False
    return _is_header(row) and sum(meaning_of(value).field is not None for value in values) * 2 > len(values)


def _is_header(row: Cells) -> bool:
    return _score(row.values) >= SCORE_LEAST and not any(map(_is_data, row.values))


def _is_data(cell: str) -> bool:
    text = cell.strip()
    if not text:
        return False
    if text in _TAGS:
        return False
    if number_of(text) is not None or (text.startswith("@") and " " not in text) or addresses(text):
        return True
    is_number = is_personal(text) and any(char.isdigit() or char == "@" for char in text)
    return bool(degrees_of(text)) or is_number or "t.me/" in text


def _score(values: Sequence[str]) -> int:
    """How many different fields the cells name."""
    return len({field_of(mended(value)) for value in values if value} - {None})


def _is_surely_named(value: str) -> bool:
    """Whether a line is the header of a table with one column, and not the title of a list."""
    meaning = meaning_of(mended(value))
    return meaning.field is not None and meaning.rank <= 1


def _filled(values: Sequence[str]) -> int:
    return sum(1 for value in values if value)


def _joined(above: Sequence[Cells], at: int, score: int) -> Header | None:
    """Two rows that make one header: the upper one names groups, or begins what the lower one ends."""
    for upper, lower in ((at - 1, at), (at, at + 1)):
        if upper < 0 or lower >= len(above) or above[lower].number != above[upper].number + 1:
            continue
        first, second = above[upper].values, above[lower].values
        if _filled(first) < 2 or _filled(second) < 2:
            continue
        names = _paired(first, second)
        if _score(names) >= score and _score(names) > 1:
            return Header(_named(names), above[lower].number, above[upper].number)
    return None


def _paired(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """A cell of the upper row counts for the empty ones behind it, as merged cells are saved."""
    names, group = [], ""
    for at in range(max(len(first), len(second))):
        above = first[at] if at < len(first) else ""
        below = second[at] if at < len(second) else ""
        group = above or (group if below else "")
        names.append(f"{group} {below}".strip())
    return names


def _named(values: Sequence[str]) -> tuple[str, ...]:
    """Each column with a name of its own."""
    names: list[str] = []
    seen: dict[str, int] = {}
    for at, value in enumerate(values, start=1):
        name = " ".join(value.split())[:NAME_MOST] or f"column {at}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)
