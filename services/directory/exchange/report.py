"""What became of a file's rows."""

from collections import Counter
from dataclasses import dataclass, field

from services.directory.exchange.rows import Note, Skipped


@dataclass
class Report:
    """Every row of the file is counted once: added, changed, unchanged or skipped."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[tuple[int, Note]] = field(default_factory=list)
    """Row and what was put right in it."""

    @property
    def rows(self) -> int:
        return self.listed + len(self.skipped)

    @property
    def listed(self) -> int:
        """Rows that the directory now holds."""
        return self.added + self.changed + self.unchanged

    def reasons(self) -> list[tuple[str, int, str]]:
        """Code, number of rows and an example sentence for each reason to skip, the most frequent first."""
        counts = Counter(item.code for item in self.skipped)
        whys = {item.code: item.why for item in reversed(self.skipped)}
        return [(code, count, whys[code]) for code, count in counts.most_common()]

    def repairs(self) -> list[tuple[str, int, str]]:
        """The same for what was put right."""
        counts = Counter(note.code for _, note in self.notes)
        texts = {note.code: note.text for _, note in self.notes}
        return [(code, count, texts[code]) for code, count in counts.most_common()]
