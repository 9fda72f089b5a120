"""Spreadsheets, row by row: .xlsx (ECMA-376) and .ods (OpenDocument), without formulas, styles or macros."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from posixpath import join, normpath

from services.directory.exchange.reading import tables
from services.directory.exchange.reading.cells import TOO_LARGE, TOO_WIDE, Cells
from services.directory.exchange.reading.encodings import UTF_8, Encoding
from services.directory.exchange.reading.records import CELL_MOST, FIELDS_MOST, Document
from services.directory.exchange.reading.text import Text
from services.directory.exchange.reading.xml_events import Event, events
from services.directory.exchange.rows import FileError, Note
from services.directory.exchange.unpacking import Source

STRINGS_MOST = 1_000_000
CHARACTERS_MOST = 16 * 1024 * 1024
"""Texts that the cells of a workbook share, which are kept in memory, and their characters."""
SHEETS_MOST = 200
_REPEATED = Note("row.repeated", "the row stands in the file several times over; read once")
_XML = Encoding(UTF_8, "of the format")
Rows = Callable[[], Iterator[Cells]]
Parts = Mapping[str, Source]


def read_xlsx(parts: Parts) -> Document:
    """The first visible sheet that holds anything; `parts` are the files of the archive by name."""
    strings = _strings(parts["xl/sharedStrings.xml"]) if "xl/sharedStrings.xml" in parts else []
    sheets = [(title, parts[name]) for title, name in _sheets(parts) if name in parts]
    return _first("XLSX", [(title, _rows_of_xlsx(source, strings)) for title, source in sheets])


def read_ods(parts: Parts) -> Document:
    """The first table that holds anything."""
    content = parts["content.xml"]
    titles = [attributes.get("name", "") for kind, name, attributes in _events(content)
              if kind == "start" and name == "table"][:SHEETS_MOST]  # fmt: skip
    return _first("ODS", [(title, _rows_of_ods(content, at)) for at, title in enumerate(titles)])


def _first(kind: str, sheets: list[tuple[str, Rows]]) -> Document:
    for at, (title, rows) in enumerate(sheets[:SHEETS_MOST]):
        if head := list(islice(rows(), tables.SAMPLED)):
            document = tables.of_rows(kind, rows, head)
            document.total = sum(1 for _ in rows())  # and a file that breaks off is refused here, as a whole
            document.details = {"sheet": title, **document.details}
            if others := [other for other, _ in sheets[at + 1 :]]:
                named = ", ".join(f"“{other[:40]}”" for other in others[:5])
                document.found["sheets"] = f"only the sheet “{title[:40]}” is read, and not {named}"
            return document
    raise FileError("is a spreadsheet without any cells")


def _events(source: Source) -> Iterator[Event]:
    return events(Text(source.chunks(), _XML))


def _sheets(parts: Parts) -> Iterator[tuple[str, str]]:
    """Titles of the visible sheets, and the names of their files."""
    targets: dict[str, str] = {}
    if relations := parts.get("xl/_rels/workbook.xml.rels"):
        for kind, name, attributes in _events(relations):
            if kind == "start" and name == "Relationship" and len(targets) < SHEETS_MOST * 5:
                targets[attributes.get("Id", "")] = normpath(join("/xl", attributes.get("Target", "")))[1:]
    for kind, name, attributes in _events(parts["xl/workbook.xml"]):
        if kind == "start" and name == "sheet" and attributes.get("state", "visible") == "visible":
            yield attributes.get("name", ""), targets.get(attributes.get("id", ""), "")


def _strings(source: Source) -> list[str]:
    return [text[: CELL_MOST + 1] for text in _texts(_events(source), "si")]


def _texts(found: Iterable[Event], outer: str) -> Iterator[str]:
    """The text of each such element, without what only helps to pronounce it (`rPh`)."""
    text: list[str] = []
    inside = silent = 0
    count = size = 0
    for kind, name, _ in found:
        if kind == "text":
            if inside and not silent:
                text.append(name)
                size += len(name)
        elif name == "rPh":
            silent += 1 if kind == "start" else -1
        elif name == "t":
            inside += 1 if kind == "start" else -1
        elif kind == "end" and name == outer:
            count += 1
            yield "".join(text)
            text = []
        if count > STRINGS_MOST or size > CHARACTERS_MOST:
            raise FileError("is a spreadsheet with too much text; save it as CSV")


def _rows_of_xlsx(source: Source, strings: list[str]) -> Rows:
    return lambda: _SheetOfXlsx(strings).read(_events(source))


class _Line:
    """One row while it is read."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.values: list[str] = []
        self._problem: tuple[str, str] | None = None

    def put(self, column: int, value: str) -> None:
        if column >= FIELDS_MOST:
            self._problem = TOO_WIDE
        elif len(value) > CELL_MOST:
            self._problem = TOO_LARGE
        else:
            self.values += [""] * (column + 1 - len(self.values))
            self.values[column] = value.strip()

    def cells(self, notes: tuple[Note, ...] = ()) -> Cells:
        return Cells(self.number, [] if self._problem else self.values, self._problem, notes)


class _SheetOfXlsx:
    def __init__(self, strings: list[str]) -> None:
        self._strings = strings
        self._line = _Line(0)
        self._column = -1
        self._type = ""
        self._text: list[str] | None = None
        self._size = 0

    def read(self, found: Iterable[Event]) -> Iterator[Cells]:
        for kind, name, attributes in found:
            if kind == "text":
                self._keep(name)
            elif kind == "start":
                self._start(name, attributes)
            elif name == "row":
                yield self._line.cells()
            elif name == "c":
                self._line.put(self._column, self._value("".join(self._text or ())))
                self._text = None

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "row":
            told = attributes.get("r", "")
            number = int(told) if told.isdecimal() and len(told) < 8 else 0
            self._line, self._column = _Line(max(number, self._line.number + 1)), -1
        elif name == "c":
            self._column = _column(attributes.get("r", ""), self._column + 1)
            self._type, self._size = attributes.get("t", "n"), 0
        elif name in ("v", "t"):
            self._text = self._text if self._text is not None else []
        elif name in ("f", "rPh"):
            self._text = None if name == "f" else self._text

    def _keep(self, text: str) -> None:
        if self._text is not None and self._size <= CELL_MOST:
            self._text.append(text)
            self._size += len(text)

    def _value(self, text: str) -> str:
        if self._type == "s":
            at = int(text) if text.isdecimal() and len(text) < 9 else -1
            return self._strings[at] if 0 <= at < len(self._strings) else ""
        return "" if self._type == "e" else text


def _column(reference: str, otherwise: int) -> int:
    """`AB12` is column 27, counted from 0."""
    number = 0
    for letter in reference[:4]:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1 if number else otherwise


def _rows_of_ods(source: Source, wanted: int) -> Rows:
    return lambda: _SheetOfOds(wanted).read(_events(source))


class _SheetOfOds:
    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._at = -1
        self._line = _Line(0)
        self._number = 1
        self._column = self._repeat_row = self._repeat = 0
        self._given = ""
        self._text: list[str] | None = None
        self._size = self._silent = 0

    def read(self, found: Iterable[Event]) -> Iterator[Cells]:
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
            self._line, self._column = _Line(self._number), 0
            self._repeat_row = _count(attributes.get("number-rows-repeated", "1"))
        elif name in ("table-cell", "covered-table-cell"):
            self._repeat = _count(attributes.get("number-columns-repeated", "1"))
            numeric = attributes.get("value-type") in ("float", "percentage", "currency")
            self._given = attributes.get("value", "") if numeric else attributes.get("date-value", "")
            self._text, self._size = [], 0
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
        if value:
            for column in range(self._column, self._column + min(self._repeat, FIELDS_MOST)):
                self._line.put(column, value)
        self._column += self._repeat

    def _row(self) -> Iterator[Cells]:
        """An empty row only counts; one that is repeated is told once."""
        self._number += self._repeat_row
        if any(self._line.values) or self._line.cells().problem:
            yield self._line.cells((_REPEATED,) if self._repeat_row > 1 else ())


def _count(text: str) -> int:
    return min(int(text), 10_000_000) if text.isdecimal() and len(text) < 9 else 1
