"""In which line of a TOML text each value stands, which `tomllib` does not tell.

Reads only texts that `tomllib` has accepted, so that nothing here needs to be refused.
"""

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""Keys and, within arrays, numbers: `("rule", 0, "when", "all", 2, "fact")`."""
_BLANK = re.compile(r"(?:[\s,]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_STRING = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL)
_BARE = re.compile(r"[^,\]}\n#]*")
_KEY = re.compile(r"[A-Za-z0-9_-]+")


def lines(text: str) -> Mapping[Path, int]:
    """The line of every key, table and member of an array, counted from 1."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._found: dict[Path, int] = {}
        self._last: dict[Path, int] = {}
        """The number of the last table of each `[[array]]`."""

    def read(self) -> Mapping[Path, int]:
        table: Path = ()
        while self._next() is not None:
            table = self._header() if self._text.startswith("[", self._at) else self._pair(table)
        return self._found

    def _next(self) -> str | None:
        """The next character that means something; what lies before it is skipped."""
        self._skip(_BLANK)
        return self._text[self._at] if self._at < len(self._text) else None

    def _skip(self, what: re.Pattern[str]) -> str:
        found = what.match(self._text, self._at)
        assert found is not None
        self._at = found.end()
        return found[0]

    def _note(self, path: Path) -> None:
        self._found.setdefault(path, self._text.count("\n", 0, self._at) + 1)

    def _header(self) -> Path:
        """`[table]` or `[[array]]`; returns the table that begins here."""
        begun, width = self._at, 2 if self._text.startswith("[[", self._at) else 1
        self._at += width
        keys = self._keys()
        after, self._at = self._at + width, begun
        table: Path = ()
        for number, key in enumerate(keys, 1):
            name = (*table, key)
            self._note(name)
            if width == 2 and number == len(keys):
                self._last[name] = self._last.get(name, -1) + 1
            table = (*name, self._last[name]) if name in self._last else name
            self._note(table)
        self._at = after
        return table

    def _keys(self) -> tuple[str, ...]:
        """A key with its dots, up to what follows it."""
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            quoted = self._text[self._at] in "\"'"
            found = self._skip(_STRING if quoted else _KEY)
            keys.append(found[1:-1] if quoted else found)
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return tuple(keys)
            self._at += 1

    def _pair(self, table: Path) -> Path:
        """`key = value`; returns the table in which it stands."""
        begun, keys = self._at, self._keys()
        after, self._at = self._at + 1, begun
        path = table
        for key in keys:
            path = (*path, key)
            self._note(path)
        self._at = after
        self._skip(_SPACE)
        self._value(path)
        return table

    def _value(self, path: Path) -> None:
        first = self._text[self._at]
        if first == "[":
            self._array(path)
        elif first == "{":
            self._at += 1
            while self._next() != "}":
                self._pair(path)
            self._at += 1
        else:
            self._skip(_STRING if first in "\"'" else _BARE)

    def _array(self, path: Path) -> None:
        self._at += 1
        number = 0
        while self._next() != "]":
            self._note((*path, number))
            self._value((*path, number))
            number += 1
        self._at += 1
