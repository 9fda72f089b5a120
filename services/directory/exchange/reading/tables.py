"""Tables: rows of cells become records with the names of their columns."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from services.directory.exchange.columns.fields import PERSON, field_of
from services.directory.exchange.reading import listed
from services.directory.exchange.reading.cells import Cells, Dialect, rows
from services.directory.exchange.reading.header import ROWS_READ, Header, header_of, is_another
from services.directory.exchange.reading.lines import lines
from services.directory.exchange.reading.records import Document, Record
from services.directory.exchange.reading.text import Text, repaired
from services.directory.exchange.rows import Note
from shared.exchange.cells import unguard
from shared.text.found import telegram_addresses

DELIMITERS = ",;\t|"
SAMPLED = 200
"""Rows by which the delimiter and the header are told."""
SAMPLE_MOST = 512 * 1024
"""Characters of them."""
EVEN_LEAST = 0.9
"""Share of rows with as many cells, from which text without a header is a table."""
TAKEN_APART = 2
"""Cells too many where two numbers with decimal commas stand without quotation marks."""
_SHOWN = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
Open = Callable[[], Text]
OpenRows = Callable[[], Iterator[Cells]]


def read(open_text: Open) -> Document:
    """A table that is text, its cells apart by commas, semicolons, tabs or bars."""
    sample = _sample(open_text())
    dialect, skipped = _dialect(sample)
    head = list(rows(sample, dialect))
    document = of_rows("CSV", lambda: _counted(open_text, dialect), head[skipped:])
    if document.is_headless and not _is_even(head[skipped:], dialect.width):
        return listed.read(open_text)
    delimiter = _SHOWN.get(dialect.delimiter, dialect.delimiter)
    if dialect.width > 1:
        document.details = {"delimiter": delimiter, **document.details}
    return document


def of_rows(kind: str, open_rows: OpenRows, head: Sequence[Cells]) -> Document:
    """The same of cells from anywhere; `head` are the first of them, without a line for spreadsheets."""
    header = header_of(head)
    return Document(
        kind,
        lambda: _records(open_rows(), header),
        details={"header": header.shown},
        names=header.names,
        is_headless=header.is_headless,
    )


def _is_even(head: Sequence[Cells], width: int) -> bool:
    """Whether nearly all rows have as many cells; one cell a row is no table, nor are links among words."""
    found = [row.values for row in head if any(row.values)]
    loose = sum(1 for values in found for value in values if " " in value and telegram_addresses(value))
    even = sum(1 for values in found if len(values) == width)
    return width > 1 and even >= len(found) * EVEN_LEAST and loose < len(found) / 2


def _sample(text: Iterable[str]) -> list[str]:
    found, size = [], 0
    for line in islice(lines(text), SAMPLED):
        found.append(line)
        size += len(line)
        if size > SAMPLE_MOST:
            break
    return found


def _dialect(sample: Sequence[str]) -> tuple[Dialect, int]:
    """The dialect, and how many rows at the top only tell it: a `sep=` line of Excel's."""
    first = sample[0].strip().strip('"').casefold() if sample else ""
    escaped = _is_escaped(sample)
    if first.startswith("sep=") and len(first) == len("sep=") + 1:
        return _measured(first[-1], sample[1:], is_escaped=escaped), 1
    if first == "sep=" and "\t" in sample[0]:
        return _measured("\t", sample[1:], is_escaped=escaped), 1
    found = [_measured(delimiter, sample, is_escaped=escaped) for delimiter in DELIMITERS]
    return max(found, key=lambda dialect: _fitness(dialect, sample)), 0


def _is_escaped(sample: Iterable[str]) -> bool:
    text = "\n".join(sample)
    return '\\"' in text and text.count('\\"') > text.count('""')


def _measured(delimiter: str, sample: Sequence[str], *, is_escaped: bool) -> Dialect:
    """With the width that most rows have; beside a header wider than one cell, single cells are titles."""
    dialect = Dialect(delimiter, is_escaped=is_escaped)
    found = [row.values for row in rows(sample, dialect) if any(row.values)]
    has_header = any(len(_fields(values)) > 1 for values in found[:ROWS_READ])
    widths = Counter(len(values) for values in found if len(values) > 1 or not has_header)
    return replace(dialect, width=max(widths, key=lambda width: (widths[width], width), default=1))


def _fitness(dialect: Dialect, sample: Sequence[str]) -> tuple[int, float, int]:
    """How many columns its header names, and how even its rows are."""
    found = [row.values for row in rows(sample, dialect) if any(row.values)]
    known = max((len(_fields(row)) for row in found[:ROWS_READ]), default=0)
    if dialect.width < 2:
        return min(known, 1), 0, 0
    even = sum(len(row) == dialect.width for row in found) / len(found)
    return known, round(even, 1), dialect.width


def _fields(values: Iterable[str]) -> set[str | None]:
    """The fields that cells name."""
    return {field_of(value) for value in values} - {None}


def _counted(open_text: Open, dialect: Dialect) -> Iterator[Cells]:
    """Rows, each broken character of them replaced and told with its offset in the file."""
    text = open_text()
    for row in rows(lines(text), dialect):
        if notes := text.notes_on(row.values):
            yield replace(row, values=list(map(repaired, row.values)), notes=(*row.notes, *notes))
        else:
            yield row


def _records(found: Iterable[Cells], header: Header) -> Iterator[Record]:
    """The rows behind the header that are not empty."""
    has_people = any(field_of(name) == PERSON for name in header.names)
    other = 0
    for row in found:
        if row.number <= header.last_row or (header.is_headless and _is_separator(row)):
            continue
        if not other and not header.is_headless and _begins_another(row, header):
            other = row.number
        if other and any(row.values):
            why = f"another table begins in row {other}; import it as a file of its own"
            yield Record(row.number, problem=("row.other_table", why))
        elif row.problem is not None:
            yield Record(row.number, problem=row.problem)
        elif any(row.values):
            yield _record(row, header.names, has_people=has_people)


def _begins_another(row: Cells, header: Header) -> bool:
    return is_another(row) and not {value for value in row.values if value} <= set(header.names)


def _is_separator(row: Cells) -> bool:
    return row.number == 1 and "".join(row.values).casefold().startswith("sep=")


def _record(row: Cells, names: tuple[str, ...], *, has_people: bool) -> Record:
    """A row that is too long has lost its order; where people stand in it, none of it is read."""
    values, notes = row.values, row.notes
    if any(values[len(names) :]) and not has_people:
        values = _rejoined(values, names)
    beyond = [value for value in values[len(names) :] if value]
    if beyond and has_people:
        why = "more cells than there are columns, so that a person's may stand in another's place"
        return Record(row.number, problem=("row.ragged", why))
    if beyond:
        notes = (*notes, Note("row.ragged", "more cells than there are columns; the last ones are left out"))
    fields = {name: unguard(value) for name, value in zip(names, values, strict=False)}
    return Record(row.number, fields, notes=notes)


def _rejoined(values: list[str], names: tuple[str, ...]) -> list[str]:
    """Cells that commas took apart: decimals in the last two columns, a place or a text in the last one."""
    whole, more = [field_of(name) for name in names], len(values) - len(names)
    last = values[-4:]
    are_numbers = set(whole[-2:]) == {"lat", "lon"} and all(map(str.isdecimal, last))
    if are_numbers and more == TAKEN_APART:
        return [*values[:-4], f"{last[0]}.{last[1]}", f"{last[2]}.{last[3]}"]
    if whole[-1] in ("place", "description"):
        return [*values[: len(names) - 1], ", ".join(filter(None, values[len(names) - 1 :]))]
    return values
