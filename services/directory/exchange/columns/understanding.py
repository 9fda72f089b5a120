"""What the columns or properties of a file are understood as, and which of several goes first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from services.directory.exchange.columns.contents import Contents
from services.directory.exchange.columns.fields import PERSON, Meaning, meaning_of
from services.directory.exchange.columns.people import about_person, is_of_form
from services.directory.exchange.values.mojibake import mended

NAMES_MOST = 2_000
"""Names that are told apart; what a file has beyond them is looked at, but not told."""
SHAPES_MOST = 10_000
"""Different sets of names whose order is remembered."""
BY_CONTENT = 8
"""Rank of a column that is known only by what is in it."""
SURE = {"link": 1, "name": 1}
"""Rank up to which a name says that a column is about chats."""
OF_CHATS = 4
"""Rank of a column that is called `chat` and nothing else."""
_OF_MAPS = ("contact:", "addr:", "osm_", "@id", "@type")
"""How names of OpenStreetMap's tags begin; telephone numbers there are those of organisations."""


@dataclass
class Column:
    """One column or property. `rank` in its meaning orders those of one field."""

    name: str
    meaning: Meaning
    filled: int = 0
    """Rows of the survey that have a value in it."""
    is_withheld: bool = False
    """Whether it may be a person's, because another column is surer or just as unsure."""

    @property
    def field(self) -> str | None:
        return self.meaning.field

    @property
    def fields(self) -> list[str]:
        """The fields that it may fill; none where it is about a person."""
        return [each for each in (self.field, self.meaning.also) if each is not None and each != PERSON]

    @property
    def is_doubtful(self) -> bool:
        return self.meaning.is_doubtful

    @property
    def shown(self) -> str:
        """For people: `link or name`, `a person, never published`, `not read`."""
        if self.field == PERSON:
            return "a person, never published"
        if self.is_withheld:
            return f"{'invites only' if self.field == 'link' else 'not read'}; may be a person's"
        return " or ".join(self.fields) or "nothing, but for links in it"

    def is_sure(self, name: str) -> bool:
        """Whether its name says that this field of it is a chat's."""
        if self.field != name:
            return self.meaning.also == name
        is_chat = self.meaning.rank == OF_CHATS and self.meaning.also is not None
        return is_chat or (self.meaning.rank <= SURE[name] and not self.meaning.is_ambiguous)

    def rank(self, name: str) -> int:
        """As the second of two fields a column goes behind those that hold nothing else."""
        return self.meaning.rank if self.field == name else max(self.meaning.rank, 3)


@dataclass
class Arranged:
    """Names of one row's values by field, the surest first; those about people; and all others."""

    by_field: dict[str, list[str]] = field(default_factory=dict)
    people: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


class Columns:
    """The columns of a file; `contents` tells what is in them."""

    def __init__(
        self, names: Iterable[str] = (), contents: Contents | None = None, *, is_headless: bool = False
    ) -> None:
        self._contents = contents.fields(is_headless=is_headless) if contents else {}
        self._columns: dict[str, Column] = {}
        self._arranged: dict[tuple[str, ...], Arranged] = {}
        listed = [mended(name) for name in names]
        of_map = any(name.startswith(_OF_MAPS) for name in listed)
        self.form = next((name for name in listed if _asks(name)), "") if not of_map else ""
        """The column that shows that people have filled in a form; then `name` alone may be theirs."""
        if not self.form and not of_map:
            self.form = next((name for name, each in self._contents.items() if each == PERSON), "")
        self._withheld: set[str] = set()
        self.has_links = False
        """Whether a column is there for links, and holds some."""
        for name in listed:
            column = self.column(name)
            column.filled = contents.filled[name] if contents else 0
        self._withhold(contents.linked if contents else {})

    def __iter__(self) -> Iterator[Column]:
        return iter(self._columns.values())

    def column(self, name: str) -> Column:
        """What a column of this name is, also one that was not known before."""
        plain = mended(name)
        if (known := self._columns.get(plain)) is not None:
            return known
        column = Column(plain, self._meaning(plain))
        column.is_withheld = self._is_outdone(column)
        if len(self._columns) < NAMES_MOST:
            self._columns[plain] = column
        return column

    def arranged(self, names: tuple[str, ...]) -> Arranged:
        """The names of a row in the order in which their values are tried."""
        if (known := self._arranged.get(names)) is not None:
            return known
        found = self._arrange(names)
        if len(self._arranged) < SHAPES_MOST:
            self._arranged[names] = found
        return found

    def _withhold(self, linked: Mapping[str, int]) -> None:
        """Beside a column that is surely the chats' the others may be people's, and so may several unsure."""
        named = [column for column in self if column.filled and "name" in column.fields]
        links = [column for column in self if linked.get(column.name) and column.field == "link"]
        kinds = {"name": named, "link": links}
        self._withheld = {field for field, found in kinds.items() if any(one.is_sure(field) for one in found)}
        self.has_links = bool(links)
        unsure = [column for column in links if not column.is_sure("link")]
        several = unsure if len(unsure) > 1 else []
        for column in self:
            column.is_withheld = self._is_outdone(column) or column in several

    def _is_outdone(self, column: Column) -> bool:
        if column.field not in self._withheld:
            return False
        return column.meaning.is_ambiguous or (column.field == "link" and not column.is_sure("link"))

    def _meaning(self, name: str) -> Meaning:
        meaning = meaning_of(name)
        if meaning.is_ambiguous and self.form:
            why = f"may be a person's, because “{self.form}” is asked too"
            return Meaning(PERSON, 0, why, is_doubtful=True)
        if meaning.field is None and (by_content := self._contents.get(name)):
            return Meaning(by_content, BY_CONTENT, "by what is in it")
        return meaning

    def _arrange(self, names: tuple[str, ...]) -> Arranged:
        found = Arranged()
        ranks: dict[str, list[tuple[int, str]]] = {}
        for name in names:
            column = self.column(name)
            if column.field == PERSON:
                found.people.append(name)
                continue
            if column.field is None:
                found.others.append(name)
                continue
            ranks.setdefault(column.field, []).append((column.meaning.rank, name))
            if column.meaning.also:
                ranks.setdefault(column.meaning.also, []).append((column.rank(column.meaning.also), name))
        for each, ranked in ranks.items():
            found.by_field[each] = [name for _, name in sorted(ranked, key=lambda pair: pair[0])]
        return found


def _asks(name: str) -> bool:
    """Whether people filled in a form about themselves; `owner.email` is of somebody in a list of chats."""
    whole, _, _ = name.rpartition(".")
    return is_of_form(name) and not (whole and about_person(whole))


def rivals(columns: Iterable[Column]) -> dict[str, list[Column]]:
    """For each field that several columns fit, all of them, the one that goes first as the first."""
    fields: dict[str, list[Column]] = {}
    for column in columns:
        for each in [] if column.is_withheld else column.fields:
            fields.setdefault(each, []).append(column)
    ranked = {each: sorted(found, key=lambda one: one.rank(each)) for each, found in fields.items()}
    return {each: found for each, found in ranked.items() if len(found) > 1}
