"""Lines of a table, safe to open in a spreadsheet."""

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

TEXTS = {"name", "description", "link"}
"""The columns that hold what strangers wrote."""
_FORMULA = re.compile("'*[=+\\-@\t\r＝＋－＠]")
"""What a spreadsheet would run as a formula, perhaps guarded already (OWASP, CSV injection)."""


def guard(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; `unguard` gives the text back."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def line(fields: Mapping[str, Any], delimiter: str) -> str:
    """One line of the table, with its end."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerow(
        [_cell(field, value) for field, value in fields.items()]
    )
    return text.getvalue()


def _cell(field: str, value: Any) -> Any:
    if isinstance(value, list):
        return " ".join(value)
    return guard(value) if field in TEXTS and isinstance(value, str) else value
