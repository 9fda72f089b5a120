"""What a mirror is made of. The same contents always give the same bytes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from shared.contracts.ground import Ground
from shared.contracts.listings import Area, PublicListing
from shared.contracts.streets import Street
from shared.settings import City
from shared.text.found import replaced
from shared.text.targets import INVITATIONS, TargetKind, targets_of

LASTS = timedelta(days=30)
"""How long a mirror is good for: chats move, and a link may fall into the wrong hands."""
_PRIVATE = INVITATIONS | {TargetKind.PHONE}


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
    """The text with every private invite link replaced, and every link to a person's number."""
    return replaced(text, lambda address: instead if _is_private(address) else address)


def _is_private(address: str) -> bool:
    return any(target.kind in _PRIVATE for target in targets_of(address))


def public_link(listing: PublicListing) -> str:
    """The listing's link; empty where it is not shown, and for an invite link, which is in no mirror."""
    return listing.link.url if listing.link and listing.link.kind == "username" else ""
