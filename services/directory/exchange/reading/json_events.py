"""JSON as a stream of events, in bounded memory, and where the mistake is when there is one."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import ijson

from services.directory.exchange.rows import FileError

DEPTH_MOST = 100
TOKEN_MOST = 4 * 1024 * 1024
"""Bytes of one text, number or run of spaces; the parser keeps each until its end."""
Event = tuple[str, Any]
Pieces = Callable[[], Iterable[str]]
_ERRORS = (ijson.JSONError, ValueError, ArithmeticError, SystemError)
"""A number of more than 4,300 digits is a SystemError (ijson 3.6 on CPython's limit for int)."""
_SEPARATOR = str.maketrans({"\x1e": "\n"})
"""What stands before each text of a GeoJSON text sequence (RFC 8142)."""
_INTO, _OUT = {"start_map", "start_array"}, {"end_map", "end_array"}
_UNQUOTED = ("NaN", "Infinity", "undefined", "None", "True", "False")


def batches(pieces: Pieces) -> Iterator[list[Event]]:
    """Events of one JSON text, or of many one after the other. Raises FileError.

    Names are those of ijson: `start_map`, `map_key`, `string`, `number` and so on. A list is good until the
    next one is asked for.
    """
    events = ijson.sendable_list()
    parser = ijson.basic_parse_coro(events, multiple_values=True)
    silent = depth = 0
    for number, piece in enumerate(pieces()):
        data = piece.translate(_SEPARATOR).encode(errors="replace")
        try:
            parser.send(data)
        except _ERRORS as error:
            raise FileError(f"not valid JSON: {_mistake(pieces, number, error)}") from None
        silent = 0 if events else silent + len(data)
        if silent > TOKEN_MOST:
            raise FileError(f"not valid JSON of a list: one value of more than {TOKEN_MOST // 2**20} MiB")
        depth = _deeper(depth, events)
        yield events
        events.clear()
    try:
        parser.close()
    except _ERRORS:
        raise FileError("not valid JSON: it breaks off at its end; was the download cut short?") from None
    yield events


def _deeper(depth: int, events: Iterable[Event]) -> int:
    for event, _ in events:
        if event in _INTO:
            depth += 1
            if depth > DEPTH_MOST:
                raise FileError(f"not valid JSON of a list: nested more than {DEPTH_MOST} levels deep")
        elif event in _OUT:
            depth -= 1
    return depth


def _mistake(pieces: Pieces, number: int, error: BaseException) -> str:
    """Line, column and words: the text is read again, and its piece of this number letter by letter."""
    parser = ijson.basic_parse_coro(ijson.sendable_list(), multiple_values=True)
    line, column, before = 1, 1, ""
    for index, piece in enumerate(pieces()):
        text = piece.translate(_SEPARATOR)
        end = len(text) if index < number else _first_bad(parser, text)
        if index < number:
            parser.send(text.encode(errors="replace"))
        line += text.count("\n", 0, end)
        newline = text.rfind("\n", 0, end)
        column = column + end if newline < 0 else end - newline
        if index == number:
            return f"line {line}, column {column}: {_words(before + text[:end], text[end:], error)}"
        before = text[-100:]
    return "it changed while it was read"


def _first_bad(parser: Any, text: str) -> int:
    for at, char in enumerate(text):
        try:
            parser.send(char.encode(errors="replace"))
        except _ERRORS:
            return at
    return len(text)


def _words(before: str, after: str, error: BaseException) -> str:
    """What is wrong where `after` begins."""
    last, told = before.rstrip()[-1:], str(error)
    word = next((each for each in _UNQUOTED if after.startswith(each)), "")
    reasons = (
        (
            after.startswith(("//", "/*", "#")) or last == "/" or "comment" in told,
            "a comment, which JSON has not",
        ),
        (after[:1] in ("]", "}") and last == ",", f"a comma too many before {after[:1]}"),
        (after.startswith("'"), "a text in single quotation marks; JSON wants double ones"),
        (bool(word), f"{word}, which JSON has not"),
        ("invalid character inside string" in told, "a line break or control character within a text"),
        (after[:1] in ('"', "{", "[") and last not in (",", ":"), "a comma is missing"),
        (bool(after), f"{after[:1]!r} where it cannot be"),
    )
    return next((reason for holds, reason in reasons if holds), "it breaks off")
