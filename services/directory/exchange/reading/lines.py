"""Lines of a text, whatever ends them, none longer than a bound."""

from collections.abc import Iterable, Iterator

LINE_MOST = 1024 * 1024
"""Characters of one line; of a longer one the rest is thrown away."""
TOO_LONG = "\ufdd1"
"""Stands at the end of what is left of a line that was too long; a code point that no text holds."""


def lines(pieces: Iterable[str]) -> Iterator[str]:
    """Lines without their ends: LF, CR LF, or CR alone."""
    kept, dropping, carriage = "", False, False
    for piece in pieces:
        text = ("\r" if carriage else "") + piece
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
