"""Cells of a table that is text: what a spreadsheet would make of it, and what people break in it."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.directory.exchange.reading.lines import TOO_LONG
from services.directory.exchange.reading.records import CELL_MOST, FIELDS_MOST
from services.directory.exchange.rows import Note

QUOTED_LINES_MOST = 200
"""Lines of one cell; more than that, and its quotation mark was never closed."""
AHEAD_MOST = 2 * 1024 * 1024
"""Characters that are read ahead to find a closing quotation mark."""
TOO_LARGE = ("row.unreadable", f"a cell of more than {CELL_MOST} characters")
TOO_WIDE = ("row.unreadable", f"more than {FIELDS_MOST} columns")


@dataclass(frozen=True)
class Dialect:
    """How cells are kept apart."""

    delimiter: str
    width: int = 0
    """Cells of most rows; 0 where it is not known yet."""
    is_escaped: bool = False
    """Whether a quotation mark within a cell stands behind a backslash, as databases write it."""


@dataclass(frozen=True)
class Cells:
    """One row, numbered as spreadsheets do: a cell with line breaks is in one row, an empty row counts."""

    number: int
    values: list[str]
    problem: tuple[str, str] | None = None
    notes: tuple[Note, ...] = ()


def rows(lines: Iterable[str], dialect: Dialect) -> Iterator[Cells]:
    """Rows of a table, from 1 on."""
    return _Rows(lines, dialect).read()


class _Rows:
    def __init__(self, lines: Iterable[str], dialect: Dialect) -> None:
        self._lines = iter(lines)
        self._dialect = dialect
        self._ahead: deque[str] = deque()
        self._number = 0

    def read(self) -> Iterator[Cells]:
        while (line := self._next()) is not None:
            self._number += 1
            if TOO_LONG in line:
                yield Cells(self._number, [], TOO_LARGE)
            elif '"' in line:
                yield self._quoted(line)
            else:
                yield self._checked(line.split(self._dialect.delimiter))

    def _next(self) -> str | None:
        return self._ahead.popleft() if self._ahead else next(self._lines, None)

    def _quoted(self, line: str) -> Cells:
        """A row with quotation marks; where one stays open, the lines behind it belong to its cell."""
        try:
            values, taken = self._parsed(line)
        except csv.Error:
            return Cells(self._number, [], TOO_LARGE)
        if taken < 0 or (taken and self._is_unclosed(line, taken)):
            return self._unclosed(line, taken)
        for _ in range(taken):
            self._ahead.popleft()
        return self._checked(values)

    def _parsed(self, line: str) -> tuple[list[str], int]:
        """Cells, and how many lines more they took: -1 where the table ends before the cell does."""
        source = _Counted(self._following(line))
        values = next(self._reader(source), [])
        return values, -1 if source.is_exhausted else source.count - 1

    def _reader(self, source: Iterable[str]) -> "Iterator[list[str]]":
        escape = "\\" if self._dialect.is_escaped else None
        return csv.reader(
            source,
            delimiter=self._dialect.delimiter,
            skipinitialspace=True,
            escapechar=escape,
            doublequote=not self._dialect.is_escaped,
        )

    def _following(self, line: str) -> Iterator[str]:
        """The line and those behind it, kept for whoever reads them again."""
        yield f"{line}\n"
        for each in list(self._ahead):
            yield f"{each}\n"
        size = sum(map(len, self._ahead))
        while len(self._ahead) < QUOTED_LINES_MOST and size < AHEAD_MOST:
            behind = next(self._lines, None)
            if behind is None:
                return
            self._ahead.append(behind)
            size += len(behind)
            yield f"{behind}\n"

    def _is_unclosed(self, line: str, taken: int) -> bool:
        """Whether lines within the cell look like rows of their own."""
        width = self._dialect.width
        if width < 2:
            return False
        inside = list(self._ahead)[:taken]
        if any(self._width_of(each) == width for each in inside[:-1]):
            return True
        return len(self._split_open(line)) == width == self._width_of(inside[-1])

    def _width_of(self, line: str) -> int:
        """Cells of a line taken by itself; 0 where it leaves a quotation mark open."""
        try:
            values = next(self._reader([f"{line}\n", '"\n']), [])
        except csv.Error:
            return 0
        return 0 if (values and '"' in values[-1]) or "\n" in "".join(values) else len(values)

    def _split_open(self, line: str) -> list[str]:
        """Cells of a line as if its open quotation mark were not there."""
        try:
            *values, last = next(self._reader([f'{line}"\n']))
        except (csv.Error, StopIteration):
            return line.split(self._dialect.delimiter)
        return [*values, *last.rstrip("\n").split(self._dialect.delimiter)]

    def _unclosed(self, line: str, taken: int) -> Cells:
        """The row without the mark; the lines that it ate are read as rows of their own."""
        eaten = len(self._ahead) if taken < 0 else taken
        first, last = self._number + 1, self._number + eaten
        rows = f"row {first}" if eaten == 1 else f"rows {first} to {last}"
        inside = f"; {rows} stood inside it" if eaten else ""
        note = Note("quote.unclosed", f"a quotation mark is never closed{inside}; read without it")
        return self._checked(self._split_open(line), (note,))

    def _checked(self, values: list[str], notes: tuple[Note, ...] = ()) -> Cells:
        if len(values) > FIELDS_MOST:
            return Cells(self._number, [], TOO_WIDE)
        if any(len(value) > CELL_MOST for value in values):
            return Cells(self._number, [], TOO_LARGE)
        return Cells(self._number, [value.strip() for value in values], None, notes)


class _Counted:
    """Counts the lines that are asked for, and tells whether more were asked for than there are."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.count = 0
        self.is_exhausted = False

    def __iter__(self) -> "_Counted":
        return self

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.is_exhausted = True
            raise StopIteration
        self.count += 1
        return line
