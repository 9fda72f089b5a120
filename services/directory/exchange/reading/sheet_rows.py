"""What rows of spreadsheets of every make have in common."""

from services.directory.exchange.reading.cells import TOO_LARGE, TOO_WIDE, Cells
from services.directory.exchange.reading.records import CELL_MOST, FIELDS_MOST
from services.directory.exchange.rows import Note
from services.directory.exchange.values.map_links import is_map_link
from shared.text.found import telegram_addresses

FORMULA_MOST = 2_000
"""Characters of a formula that are read, to find a link in it."""
HIDDEN = ("row.hidden", "hidden in the spreadsheet; show the row to have it imported")


class Line:
    """One row while it is read. What is hidden in a spreadsheet was not meant to be seen."""

    def __init__(self, number: int, *, is_hidden: bool = False) -> None:
        self.number = number
        self.is_hidden = is_hidden
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
        problem = HIDDEN if self.is_hidden and any(self.values) else self._problem
        return Cells(self.number, [] if problem else self.values, problem, notes)


class Spans:
    """Cells merged over several rows: the value of the first counts for all of them."""

    def __init__(self) -> None:
        self._spans: dict[int, tuple[int, str]] = {}

    def begin(self, column: int, last_row: int, value: str) -> None:
        if value and column < FIELDS_MOST:
            self._spans[column] = (last_row, value)

    def fill(self, line: Line) -> None:
        """Put what is merged into the empty cells of a row."""
        for column, (last_row, value) in list(self._spans.items()):
            if line.number > last_row:
                del self._spans[column]
            elif column >= len(line.values) or not line.values[column]:
                line.put(column, value)


def is_useful(target: str) -> bool:
    """Whether a link leads to Telegram or to a place on a map."""
    return bool(telegram_addresses(target)) or is_map_link(target)


def with_link(value: str, target: str) -> str:
    """A cell with the link that lies on it."""
    return f"{value} {target}".strip() if is_useful(target) and target not in value else value
