"""Which objects of a JSON document are its entries, told by one reading of the whole, in bounded memory.

Lists, objects by id, and lists within lists make a tree of places in the document: `features[]`,
`layers[].features[]`, `*`. Each counts what it has seen; entries are where links, names and places meet.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from services.directory.exchange.reading.json_events import Event
from services.directory.exchange.rows import FileError

NODES_MOST = 20_000
"""Different places in one document."""
NAMED_MOST = 40
"""Objects or lists by name within one object, from which the names are taken for ids."""
KEYS_MOST = 64
"""Names of properties that are remembered of one place."""
KEY_LENGTH = 100
TOLD_DEEP, TOLD_MOST, TOLD_LENGTH = 3, 100, 200
"""Levels, names and characters of what is remembered of the document itself."""

FieldOf = Callable[[str], str | None]
"""The field that a property of this name holds, `person` for what is about a person, or None."""


@dataclass(eq=False)
class Node:
    """A place in the document: `items` is that of a list's elements, `each` that of objects by id."""

    children: dict[str, "Node"] = field(default_factory=dict)
    items: "Node | None" = None
    each: "Node | None" = None
    objects: int = 0
    lists: int = 0
    scalars: int = 0
    linked: int = 0
    """Texts that look like links to Telegram."""
    keys: dict[str, int] = field(default_factory=dict)
    """Names of properties, and in how many objects each was met."""

    def child(self, key: str) -> "Node | None":
        """Where the object or list of this name lies; None for a name that the survey did not meet."""
        return self.each if self.each is not None else self.children.get(key)


class Survey:
    """Builds the tree while events pass by, and remembers the short texts near its top, by their names."""

    def __init__(self) -> None:
        self.root = Node()
        self.told: dict[str, str] = {}
        self._nodes = 1
        self._stack: list[tuple[Node, bool]] = []
        self._path: list[str] = []
        self._key = ""

    def take(self, events: Iterable[Event]) -> None:
        for event, value in events:
            if event == "map_key":
                self._key = value[:KEY_LENGTH]
                self._remember(self._key)
            elif event in ("start_map", "start_array"):
                self._open(is_list=event == "start_array")
            elif event in ("end_map", "end_array"):
                self._stack.pop()
                self._path.pop()
            else:
                self._scalar(value)

    def _remember(self, key: str) -> None:
        keys = self._stack[-1][0].keys
        if key in keys or len(keys) < KEYS_MOST:
            keys[key] = keys.get(key, 0) + 1

    def _open(self, *, is_list: bool) -> None:
        node = self._next()
        if is_list:
            node.lists += 1
        else:
            node.objects += 1
        self._stack.append((node, is_list))
        self._path.append(self._key)

    def _next(self) -> Node:
        """The place of the value that begins here."""
        if not self._stack:
            return self.root
        parent, is_list = self._stack[-1]
        if is_list:
            if parent.items is None:
                parent.items = self._new()
            return parent.items
        if parent.each is not None:
            return parent.each
        if self._key not in parent.children:
            parent.children[self._key] = self._new()
            if len(parent.children) > NAMED_MOST:
                parent.each = _united(parent.children.values())
                parent.children = {}
                return parent.each
        return parent.children[self._key]

    def _new(self) -> Node:
        self._nodes += 1
        if self._nodes > NODES_MOST:
            raise FileError("JSON of too many different shapes to be a list of chats")
        return Node()

    def _scalar(self, value: object) -> None:
        if not self._stack:
            self.root.scalars += 1
            return
        node, is_list = self._stack[-1]
        if is_list:
            if node.items is None:
                node.items = self._new()
            node.items.scalars += 1
            node = node.items
        elif len(self._stack) <= TOLD_DEEP and len(self.told) < TOLD_MOST and isinstance(value, str | int):
            self.told[".".join([*self._path[1:], self._key])] = str(value)[:TOLD_LENGTH]
        if isinstance(value, str) and _is_linked(value):
            node.linked += 1


def _is_linked(text: str) -> bool:
    """A quick look; whether it is a link is asked of each row."""
    return text.startswith("@") or "t.me" in text or "telegram." in text or "tg:" in text


def _united(nodes: Iterable[Node]) -> Node:
    """One place for many alike."""
    found = Node()
    for node in nodes:
        _add(found, node)
    return found


def _add(found: Node, node: Node) -> None:
    found.objects += node.objects
    found.lists += node.lists
    found.scalars += node.scalars
    found.linked += node.linked
    for key, count in node.keys.items():
        if key in found.keys or len(found.keys) < KEYS_MOST:
            found.keys[key] = found.keys.get(key, 0) + count
    found.items = _both(found.items, node.items)
    found.each = _both(found.each, node.each)
    for key, child in node.children.items():
        found.children[key] = _both(found.children.get(key), child) or child
    if len(found.children) > NAMED_MOST or (found.each is not None and found.children):
        found.each = _both(found.each, _united(found.children.values()))
        found.children = {}


def _both(one: Node | None, other: Node | None) -> Node | None:
    if one is None or other is None:
        return one or other
    _add(one, other)
    return one


@dataclass
class _Gathered:
    """What an entry at a place would have, and the entries found below it."""

    fields: set[str] = field(default_factory=set)
    linked: int = 0
    entries: list[Node] = field(default_factory=list)

    @property
    def is_entry(self) -> bool:
        has_link = bool(self.linked) or "link" in self.fields
        return has_link + ("name" in self.fields) + ("place" in self.fields) >= 2


def entries(root: Node, field_of: FieldOf) -> list[Node]:
    """Places whose objects are entries; none where the document holds nothing of the kind."""
    if features := [node for node in _all(root) if _is_features(node)]:
        return features
    gathered = _gather(root, field_of, is_top=True)
    if gathered.entries:
        return gathered.entries
    return [root] if gathered.is_entry and root.objects else []


def largest(root: Node) -> Node | None:
    """The place of the longest list of objects, for documents in which nothing looks like an entry."""
    lists = [node.items for node in _all(root) if node.items is not None and node.items.objects]
    return max(lists, key=lambda node: node.objects, default=None)


def _is_features(node: Node) -> bool:
    """Features of GeoJSON, or of Esri's JSON. A collection may stand among them."""
    return "geometry" in node.keys and bool({"properties", "type", "attributes"} & node.keys.keys())


def _all(node: Node) -> Iterator[Node]:
    yield node
    below = [*node.children.values(), node.items, node.each]
    for child in below:
        if child is not None:
            yield from _all(child)


def _gather(node: Node, field_of: FieldOf, *, is_top: bool = False) -> _Gathered:
    found = _Gathered(_fields(node, field_of), node.linked)
    named = {key: child for key, child in node.children.items() if field_of(key) != "person"}
    inner = {key: _gather(child, field_of, is_top=is_top and not child.lists) for key, child in named.items()}
    for child in (node.items, node.each):
        if child is not None:
            _take(found, child, _gather(child, field_of))
    whole = [named[key] for key, each in inner.items() if each.is_entry and "place" in each.fields]
    if is_top and len(whole) > 1 and not found.is_entry:
        found.entries += whole
        inner = {key: each for key, each in inner.items() if named[key] not in whole}
    for each in inner.values():
        _merge(found, each)
    return found


def _take(found: _Gathered, child: Node, inner: _Gathered) -> None:
    """Elements of a list: entries of their own, or only more about what holds the list."""
    if child.objects and inner.is_entry:
        found.entries += [*inner.entries, child]
    else:
        _merge(found, inner)


def _merge(found: _Gathered, inner: _Gathered) -> None:
    found.entries += inner.entries
    found.linked += inner.linked
    found.fields |= inner.fields


def _fields(node: Node, field_of: FieldOf) -> set[str]:
    known = {field_of(key) for key in node.keys} - {None, "person"}
    fields = {each for each in known if each is not None}
    if {"lat", "lon"} <= fields or "geometry" in node.keys or "center" in node.keys:
        fields.add("place")
    return fields
