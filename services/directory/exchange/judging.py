"""From a row as it stands in a file to a listing, or the reason why it cannot be one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from services.directory.domain import name_from_link
from services.directory.exchange.columns.names import words_of
from services.directory.exchange.columns.understanding import Arranged, Columns
from services.directory.exchange.columns.words import words
from services.directory.exchange.reading.records import Record
from services.directory.exchange.rows import PERSON_LEFT_OUT, Item, Note, Row, Skipped
from services.directory.exchange.values.choices import flag_of, kind_of, languages_of, precision_of
from services.directory.exchange.values.links import Leads, addresses_in, leads_of, mentions_in
from services.directory.exchange.values.markup import without_markup
from services.directory.exchange.values.mojibake import mended
from services.directory.exchange.values.numbers import count_of, moment_of
from services.directory.exchange.values.people import is_personal, without_fields, without_people
from services.directory.exchange.values.places import NoPlace, place_of
from shared.contracts.directory import Given
from shared.contracts.listings import DESCRIPTION_LENGTH, Content, Kind, Link, ListingId, Place, Precision
from shared.flags import DEFAULT
from shared.geo import coarsen
from shared.settings import City
from shared.text import clean_name, clean_text
from shared.text.links import CODES

MEMBERS_MOST = 10_000_000
"""More than Telegram's largest channels have."""
NAME_READ = 2_000
DESCRIPTION_READ = 10_000
LOST, LOST_MOST = "\ufffd", 5
"""The sign for a lost character; of a text in which more than one of five is lost nothing is taken."""
_LISTING_ID: TypeAdapter[str] = TypeAdapter(ListingId)


@dataclass(frozen=True)
class Rules:
    """How the rows of one file are judged."""

    city: City | None = None
    columns: Columns = field(default_factory=Columns)
    lists_outside: bool = True
    """Whether places outside the service area are listed, with a note, or skipped."""


def judge(number: int, raw: object, city: City | None) -> Item:
    """One row by itself, its values by the names of their columns."""
    if not isinstance(raw, Mapping):
        return Skipped(number, "row.unreadable", "not an entry with fields")
    return judged(Record(number, raw), Rules(city))


def judged(record: Record, rules: Rules) -> Item:
    """The row as a listing. Nothing of it is dropped without a note, and no row without a reason."""
    if record.problem is not None:
        return Skipped(record.number, *record.problem)
    if not record.fields and not record.own_name:
        return Skipped(record.number, "row.empty", "an entry without any field")
    return _Judgement(record, rules).item()


class _Unlistable(Exception):  # noqa: N818
    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class _Judgement:
    """One row while it is judged."""

    def __init__(self, record: Record, rules: Rules) -> None:
        self._record, self._rules, self._fields = record, rules, record.fields
        self._columns = rules.columns
        self._arranged: Arranged = rules.columns.arranged(tuple(record.fields))
        self._notes: list[Note] = list(record.notes)
        self._given: set[Given] = set()
        people = [self._fields[name] for name in self._arranged.people]
        self._people = [value.strip() for value in people if isinstance(value, str) and value.strip()]
        self._id = _listing_id(self._first("id"))

    def item(self) -> Item:
        try:
            self._refuse_what_is_no_entry()
            link = self._link()
            place = self._place()
            content = self._content(link, place)
        except (_Unlistable, NoPlace) as error:
            return Skipped(self._record.number, error.code, str(error), self._name("") or "")
        members, below = self._members()
        checked_at, dead_since = self._moment("checked_at"), self._moment("dead_since")
        if checked_at or dead_since:
            self._given.add("dead_since")
        return Row(
            number=self._record.number,
            content=content,
            listing_id=self._id,
            members=members,
            members_below=below,
            checked_at=checked_at,
            dead_since=dead_since,
            notes=tuple(dict.fromkeys(self._notes)),
            given=frozenset(self._given),
        )

    def _content(self, link: Link, place: Place) -> Content:
        name = self._name(link.value)
        if name:
            self._given.add("name")
        else:
            self._note("name.missing", "no name; listed under its link until the chat's title is known")
        return Content(
            name=name or name_from_link(link),
            link=link,
            kind=self._kind(),
            place=place,
            description=self._description(link.value),
            languages=self._languages(),
            flag=self._flag(),
        )

    def _values(self, name: str) -> list[Any]:
        """Values of all columns for a field that say something, the surest first."""
        names = self._arranged.by_field.get(name)
        if not names:
            return []
        values = [self._fields[each] for each in names]
        return [value for value in values if value not in (None, "", [], {})]

    def _first(self, name: str) -> Any:
        values = self._values(name)
        return values[0] if values else None

    def _note(self, code: str, text: str) -> None:
        self._notes.append(Note(code, text))

    def _refuse_what_is_no_entry(self) -> None:
        texts = [value.strip() for value in self._fields.values() if isinstance(value, str) and value.strip()]
        first = words_of(texts[0]) if texts else ()
        if len(first) == 1 and words("total").fullmatch(first[0]):
            raise _Unlistable("row.total", "a row of totals")
        repeated = [name for name, value in self._fields.items() if value == name]
        if len(repeated) > 1 and len(repeated) == len(texts):
            raise _Unlistable("row.header", "the header once more")

    def _link(self) -> Link:
        """The first that is one, in the order of the columns; then one that stands in any other column."""
        if not self._values("link") and self._values("link_hidden_since"):
            why = "its link was hidden when the file was written; propose it anew when it is known"
            raise _Unlistable("link.hidden", why)
        code, found, unsure = "", list[Link](), list[Link]()
        for name in self._arranged.by_field.get("link", ()):
            column = self._columns.column(name)
            leads = leads_of(self._fields[name], may_be_name="name" in column.fields)
            invites = [link for link in leads.links if link.kind != "username"]
            if column.is_withheld:
                unsure += [link for link in leads.links if link not in invites]
                leads.links = invites
            found += [link for link in leads.links if link not in found]
            code = code or ("" if "name" in column.fields else leads.code)
        if len(unsure) > 1 and len({link.key for link in unsure}) == 1:
            found += [unsure[0]] if unsure[0] not in found else []
        if not found:
            elsewhere = self._leads_elsewhere()
            found, code = elsewhere.links, code or elsewhere.code
        if len(found) > 1:
            self._note("link.several", "links to several chats in one row; the first is listed")
        if found:
            return found[0]
        raise _Unlistable(code or "link.empty", CODES[code or "link.empty"] + self._withheld(code))

    def _leads_elsewhere(self) -> Leads:
        """Addresses in other columns. Beside a column for links an unknown one may be a person's."""
        leads = Leads()
        for name in self._arranged.others:
            self._add_addresses(leads, name)
        if self._columns.has_links:
            leads.links = [link for link in leads.links if link.kind != "username"]
        for field_name in ("description", "name"):
            for name in self._arranged.by_field.get(field_name, ()):
                self._add_addresses(leads, name)
        return leads

    def _add_addresses(self, leads: Leads, name: str) -> None:
        value = self._fields[name]
        for address in addresses_in(value) if isinstance(value, str) else ():
            leads.add(address)

    def _withheld(self, code: str) -> str:
        """Which column was not looked at because it may be a person's, when the link is missed."""
        people = self._arranged.people if self._people else []
        withheld = [name for name in people if self._columns.column(name).is_doubtful]
        links = self._arranged.by_field.get("link", ())
        withheld += [name for name in links if self._fields[name] and self._columns.column(name).is_withheld]
        if code or not withheld:
            return ""
        return f"; “{withheld[0]}” may be a person's and is not read"

    def _place(self) -> Place:
        city, ours = self._rules.city, self._id is not None
        found = place_of(self._record, self._arranged, city, is_ours=ours)
        self._notes += found.notes
        if city is not None and not ours and not city.contains(found.lat, found.lon):
            if any(note.code == "row.ragged" for note in self._record.notes):
                raise _Unlistable(
                    "row.ragged", "more cells than columns, and a place outside the service area"
                )
            if not self._rules.lists_outside:
                raise _Unlistable("place.outside", "outside the service area; see `area` in DZE_CITY")
            self._note("place.outside", "outside the box of `area` in DZE_CITY; listed all the same")
        self._given.add("place")
        return coarsen(found.lat, found.lon, self._precision())

    def _precision(self) -> Precision:
        value = self._first("precision")
        precision = precision_of(value)
        if value is not None and precision is None:
            self._note("precision.unknown", "an unknown precision; shown as exactly as a quarter")
            self._given.add("precision")
            return Precision.QUARTER
        if precision is not None:
            self._given.add("precision")
        return precision or Precision.COURTYARD

    def _name(self, own: str) -> str:
        """The first name that is one of a chat; empty where there is none."""
        names = self._arranged.by_field.get("name", ())
        known = [text_of(self._fields[name]) for name in names if not self._columns.column(name).is_withheld]
        texts = [self._record.own_name, *known]
        for text in texts:
            plain = self._plain(text[:NAME_READ])
            if not plain:
                continue
            if self._is_somebody(plain):
                self._notes.append(PERSON_LEFT_OUT)
                continue
            name = clean_name(self._public(self._without_links(plain), own))
            if name and (self._id is not None or any(char.isalnum() or ord(char) > 0x2000 for char in name)):
                return name
        return ""

    def _is_somebody(self, text: str) -> bool:
        """Whether it is the name of a person whom another column names, or only a number or an address."""
        plain = text.strip().casefold()
        return any(plain == each.casefold() for each in self._people) or is_personal(text)

    def _without_links(self, text: str) -> str:
        """A name beside links in one cell; what is only an account is no name."""
        if self._id is not None:
            return text
        for address in (*addresses_in(text), *mentions_in(text)):
            text = text.replace(address, " ")
        return text

    def _description(self, own: str) -> str:
        text = next((each for value in self._values("description") if (each := text_of(value).strip())), "")
        plain = self._plain(text[:DESCRIPTION_READ])
        if self._id is None:
            plain = without_fields(plain, self._fields)
        cleaned = clean_text(self._public(plain, own), DESCRIPTION_LENGTH)
        if cleaned:
            self._given.add("description")
        return cleaned

    def _plain(self, text: str) -> str:
        """Read right and without markup; what we exported ourselves is what it says."""
        if self._id is not None:
            return text
        if text.count(LOST) * LOST_MOST > len(text):
            return ""
        better = mended(text)
        if better != text:
            self._note("text.mended", "letters that were read in a wrong encoding before were put right")
        return without_markup(better)[0]

    def _public(self, text: str, own: str) -> str:
        cleaned = without_people(text, self._people, own)
        if cleaned.has_changed:
            self._notes.append(PERSON_LEFT_OUT)
        return cleaned.text

    def _kind(self) -> Kind:
        value = self._first("kind")
        kind = kind_of(value) if value is not None else None
        if kind is not None:
            self._given.add("kind")
        elif value is not None:
            self._note("kind.unknown", "an unknown kind; a new listing is `other`, an old one keeps its own")
        return kind or (Kind.GROUP if value is None else Kind.OTHER)

    def _flag(self) -> str:
        value = self._first("flag")
        flag = flag_of(value)
        if flag is not None:
            self._given.add("flag")
        elif value is not None:
            self._note(
                "flag.unknown", "an unknown flag; new listings get the plain one, old ones keep theirs"
            )
        return flag or DEFAULT

    def _languages(self) -> tuple[str, ...]:
        languages, unknown = languages_of(self._first("languages"))
        if unknown:
            self._note("languages.unknown", f"no code or name of a language: “{unknown[0]}”; left out")
        if languages:
            self._given.add("languages")
        return languages

    def _members(self) -> tuple[int | None, int | None]:
        """Nothing and zero mean unknown: every chat has somebody in it."""
        counts = [count_of(value) for value in self._values("members")]
        count = next((each for each in counts if each is not None), None)
        if (counts and count is None) or (count or 0) > MEMBERS_MOST:
            self._note("members.impossible", "a number of members that cannot be; taken as unknown")
            count = None
        below = count_of(self._first("members_below"))
        below = below if not count and below and below <= MEMBERS_MOST else None
        if count or below:
            self._given.add("members")
        return count or None, below

    def _moment(self, name: Given) -> Any:
        value = self._first(name)
        moment = moment_of(value)
        if moment is not None:
            self._given.add(name)
        elif value is not None:
            self._note("moment.unknown", "a point in time that is not written as 2020-09-16T12:00Z; left out")
        return moment


def text_of(value: object) -> str:
    """Text, of several languages the first we know; nothing where there is a list, an object or nothing."""
    if isinstance(value, Mapping):
        named = (value.get(language) for language in ("be", "ru", "uk", "en"))
        value = next((text for text in named if isinstance(text, str) and text), "")
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _listing_id(value: object) -> ListingId | None:
    try:
        return _LISTING_ID.validate_python(value)
    except ValidationError:
        return None
