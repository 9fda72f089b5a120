"""Which rows a filter leaves: kinds and areas by columns, words by the texts of both."""

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from services.gateway.domain.clusters import Ints
from services.gateway.domain.columns import KIND_NUMBER, Mask
from services.gateway.domain.query import Query
from services.gateway.domain.table import Table
from shared.contracts.listings import Area, AreaId
from shared.text import fold

KEPT_ROWS = 4_000_000
"""Rows of answers that are kept for the next question with the same filter; 4 bytes each."""
BOX_MOST = 20_000
"""With more rows than this in a box, words are looked for everywhere once, and that is kept."""

Words = tuple[str, ...]
Wanted = tuple[frozenset[str], Words, AreaId | None]


def words_of(text: str) -> Words:
    """The words to look for; emoji and other scripts, of which folding leaves nothing, as they are."""
    return tuple(fold(text).split() or text.casefold().split())


@dataclass
class AreaSets:
    """The tuples of areas that listings lie in, each with a number, and the texts of areas for search."""

    numbers: dict[tuple[AreaId, ...], int] = field(default_factory=dict)
    texts: dict[AreaId, str] = field(default_factory=dict)

    def number(self, areas: tuple[AreaId, ...]) -> int:
        return self.numbers.setdefault(areas, len(self.numbers))

    def rename(self, area_id: AreaId, area: Area | None) -> None:
        if area is None:
            self.texts.pop(area_id, None)
        else:
            names = " ".join(area.names.values())
            self.texts[area_id] = searchable(names, fold(names))

    def holding(self, area_id: AreaId) -> Mask:
        """By number, which tuples have this area in them."""
        return self._by_number(frozenset({area_id}))

    def named(self, word: str) -> Mask | None:
        """By number, which tuples have an area of such a name; None when there is no such area."""
        found = frozenset(area_id for area_id, text in self.texts.items() if word in text)
        return self._by_number(found) if found else None

    def _by_number(self, wanted: frozenset[AreaId]) -> Mask:
        return np.fromiter((not wanted.isdisjoint(one) for one in self.numbers), np.bool_, len(self.numbers))


def searchable(name: str, folded: str, *others: str) -> str:
    """The folded texts, and as it is what folding would lose: emoji and letters of other scripts."""
    rest = " ".join(others)
    plain = f"{name} {rest}"
    text = f"{folded} {fold(rest)}"
    return f"{text} {plain.casefold()}" if plain.translate(_KEPT_BY_FOLD) else text


def searchable_all(
    names: Sequence[str], folded: Sequence[str], others: Sequence[str], others_folded: Sequence[str]
) -> list[str]:
    """`searchable` of each, with what stands beside the name as one text."""
    texts = [f"{name} {rest}" for name, rest in zip(folded, others_folded, strict=True)]
    kept = [char for char in set().union(*names, *others) if _KEPT_BY_FOLD[ord(char)] is not None]
    if kept:
        lost = re.compile(f"[{re.escape(''.join(kept))}]")
        for number, (name, rest) in enumerate(zip(names, others, strict=True)):
            if lost.search(name) or lost.search(rest):
                texts[number] = searchable(name, folded[number], rest)
    return texts


class _Kept(dict[int, str | None]):
    """Deletes what folding keeps, and the usual signs, which nobody looks for alone."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        kept = char.isascii() or bool(fold(char)) or char in "ьЬъЪ’ʼ‘ʹ«»“”„—–−…№·•\xa0\u0301"
        self[code] = None if kept else char
        return self[code]


_KEPT_BY_FOLD = _Kept()


@dataclass
class _Answer:
    rows: Ints
    size: int
    """Rows of the table that were looked at."""


class Filters:
    """Answers are kept while the table is the same one: its rows never change, they only come and go."""

    def __init__(self, texts: list[str], areas: AreaSets) -> None:
        self._texts = texts
        self._areas = areas
        self._table: Table | None = None
        self._kept: OrderedDict[Wanted, _Answer] = OrderedDict()

    def forget(self) -> None:
        self._kept.clear()

    def keep(self, table: Table, rows: Ints, query: Query, words: Words) -> Ints:
        """Those of the rows that are of these kinds, in this area, with all words; wherever they lie."""
        if query.kinds:
            wanted = np.zeros(len(KIND_NUMBER), dtype=np.bool_)
            wanted[[KIND_NUMBER[kind] for kind in query.kinds]] = True
            rows = rows[wanted[table.columns.kinds[rows]]]
        if query.area is not None:
            rows = rows[self._areas.holding(query.area)[table.columns.areas[rows]]]
        for word in words:
            rows = rows[self._with(table, rows, word)]
        return rows

    def _with(self, table: Table, rows: Ints, word: str) -> Mask:
        texts = self._texts
        slots = table.columns.slots[rows].tolist()
        held: Mask = np.fromiter((word in texts[slot] for slot in slots), np.bool_, len(rows))
        named = self._areas.named(word)
        return held if named is None else held | named[table.columns.areas[rows]]

    def rows(self, table: Table, query: Query) -> Ints:
        """All that match, those of the base in order and first."""
        words = words_of(query.text)
        if query.box is not None:
            near = table.inside(query.box)
            if not words or len(near) <= BOX_MOST:
                return self.keep(table, near, query, words)
        found = self._everywhere(table, query, words)
        return found if query.box is None else found[table.columns.inside(query.box, found)]

    def _everywhere(self, table: Table, query: Query, words: Words) -> Ints:
        if table is not self._table:
            self.forget()
            self._table = table
        wanted = (frozenset(map(str, query.kinds)), words, query.area)
        known = self._kept.pop(wanted, None)
        if known is None:
            found = self.keep(table, table.rows(), query, words)
        else:
            later = known.size + np.flatnonzero(table.alive[known.size : table.size])
            old = known.rows[table.alive[known.rows]]
            found = np.concatenate([old, self.keep(table, later, query, words)])
        self._kept[wanted] = _Answer(found.astype(np.int32), table.size)
        while len(self._kept) > 1 and sum(len(one.rows) for one in self._kept.values()) > KEPT_ROWS:
            self._kept.popitem(last=False)
        return found
