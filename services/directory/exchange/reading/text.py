"""The text of a file, decoded while it is read. A byte that is no letter costs itself and nothing else."""

import codecs
import re
from collections import deque
from collections.abc import Iterable, Iterator

from services.directory.exchange.reading.encodings import ESCAPED, UTF_8, Encoding
from services.directory.exchange.rows import Note

BROKEN = "\ufdd0"
"""Stands for each byte that could not be decoded: a code point that no text holds."""
REMEMBERED_MOST = 10_000
"""Offsets of broken bytes that nobody has asked for yet."""
_LEFT_OUT = re.compile("[\0\ufeff]")


class Text:
    """Pieces of text. NUL characters and byte order marks are left out, wherever they stand."""

    def __init__(self, chunks: Iterable[bytes], encoding: Encoding) -> None:
        self._chunks = chunks
        wide = encoding.codec.startswith(("utf-16", "utf-32"))
        self._decoder = codecs.getincrementaldecoder(encoding.codec)("replace" if wide else "surrogateescape")
        self._is_utf_8 = encoding.codec == UTF_8
        self._broken: deque[int] = deque()
        self._offset = 0

    def __iter__(self) -> Iterator[str]:
        for chunk in self._chunks:
            if text := self._decode(chunk):
                yield text
        if text := self._decode(b"", final=True):
            yield text

    def notes_on(self, values: Iterable[object]) -> tuple[Note, ...]:
        """A note where broken bytes stand in these values; to be asked for in the order of the file."""
        count = sum(value.count(BROKEN) for value in values if isinstance(value, str))
        if not count:
            return ()
        offsets = [self._broken.popleft() for _ in range(min(count, len(self._broken)))]
        where = f" (byte {', '.join(map(str, offsets[:3]))})" if offsets else ""
        return (Note("text.broken", f"characters that could not be read{where}"),)

    def _decode(self, chunk: bytes, *, final: bool = False) -> str:
        start = self._offset - len(self._decoder.getstate()[0])
        text = self._decoder.decode(chunk, final)
        self._offset += len(chunk)
        if text.isascii():
            return text.replace("\0", "")
        if ESCAPED.search(text):
            self._note(text, start)
            text = ESCAPED.sub(BROKEN, text)
        return _LEFT_OUT.sub("", text)

    def _note(self, text: str, start: int) -> None:
        at = 0
        for found in ESCAPED.finditer(text):
            before = text[at : found.start()]
            start += len(before.encode()) if self._is_utf_8 else len(before)
            if len(self._broken) < REMEMBERED_MOST:
                self._broken.append(start)
            start, at = start + 1, found.end()


def repaired(value: str) -> str:
    """With the sign for a lost character in the place of each broken byte."""
    return value.replace(BROKEN, "\ufffd")
