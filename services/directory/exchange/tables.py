"""CSV in and out, as spreadsheets write and read it."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from services.directory.exchange.fields import field_of
from services.directory.exchange.formats import Records
from services.directory.exchange.outgoing import COLUMNS, values
from services.directory.exchange.rows import FileError
from shared.contracts.listings import Listing

NEEDED = ("link", "lat", "lon")
_TEXTS = {"name", "description", "link"}
"""The columns that hold what strangers wrote."""
_FORMULA = re.compile("'*[=+\\-@\t\r＝＋－＠]")
"""What a spreadsheet would run as a formula, perhaps guarded already (OWASP, CSV injection)."""


def guard(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; `unguard` gives the text back."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def read(data: bytes) -> Records:
    """Rows of a table with a header; the delimiter is a comma, semicolon or tab. Raises FileError."""
    text = decode(data)
    header_line = text.lstrip("\n\r").partition("\n")[0]
    delimiter = max(",;\t", key=header_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = _header(reader)
    return Records(text.count("\n"), _rows(reader, header))


def decode(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or the Windows code page of Belarus and Russia."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise FileError("neither UTF-8, UTF-16 nor Windows-1251 text") from None
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileError("neither UTF-8, UTF-16 nor Windows-1251 text")


def _header(reader: Iterator[list[str]]) -> list[str | None]:
    try:
        names = next((row for row in reader if any(row)), [])
    except csv.Error as error:
        raise FileError(f"not a table: {error}") from None
    header = [field_of(name) for name in names]
    missing = [field for field in NEEDED if field not in header]
    if missing:
        raise FileError(f"the first row must name the columns; there is none for {', '.join(missing)}")
    return header


def _rows(reader: Iterator[list[str]], header: list[str | None]) -> Iterator[tuple[int, Any]]:
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader, None)
        except csv.Error:
            yield number, None
            continue
        if cells is None:
            return
        if any(cells):
            yield number, _fields(header, cells)


def _fields(header: list[str | None], cells: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for field, cell in zip(header, cells, strict=False):
        if field:
            fields.setdefault(field, unguard(cell) if field in _TEXTS else cell)
    return fields


def write(listings: Iterable[Listing], file: BinaryIO, delimiter: str = ",") -> None:
    """With a byte order mark, by which spreadsheets know UTF-8."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for listing in listings:
        writer.writerow([_cell(field, value) for field, value in values(listing).items()])
    text.detach()


def _cell(field: str, value: Any) -> Any:
    if isinstance(value, list):
        return " ".join(value)
    return guard(value) if field in _TEXTS else value
