"""Rows of a table of .ods (OpenDocument)."""

from collections.abc import Iterator, Mapping

from services.directory.exchange.reading.cells import Cells
from services.directory.exchange.reading.records import CELL_MOST, FIELDS_MOST
from services.directory.exchange.reading.sheet_rows import FORMULA_MOST, Line, Spans, with_link
from services.directory.exchange.reading.xml_events import Event
from services.directory.exchange.rows import Note
from services.directory.exchange.values.markup import without_markup

_REPEATED = Note("row.repeated", "the row stands in the file several times over; read once")
_UNSEEN = ("collapse", "filter")


def rows(found: Iterator[Event], wanted: int) -> Iterator[Cells]:
    """The rows of the table that stands in this place among all, counted from 0."""
    return _Sheet(wanted).read(found)


class _Sheet:
    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._at = -1
        self._line = Line(0)
        self._number = 1
        self._column = self._repeat_row = self._repeat = 0
        self._given = ""
        self._text: list[str] | None = None
        self._size = self._silent = self._rows_spanned = self._columns = 0
        self._targets: list[str] = []
        self._spans = Spans()
        self._hidden: list[range] = []

    def read(self, found: Iterator[Event]) -> Iterator[Cells]:
        for kind, name, attributes in found:
            if kind == "start" and name == "table":
                self._at += 1
            elif self._at != self._wanted:
                continue
            elif kind == "text":
                self._keep(name)
            elif kind == "start":
                self._start(name, attributes)
            elif name == "table-row":
                yield from self._row()
            elif name in ("table-cell", "covered-table-cell"):
                self._cell()
            elif name == "p":
                self._keep("\n")
            elif name == "annotation":
                self._silent -= 1

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "table-row":
            hidden = attributes.get("visibility") in _UNSEEN
            self._line, self._column = Line(self._number, is_hidden=hidden), 0
            self._repeat_row = _count(attributes.get("number-rows-repeated", "1"))
        elif name in ("table-cell", "covered-table-cell"):
            self._repeat = _count(attributes.get("number-columns-repeated", "1"))
            numeric = attributes.get("value-type") in ("float", "percentage", "currency")
            self._given = attributes.get("value", "") if numeric else attributes.get("date-value", "")
            self._text, self._size = [], 0
            self._targets = _targets(attributes.get("formula", ""))
            self._rows_spanned = _count(attributes.get("number-rows-spanned", "1"))
        elif name == "table-column":
            end = self._columns + _count(attributes.get("number-columns-repeated", "1"))
            if attributes.get("visibility") in _UNSEEN:
                self._hidden.append(range(self._columns, end))
            self._columns = end
        elif name == "a" and self._text is not None:
            self._targets.append(attributes.get("href", ""))
        elif name == "annotation":
            self._silent += 1
        elif name in ("s", "tab", "line-break"):
            self._keep(" ")

    def _keep(self, text: str) -> None:
        if self._text is not None and not self._silent and self._size <= CELL_MOST:
            self._text.append(text)
            self._size += len(text)

    def _cell(self) -> None:
        value = self._given or "".join(self._text or ()).strip()
        self._text = None
        for target in self._targets:
            value = with_link(value, target)
        if value and not any(self._column in columns for columns in self._hidden):
            for column in range(self._column, self._column + min(self._repeat, FIELDS_MOST)):
                self._line.put(column, value)
            if self._rows_spanned > 1:
                self._spans.begin(self._column, self._number + self._rows_spanned - 1, value)
        self._column += self._repeat

    def _row(self) -> Iterator[Cells]:
        """An empty row only counts; one that is repeated is told once."""
        self._spans.fill(self._line)
        self._number += self._repeat_row
        if any(self._line.values) or self._line.cells().problem:
            yield self._line.cells((_REPEATED,) if self._repeat_row > 1 else ())


def _targets(formula: str) -> list[str]:
    """Where a formula such as `of:=HYPERLINK("https://t.me/name")` leads."""
    return without_markup(formula.removeprefix("of:"))[1] if 0 < len(formula) <= FORMULA_MOST else []


def _count(text: str) -> int:
    return min(int(text), 10_000_000) if text.isdecimal() and len(text) < 9 else 1
