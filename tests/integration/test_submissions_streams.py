"""Proposals through the real bus and a real Redis: from what the gateway publishes to what others get."""

import asyncio
from asyncio.locks import Event
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from services.submissions.__main__ import equip
from services.submissions.handlers import end_overdue
from services.submissions.index import Index
from services.submissions.store import Store
from shared.bus import NOTHING, Commit, Outcome
from shared.bus.bus import Bus
from shared.clock import now
from shared.contracts.directory import DirectoryChanged
from shared.contracts.listings import Content, Kind, Link, Listing, Place, Precision
from shared.contracts.registry import (
    REVIEWS_CLOSED,
    REVIEWS_REQUESTED,
    SUBMISSIONS_ACCEPTED,
    SUBMISSIONS_CHANGED,
)
from shared.contracts.submissions import (
    ReviewClosed,
    ReviewRequested,
    State,
    SubmissionAccepted,
    SubmissionChanged,
    SubmissionReceived,
    SubmissionReviewed,
    SubmissionWithdrawn,
)
from shared.settings import Settings
from tests.conftest import BusFactory, Eventually
from tests.stored import still, stored
from tests.sure import sure

pytestmark = pytest.mark.usefixtures("nothing_pending")


class Around:
    """The services around submissions, as far as submissions can tell: they note what they get."""

    def __init__(self, gateway: Bus, moderation: Bus, directory: Bus, submissions: Bus) -> None:
        self.submissions, self.store = submissions, Store(submissions)
        self.requests: list[ReviewRequested] = []
        self.closed: list[ReviewClosed] = []
        self.orders: list[SubmissionAccepted] = []
        self.changes: list[SubmissionChanged] = []
        self.gateway = gateway
        self.keys = gateway.keys

        async def on_request(event: ReviewRequested) -> Commit:
            self.requests.append(event)
            return NOTHING

        async def on_closed(event: ReviewClosed) -> Commit:
            self.closed.append(event)
            return NOTHING

        async def on_accepted(event: SubmissionAccepted) -> Commit:
            self.orders.append(event)
            return NOTHING

        def on_changed(event: SubmissionChanged) -> None:
            self.changes.append(event)

        moderation.register({REVIEWS_REQUESTED: on_request, REVIEWS_CLOSED: on_closed})
        directory.register({SUBMISSIONS_ACCEPTED: on_accepted})
        gateway.follow(SUBMISSIONS_CHANGED, on_changed)

    def id(self, name: str) -> str:
        return self.keys.token("submission", name)

    def listing_id(self, name: str) -> str:
        """Of the listing that an accepted addition becomes."""
        return self.keys.token("listing", self.id(name), 8)

    def state(self, name: str) -> State | None:
        return next((e.state for e in reversed(self.changes) if e.submission_id == self.id(name)), None)

    def last(self, name: str) -> SubmissionChanged:
        return next(e for e in reversed(self.changes) if e.submission_id == self.id(name))

    async def propose(self, name: str, action: str = "add", **values: Any) -> None:
        values = {"content": content()} | values if action == "add" else values
        await self.gateway.publish(
            SubmissionReceived(submission_id=self.id(name), action=action, received_at=now(), **values)
        )

    async def decide(self, name: str, decision: str = "approve", **values: Any) -> None:
        await self.gateway.publish(
            SubmissionReviewed(
                submission_id=self.id(name), decision=decision, reviewer="r" * 13, reviewed_at=now(), **values
            )
        )

    async def withdraw(self, name: str) -> None:
        await self.gateway.publish(SubmissionWithdrawn(submission_id=self.id(name), withdrawn_at=now()))

    async def list_it(self, listing_id: str, what: Content | None, revision: int = 1, **more: Any) -> None:
        listed = what and Listing(
            **dict(what), id=listing_id, revision=revision, created_at=now(), updated_at=now(), **more
        )
        change = "added" if revision == 1 else "changed" if what else "removed"
        await self.gateway.publish(
            DirectoryChanged(
                listing_id=listing_id, change=change, revision=revision, listing=listed, changed_at=now()
            )
        )


def content(
    name: str = "Затока 3", link: str = "zatoka_chat", lat: float = 53.9, lon: float = 27.5
) -> Content:
    return Content(
        name=name,
        link=Link(kind="username", value=link),
        kind=Kind.GROUP,
        place=Place(lat=lat, lon=lon, precision=Precision.COURTYARD),
    )


@pytest.fixture
async def around(
    bus_factory: BusFactory, settings: Settings, eventually: Eventually
) -> AsyncIterator[Around]:
    """Everything running: two replicas of submissions and their surroundings."""
    gateway, moderation, directory = (bus_factory(name) for name in ("gateway", "moderation", "directory"))
    replicas = [equip(bus_factory("submissions"), settings) for _ in range(2)]
    world = Around(gateway, moderation, directory, replicas[0])
    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        buses = (gateway, moderation, directory, *replicas)
        started = [asyncio.Event() for _ in buses]
        for bus, up in zip(buses, started, strict=True):
            group.create_task(keep_running(bus, up, done))
        await asyncio.gather(*(up.wait() for up in started))
        # Before it has caught up, a follower may see what came meanwhile twice, and not in order.
        await eventually(lambda: gateway.readiness().ready)
        yield world
        done.set()


async def keep_running(bus: Bus, started: Event, done: Event) -> None:
    async with bus.running():
        started.set()
        await done.wait()


async def test_a_proposal_goes_all_the_way_to_the_directory(around: Around, eventually: Eventually) -> None:
    await around.propose("one")
    await eventually(lambda: around.requests)
    await around.decide("one")
    await eventually(lambda: around.orders)
    (order,) = around.orders
    assert (order.listing_id, order.content) == (around.listing_id("one"), content())
    await eventually(lambda: around.state("one") is State.ACCEPTED)
    seen = [e.state for e in around.changes]
    assert seen[-1] is State.ACCEPTED
    assert [e.revision for e in around.changes] == sorted(e.revision for e in around.changes)
    record = sure(await around.store.record(around.id("one")))
    assert (record.state, record.content) == (State.ACCEPTED, None)


async def test_the_claim_of_an_accepted_link_is_kept_until_the_directory_shows_it(
    around: Around, eventually: Eventually
) -> None:
    await around.propose("one")
    await eventually(lambda: around.requests)
    await around.decide("one")
    await eventually(lambda: around.orders)
    await around.propose("two")
    await eventually(lambda: around.submissions.redis.keys("submissions:lent:*"))
    assert around.state("two") is None
    await around.list_it(around.listing_id("one"), content())
    await eventually(lambda: none_lent(around))
    await eventually(lambda: around.state("two") is State.DUPLICATE)
    assert around.last("two").listing_id == around.listing_id("one")
    await around.propose("three")
    await eventually(lambda: around.state("three") is State.DUPLICATE)
    assert around.last("three").reasons == ("link.duplicate",)
    assert around.last("three").listing_id == around.listing_id("one")


async def none_lent(around: Around) -> bool:
    return not await around.submissions.redis.keys("submissions:lent:*")


@pytest.mark.parametrize("action", ["add", "change", "remove"])
async def test_a_false_proposal_keeps_no_honest_one_from_the_reviewers(
    around: Around, eventually: Eventually, action: str
) -> None:
    more: dict[str, Any] = {}
    if action != "add":
        await around.list_it("o" * 13, content("Стары чат", "stary_chat"))
        await eventually(lambda: around.store.index.listing("o" * 13))
        more = {"listing_id": "o" * 13}
    if action == "change":
        more["content"] = content("Фальшывы")
    await around.propose("false", action, **more)
    await eventually(lambda: len(around.requests) == 1)
    await around.propose("honest", content=content("Сапраўдны"))
    await eventually(lambda: len(around.requests) == 2)
    await around.decide("honest", others=(around.id("false"),))
    await eventually(lambda: around.state("false") is State.DUPLICATE)
    assert around.last("false").reasons == ("review.other_chosen",)
    assert around.last("false").listing_id == around.listing_id("honest")
    assert around.state("honest") is State.ACCEPTED
    await eventually(lambda: len(around.orders) == 1)


async def test_a_chosen_one_that_was_withdrawn_brings_the_others_back_before_the_reviewers(
    around: Around, eventually: Eventually
) -> None:
    for name in ("one", "two"):
        await around.propose(name, content=content(name))
    await eventually(lambda: len(around.requests) == 2)
    await around.withdraw("one")
    await eventually(lambda: around.state("one") is State.WITHDRAWN)
    await around.decide("one", others=(around.id("two"),))
    await eventually(lambda: len(around.requests) == 3)
    assert around.requests[-1].submission_id == around.id("two")
    assert around.requests[-1].reopened
    assert around.state("two") is State.IN_REVIEW


async def test_every_event_twice_has_one_effect(around: Around, eventually: Eventually) -> None:
    for _ in range(2):
        await around.propose("one")
    await eventually(lambda: around.requests)
    for _ in range(2):
        await around.decide("one")
        await around.decide("one", "refuse")
    await eventually(lambda: around.orders)
    await around.propose("one")
    await around.withdraw("one")
    await around.propose("last", content=content(link="other_chat"))
    await eventually(lambda: len(around.requests) == 2)
    await eventually(lambda: still(around.submissions.redis))
    assert len(around.orders) == 1
    assert not around.closed
    assert sure(await around.store.record(around.id("one"))).state is State.ACCEPTED


async def test_what_is_withdrawn_in_review_is_closed_and_its_link_is_free_again(
    around: Around, eventually: Eventually
) -> None:
    await around.propose("one")
    await eventually(lambda: around.requests)
    await around.withdraw("one")
    await eventually(lambda: around.closed)
    assert around.closed[0].state is State.WITHDRAWN
    await around.decide("one")
    await around.propose("two")
    await eventually(lambda: len(around.requests) == 2)
    assert not around.orders


async def test_a_withdrawal_that_comes_first_is_remembered(around: Around, eventually: Eventually) -> None:
    await around.withdraw("one")
    await eventually(lambda: remembered(around))
    await around.propose("one")
    await eventually(lambda: around.state("one") is State.WITHDRAWN)
    assert not around.requests
    assert not await remembered(around)


async def remembered(around: Around) -> bool:
    return bool(await around.submissions.redis.keys("submissions:withdrawn:*"))


async def test_of_many_approvals_of_one_link_at_once_exactly_one_is_carried_out(
    around: Around, eventually: Eventually
) -> None:
    names = [f"n{n}" for n in range(24)]
    await asyncio.gather(*(around.propose(name) for name in names))
    await eventually(lambda: all(around.state(name) is State.IN_REVIEW for name in names))
    await asyncio.gather(*(around.decide(name) for name in names))
    await eventually(lambda: around.orders)
    (order,) = around.orders
    await around.list_it(order.listing_id, content())
    await eventually(lambda: all(around.state(n) in {State.ACCEPTED, State.DUPLICATE} for n in names))
    assert [around.state(name) for name in names].count(State.ACCEPTED) == 1
    assert len(around.orders) == 1


async def test_a_decision_and_a_withdrawal_at_once_end_in_one_of_the_two(
    around: Around, eventually: Eventually
) -> None:
    names = [f"n{n}" for n in range(16)]
    for n, name in enumerate(names):
        await around.propose(name, content=content(link=f"chat_{n}x"))
    await eventually(lambda: len(around.requests) == 16)
    await asyncio.gather(*(go(name) for name in names for go in (around.decide, around.withdraw)))
    await eventually(lambda: len(around.orders) + len(around.closed) == 16)
    accepted = {order.submission_id for order in around.orders}
    withdrawn = {closed.submission_id for closed in around.closed}
    assert accepted | withdrawn == {around.id(name) for name in names}
    assert not accepted & withdrawn


async def test_the_reviewer_sees_what_stands_there_and_which_neighbours_have_the_same_name(
    around: Around, eventually: Eventually
) -> None:
    await around.list_it("a" * 13, content("Затока, 3", "old_chat"))
    await around.list_it("b" * 13, content("Затока 3 (чат)", "twin_chat", lat=53.9005))
    await around.list_it("c" * 13, content("Затока 5", "next_chat"))
    await around.propose("one", "change", listing_id="a" * 13, content=content())
    await eventually(lambda: around.requests)
    (request,) = around.requests
    assert request.before == content("Затока, 3", "old_chat")
    assert [(s.listing_id, s.metres) for s in request.similar] == [("b" * 13, 56)]


async def test_a_change_of_a_listing_just_added_waits_for_the_index_instead_of_being_refused(
    around: Around, eventually: Eventually
) -> None:
    for n, letter in enumerate("abcdefgh"):
        await around.gateway.publish(
            SubmissionReceived(
                submission_id=around.id(letter), action="remove", listing_id=letter * 13, received_at=now()
            ),
            DirectoryChanged(
                listing_id=letter * 13,
                change="added",
                revision=1,
                listing=Listing(
                    **dict(content(link=f"chat_{n}x")),
                    id=letter * 13,
                    revision=1,
                    created_at=now(),
                    updated_at=now(),
                ),
                changed_at=now(),
            ),
        )
    await eventually(lambda: len(around.requests) == 8)


async def test_the_removal_of_a_listing_that_never_was_is_refused(
    around: Around, eventually: Eventually
) -> None:
    await around.propose("one", "remove", listing_id="a" * 13)
    await eventually(lambda: around.state("one") is State.REFUSED)
    assert around.last("one").reasons == ("listing.unknown",)


async def test_the_index_follows_links_that_move_between_listings(
    around: Around, eventually: Eventually
) -> None:
    index = around.store.index
    first, second = content("Першы", "first_chat"), content("Другі", "second_chat")
    await around.list_it("a" * 13, first)
    await around.list_it("b" * 13, second)
    await eventually(lambda: index.owner(second.link))
    await around.list_it("a" * 13, None, 2)
    await around.list_it("b" * 13, second.model_copy(update={"link": first.link}), 2)
    await eventually(lambda: owned(index, first.link, "b" * 13))
    assert await index.owner(second.link) is None
    assert await index.listing("a" * 13) is None
    near = await index.neighbours(first.place)
    assert [n.listing_id for n in near] == ["b" * 13]


async def test_places_at_the_poles_do_no_harm(around: Around, eventually: Eventually) -> None:
    await around.list_it("a" * 13, content("Полюс", "pole_chat", lat=89.99))
    await eventually(lambda: around.store.index.owner(content(link="pole_chat").link))
    await around.list_it("a" * 13, content("Полюс", "pole_chat"), 2)
    await eventually(lambda: around.store.index.neighbours(content().place))
    await around.list_it("a" * 13, content("Полюс", "pole_chat", lat=-89.99), 3)
    await eventually(lambda: nobody_near(around))
    await around.propose("one", content=content(lat=-90))
    await eventually(lambda: around.state("one") is State.REFUSED)
    assert around.last("one").reasons == ("place.outside",)


async def nobody_near(around: Around) -> bool:
    return not await around.store.index.neighbours(content().place)


async def owned(index: Index, link: Link, listing_id: str) -> bool:
    return await index.owner(link) == listing_id


async def test_nothing_of_a_proposal_can_be_read_on_disk_and_nothing_is_left_when_it_is_forgotten(
    around: Around, eventually: Eventually
) -> None:
    redis = around.submissions.redis
    await around.propose("one", content=content("Таямніца", "secret_chat"), reason="мае словы")
    await eventually(lambda: around.requests)
    kept = await lying(redis)
    assert b"secret_chat" not in kept
    assert "Таямніца".encode() not in kept
    assert "словы".encode() not in kept
    await around.decide("one", "refuse")
    await eventually(lambda: around.state("one") is State.REFUSED)
    assert await end_overdue(around.store, now()) is None
    commit = sure(await end_overdue(around.store, now() + timedelta(days=30, seconds=1)))
    assert await around.submissions.commit(commit) is Outcome.DONE
    await eventually(lambda: around.state("one") is State.FORGOTTEN)
    assert await around.store.record(around.id("one")) is None
    assert not await redis.keys("submissions:*")
    await eventually(lambda: no_snapshot(redis))


async def no_snapshot(redis: Redis) -> bool:
    return not await redis.keys(f"{SUBMISSIONS_CHANGED.topic}.snapshot.*")


async def lying(redis: Redis) -> bytes:
    """Every value of this service, as it lies in Redis."""
    found = {key: value for key, value in (await stored(redis)).items() if key.startswith(b"submissions:")}
    assert found
    return b"".join(key + value for key, value in found.items())


@pytest.mark.parametrize("since", ["link_hidden_since", "dead_since"])
async def test_a_link_that_is_hidden_or_dead_can_be_proposed_anew_until_it_is_shown_again(
    around: Around, eventually: Eventually, since: str
) -> None:
    index, owner = around.store.index, "o" * 13
    await around.list_it(owner, content("Стары чат"), 1, **{since: now()})
    await eventually(lambda: _withheld(index, owner))
    await around.propose("anew", content=content("Новы чат"))
    await eventually(lambda: around.requests)
    (request,) = around.requests
    assert (request.link_of, sure(request.before).name) == (owner, "Стары чат")
    await around.propose("again", content=content("Яшчэ адзін"))
    await eventually(lambda: around.state("again") is State.IN_REVIEW)
    await around.decide("anew", identity="i" * 26, others=(around.id("again"),))
    await eventually(lambda: around.state("again") is State.DUPLICATE)
    await eventually(lambda: around.orders)
    (order,) = around.orders
    assert (order.listing_id, order.identity) == (owner, "i" * 26)
    await around.list_it(owner, content("Новы чат"), 2)
    await eventually(lambda: _shown(index, owner))
    await around.propose("late", content=content("Позна"))
    await eventually(lambda: around.state("late") is State.DUPLICATE)
    assert around.last("late").reasons == ("link.duplicate",)
    await around.list_it(owner, None, 3)
    await eventually(lambda: _gone(index, content().link))


async def _withheld(index: Index, listing_id: str) -> bool:
    return not await index.shows_link(listing_id)


async def _shown(index: Index, listing_id: str) -> bool:
    return await index.shows_link(listing_id)


async def _gone(index: Index, link: Link) -> bool:
    return await index.owner(link) is None
