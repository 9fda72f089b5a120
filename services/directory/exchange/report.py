"""What became of a file's rows."""

from collections import Counter
from dataclasses import dataclass, field

from services.directory.exchange.columns.understanding import Column
from services.directory.exchange.rows import Note, Skipped

SHOWN_MOST = 10_000
"""Rows that are told one by one; all are counted."""


@dataclass
class Report:
    """Every row of the file is counted once: added, changed, unchanged or skipped."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    """The first `SHOWN_MOST`, by number."""
    notes: list[tuple[int, Note]] = field(default_factory=list)
    """Row and what was put right in it; the first `SHOWN_MOST`."""
    columns: list[Column] = field(default_factory=list)
    """What the columns were understood as."""
    found: dict[str, str] = field(default_factory=dict)
    """What is to be told of the file as a whole, by code."""
    _skips: Counter[str] = field(default_factory=Counter)
    _whys: dict[str, str] = field(default_factory=dict)
    _repairs: Counter[str] = field(default_factory=Counter)
    _texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given, self.skipped = self.skipped, []
        for item in given:
            self.skip(item)

    @property
    def rows(self) -> int:
        return self.listed + self.skipped_count

    @property
    def listed(self) -> int:
        """Rows that the directory now holds."""
        return self.added + self.changed + self.unchanged

    @property
    def skipped_count(self) -> int:
        return self._skips.total()

    def skip(self, item: Skipped) -> None:
        self._skips[item.code] += 1
        self._whys.setdefault(item.code, item.why)
        if len(self.skipped) < SHOWN_MOST:
            self.skipped.append(item)

    def note(self, number: int, note: Note) -> None:
        self._repairs[note.code] += 1
        self._texts.setdefault(note.code, note.text)
        if len(self.notes) < SHOWN_MOST:
            self.notes.append((number, note))

    def reasons(self) -> list[tuple[str, int, str]]:
        """Code, number of rows and an example sentence for each reason to skip, the most frequent first."""
        return [(code, count, self._whys[code]) for code, count in self._skips.most_common()]

    def repairs(self) -> list[tuple[str, int, str]]:
        """The same for what was put right."""
        return [(code, count, self._texts[code]) for code, count in self._repairs.most_common()]
