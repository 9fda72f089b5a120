"""The words of the directory: listings, places, links, areas."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import Message, Moment

NAME_LENGTH = 120
DESCRIPTION_LENGTH = 500
LANGUAGES_MOST = 8

Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_LENGTH)]
Description = Annotated[str, StringConstraints(max_length=DESCRIPTION_LENGTH)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
ListingId = Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{13}$")]
AreaId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
FlagId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
ChatIdentity = Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{26}$")]
"""A keyed hash of a chat's Telegram id and type, which stay when its title or user name changes."""
ChatType = Literal["group", "channel", "bot", "other"]
"""Telegram's type of a chat; a supergroup is a group, a private chat found by a user name is a bot's, and
`other` is what Telegram may invent."""
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Kind(StrEnum):
    """What a listing is."""

    GROUP = "group"
    CHANNEL = "channel"
    BOT = "bot"
    CARPOOL = "carpool"
    PETITION = "petition"
    HELP = "help"
    OTHER = "other"


class Precision(StrEnum):
    """How exactly a place may be shown; a place is coarsened to it before it is stored."""

    COURTYARD = "courtyard"
    STREET = "street"
    QUARTER = "quarter"
    DISTRICT = "district"
    CITY = "city"


class Place(Message):
    """Degrees, WGS 84, already coarsened to `precision`."""

    lat: Latitude
    lon: Longitude
    precision: Precision = Precision.COURTYARD


class Link(Message):
    """Where Telegram leads: a public user name (lower case) or the hash of an invite link."""

    kind: Literal["username", "invite"]
    value: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{4,64}$")]

    @property
    def key(self) -> str:
        """The same for every spelling of one link: `u:minsk_center` or `i:AAAAAE...`."""
        return f"{self.kind[0]}:{self.value}"

    @property
    def url(self) -> str:
        return f"https://t.me/{self.value}" if self.kind == "username" else f"https://t.me/+{self.value}"


class Described(Message):
    """What a person may say of a listing beside its link, already cleaned."""

    name: Name
    kind: Kind
    place: Place
    description: Description = ""
    languages: tuple[Language, ...] = ()
    flag: FlagId = "wrw"


class Content(Described):
    """What a person may say of a listing, already cleaned."""

    link: Link


class Entry(Described):
    """What the directory adds to it.

    `members` is the last count seen; None when it is unknown or below `members_below`, under which exact
    counts are not shown. `areas` go from the largest to the smallest.
    """

    id: ListingId
    members: Annotated[int, Field(ge=0)] | None = None
    members_below: int | None = None
    checked_at: Moment | None = None
    dead_since: Moment | None = None
    """When look-ups began to find no chat under the link; its user name may be anybody's by now."""
    link_hidden_since: Moment | None = None
    """When another chat was found under the link than the one that was listed."""
    areas: tuple[AreaId, ...] = ()
    revision: Annotated[int, Field(ge=1)]
    created_at: Moment
    updated_at: Moment


class Listing(Content, Entry):
    """One entry of the directory; the public may see what a `PublicListing` has of it."""

    @property
    def link_is_open(self) -> bool:
        """Whether the link may be shown: it leads to the chat that was listed, as far as is known.

        A user name that is nobody's, or not the listed chat's, can be taken by a stranger. An invite link
        cannot.
        """
        taken = self.dead_since is not None and self.link.kind == "username"
        return self.link_hidden_since is None and not taken


class PublicListing(Entry):
    """A listing as the public may see it; `link` is None while it must not be followed."""

    link: Link | None = None


class AreaLevel(StrEnum):
    """From the largest to the smallest."""

    CITY = "city"
    DISTRICT = "district"
    QUARTER = "quarter"
    STREET = "street"
    COURTYARD = "courtyard"


class Area(Message):
    """A named polygon. `polygon` holds rings of [lon, lat] in GeoJSON's MultiPolygon shape."""

    id: AreaId
    level: AreaLevel
    names: dict[Language, Name]
    parent: AreaId | None = None
    polygon: list[list[list[tuple[Longitude, Latitude]]]]
