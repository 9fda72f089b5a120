"""Lines of a table, safe to open in a spreadsheet."""

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

TEXTS = {"name", "description", "link"}
"""The columns that hold what strangers wrote."""
_FORMULA = re.compile(
    "(^|[,;|\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029])([ \u00a0\"“”]*)('*)(?=[=+\\-@\t\r＝＋－＠])"
)
"""What a spreadsheet would run as a formula, perhaps guarded already: at the beginning of a cell, and behind
everything that a reader with another separator may take for its end (OWASP, CSV injection)."""
_GUARDED = re.compile(_FORMULA.pattern.replace("('*)", "'('*)"))


def guard(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, however it is split; `unguard` gives the text back."""
    return _FORMULA.sub(r"\1\2'\3", text)


def unguard(cell: str) -> str:
    return _GUARDED.sub(r"\1\2\3", cell) if "'" in cell else cell


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
