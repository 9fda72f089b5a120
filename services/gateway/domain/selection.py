"""What a filter leaves of a base, with running sums of its own, kept for the next question with it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from services.gateway.domain.clusters import Ints
from services.gateway.domain.columns import Whole
from services.gateway.domain.dead import Dead
from services.gateway.domain.table import Table, none
from services.gateway.domain.view import View, sums_of

Keep = Callable[[Ints], Ints]
"""Those of the rows that the filter leaves, in the same order."""


@dataclass
class Selection:
    """Good while the table is the same one: its rows never change, they only come and go."""

    table: Table
    rows: Whole
    """Those of the base that held and were left when it was made, in order."""
    codes: Ints
    sums: Ints
    tail: Ints = field(default_factory=none)
    """Those beside the base that were left, whether they still hold or not."""
    size: int = 0
    """Rows of the table that were looked at."""
    _dead: Dead = field(default_factory=Dead)
    _looked: int = 0
    """Dead rows of the base when they were last looked at."""

    @classmethod
    def of(cls, table: Table, keep: Keep) -> "Selection":
        rows = keep(np.flatnonzero(table.alive[: table.base])).astype(np.int32)
        return cls(table, rows, table.columns.codes[rows], sums_of(table.columns, rows), size=table.base)

    def __len__(self) -> int:
        return len(self.rows) + len(self.tail)

    def view(self, keep: Keep) -> View:
        """As the table now is."""
        table = self.table
        if table.size > self.size:
            later = self.size + np.flatnonzero(table.alive[self.size : table.size])
            self.tail, self.size = np.concatenate([self.tail, keep(later)]), table.size
        if len(table.dead) != self._looked:
            self._dead = Dead.of(self._gone(), lambda places: sums_of(table.columns, self.rows[places]))
            self._looked = len(table.dead)
        left = np.isin(table.tail, self.tail)
        before = np.searchsorted(self.rows, table.before[left])
        return View(table.columns, self.rows, self.codes, self.sums, self._dead, table.tail[left], before)

    def _gone(self) -> Ints:
        """Places of those that no longer hold."""
        dead = self.table.dead.rows
        places = np.searchsorted(self.rows, dead)
        within = places < len(self.rows)
        places, dead = places[within], dead[within]
        gone: Ints = places[self.rows[places] == dead]
        return gone
