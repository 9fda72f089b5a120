"""What this service knows of the directory, from its changes: contents, links and places, in Redis.

submissions:listings   hash: content by listing id
submissions:links      hash: listing id by link token
submissions:places     geo set of listing ids
submissions:withheld   hash: ids of listings that do not show their link
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from services.submissions.domain.similar import Neighbour, reach
from shared.bus import Bus, Command, Expect
from shared.contracts.directory import DirectoryChanged
from shared.contracts.listings import Content, Link, Listing, ListingId, Place
from shared.contracts.registry import DIRECTORY_CHANGED
from shared.keys import Keys

LISTINGS = "submissions:listings"
LINKS = "submissions:links"
PLACES = "submissions:places"
WITHHELD = "submissions:withheld"
NEIGHBOURS_MOST = 200
GEO_LATITUDE_MOST = 85.0
"""Redis refuses places nearer to a pole (EPSG:3857); they have no neighbours here."""


def link_token(keys: Keys, link: Link) -> str:
    """Stands for a link in the names of keys and fields."""
    return keys.token("link", link.key)


def lent_key(keys: Keys, link: Link) -> str:
    """The key of the hold that an accepted listing has on its link until the directory shows it."""
    return f"submissions:lent:{link_token(keys, link)}"


def former_claim_key(keys: Keys, link: Link) -> str:
    """The key of the hold that an open proposal had on a link in an earlier release."""
    return f"submissions:claim:{link_token(keys, link)}"


@dataclass(frozen=True)
class Before:
    """What is stored of one listing and of the link that it now has."""

    raw: bytes | None
    """The stored content, as JSON."""
    owner: bytes | None
    """Who has its new link."""
    claim: bytes | None
    """Who holds its new link."""
    withheld: bool = False
    """Its link was not shown."""
    former: Link | None = None
    """The link that it had, and still owns, and has no more."""


class Index:
    def __init__(self, bus: Bus) -> None:
        self._redis = bus.redis
        self._keys = bus.keys
        self._partition = bus.partition

    async def listing(self, listing_id: ListingId) -> Content | None:
        raw: Any = await self._redis.hget(LISTINGS, listing_id)
        return Content.model_validate_json(raw) if raw else None

    async def owner(self, link: Link) -> ListingId | None:
        """The listing that has this link."""
        raw: Any = await self._redis.hget(LINKS, link_token(self._keys, link))
        return raw.decode() if raw else None

    async def shows_link(self, listing_id: ListingId) -> bool:
        """Whether a listing shows its link: it leads to the chat that was listed, as far as is known."""
        return not await self._redis.hexists(WITHHELD, listing_id)

    def still_shows(self, listing_id: ListingId, *, shown: bool) -> Expect:
        return Expect.equals(WITHHELD, None if shown else "1", listing_id)

    def still_owned(self, link: Link, owner: ListingId | None) -> Expect:
        return Expect.equals(LINKS, owner, link_token(self._keys, link))

    async def neighbours(self, place: Place) -> tuple[Neighbour, ...]:
        """Listings around a place, the nearest first, at most 200."""
        if abs(place.lat) > GEO_LATITUDE_MOST:
            return ()
        found: Any = await self._redis.geosearch(
            PLACES,
            longitude=place.lon,
            latitude=place.lat,
            radius=reach(place),
            unit="m",
            sort="ASC",
            count=NEIGHBOURS_MOST,
            withdist=True,
        )
        ids = [member.decode() for member, _ in found]
        raw: Any = await self._redis.hmget(LISTINGS, ids) if ids else []
        return tuple(
            Neighbour(listing_id, Content.model_validate_json(content), float(distance))
            for listing_id, (_, distance), content in zip(ids, found, raw, strict=True)
            if content
        )

    async def caught_up(self, listing_id: ListingId) -> bool:
        """Whether every published change of this listing has been handled, so that "not there" is true."""
        stream = DIRECTORY_CHANGED.partition_key(self._partition(listing_id))
        if not await self._redis.exists(stream):
            return True
        whole: Any = await self._redis.xinfo_stream(stream)
        groups: Any = await self._redis.xinfo_groups(stream)
        return any(
            group["name"] == b"submissions"
            and group["pending"] == 0
            and group["last-delivered-id"] == whole["last-generated-id"]
            for group in groups
        )

    async def apply(self, events: Iterable[DirectoryChanged]) -> tuple[list[Command], list[Expect]]:
        """What to write for these changes, and what must still hold. Only the last of each listing counts."""
        latest = list({event.listing_id: event for event in events}.values())
        befores = await self._read(latest)
        freed: list[Command] = []
        writes: list[Command] = []
        expect: list[Expect] = []
        for event, before in zip(latest, befores, strict=True):
            expect += self._expected(event, before)
            if before.former:
                freed.append(("HDEL", LINKS, link_token(self._keys, before.former)))
            writes += self._written(event, before)
        return freed + writes, expect

    async def _read(self, events: Sequence[DirectoryChanged]) -> list[Before]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for event in events:
                pipe.hget(LISTINGS, event.listing_id)
                pipe.hexists(WITHHELD, event.listing_id)
                if event.listing:
                    pipe.hget(LINKS, link_token(self._keys, event.listing.link))
                    pipe.get(lent_key(self._keys, event.listing.link))
            answers = iter(await pipe.execute())
        return [
            await self._before(
                event,
                (next(answers), bool(next(answers))),
                *((next(answers), next(answers)) if event.listing else (None, None)),
            )
            for event in events
        ]

    async def _before(
        self,
        event: DirectoryChanged,
        known: tuple[bytes | None, bool],
        owner: bytes | None,
        claim: bytes | None,
    ) -> Before:
        raw, withheld = known
        old = Content.model_validate_json(raw).link if raw else None
        gone = old is not None and (event.listing is None or event.listing.link != old)
        former = old if old and gone and await self.owner(old) == event.listing_id else None
        return Before(raw, owner, claim, withheld, former)

    def _expected(self, event: DirectoryChanged, before: Before) -> list[Expect]:
        expect = [Expect.equals(LISTINGS, before.raw, event.listing_id)]
        if before.former:
            expect.append(self.still_owned(before.former, event.listing_id))
        if event.listing:
            expect.append(Expect.equals(lent_key(self._keys, event.listing.link), before.claim))
        return expect

    def _written(self, event: DirectoryChanged, before: Before) -> list[Command]:
        if event.listing is None:
            gone: list[Command] = [("HDEL", key, event.listing_id) for key in (LISTINGS, WITHHELD)]
            return [*gone, ("ZREM", PLACES, event.listing_id)]
        writes: list[Command] = []
        if before.withheld and event.listing.link_is_open:
            writes.append(("HDEL", WITHHELD, event.listing_id))
        elif not before.withheld and not event.listing.link_is_open:
            writes.append(("HSET", WITHHELD, event.listing_id, 1))
        content = content_of(event.listing)
        raw = content.model_dump_json().encode()
        if raw != before.raw:
            writes += [("HSET", LISTINGS, event.listing_id, raw), _placed(event.listing_id, content.place)]
        if before.owner != event.listing_id.encode():
            writes.append(("HSET", LINKS, link_token(self._keys, content.link), event.listing_id))
        if before.claim == event.listing_id.encode():
            writes.append(("DEL", lent_key(self._keys, content.link)))
        return writes


def content_of(listing: Listing) -> Content:
    """What a person may say of a listing, without what the directory adds."""
    return Content(**{name: getattr(listing, name) for name in Content.model_fields})


def _placed(listing_id: ListingId, place: Place) -> Command:
    if abs(place.lat) > GEO_LATITUDE_MOST:
        return ("ZREM", PLACES, listing_id)
    return ("GEOADD", PLACES, place.lon, place.lat, listing_id)
