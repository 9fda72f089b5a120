"""What `dze import` and its like print: as tables for people, as JSON for programs."""

import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from services.directory.exchange import Preview, Report, Row
from services.directory.exchange.columns.fields import PERSON
from services.directory.exchange.columns.understanding import Column, rivals
from services.directory.exchange.report import SHOWN_MOST
from shared.text import clean_text

WIDTH = 160
COLUMNS_MOST = 100
"""Columns that are shown; all are in the JSON."""


def show_report(report: Report, what: str, *, is_check: bool = False, as_json: bool = False) -> None:
    """First every row that was skipped, then the sums, which are what one sees at the end."""
    if as_json:
        print(json.dumps(_report(report), ensure_ascii=False, indent=2))
        return
    out = _console()
    _rows(out, report)
    _remarks(out, report)
    _sums(out, report)
    if is_check:
        out.print(
            f"\n{report.rows} {what}: {report.listed} can be taken, {report.skipped_count} would be skipped."
        )
        return
    out.print(
        f"\n{report.rows} {what}: {report.added} added, {report.changed} changed, "
        f"{report.unchanged} there already, {report.skipped_count} skipped."
    )


def show_preview(preview: Preview, file: Path, *, as_json: bool = False) -> None:
    """What the file is, its columns, its first rows, and what an import would do with it."""
    if as_json:
        print(json.dumps(_preview(preview), ensure_ascii=False, indent=2))
        return
    out, report = _console(), preview.report
    out.print(f"{file}: {preview.kind}")
    for name, text in preview.details.items():
        out.print(f"  {name}: {clean_text(text)}")
    out.print(_columns(preview.columns))
    out.print(_first(preview.first))
    _rows(out, report)
    _remarks(out, report)
    _sums(out, report)
    sums = f"{report.added} would be added, {report.changed} changed, {report.unchanged} are there already"
    if not preview.knows:
        sums = (
            f"{report.listed} can be listed (nothing runs, so that new ones cannot be told from known ones)"
        )
    out.print(f"\n{report.rows} rows: {sums}, {report.skipped_count} would be skipped. Nothing was written.")


def _console() -> Console:
    """As wide as the terminal; wide enough not to break sentences where there is none."""
    width = None if sys.stdout.isatty() else WIDTH
    return Console(soft_wrap=True, highlight=False, markup=False, width=width)


def _rows(out: Console, report: Report) -> None:
    for item in report.skipped:
        named = f" ({item.name})" if item.name else ""
        out.print(clean_text(f"row {item.number}: {item.why}{named}"))
    if report.skipped_count > SHOWN_MOST:
        out.print(f"... and {report.skipped_count - SHOWN_MOST} more")


def _remarks(out: Console, report: Report) -> None:
    """What of the file and its columns is not plain."""
    for text in (*report.found.values(), *_choices(report.columns), *_people(report.columns)):
        out.print(clean_text(text))


def _choices(columns: list[Column]) -> list[str]:
    found = []
    for name, fitting in rivals(columns).items():
        first, *others = (f"“{column.name}”" for column in fitting)
        found.append(f"{name}: taken from {first}; {', '.join(others[:5])} would fit too")
    return found


def _people(columns: list[Column]) -> list[str]:
    shown = columns[:COLUMNS_MOST]
    people = [f"“{one.name}”: {one.meaning.why}; never published" for one in shown if one.field == PERSON]
    return people + [f"“{one.name}”: {one.shown}" for one in shown if one.is_withheld]


def _sums(out: Console, report: Report) -> None:
    for title, reasons in (("put right", report.repairs()), ("skipped", report.reasons())):
        if reasons:
            table = Table("why", "rows", "for example", box=None, title=f"\n{title}", title_justify="left")
            for code, count, example in reasons:
                table.add_row(code, str(count), clean_text(example))
            out.print(table)


def _columns(columns: list[Column]) -> Table:
    table = Table(
        "column", "understood as", "by", "filled", box=None, title="\ncolumns", title_justify="left"
    )
    for column in columns[:COLUMNS_MOST]:
        why = clean_text(column.meaning.why)
        table.add_row(clean_text(column.name), column.shown, why, str(column.filled))
    return table


def _first(rows: list[Row]) -> Table:
    table = Table(box=None, title="\nfirst rows, as they would be listed", title_justify="left")
    for name in ("row", "name", "link", "kind", "place", "members"):
        table.add_column(name, overflow="fold")
    for row in rows:
        content = row.content
        place = f"{content.place.lat:g}, {content.place.lon:g} ({content.place.precision})"
        members = "" if row.members is None else str(row.members)
        table.add_row(str(row.number), content.name, content.link.url, content.kind, place, members)
    return table


def _report(report: Report) -> dict[str, Any]:
    return {
        "rows": report.rows,
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "skipped": report.skipped_count,
        "reasons": [{"code": code, "rows": count, "why": why} for code, count, why in report.reasons()],
        "repairs": [{"code": code, "rows": count, "what": text} for code, count, text in report.repairs()],
        "skipped_rows": [
            {"row": item.number, "code": item.code, "why": item.why, "name": item.name}
            for item in report.skipped
        ],
        "file": list(report.found.values()),
        "columns": [_column(column) for column in report.columns],
    }


def _preview(preview: Preview) -> dict[str, Any]:
    return {
        "format": preview.kind,
        "details": preview.details,
        "known_listings_compared": preview.knows,
        "first_rows": [_row(row) for row in preview.first],
        **_report(preview.report),
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "field": column.field,
        "why": column.meaning.why,
        "filled": column.filled,
        "may_be_a_persons": column.is_withheld,
    }


def _row(row: Row) -> dict[str, Any]:
    content = row.content.model_dump(mode="json") | {"link": row.content.link.url}
    notes = [{"code": note.code, "what": note.text} for note in row.notes]
    return {"row": row.number, **content, "members": row.members, "notes": notes}
