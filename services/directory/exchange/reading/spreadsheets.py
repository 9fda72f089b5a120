"""Spreadsheets, row by row: .xlsx (ECMA-376) and .ods (OpenDocument), without formulas, styles or macros."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from posixpath import basename, dirname, join, normpath

from services.directory.exchange.reading import ods, tables, xlsx
from services.directory.exchange.reading.cells import Cells
from services.directory.exchange.reading.encodings import UTF_8, Encoding
from services.directory.exchange.reading.header import header_of
from services.directory.exchange.reading.records import CELL_MOST, Document
from services.directory.exchange.reading.sheet_rows import is_useful
from services.directory.exchange.reading.text import Text
from services.directory.exchange.reading.xml_events import Event, events
from services.directory.exchange.rows import FileError
from services.directory.exchange.unpacking import Source

STRINGS_MOST = 1_000_000
CHARACTERS_MOST = 16 * 1024 * 1024
"""Texts that the cells of a workbook share, which are kept in memory, and their characters."""
SHEETS_MOST = 200
TARGET_MOST = 500
_XML = Encoding(UTF_8, "of the format")
Rows = Callable[[], Iterator[Cells]]
Parts = Mapping[str, Source]


def read_xlsx(parts: Parts) -> Document:
    """The first visible sheet that holds a table; `parts` are the files of the archive by name."""
    strings = _strings(parts["xl/sharedStrings.xml"]) if "xl/sharedStrings.xml" in parts else []
    sheets = [(title, name) for title, name in _sheets(parts) if name in parts]
    return _first("XLSX", [(title, _rows_of_xlsx(parts, name, strings)) for title, name in sheets])


def read_ods(parts: Parts) -> Document:
    """The first sheet that holds a table."""
    content = parts["content.xml"]
    titles = [attributes.get("name", "") for kind, name, attributes in _events(content)
              if kind == "start" and name == "table"][:SHEETS_MOST]  # fmt: skip
    return _first("ODS", [(title, _rows_of_ods(content, at)) for at, title in enumerate(titles)])


def _rows_of_xlsx(parts: Parts, name: str, strings: list[str]) -> Rows:
    relations = parts.get(f"{dirname(name)}/_rels/{basename(name)}.rels")
    found = _relations(relations) if relations else ()
    useful = ((ident, target) for ident, target in found if is_useful(target))
    targets = dict(islice(useful, xlsx.MARKS_MOST))
    return lambda: xlsx.rows(lambda: _events(parts[name]), strings, targets)


def _rows_of_ods(content: Source, at: int) -> Rows:
    return lambda: ods.rows(_events(content), at)


def _first(kind: str, sheets: list[tuple[str, Rows]]) -> Document:
    """The first with a header; where none has one, the first with anything in it."""
    heads = [(title, rows, list(islice(rows(), tables.SAMPLED))) for title, rows in sheets[:SHEETS_MOST]]
    filled = [sheet for sheet in heads if sheet[2]]
    if not filled:
        raise FileError("is a spreadsheet without any cells that can be seen")
    title, rows, head = next((one for one in filled if not header_of(one[2]).is_headless), filled[0])
    document = tables.of_rows(kind, rows, head)
    document.total = sum(1 for _ in rows())  # and a file that breaks off is refused here, as a whole
    document.details = {"sheet": title, **document.details}
    if others := [other for other, _, _ in filled if other != title]:
        named = ", ".join(f"“{other[:40]}”" for other in others[:5])
        document.found["sheets"] = f"only the sheet “{title[:40]}” is read, and not {named}"
    return document


def _events(source: Source) -> Iterator[Event]:
    return events(Text(source.chunks(), _XML))


def _sheets(parts: Parts) -> Iterator[tuple[str, str]]:
    """Titles of the visible sheets, and the names of their files."""
    relations = parts.get("xl/_rels/workbook.xml.rels")
    found = islice(_relations(relations), SHEETS_MOST * 5) if relations else ()
    targets = {ident: normpath(join("/xl", target))[1:] for ident, target in found}
    for kind, name, attributes in _events(parts["xl/workbook.xml"]):
        if kind == "start" and name == "sheet" and attributes.get("state", "visible") == "visible":
            yield attributes.get("name", ""), targets.get(attributes.get("id", ""), "")


def _relations(source: Source) -> Iterator[tuple[str, str]]:
    """Ids, and where they lead."""
    for kind, name, attributes in _events(source):
        if kind == "start" and name == "Relationship":
            yield attributes.get("Id", ""), attributes.get("Target", "")[:TARGET_MOST]


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
