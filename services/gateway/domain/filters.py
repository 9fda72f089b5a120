"""Which rows a filter leaves: kinds and areas by columns, words by the texts of both."""

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import contains

import numpy as np

from services.gateway.domain.clusters import Ints
from services.gateway.domain.columns import KIND_NUMBER, Mask, Whole
from services.gateway.domain.query import Query
from services.gateway.domain.selection import Selection
from services.gateway.domain.signs import Signs
from services.gateway.domain.table import Table
from services.gateway.domain.view import View
from shared.contracts.listings import Area, AreaId
from shared.text import fold

KEPT_ROWS = 2_000_000
"""Rows of answers that are kept for the next question with the same filter; 36 bytes each."""
BOX_MOST = 20_000
"""With more rows than this in a box, a filter is applied to all rows once, and what it leaves is kept."""

Words = tuple[str, ...]
Wanted = tuple[frozenset[str], Words, AreaId | None]


WORDS_MOST = 6
"""Different words of one question; each is looked for in all texts, further ones are left out."""


def words_of(text: str) -> Words:
    """The words to look for; emoji and other scripts, of which folding leaves nothing, as they are."""
    found = fold(text).split() or text.casefold().split()
    return tuple(dict.fromkeys(found))[:WORDS_MOST]


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
            self.texts[area_id] = searchable(names, "", fold(names))

    def holding(self, area_id: AreaId) -> Mask:
        """By number, which tuples have this area in them."""
        return self._by_number(frozenset({area_id}))

    def named(self, word: str) -> Mask | None:
        """By number, which tuples have an area of such a name; None when there is no such area."""
        found = frozenset(area_id for area_id, text in self.texts.items() if word in text)
        return self._by_number(found) if found else None

    def _by_number(self, wanted: frozenset[AreaId]) -> Mask:
        return np.fromiter((not wanted.isdisjoint(one) for one in self.numbers), np.bool_, len(self.numbers))


def searchable(name: str, rest: str, folded: str) -> str:
    """What is looked through beside the folded name: the folded rest, and what folding would lose of both."""
    plain = f"{name} {rest}"
    return f"{folded} {plain.casefold()}" if plain.translate(_KEPT_BY_FOLD) else folded


def searchable_all(names: Sequence[str], others: Sequence[str], folded: list[str]) -> list[str]:
    """`searchable` of each."""
    kept = [char for char in set().union(*names, *others) if _KEPT_BY_FOLD[ord(char)] is not None]
    if not kept:
        return folded
    lost = re.compile(f"[{re.escape(''.join(kept))}]")
    return [
        searchable(name, rest, text) if lost.search(name) or lost.search(rest) else text
        for name, rest, text in zip(names, others, folded, strict=True)
    ]


class _Kept(dict[int, str | None]):
    """Deletes what folding keeps, and the usual signs, which nobody looks for alone."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        kept = char.isascii() or bool(fold(char)) or char in "ьЬъЪ’ʼ‘ʹ«»“”„—–−…№·•\xa0\u0301"
        self[code] = None if kept else char
        return self[code]


_KEPT_BY_FOLD = _Kept()


class Filters:
    """Answers are kept while the table is the same one: its rows never change, they only come and go."""

    def __init__(self, names: list[str], texts: list[str], areas: AreaSets) -> None:
        self._names = names
        self._texts = texts
        self._areas = areas
        self.signs = Signs()
        self._table: Table | None = None
        self._kept: OrderedDict[Wanted, Selection] = OrderedDict()

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
        slots = table.columns.slots[rows]
        held = self.signs.possible(word, slots)
        left = np.flatnonzero(held)
        held[left] = _holding(self._names, slots[left], word)
        left = left[~held[left]]
        held[left] = _holding(self._texts, slots[left], word)
        named = self._areas.named(word)
        return held if named is None else held | named[table.columns.areas[rows]]

    def asked(self, table: Table, query: Query) -> View | Ints:
        """All that matches but for the box, as a view; or, in a box with few rows, those that match."""
        words, every = words_of(query.text), table.view()
        if not (words or query.kinds or query.area is not None):
            return every
        known = self._known(table, query, words)
        if known is None and query.box is not None and every.count(query.box) <= BOX_MOST:
            return self.keep(table, every.found(query.box), query, words)
        return self._selection(table, query, words).view(lambda rows: self.keep(table, rows, query, words))

    def rows(self, table: Table, query: Query) -> Ints:
        """All that match, those of the base in order and first."""
        asked = self.asked(table, query)
        return asked.found(query.box) if isinstance(asked, View) else asked

    def matching(self, table: Table, rows: Ints, query: Query) -> Ints:
        """Those of the rows that match, box and all."""
        if query.box is not None:
            rows = rows[table.columns.inside(query.box, rows)]
        return self.keep(table, rows, query, words_of(query.text))

    def _known(self, table: Table, query: Query, words: Words) -> Selection | None:
        if table is not self._table:
            self.forget()
            self._table = table
        return self._kept.get(_wanted(query, words))

    def _selection(self, table: Table, query: Query, words: Words) -> Selection:
        found = self._known(table, query, words)
        if found is None:
            found = Selection.of(table, lambda rows: self.keep(table, rows, query, words))
            self._kept[_wanted(query, words)] = found
            while len(self._kept) > 1 and sum(map(len, self._kept.values())) > KEPT_ROWS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(_wanted(query, words))
        return found


def _holding(texts: list[str], slots: Whole, word: str) -> Mask:
    """Which of the texts hold the word; of most texts, all are looked at as they lie in memory."""
    if len(slots) * 2 > len(texts):
        return np.fromiter(map(contains, texts, repeat(word)), np.bool_, len(texts))[slots]
    chosen = map(texts.__getitem__, slots.tolist())
    return np.fromiter(map(contains, chosen, repeat(word)), np.bool_, len(slots))


def _wanted(query: Query, words: Words) -> Wanted:
    return frozenset(map(str, query.kinds)), words, query.area
