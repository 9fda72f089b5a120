"""Reads vector tiles (Mapbox Vector Tile specification 2.1), as far as a drawing needs them.

By hand, as the writer in `tiles` is; numbers are unpacked by NumPy, many at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import error as StructError  # noqa: N812
from struct import unpack_from
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MOVE, LINE, CLOSE = 1, 2, 7
NUMBER_BYTES = 10
"""The longest varint."""
POINT, LINES, POLYGONS = 1, 2, 3


class Broken(ValueError):  # noqa: N818
    """This is no vector tile."""


@dataclass(frozen=True)
class Thing:
    """One feature: its type (POINT, LINES, POLYGONS), its properties, its geometry yet to be unpacked."""

    type: int
    properties: dict[str, Any]
    packed: bytes

    def parts(self) -> list[Ints]:
        """Rows of x and y, one array for each point, line or ring. Rings end where they began."""
        return _parts(varints(self.packed))


@dataclass(frozen=True)
class Layer:
    name: str
    extent: int
    things: list[Thing]


def layers(body: bytes) -> list[Layer]:
    """All layers of a tile. Raises Broken."""
    try:
        return [_layer(value) for field, value in _fields(body) if field == 3]
    except (
        AttributeError, IndexError, KeyError, TypeError, ValueError, OverflowError, StructError,
    ) as error:  # fmt: skip
        raise Broken("not a vector tile") from error


def varints(body: bytes) -> Ints:
    """All numbers of a packed field."""
    data = np.frombuffer(body, dtype=np.uint8).astype(np.int64)
    ends = np.flatnonzero(data < 0x80)
    if not len(ends):
        return np.zeros(0, dtype=np.int64)
    starts = np.concatenate([[0], ends[:-1] + 1])
    longest = int((ends - starts).max()) + 1
    if longest > NUMBER_BYTES:
        raise Broken("a number that is too long")
    found = np.zeros(len(ends), dtype=np.int64)
    for step in range(longest):
        at = starts + step
        here = at <= ends
        found[here] |= (data[at[here]] & 0x7F) << (7 * step)
    return found


def _layer(body: bytes) -> Layer:
    name, extent, raw, keys, values = "", 4096, [], [], []
    for field, value in _fields(body):
        if field == 1:
            name = value.decode()
        elif field == 2:
            raw.append(value)
        elif field == 3:
            keys.append(value.decode())
        elif field == 4:
            values.append(_value(value))
        elif field == 5:
            extent = value
    if not 0 < extent <= 1 << 20:
        raise Broken("an extent that cannot be")
    return Layer(name, extent, [_thing(one, keys, values) for one in raw])


def _thing(body: bytes, keys: list[str], values: list[Any]) -> Thing:
    kind, tags, packed = 0, b"", b""
    for field, value in _fields(body):
        if field == 2:
            tags = value
        elif field == 3:
            kind = value
        elif field == 4:
            packed = value
    numbers = varints(tags).tolist()
    pairs = zip(numbers[::2], numbers[1::2], strict=False)
    return Thing(kind, {keys[key]: values[value] for key, value in pairs}, packed)


def _value(body: bytes) -> Any:
    for field, value in _fields(body):
        if field == 1:
            return value.decode()
        if field in {2, 3}:
            return unpack_from("<f" if field == 2 else "<d", value)[0]
        if field == 6:
            return (value >> 1) ^ -(value & 1)
        return bool(value) if field == 7 else value
    return None


def _fields(body: bytes) -> Iterator[tuple[int, Any]]:
    """Number and value of each field of a message."""
    at, end = 0, len(body)
    while at < end:
        tag, at = _varint(body, at)
        wire = tag & 7
        if wire == VARINT:
            value, at = _varint(body, at)
            yield tag >> 3, value
            continue
        if wire == BYTES:
            size, at = _varint(body, at)
        elif wire in {FIXED32, FIXED64}:
            size = 4 if wire == FIXED32 else 8
        else:
            raise Broken("a field of an unknown type")
        if at + size > end:
            raise Broken("a field without its end")
        yield tag >> 3, body[at : at + size]
        at += size


def _varint(body: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = body[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
        if shift > 63:
            raise Broken("a number that is too long")


def _parts(commands: Ints) -> list[Ints]:
    """Commands and their steps, one after the other (specification, 4.3)."""
    steps = (commands >> 1) ^ -(commands & 1)
    found: list[Ints] = []
    pieces: list[Ints] = []
    at, last = 0, np.zeros(2, dtype=np.int64)
    while at < len(commands):
        command, count = int(commands[at]) & 7, int(commands[at]) >> 3
        at += 1
        if command == CLOSE:
            pieces.append(pieces[0][:1]) if pieces else None
            continue
        if command not in {MOVE, LINE} or count < 1 or at + 2 * count > len(commands):
            raise Broken("a geometry that cannot be")
        points = np.cumsum(steps[at : at + 2 * count].reshape(count, 2), axis=0) + last
        at, last = at + 2 * count, points[-1]
        if command == MOVE:
            _end(found, pieces)
            found += [points[n : n + 1] for n in range(count - 1)]
            pieces = [points[-1:]]
        else:
            pieces.append(points)
    _end(found, pieces)
    return found


def _end(found: list[Ints], pieces: list[Ints]) -> None:
    if pieces:
        found.append(np.concatenate(pieces))
