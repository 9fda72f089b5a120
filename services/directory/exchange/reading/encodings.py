"""In which encoding a text is: by its mark, by what UTF-8 allows, else by the statistics of its letters."""

import codecs
import re
import string
from collections.abc import Iterable
from dataclasses import dataclass

import chardet

from services.directory.exchange.rows import FileError

CANDIDATES = (
    "cp1251", "koi8-r", "koi8-u", "cp866", "cp1125", "iso8859-5", "mac-cyrillic", "cp1252", "cp1257",
    "cp1250", "iso8859-2", "cp775", "cp852",
)  # fmt: skip
"""What our neighbours' programs write: Windows, Unix, DOS and Mac in Cyrillic, Western, Baltic, Polish."""
SAMPLE_MOST = 64 * 1024
"""Bytes of words that go into the statistics."""
WORD_READ = 100
GOOD_LEAST = 2
"""Letters of UTF-8 for each byte that is none, from which a text is UTF-8 with broken bytes."""
COUNTED_MOST = 1_000_000
"""Letters that are counted; no text has so many broken bytes and can be read."""
UNKNOWN_MOST = 0.05
"""Share of the sample's characters that need not be letters in the encoding chosen."""
STRANGE_MOST = 0.1
"""Share of the words that need not look like words."""
BROKEN_MOST = 2
"""Bytes that are none of UTF-8 and too few to tell an encoding by: the text is UTF-8 with broken bytes."""
FOREIGN_LEAST = 2
"""How many times likelier an encoding of other alphabets must be to be believed."""
UTF_8 = "utf-8"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SHOWN = {
    UTF_8: "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
    "cp1251": "Windows-1251", "cp1250": "Windows-1250", "cp1252": "Windows-1252", "cp1257": "Windows-1257",
    "koi8-r": "KOI8-R", "koi8-u": "KOI8-U", "iso8859-5": "ISO 8859-5", "iso8859-2": "ISO 8859-2",
    "mac-cyrillic": "Mac Cyrillic",
}  # fmt: skip
ESCAPED = re.compile("[\udc80-\udcff]")
"""A byte that could not be decoded, as the error handler `surrogateescape` leaves it."""
_WORD = re.compile(rb"[A-Za-z\x80-\xff]+")
_LETTER = re.compile("[\u00a0-\u052f\u1e00-\u2bff\U0001f000-\U0001faff]")
"""What our texts hold; bytes of another encoding that happen to be valid are something else."""
_SIGNS = frozenset(" \u00a0«»“”„‘’–—№…·•")
_ASCII = string.ascii_letters.encode()
_LETTERS = re.compile(r"[^\W\d_]+")
_MIXED = re.compile("[a-hj-zA-HJ-Zß-žƒ][\u0400-\u04ff]|[\u0400-\u04ff][b-hj-zA-HJ-Zß-ž]")
"""Latin beside Cyrillic; an `i` within Cyrillic is how CP866 writes the Belarusian one."""
_CAPITAL = re.compile("[a-zß-öø-ÿ][À-ÖØ-ÞĄ-Ž](?<=[^a-z])[a-zß-öø-ÿ]")
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})")


@dataclass(frozen=True)
class Encoding:
    """A codec of Python, and how it was found."""

    codec: str
    why: str

    @property
    def shown(self) -> str:
        return _SHOWN.get(self.codec, self.codec.upper())


def detect(chunks: Iterable[bytes]) -> Encoding:
    """The encoding of a file, all of which is read. Raises FileError where it is none that is known."""
    tally = _Tally()
    for chunk in chunks:
        if tally.is_empty and (wide := _wide(chunk)):
            return wide
        tally.feed(chunk)
    return tally.encoding()


def _wide(head: bytes) -> Encoding | None:
    """UTF-16 and UTF-32 by their marks; without one, by the zero or four that every second byte is."""
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return Encoding(codec, "its byte order mark")
    sample = head[: 4_096 & ~1]
    for first, codec in ((0, "utf-16-be"), (1, "utf-16-le")):
        high, low = sample[first::2], sample[1 - first :: 2]
        usual = sum(high.count(each) for each in (0x00, 0x01, 0x04, 0x20))
        if len(high) > 4 and high.count(0) > len(high) / 5 and usual > len(high) * 0.9 and not low.count(0):
            return Encoding(codec, "every second byte, without a mark")
    return None


class _Tally:
    """Counts what is UTF-8 and what is not, and keeps words for the statistics."""

    def __init__(self) -> None:
        self.is_empty = True
        self._decoder = codecs.getincrementaldecoder(UTF_8)("surrogateescape")
        self._good = self._bad = 0
        self._words = bytearray()
        self._declared = ""

    def feed(self, chunk: bytes) -> None:
        if self.is_empty:
            declared = _DECLARED.match(chunk)
            self._declared = declared[1].decode().lower() if declared else ""
            self.is_empty = False
        self._count(self._decoder.decode(chunk))
        if len(self._words) < SAMPLE_MOST and not chunk.isascii():
            words = (word for word in _WORD.findall(chunk) if not word.isascii())
            self._words += b" ".join(map(_short, words)) + b" "

    def encoding(self) -> Encoding:
        self._count(self._decoder.decode(b"", final=True))
        if not self._bad:
            return Encoding(UTF_8, "all of it is valid")
        if self._good >= self._bad * GOOD_LEAST:
            return Encoding(UTF_8, f"all but {self._bad} of its bytes are valid")
        try:
            return _by_letters(bytes(self._words[:SAMPLE_MOST]), self._declared)
        except FileError:
            if self._bad > BROKEN_MOST:
                raise
        return Encoding(UTF_8, f"all but {self._bad} of its bytes are valid")

    def _count(self, text: str) -> None:
        if not text.isascii() and self._good < COUNTED_MOST:
            self._bad += len(ESCAPED.findall(text))
            self._good += len(_LETTER.findall(text))


def _short(word: bytes) -> bytes:
    """The beginning of a long one, from its first letter outside ASCII on."""
    return word if len(word) <= WORD_READ else word.lstrip(_ASCII)[:WORD_READ]


def _by_letters(words: bytes, declared: str) -> Encoding:
    """The encoding in which the words are most likely words; what a file says of itself goes first."""
    if declared and _is_candidate(declared) and _is_readable(words, declared):
        return Encoding(codecs.lookup(declared).name, "declared in the file")
    chosen = chardet.detect(words, include_encodings=CANDIDATES, compat_names=False)
    codec, other = chosen["encoding"], chardet.detect(words, compat_names=False)
    foreign = other["encoding"] is not None and not _is_candidate(other["encoding"])
    if codec is None or not _is_readable(words, codec):
        probably = f" (probably {other['encoding']})" if foreign else ""
        raise FileError(f"the encoding of its text is unclear{probably}; save the file as UTF-8")
    if foreign and other["confidence"] > chosen["confidence"] * FOREIGN_LEAST:
        raise FileError(
            f"its text is probably {other['encoding']}, which is not read; save the file as UTF-8"
        )
    return Encoding(codec, "the statistics of its letters")


def _is_candidate(codec: str) -> bool:
    try:
        return codecs.lookup(codec).name in {codecs.lookup(each).name for each in CANDIDATES}
    except LookupError:
        return False


def _is_readable(words: bytes, codec: str) -> bool:
    """Whether they are words: letters of one alphabet each, and capitals at their beginning only."""
    text = words.decode(codec, "replace")
    odd = sum(1 for char in text if not (char.isalpha() or char in _SIGNS))
    if odd > max(len(text) * UNKNOWN_MOST, 1):
        return False
    found = _LETTERS.findall(text)
    strange = sum(1 for word in found if _MIXED.search(word) or _CAPITAL.search(word))
    return strange <= len(found) * STRANGE_MOST
