"""CSV, as spreadsheets write it."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from services.directory.exchange.fields import field_of, has_link
from services.directory.exchange.formats import Records
from services.directory.exchange.rows import FileError
from shared.exchange.cells import TEXTS, unguard


def read(data: bytes) -> Records:
    """Rows of a table with a header, cells apart by commas, semicolons, tabs or bars. Raises FileError."""
    text = decode(data)
    header_line = text.lstrip("\n\r").partition("\n")[0]
    delimiter = max(",;\t|", key=header_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = _header(reader, linked=has_link(text))
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


def _header(reader: Iterator[list[str]], *, linked: bool) -> list[str]:
    """The names of the columns. `linked` tells that links to Telegram stand somewhere in the table."""
    try:
        names = next((row for row in reader if any(row)), [])
    except csv.Error as error:
        raise FileError(f"not a table: {error}") from None
    fields = {field_of(name) for name in names}
    missing = [] if "link" in fields or linked else ["link"]
    if "place" not in fields:
        missing += [field for field in ("lat", "lon") if field not in fields]
    if missing:
        raise FileError(f"the first row must name the columns; there is none for {', '.join(missing)}")
    return names


def _rows(reader: Iterator[list[str]], header: list[str]) -> Iterator[tuple[int, Any]]:
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


def _fields(header: list[str], cells: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, cell in zip(header, cells, strict=False):
        fields.setdefault(name, unguard(cell) if field_of(name) in TEXTS else cell)
    return fields
