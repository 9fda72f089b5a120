"""From a row as it stands in a file to a listing, or the reason why it cannot be one."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from services.directory.domain import name_from_link
from services.directory.exchange.fields import (
    count_of,
    fields_of,
    link_in,
    moment_of,
    number_of,
    pair_of,
    text_of,
    words_of,
)
from services.directory.exchange.rows import Item, Note, Row, Skipped
from services.directory.exchange.spots import MIDDLE
from shared.contracts.listings import (
    DESCRIPTION_LENGTH,
    LANGUAGES_MOST,
    Content,
    Kind,
    Link,
    ListingId,
    Place,
    Precision,
)
from shared.flags import DEFAULT, is_flag
from shared.geo import coarsen
from shared.settings import City
from shared.text import LinkError, clean_name, clean_text, parse_link

MEMBERS_MOST = 10_000_000
"""More than Telegram's largest channels have."""
NAME_READ = 2_000
DESCRIPTION_READ = 10_000
_LISTING_ID: TypeAdapter[str] = TypeAdapter(ListingId)


_KINDS = {
    **dict.fromkeys(("chat", "supergroup", "чат", "група", "группа", "супергруппа"), "group"),
    **dict.fromkeys(("канал", "public"), "channel"),
    **dict.fromkeys(("бот", "робат"), "bot"),
}


_USERNAME = re.compile(r"[A-Za-z]\w{4,31}", re.ASCII)


class _Unlistable(Exception):  # noqa: N818
    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


def judge(number: int, raw: object, city: City | None) -> Item:
    """The row as a listing. Nothing of it is dropped without a note, and no row without a reason.

    `city` helps to see that somebody has swapped latitude and longitude; places elsewhere are good too,
    because importing is the operator's deliberate act.
    """
    if not isinstance(raw, Mapping):
        return Skipped(number, "row.unreadable", "not an entry with fields")
    fields = fields_of(raw)
    if not fields.get("link") and fields.get("link_hidden_since"):
        why = "its link was hidden when the file was written; propose it anew when it is known"
        return Skipped(number, "link.hidden", why, clean_name(text_of(fields.get("name"))[:NAME_READ]))
    if not fields.get("link"):
        fields["link"] = link_in(raw.values())
    name = clean_name(text_of(fields.get("name"))[:NAME_READ])
    notes: list[Note] = []
    try:
        link = _link(fields)
        place = _place(fields, city, notes)
        if raw.get(MIDDLE):
            notes.append(Note("place.middle", "a shape and not a point; listed in its middle"))
        content = Content(
            name=name or _unnamed(link, notes),
            link=link,
            kind=_kind(fields, notes),
            place=place,
            description=clean_text(text_of(fields.get("description"))[:DESCRIPTION_READ], DESCRIPTION_LENGTH),
            languages=_languages(fields),
            flag=_flag(fields, notes),
        )
    except _Unlistable as error:
        return Skipped(number, error.code, str(error), name)
    members, below = _members(fields, notes)
    return Row(
        number=number,
        content=content,
        listing_id=_listing_id(fields),
        members=members,
        members_below=below,
        checked_at=moment_of(fields.get("checked_at")),
        dead_since=moment_of(fields.get("dead_since")),
        notes=tuple(notes),
    )


def _link(fields: Mapping[str, Any]) -> Link:
    value = fields.get("link")
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, str)), "")
    if isinstance(value, Mapping):
        try:
            value = Link.model_validate(value).url
        except ValidationError:
            value = ""
    text = text_of(value).strip()
    try:
        return parse_link(f"@{text}" if _USERNAME.fullmatch(text) else text)
    except LinkError as error:
        raise _Unlistable(error.code, str(error).partition(": ")[2]) from None


def _unnamed(link: Link, notes: list[Note]) -> str:
    notes.append(Note("name.missing", "no name; listed under its link until the chat's title is known"))
    return name_from_link(link)


def _place(fields: Mapping[str, Any], city: City | None, notes: list[Note]) -> Place:
    lat, lon = number_of(fields.get("lat")), number_of(fields.get("lon"))
    if lat is None or lon is None:
        lat, lon = pair_of(fields.get("place"))
    if lat is None or lon is None or (lat == 0 and lon == 0):
        raise _Unlistable("place.missing", "no coordinates")
    ours = _listing_id(fields) is not None
    if not ours and _swapped(lat, lon, city):
        notes.append(Note("place.swapped", "latitude and longitude were swapped"))
        lat, lon = lon, lat
    if not _on_earth(lat, lon):
        raise _Unlistable("place.impossible", "coordinates that are nowhere on Earth")
    if city is not None and not ours and not city.contains(lat, lon):
        notes.append(Note("place.outside", "outside the box of `area` in DZE_CITY; listed all the same"))
    return coarsen(lat, lon, _precision(fields, notes))


def _swapped(lat: float, lon: float, city: City | None) -> bool:
    """Only where turning them round leads from elsewhere into the city; never in our own exports."""
    return city is not None and not city.contains(lat, lon) and city.contains(lon, lat)


def _on_earth(lat: float, lon: float) -> bool:
    return -90 <= lat <= 90 and -180 <= lon <= 180


def _precision(fields: Mapping[str, Any], notes: list[Note]) -> Precision:
    text = text_of(fields.get("precision")).strip().casefold()
    if text and text not in set(Precision):
        notes.append(Note("precision.unknown", "an unknown precision; shown as exactly as a quarter"))
        return Precision.QUARTER
    return Precision(text) if text else Precision.COURTYARD


def _kind(fields: Mapping[str, Any], notes: list[Note]) -> Kind:
    text = text_of(fields.get("kind")).strip().casefold()
    text = _KINDS.get(text, text)
    if text and text not in set(Kind):
        notes.append(Note("kind.unknown", "an unknown kind; listed as `other`"))
        return Kind.OTHER
    return Kind(text) if text else Kind.GROUP


def _flag(fields: Mapping[str, Any], notes: list[Note]) -> str:
    text = text_of(fields.get("flag")).strip().casefold()
    if text and not is_flag(text):
        notes.append(Note("flag.unknown", "an unknown flag; the plain one is shown"))
    return text if is_flag(text) else DEFAULT


def _languages(fields: Mapping[str, Any]) -> tuple[str, ...]:
    words = [word for word in words_of(fields.get("languages")) if re.fullmatch("[a-z]{2,3}", word)]
    return tuple(dict.fromkeys(words))[:LANGUAGES_MOST]


def _members(fields: Mapping[str, Any], notes: list[Note]) -> tuple[int | None, int | None]:
    """Nothing and zero mean unknown: every chat has somebody in it."""
    value = fields.get("members")
    count = count_of(value)
    if (count is None and text_of(value).strip()) or (count or 0) > MEMBERS_MOST:
        notes.append(Note("members.impossible", "a number of members that cannot be; taken as unknown"))
        count = None
    below = count_of(fields.get("members_below"))
    return count or None, below if not count and below and below <= MEMBERS_MOST else None


def _listing_id(fields: Mapping[str, Any]) -> ListingId | None:
    try:
        return _LISTING_ID.validate_python(fields.get("id"))
    except ValidationError:
        return None
