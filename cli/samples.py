"""Files of messages for the text model, as they come: one a line, or each with its label before a tab.

Plain text in UTF-8, also compressed with gzip. What is not text is said in one line: a model learnt from it,
or a verdict on it, would look like any other.
"""

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cli.errors import MISUSED, Stop

LINE_MOST = 1 << 20
"""Bytes kept of a line; the model reads the first 5,000 characters at most."""
SOME, PART = 3, 0.1
"""So many lines, and so large a part of all, that are no text make a file one that is none."""
_GZIP = b"\x1f\x8b"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LABELS = ("spam", "ham")


class Line(NamedTuple):
    """`text`: what can be read of a line; `broken`: it is not UTF-8, or holds zero bytes as no text does."""

    text: str
    broken: bool


class Labelled(NamedTuple):
    spam: list[str]
    ham: list[str]


def lines(file: Path) -> Iterator[Line]:
    """Each line of a file, or of standard input for `-`, as it comes. Raises Stop for what is no text."""
    seen = broken = 0
    for line in _decoded(file):
        seen, broken = seen + 1, broken + line.broken
        if line.broken and seen >= 1 / PART and broken > seen * PART:
            raise _no_text(file, seen)
        yield line
    if broken >= SOME and broken > seen * PART:
        raise _no_text(file, seen)


def messages(files: Iterable[Path]) -> Iterator[str]:
    """The messages of some files. Lines that are no text are left out, and that is said."""
    for file in files:
        at = broken = labels = 0
        for at, line in enumerate(lines(file), 1):
            broken += line.broken
            labels += _label(line.text) is not None
            if labels >= SOME and labels > at / 2:
                raise Stop(
                    f"{file} is sorted already, spam or ham before a tab: give it as --labelled", MISUSED
                )
            if not line.broken:
                yield line.text
        if broken:
            print(
                f"dze: {file}: {broken} of {at} lines are no text in UTF-8 and were left out", file=sys.stderr
            )


def labelled(files: Iterable[Path]) -> Labelled:
    """The messages of files in which `spam` or `ham` and a tab stand before each."""
    found = Labelled([], [])
    for file in files:
        for at, line in enumerate(lines(file), 1):
            label = _label(line.text)
            if label is None and line.text.strip():
                raise Stop(f"{file}, line {at}: neither spam nor ham stands before a tab", MISUSED)
            if label is not None and not line.broken:
                getattr(found, label).append(line.text.partition("\t")[2])
    return found


def _label(text: str) -> str | None:
    label, tab, _ = text.partition("\t")
    return label if tab and label in _LABELS else None


def _no_text(file: Path, seen: int) -> Stop:
    return Stop(f"{file} is not text in UTF-8, as its first {seen} lines show; convert it first", MISUSED)


def _decoded(file: Path) -> Iterator[Line]:
    """Lines end at a line feed only: other separators of Unicode are part of what somebody wrote."""
    try:
        for at, line in enumerate(_raw(file)):
            if at == 0 and line.startswith(_WIDE):
                raise Stop(f"{file} is text in UTF-16; save it as UTF-8", MISUSED)
            text, broken = _text(line.removesuffix(b"\n").removesuffix(b"\r"))
            yield Line(text.removeprefix("\ufeff") if at == 0 else text, broken)
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or "what is compressed in it is damaged"
        raise Stop(f"cannot read {file}: {why}", MISUSED) from None


def _text(line: bytes) -> tuple[str, bool]:
    """A line that was cut may end within a character, which says nothing against it."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(line, final=len(line) < LINE_MOST)
    except UnicodeDecodeError:
        return line.decode("utf-8", "replace"), True
    return text, "\x00" in text


def _raw(file: Path) -> Iterator[bytes]:
    """Lines as bytes, at most LINE_MOST of each; the rest of a longer one is passed over."""
    given: AbstractContextManager[BinaryIO] = (
        nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb")
    )
    with given as opened:
        packed = _starts_with(opened, _GZIP)
        source = gzip.GzipFile(fileobj=opened) if packed else opened
        while line := source.readline(LINE_MOST):
            more = line
            while len(more) == LINE_MOST and not more.endswith(b"\n"):
                more = source.readline(LINE_MOST)
            yield line


def _starts_with(opened: BinaryIO, start: bytes) -> bool:
    return isinstance(opened, io.BufferedReader) and opened.peek(len(start)).startswith(start)
