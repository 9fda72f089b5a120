"""The directory on a real Redis: listings, link index and what is published change together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from services.directory.__main__ import equip
from services.directory.exchange.published import listings
from services.directory.store import AREAS_PLACED, AREAS_VERSION, Store
from shared.bus.bus import Bus
from shared.bus.dead import letters
from shared.bus.envelope import DATA, Envelope
from shared.clock import now
from shared.contracts.base import PARTITIONS, AnyStream, tag
from shared.contracts.directory import ChatObserved, ImportArea, ImportListing
from shared.contracts.links import LinkChanged, LinkReviewed
from shared.contracts.listings import Area, Content, Kind, Link, Listing, Place
from shared.contracts.registry import DIRECTORY_CHANGED, LINKS_CHANGED, SUBMISSIONS_ACCEPTED
from shared.contracts.submissions import SubmissionAccepted
from shared.keys import Keys
from tests.conftest import BusFactory
from tests.sure import as_a, sure

KEYS = Keys("t" * 32)
WEST = [[[(27.4, 53.8), (27.55, 53.8), (27.55, 54.0), (27.4, 54.0), (27.4, 53.8)]]]
EAST = [[[(27.55, 53.8), (27.7, 53.8), (27.7, 54.0), (27.55, 54.0), (27.55, 53.8)]]]


def content(value: str = "dzedemo_one", **changes: Any) -> Content:
    fields = {
        "name": "Двор",
        "link": Link(kind="username", value=value),
        "kind": Kind.GROUP,
        "place": Place(lat=53.9, lon=27.5),
    }
    return Content(**(fields | changes))


def ident(text: str) -> str:
    return KEYS.token("listing", text, 8)


def proposal(action: str, listing: str, what: Content | None = None, **changes: Any) -> SubmissionAccepted:
    return SubmissionAccepted(
        submission_id=KEYS.token("submission", f"{action}{listing}{what}"),
        listing_id=ident(listing),
        action=action,
        content=what,
        accepted_at=now(),
        **changes,
    )


def row(value: str, *, listing: str | None = None, **changes: Any) -> ImportListing:
    return ImportListing(
        listing_id=ident(listing or value), content=content(value), imported_at=now(), **changes
    )


@asynccontextmanager
async def directory(bus_factory: BusFactory) -> AsyncIterator[Bus]:
    """A running directory; at the end nothing waits and the index says what the records say."""
    bus = bus_factory("directory")
    store = equip(bus)
    async with bus.running():
        yield bus
        await settled(bus)
        await consistent(bus, store)


READ = ("submissions.accepted", "listings.import", "areas.import", "chats.observed", "links.reviewed")


async def settled(bus: Bus) -> None:
    """Wait until everything published is handled."""
    for _ in range(400):
        left = 0
        for stream in READ:
            for partition in range(PARTITIONS):
                for group in await bus.redis.xinfo_groups(f"{stream}.v1.{tag(partition)}"):
                    left += group["pending"] + (group["lag"] or 0)
        placed = await bus.redis.get(AREAS_VERSION) == await bus.redis.get(AREAS_PLACED)
        if not left and placed:
            return
        await asyncio.sleep(0.025)
    raise AssertionError(f"{left} messages are not handled")


async def consistent(bus: Bus, store: Store) -> None:
    """The link index, the records and what is published say the same."""
    redis: Any = bus.redis
    index: dict[str, str] = {}
    for partition in range(PARTITIONS):
        links: dict[bytes, bytes] = await redis.hgetall(f"directory:{tag(partition)}:links")
        index |= {key.decode(): owner.decode() for key, owner in links.items()}
    ids = [listing_id async for some in store.ids() for listing_id in some]
    book = (await store.read(ids=ids)).book
    records = [sure(book.record(listing_id)).listing for listing_id in ids]
    assert index == {listing.link.key: listing.id for listing in records}
    assert {each.id: each for each in await listings(bus)} == {each.id: each for each in records}


async def only(bus: Bus) -> Listing:
    (found,) = await listings(bus)
    return found


async def test_an_accepted_proposal_is_listed_changed_and_removed(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus:
        await bus.publish(proposal("add", "a", content(flag="no-such-flag")))
        await settled(bus)
        assert (await only(bus)).flag == "wrw"
        await bus.publish(proposal("change", "a", content(name="Двор 2", flag="wrw-oak")))
        await settled(bus)
        changed = await only(bus)
        assert (changed.name, changed.flag, changed.revision) == ("Двор 2", "wrw-oak", 2)
        assert [old.name for old in await Store(bus).history(ident("a"))] == ["Двор"]
        await bus.publish(proposal("remove", "a"))
        await settled(bus)
        assert await listings(bus) == []
        assert await Store(bus).history(ident("a")) == []


async def test_a_listing_that_comes_back_counts_its_revisions_on(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus:
        for event in (row("dzedemo_one"), proposal("remove", "dzedemo_one"), row("dzedemo_one")):
            await bus.publish(event)
            await settled(bus)
        assert (await only(bus)).revision == 3


async def test_two_listings_never_share_a_link_however_they_race(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus:
        await bus.publish(
            *(proposal("add", f"s{n}", content(name=f"Двор {n}")) for n in range(20)),
            *(row("dzedemo_one", listing=f"i{n}") for n in range(20)),
        )
        await settled(bus)
        await only(bus)


async def test_a_change_moves_the_link_and_frees_the_old_one(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus:
        await bus.publish(row("dzedemo_one"))
        await settled(bus)
        await bus.publish(proposal("change", "dzedemo_one", content("dzedemo_two")))
        await settled(bus)
        await bus.publish(proposal("add", "b", content("dzedemo_one", name="Іншы")))
        await settled(bus)
        found = {each.link.value: each.id for each in await listings(bus)}
        assert found == {"dzedemo_two": ident("dzedemo_one"), "dzedemo_one": ident("b")}


async def test_a_change_to_the_link_of_another_listing_goes_to_the_dead_letters(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus:
        await bus.publish(row("dzedemo_one"), row("dzedemo_two"))
        await settled(bus)
        await bus.publish(proposal("change", "dzedemo_one", content("dzedemo_two")))
        await settled(bus)
        assert {each.link.value for each in await listings(bus)} == {"dzedemo_one", "dzedemo_two"}
        (letter,) = [each async for each in letters(bus.redis, SUBMISSIONS_ACCEPTED, "directory")]
        assert "another listing has the link" in letter.reason


async def test_the_same_link_many_times_in_one_batch_is_one_listing(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus:
        await bus.publish(*(row(f"dzedemo_{n % 7}", listing=str(n % 7), members=100 + n) for n in range(300)))
        await settled(bus)
        assert len(await listings(bus)) == 7


async def test_small_counts_are_neither_shown_nor_stored(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus:
        await bus.publish(row("dzedemo_one", members=17))
        await settled(bus)
        shown = await only(bus)
        assert (shown.members, shown.members_below) == (None, 20)
        for partition in range(PARTITIONS):
            for value in await bus.redis.hvals(f"directory:{tag(partition)}:records"):
                assert b'"members":null' in value


START = now()


def look(hours: float, who: str | None, **more: Any) -> ChatObserved:
    """What a look-up finds under the link; None: nothing."""
    found = {"identity": KEYS.token("chat.identity", who), "chat_type": "group"} if who else {}
    link, at = Link(kind="username", value="dzedemo_one"), START + timedelta(hours=hours)
    return ChatObserved(link=link, alive=who is not None, observed_at=at, **(found | more))


async def told(bus: Bus) -> list[LinkChanged]:
    """What moderation is told of links, in the order of each partition."""
    redis: Any = bus.redis
    envelope, found = Envelope(bus.keys), list[LinkChanged]()
    for partition in range(PARTITIONS):
        for _, fields in await redis.xrange(LINKS_CHANGED.partition_key(partition)):
            found.append(as_a(LinkChanged, envelope.decode(LINKS_CHANGED, fields[DATA])))
    return found


async def listed(bus: Bus, *looks: ChatObserved) -> None:
    """One listing, and what is found under its link."""
    await bus.publish(row("dzedemo_one"))
    await settled(bus)
    await bus.publish(*looks)
    await settled(bus)


async def stored(bus: Bus, stream: AnyStream) -> bytes:
    """All that lies in Redis of a stream."""
    redis: Any = bus.redis
    found: list[bytes] = []
    for partition in range(PARTITIONS):
        found += await redis.hvals(stream.snapshot_key(partition))
        found += [fields[DATA] for _, fields in await redis.xrange(stream.partition_key(partition))]
    return b"".join(found)


def answer(decision: str, asked: LinkChanged) -> LinkReviewed:
    return LinkReviewed(
        listing_id=asked.listing_id, question=sure(asked.question).number, decision=decision,
        reviewer="b" * 13, reviewed_at=now(),
    )  # fmt: skip


async def test_a_link_is_dead_after_repeated_observations_and_alive_after_one_of_the_same_chat(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus:
        await listed(bus, look(0, "ours"))
        for hours in range(1, 4):
            await settled(bus)
            assert (await only(bus)).dead_since is None
            await bus.publish(look(hours, None))
        await settled(bus)
        dead = await only(bus)
        assert dead.dead_since == START + timedelta(hours=1)
        assert not dead.link_is_open
        await bus.publish(look(4, "ours", members=41))
        await settled(bus)
        alive = await only(bus)
        assert (alive.dead_since, alive.members) == (None, 41)
        assert alive.checked_at == START + timedelta(hours=4)
        assert [one.state for one in await told(bus)] == ["open"]


async def test_over_replicas_and_repeats_a_link_is_hidden_and_asked_about_once_and_answered_once(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus, directory(bus_factory) as _second:
        await listed(bus, look(0, "ours"))
        await bus.publish(*(look(1 + n / 100, "theirs", title="Навіны", members=30) for n in range(40)))
        await settled(bus)
        hidden = await only(bus)
        assert hidden.link_hidden_since == START + timedelta(hours=1)
        assert [one.state for one in await told(bus)] == ["open", "asked"]
        asked = (await told(bus))[-1]
        await bus.publish(*(answer(what, asked) for what in ("same", "remove", "hide") * 3))
        await settled(bus)
        shown = await only(bus)
        assert shown.link_is_open
        assert [(one.state, one.identity) for one in (await told(bus))[2:]] == [
            ("open", KEYS.token("chat.identity", "theirs"))
        ]


async def test_which_chat_it_is_is_kept_with_the_listing_and_published_to_nobody_who_shows_it(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    secret = KEYS.token("chat.identity", "ours").encode()
    async with directory(bus_factory) as bus:
        await listed(bus, look(0, "ours"), look(1, "theirs", title="Чужы чат"))
        assert not (await only(bus)).link_is_open
        shown = await stored(bus, DIRECTORY_CHANGED)
        assert b"dzedemo_one" in shown
        assert secret not in shown
        assert "Чужы чат".encode() not in shown
        assert secret not in await stored(bus, LINKS_CHANGED), "sealed"
        redis: Any = bus.redis
        for partition in range(PARTITIONS):
            for value in await redis.hvals(f"directory:{tag(partition)}:records"):
                assert "Чужы чат".encode() not in value


async def test_new_areas_reach_listings_that_were_there_before_and_those_that_come_later(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus:
        await bus.publish(*(row(f"dzedemo_{n}") for n in range(300)))
        await settled(bus)
        await bus.publish(ImportArea(area=area("west", WEST), imported_at=now()))
        await settled(bus)
        assert {each.areas for each in await listings(bus)} == {("west",)}
        await bus.publish(row("dzedemo_late"))
        await settled(bus)
        assert {each.areas for each in await listings(bus)} == {("west",)}
        await bus.publish(ImportArea(area=area("west", EAST), imported_at=now()))
        await settled(bus)
        assert {each.areas for each in await listings(bus)} == {()}


def area(ident: str, polygon: list[list[list[tuple[float, float]]]]) -> Area:
    return Area(id=ident, level="district", names={"be": ident}, polygon=polygon)


async def test_an_area_imported_twice_is_published_once(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus:
        await bus.publish(*(ImportArea(area=area("west", WEST), imported_at=now()) for _ in range(3)))
        await settled(bus)
        await bus.publish(ImportArea(area=area("west", WEST), imported_at=now()))
        await settled(bus)
        published = [await bus.redis.xlen(f"areas.changed.v1.{tag(p)}") for p in range(PARTITIONS)]
        assert sum(published) == 1


@pytest.mark.parametrize("replicas", [2])
async def test_replicas_share_the_work_and_nothing_is_counted_twice(
    bus_factory: BusFactory, nothing_pending: None, replicas: int
) -> None:
    async with directory(bus_factory) as first, directory(bus_factory) as _second:
        await first.publish(*(row(f"dzedemo_{n}") for n in range(400)))
        await settled(first)
        found = await listings(first)
        assert len(found) == 400
        assert {each.revision for each in found} == {1}
        published = [await first.redis.xlen(f"directory.changed.v1.{tag(p)}") for p in range(PARTITIONS)]
        assert sum(published) == 400
