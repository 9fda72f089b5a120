"""The entries of a JSON document, one by one: only one of them is in memory at a time."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from services.directory.exchange.reading.json_events import Event
from services.directory.exchange.reading.json_survey import KEY_LENGTH, Node

SIZE_MOST = 1_000_000
"""Values of one entry, each 16 characters of a text counted too: a city's outline has 200,000 points."""
CHARACTERS = 16
NAMED = 4
"""What the name of a value counts besides: Python needs some 150 bytes for it and its place."""
_COLLECTIONS = frozenset({"features", "layers", "datalayers"})


class TooLarge:
    """Stands in the place of an entry that is larger than `SIZE_MOST`."""


class Entries:
    """Builds what lies at the chosen places. An entry within an entry is one of its own."""

    def __init__(self, root: Node, chosen: Iterable[Node]) -> None:
        self._root = root
        self._chosen = set(map(id, chosen))
        self._places: list[tuple[Node | None, bool]] = []
        self._keys: list[str] = []
        self._open: list[_Entry] = []

    def take(self, events: Iterable[Event]) -> Iterator[Any]:
        """The entries that end in these events, and whatever else stands in a list of entries."""
        for event, value in events:
            if event == "map_key":
                self._keys[-1] = value
            elif event in ("start_map", "start_array"):
                yield from self._start(is_list=event == "start_array")
            elif event in ("end_map", "end_array"):
                yield from self._end()
            elif self._is_chosen(self._next(), scalar=True):
                yield value
            elif self._open:
                self._open[-1].put(self._name(), value)

    def _next(self) -> Node | None:
        """The place of the value that begins."""
        if not self._places:
            return self._root
        parent, is_list = self._places[-1]
        if parent is None:
            return None
        return parent.items if is_list else parent.child(self._keys[-1][:KEY_LENGTH])

    def _is_chosen(self, node: Node | None, *, scalar: bool = False) -> bool:
        """Of scalars only those in a list: others are properties."""
        in_list = not self._places or self._places[-1][1]
        return node is not None and id(node) in self._chosen and (in_list or not scalar)

    def _start(self, *, is_list: bool) -> Iterator[Any]:
        node = self._next()
        begins = self._is_chosen(node)
        if begins and is_list:
            yield []
        if begins and not is_list:
            self._open.append(_Entry(len(self._places)))
        elif self._open:
            self._open[-1].open(self._name(), is_list=is_list, depth=len(self._places))
        self._places.append((node, is_list))
        self._keys.append("")

    def _end(self) -> Iterator[Any]:
        self._places.pop()
        self._keys.pop()
        if self._open and self._open[-1].depth < len(self._places):
            self._open[-1].close()
        elif self._open:
            entry = self._open.pop()
            if not entry.is_collection:
                yield TooLarge() if entry.size > SIZE_MOST else entry.value

    def _name(self) -> str | None:
        """Of the value that begins; None in a list."""
        return None if not self._places or self._places[-1][1] else self._keys[-1]


class _Entry:
    """One that is being built; `depth` is how deep in the document it lies."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.value: dict[str, Any] = {}
        self.size = 0
        self.is_collection = False
        self._inner: list[Any] = [self.value]

    def open(self, name: str | None, *, is_list: bool, depth: int) -> None:
        if is_list and name in _COLLECTIONS and depth == self.depth + 1:
            self.is_collection = True
        inner: Any = [] if is_list else {}
        self._add(name, inner, 1)
        self._inner.append(inner)

    def close(self) -> None:
        self._inner.pop()

    def put(self, name: str | None, value: Any) -> None:
        size = 1 + len(value) // CHARACTERS if isinstance(value, str) else 1
        self._add(name, _number(value) if isinstance(value, Decimal) else value, size)

    def _add(self, name: str | None, value: Any, size: int) -> None:
        self.size += size + (0 if name is None else NAMED + len(name) // CHARACTERS)
        if self.size > SIZE_MOST:
            return
        holder = self._inner[-1]
        if isinstance(holder, list):
            holder.append(value)
        elif name is not None:
            holder[name] = value


def _number(value: Decimal) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")
