"""CSV, as spreadsheets write it."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from services.directory.exchange.fields import field_of
from services.directory.exchange.formats import Records
from services.directory.exchange.rows import FileError
from shared.exchange.cells import TEXTS, unguard

NEEDED = ("link", "lat", "lon")


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
            fields.setdefault(field, unguard(cell) if field in TEXTS else cell)
    return fields
