"""Rows of a sheet of .xlsx (ECMA-376)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from services.directory.exchange.reading.cells import Cells
from services.directory.exchange.reading.records import CELL_MOST
from services.directory.exchange.reading.sheet_rows import FORMULA_MOST, Line, Spans, with_link
from services.directory.exchange.reading.xml_events import Event
from services.directory.exchange.values.markup import without_markup

MARKS_MOST = 50_000
"""Links and merged cells of one sheet that are remembered."""
Events = Callable[[], Iterator[Event]]
Cell = tuple[int, int]
"""Row, from 1, and column, from 0."""


@dataclass
class Marks:
    """What a sheet says of its cells behind all of them."""

    links: dict[Cell, str] = field(default_factory=dict)
    merged: dict[Cell, int] = field(default_factory=dict)
    """The last row of each cell that is merged over several."""


def rows(events: Events, strings: list[str], targets: Mapping[str, str]) -> Iterator[Cells]:
    """The rows of a sheet; `targets` are the addresses to which its links lead, by their ids."""
    return _Sheet(strings, _marks(events(), targets)).read(events())


def _marks(found: Iterator[Event], targets: Mapping[str, str]) -> Marks:
    marks = Marks()
    for kind, name, attributes in found:
        if kind != "start" or name not in ("hyperlink", "mergeCell"):
            continue
        first, _, last = attributes.get("ref", "").partition(":")
        begin, end = place_of(first), place_of(last or first)
        if len(marks.links) + len(marks.merged) >= MARKS_MOST or begin is None or end is None:
            continue
        if name == "hyperlink":
            if target := targets.get(attributes.get("id", "")):
                marks.links[begin] = target
        elif end[0] > begin[0]:
            marks.merged[begin] = end[0]
    return marks


class _Sheet:
    def __init__(self, strings: list[str], marks: Marks) -> None:
        self._strings = strings
        self._marks = marks
        self._spans = Spans()
        self._hidden: list[range] = []
        self._line = Line(0)
        self._column = -1
        self._type = ""
        self._text: list[str] = []
        self._formula: list[str] = []
        self._into: list[str] | None = None
        self._size = 0

    def read(self, found: Iterator[Event]) -> Iterator[Cells]:
        for kind, name, attributes in found:
            if kind == "text":
                self._keep(name)
            elif kind == "start":
                self._start(name, attributes)
            elif name == "row":
                self._spans.fill(self._line)
                yield self._line.cells()
            elif name == "c":
                self._cell()
            elif name in ("v", "t", "f"):
                self._into = None

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "row":
            told = attributes.get("r", "")
            number = int(told) if told.isdecimal() and len(told) < 8 else 0
            hidden = attributes.get("hidden") in ("1", "true")
            self._line = Line(max(number, self._line.number + 1), is_hidden=hidden)
            self._column = -1
        elif name == "c":
            at = place_of(attributes.get("r", ""))
            self._column = at[1] if at else self._column + 1
            self._type, self._size, self._into = attributes.get("t", "n"), 0, None
            self._text, self._formula = [], []
        elif name in ("v", "t"):
            self._into = self._text
        elif name == "f":
            self._into = self._formula
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            self._hidden.append(range(_number(attributes, "min") - 1, _number(attributes, "max")))

    def _keep(self, text: str) -> None:
        if self._into is not None and self._size <= CELL_MOST:
            self._into.append(text)
            self._size += len(text)

    def _cell(self) -> None:
        if any(self._column in columns for columns in self._hidden):
            return
        at = (self._line.number, self._column)
        value = with_link(self._value("".join(self._text)), self._marks.links.get(at, ""))
        for target in _targets("".join(self._formula)):
            value = with_link(value, target)
        self._line.put(self._column, value)
        if at in self._marks.merged:
            self._spans.begin(self._column, self._marks.merged[at], value)

    def _value(self, text: str) -> str:
        if self._type == "s":
            at = int(text) if text.isdecimal() and len(text) < 9 else -1
            return self._strings[at] if 0 <= at < len(self._strings) else ""
        return "" if self._type == "e" else text


def _targets(formula: str) -> list[str]:
    return without_markup(f"={formula}")[1] if 0 < len(formula) <= FORMULA_MOST else []


def _number(attributes: Mapping[str, str], name: str) -> int:
    told = attributes.get(name, "")
    return int(told) if told.isdecimal() and len(told) < 8 else 0


def place_of(reference: str) -> Cell | None:
    """`AB12` is row 12 and column 27."""
    letters = reference.rstrip("0123456789")
    digits = reference[len(letters) :]
    if not 0 < len(letters) < 5 or not letters.isascii() or not letters.isupper() or not 0 < len(digits) < 8:
        return None
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(digits), column - 1
