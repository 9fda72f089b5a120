"""Plain text with a chat on each line: a link, with a name and a place around it."""

import re
from collections.abc import Callable, Iterable, Iterator

from services.directory.exchange.columns.names import words_of
from services.directory.exchange.columns.people import is_label_of_person
from services.directory.exchange.reading.lines import TOO_LONG, lines
from services.directory.exchange.reading.records import Document, Record
from services.directory.exchange.reading.text import Text, repaired
from services.directory.exchange.values.coordinates import pairs_in
from services.directory.exchange.values.links import mentions_in
from services.directory.exchange.values.map_links import is_map_link
from services.directory.exchange.values.markup import without_markup
from shared.text.found import telegram_addresses

READ = 5_000
"""Characters of a line; longer ones are no entries of a list."""
TOO_LARGE = ("row.unreadable", f"a line of more than {READ} characters")
_AROUND = " \t-–—:;,.|•*·#>()[]\"'«»"
_NUMBERED = re.compile(r"^\s{0,20}(?:\d{1,4}[.)]\s|[-*•–—]\s)")
KIND = "text, a chat a line"
NAMES = ("name", "link", "place")


def read(open_text: Callable[[], Text]) -> Document:
    """Lines without any text are left out, and count."""
    return Document(KIND, lambda: _records(open_text()), names=NAMES)


def _records(text: Text) -> Iterator[Record]:
    for number, line in enumerate(lines(text), start=1):
        if TOO_LONG in line or len(line) > READ:
            yield Record(number, problem=TOO_LARGE)
        elif line.strip():
            yield Record(number, _fields(repaired(line)), notes=text.notes_on([line]))


def _fields(line: str) -> dict[str, object]:
    plain, targets = without_markup(_NUMBERED.sub("", line))
    plain = " ".join(plain.split())
    links = [*targets, *telegram_addresses(plain), *mentions_in(plain)]
    maps = [word for word in plain.split() if is_map_link(word)]
    pairs = pairs_in(plain)[:1]
    place = next(iter([*maps, *pairs]), "")
    return {"name": _name(plain, [*links, *maps, *pairs]), "link": links, "place": place}


def _name(text: str, others: Iterable[str]) -> str:
    """What is left of the line; nothing where it speaks of a person."""
    for other in others:
        text = text.replace(other, " ") if other else text
    name = " ".join(text.split()).strip(_AROUND)
    return "" if any(map(is_label_of_person, words_of(name))) else name
