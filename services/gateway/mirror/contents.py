"""What a mirror is made of. The same contents always give the same bytes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from shared.contracts.ground import Ground
from shared.contracts.listings import Area, PublicListing
from shared.contracts.streets import Street
from shared.settings import City

LASTS = timedelta(days=30)
"""How long a mirror is good for: chats move, and a link may fall into the wrong hands."""
INVITE = re.compile(
    r"""(?ix)
    (?: https?:// )? (?: t | telegram ) \. (?: me | dog ) / (?: \+ | %2B | joinchat/ ) [\w-]*
    | tg: (?://)? join \? \S*
    """
)
"""A private invite link inside a text. Those of listings are known as such; this is for descriptions."""


@dataclass(frozen=True)
class Contents:
    """`made` is part of the input: the day, so that two builds of a day are the same."""

    listings: tuple[PublicListing, ...]
    areas: tuple[Area, ...]
    city: City
    languages: tuple[str, ...]
    """Those that there are texts for, the first is where the copy opens."""
    site: str
    """Address of the site, empty when it has none."""
    made: date
    streets: tuple[Street, ...] = ()
    ground: tuple[Ground, ...] = ()

    @property
    def until(self) -> date:
        """The last day on which it is good."""
        return self.made + LASTS

    @classmethod
    def of(
        cls,
        listings: Iterable[PublicListing],
        areas: Iterable[Area],
        *,
        city: City,
        languages: tuple[str, ...],
        site: str,
        made: date,
        streets: Iterable[Street] = (),
        ground: Iterable[Ground] = (),
    ) -> "Contents":
        """Sorted, whatever order they came in."""
        return cls(
            tuple(sorted(listings, key=lambda one: (one.name.casefold(), one.id))),
            tuple(sorted(areas, key=lambda one: one.id)),
            city,
            languages,
            site,
            made,
            tuple(sorted(streets, key=lambda one: one.id)),
            tuple(sorted(ground, key=lambda one: one.id)),
        )


def without_invites(text: str, instead: str) -> str:
    """The text with every private invite link replaced."""
    return INVITE.sub(instead, text)


def public_link(listing: PublicListing) -> str:
    """The listing's link; empty where it is not shown, and for an invite link, which is in no mirror."""
    return listing.link.url if listing.link and listing.link.kind == "username" else ""
