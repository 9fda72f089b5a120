"""Lines of a text, whatever ends them, none longer than a bound."""

import re
from collections.abc import Iterable, Iterator

LINE_MOST = 1024 * 1024
"""Characters of one line; of a longer one the rest is thrown away."""
TOO_LONG = "\ufdd1"
"""Stands at the end of what is left of a line that was too long; a code point that no text holds."""

_OTHER_ENDS = re.compile("[\x0b\x0c\x1e\x85\u2028\u2029]")
"""Ends of lines in a text that has none of the usual ones; beside those they are within a line."""


def lines(pieces: Iterable[str]) -> Iterator[str]:
    """Lines without their ends: LF, CR LF, or CR alone; those of Unicode where there are no others."""
    kept, dropping, carriage = "", False, False
    other_ends = None
    for piece in pieces:
        if other_ends is None:
            other_ends = not ("\n" in piece or "\r" in piece)
        text = ("\r" if carriage else "") + (_OTHER_ENDS.sub("\n", piece) if other_ends else piece)
        carriage = text.endswith("\r")
        text = text.removesuffix("\r") if carriage else text
        text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
        first, *others = text.split("\n")
        kept = kept if dropping else kept + first
        for other in others:
            yield kept
            kept, dropping = other, False
        if len(kept) > LINE_MOST and not dropping:
            kept, dropping = kept[: LINE_MOST // 1024] + TOO_LONG, True
    if kept or carriage:
        yield kept
