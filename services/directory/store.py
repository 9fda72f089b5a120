"""The directory's state in Redis, and the only place that knows its keys.

Records, links and revisions of what is gone lie in one hash for each partition; old revisions of a listing in
a list of its own that expires. Records and the link index always change together.
"""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from redis.asyncio import Redis

from services.directory.areas import AreaIndex
from services.directory.domain import Book, Change, Record, link_events
from shared.bus import NOTHING, Bus, Command, Commit, Expect
from shared.contracts.base import PARTITIONS, Message, tag
from shared.contracts.directory import AreaChanged
from shared.contracts.ground import Ground, GroundChanged
from shared.contracts.listings import Area, AreaId, Link, Listing, ListingId
from shared.contracts.streets import Street, StreetChanged

HISTORY_KEPT = 10
"""Old revisions kept of a listing."""
HISTORY_FOR = timedelta(days=30)
"""How long they are kept after the last change: an old place may be more exact than people now want."""
SCAN = 250
AREAS = "directory:areas"
AREAS_VERSION = "directory:areas:version"
AREAS_PLACED = "directory:areas:placed"
"""The version of the areas by which all listings have been placed."""


@dataclass
class Reading:
    """What was read for a decision: the book to decide over, and what must still hold at the commit."""

    book: Book
    expect: list[Expect] = field(default_factory=list)


def _records(partition: int) -> str:
    return f"directory:{tag(partition)}:records"


def _sealed_for(listing_id: ListingId) -> str:
    return f"directory:question:{listing_id}"


def _streets(partition: int) -> str:
    return f"directory:{tag(partition)}:streets"


def _ground(partition: int) -> str:
    return f"directory:{tag(partition)}:ground"


class Store:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._areas = AreaIndex([])
        self._areas_version: bytes | None = None
        self._loading = asyncio.Lock()

    @property
    def _redis(self) -> Redis:
        return self._bus.redis

    async def read(self, links: Iterable[Link] = (), ids: Iterable[ListingId] = ()) -> Reading:
        """The owners of these links, and the records of these ids and owners."""
        keys = sorted({link.key for link in links})
        owned = await self._fields([(self._links_key(key), key) for key in keys])
        owners = {key: value.decode() for key, value in zip(keys, owned, strict=True) if value}
        wanted = sorted({*ids, *owners.values()})
        raw = await self._fields([(self._records_key(each), each) for each in wanted])
        gone = await self._fields([(self._removed_key(each), each) for each in wanted])
        version = await self._load_areas()
        expect = [
            Expect.equals(self._links_key(key), value, key) for key, value in zip(keys, owned, strict=True)
        ]
        expect += [
            Expect.equals(self._records_key(i), value, i) for i, value in zip(wanted, raw, strict=True)
        ]
        book = Book(
            self._areas.at,
            {i: self._opened(i, value) for i, value in zip(wanted, raw, strict=True) if value},
            owners,
            {i: int(value) for i, value in zip(wanted, gone, strict=True) if value},
        )
        return Reading(book, [*expect, Expect.equals(AREAS_VERSION, version)])

    def commit(self, reading: Reading) -> Commit:
        """The book's changes as writes and events; nothing when there are none."""
        changes = reading.book.changes
        if not changes:
            return NOTHING
        writes = [command for change in changes for command in self._written(change)]
        events: list[Message] = [change.event() for change in changes if change.visible]
        events += [event for change in changes for event in link_events(change)]
        return Commit.of(writes, events, reading.expect)

    async def history(self, listing_id: ListingId) -> list[Listing]:
        """Old revisions of a listing, the newest first."""
        kept: Any = await self._redis.lrange(self._history_key(listing_id), 0, -1)
        return [Listing.model_validate_json(each) for each in kept]

    async def ids(self) -> AsyncIterator[list[ListingId]]:
        """All listings, some hundreds at a time; one that comes or goes meanwhile may be missed."""
        for partition in range(PARTITIONS):
            cursor, more = 0, True
            while more:
                answer: Any = await self._redis.hscan(_records(partition), cursor, count=SCAN)
                cursor, found = answer
                yield [name.decode() for name in found]
                more = cursor != 0

    async def areas(self, ids: Iterable[AreaId]) -> tuple[dict[AreaId, Area], bytes | None]:
        """Those of these areas that are known, and the version of all areas."""
        version = await self._get(AREAS_VERSION)
        stored = await self._fields([(AREAS, area_id) for area_id in ids])
        known = [Area.model_validate_json(each) for each in stored if each]
        return {area.id: area for area in known}, version

    def keep_areas(self, changes: Sequence[AreaChanged], version: bytes | None) -> Commit:
        """Every change makes a new version of the areas, by which listings are placed anew."""
        if not changes:
            return NOTHING
        writes: list[Command] = [
            ("HSET", AREAS, change.area_id, change.area.model_dump_json())
            if change.area
            else ("HDEL", AREAS, change.area_id)
            for change in changes
        ]
        writes.append(("SET", AREAS_VERSION, int(version or 0) + 1))
        return Commit.of(writes, changes, [Expect.equals(AREAS_VERSION, version)])

    async def streets(self, ids: Iterable[AreaId]) -> tuple[dict[AreaId, Street], list[Expect]]:
        """Those of these streets that are known, and what must still hold when they change."""
        wanted = sorted(ids)
        stored = await self._fields([(self._streets_key(each), each) for each in wanted])
        known = {i: Street.model_validate_json(raw) for i, raw in zip(wanted, stored, strict=True) if raw}
        pairs = zip(wanted, stored, strict=True)
        return known, [Expect.equals(self._streets_key(each), raw, each) for each, raw in pairs]

    def keep_streets(self, changes: Sequence[StreetChanged], expect: list[Expect]) -> Commit:
        """A new version of the areas too: listings are on these streets now."""
        if not changes:
            return NOTHING
        writes: list[Command] = [
            ("HSET", self._streets_key(change.street_id), change.street_id, change.street.model_dump_json())
            if change.street
            else ("HDEL", self._streets_key(change.street_id), change.street_id)
            for change in changes
        ]
        writes.append(("INCR", AREAS_VERSION))
        return Commit.of(writes, changes, expect)

    async def ground(self, ids: Iterable[AreaId]) -> tuple[dict[AreaId, Ground], list[Expect]]:
        """Those of these pieces that are known, and what must still hold when they change."""
        wanted = sorted(ids)
        stored = await self._fields([(self._ground_key(each), each) for each in wanted])
        pairs = list(zip(wanted, stored, strict=True))
        known = {each: Ground.model_validate_json(raw) for each, raw in pairs if raw}
        return known, [Expect.equals(self._ground_key(each), raw, each) for each, raw in pairs]

    def keep_ground(self, changes: Sequence[GroundChanged], expect: list[Expect]) -> Commit:
        """Nothing is placed by it, so that listings stay as they are."""
        if not changes:
            return NOTHING
        writes: list[Command] = [
            ("HSET", self._ground_key(change.ground_id), change.ground_id, change.ground.model_dump_json())
            if change.ground
            else ("HDEL", self._ground_key(change.ground_id), change.ground_id)
            for change in changes
        ]
        return Commit.of(writes, changes, expect)

    async def unplaced(self) -> bytes | None:
        """The version of the areas, if listings have not been placed by it yet."""
        version, done = await self._get(AREAS_VERSION), await self._get(AREAS_PLACED)
        return version if version != done else None

    def all_placed(self, version: bytes) -> Commit:
        """Note that every listing has been placed by this version, unless there is a newer one."""
        return Commit.of([("SET", AREAS_PLACED, version)], expect=[Expect.equals(AREAS_VERSION, version)])

    async def _load_areas(self) -> bytes | None:
        """The version of the areas in hand, read anew when there is a newer one."""
        version = await self._get(AREAS_VERSION)
        if version == self._areas_version:
            return version
        async with self._loading:  # all partitions ask at once, and a city's streets take a moment
            version = await self._get(AREAS_VERSION)
            if version != self._areas_version:
                stored: Any = await self._redis.hvals(AREAS)
                areas = [Area.model_validate_json(each) for each in stored]
                self._areas = AreaIndex(areas, await self._all_streets())
                self._areas_version = version
        return version

    async def _all_streets(self) -> list[Street]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for partition in range(PARTITIONS):
                pipe.hvals(_streets(partition))
            answers: list[list[bytes]] = await pipe.execute()
        return [Street.model_validate_json(raw) for found in answers for raw in found]

    async def _get(self, key: str) -> bytes | None:
        value: Any = await self._redis.get(key)
        return None if value is None else bytes(value)

    async def _fields(self, wanted: Sequence[tuple[str, str]]) -> list[bytes | None]:
        """Fields of hashes, in one round trip and in the order asked for."""
        names: dict[str, list[str]] = {}
        for key, name in wanted:
            names.setdefault(key, []).append(name)
        if not names:
            return []
        async with self._redis.pipeline(transaction=False) as pipe:
            for key, asked in names.items():
                pipe.hmget(key, asked)
            answers: list[list[bytes | None]] = await pipe.execute()
        found = {key: iter(values) for key, values in zip(names, answers, strict=True)}
        return [next(found[key]) for key, _ in wanted]

    def _sealed(self, record: Record) -> bytes:
        """A record as it is kept: what a look-up found of a chat that is not listed is nobody's to read."""
        values = record.model_dump(mode="json")
        if record.chat.question is not None:
            question = record.chat.question.model_dump_json().encode()
            sealed = self._bus.keys.seal(question, _sealed_for(record.listing.id))
            values["chat"]["question"] = b64encode(sealed).decode()
        return orjson.dumps(values)

    def _opened(self, listing_id: ListingId, raw: bytes) -> Record:
        """Raises InvalidTag for a question that was sealed with another key."""
        values = orjson.loads(raw)
        chat = values.get("chat") or {}
        if isinstance(sealed := chat.get("question"), str):
            question = self._bus.keys.unseal(b64decode(sealed), _sealed_for(listing_id))
            chat["question"] = orjson.loads(question)
        return Record.model_validate(values)

    def _written(self, change: Change) -> Iterable[Command]:
        listing_id = change.listing.id
        old = change.before.listing.link.key if change.before else None
        new = change.after.listing.link.key if change.after else None
        if old and old != new:
            yield "HDEL", self._links_key(old), old
        if new and old != new:
            yield "HSET", self._links_key(new), new, listing_id
        if change.after is None:
            yield "HDEL", self._records_key(listing_id), listing_id
            yield "HSET", self._removed_key(listing_id), listing_id, change.revision
            yield "DEL", self._history_key(listing_id)
            return
        yield "HSET", self._records_key(listing_id), listing_id, self._sealed(change.after)
        if change.before is None:
            yield "HDEL", self._removed_key(listing_id), listing_id
        if change.before and change.rewritten:
            history = self._history_key(listing_id)
            yield "LPUSH", history, change.before.listing.model_dump_json()
            yield "LTRIM", history, 0, HISTORY_KEPT - 1
            yield "EXPIRE", history, int(HISTORY_FOR.total_seconds())

    def _at(self, key: str) -> str:
        return f"directory:{tag(self._bus.partition(key))}"

    def _links_key(self, link_key: str) -> str:
        return f"{self._at(link_key)}:links"

    def _records_key(self, listing_id: ListingId) -> str:
        return _records(self._bus.partition(listing_id))

    def _streets_key(self, street_id: AreaId) -> str:
        return _streets(self._bus.partition(street_id))

    def _ground_key(self, ground_id: AreaId) -> str:
        return _ground(self._bus.partition(ground_id))

    def _removed_key(self, listing_id: ListingId) -> str:
        return f"{self._at(listing_id)}:removed"

    def _history_key(self, listing_id: ListingId) -> str:
        return f"{self._at(listing_id)}:history:{listing_id}"
