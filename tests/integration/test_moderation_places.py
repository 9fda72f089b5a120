"""Where a chat stands on the map is known by which chat it is, never by a name that others can take."""

from typing import Any

import pytest

from services.moderation.decide.batch import Batch, read
from services.moderation.identity import identity
from services.moderation.ingest.poller import event_of
from services.moderation.store.names import CHECKS, IDENTITIES, PLACES
from shared.clock import now, unix
from shared.contracts.directory import DirectoryChanged
from shared.contracts.links import LinkChanged, LinkState
from shared.contracts.listings import ChatType, Kind, Link, Listing, Place
from tests.conftest import Eventually
from tests.house import Clock
from tests.moderation import ALES, chat, message, raw

LINK, OURS, THEIRS, OLD = Link(kind="username", value="yard7_chat"), -1001, -1002, -77
ID = "a" * 13


def listing(**values: Any) -> Listing:
    usual = {"name": "Двор", "kind": Kind.GROUP, "place": Place(lat=53.9, lon=27.5), "link": LINK}
    return Listing(id=ID, revision=1, created_at=now(), updated_at=now(), **(usual | values))


async def lists(house: Clock, eventually: Eventually, one: Listing | None) -> None:
    """The directory publishes the listing, and moderation has read it."""
    change = "removed" if one is None else "changed"
    before = await house.bus.redis.hgetall(PLACES)
    await house.bus.publish(
        DirectoryChanged(listing_id=ID, change=change, revision=1, listing=one, changed_at=now())
    )
    await eventually(lambda: _other(house, before))


async def _other(house: Clock, before: Any) -> bool:
    after: Any = await house.bus.redis.hgetall(PLACES)
    return bool(after != before)


async def trusts(
    house: Clock, eventually: Eventually, who: int | None, kind: ChatType = "group", state: LinkState = "open"
) -> None:
    """The directory says which chat is listed."""
    known = identity(house.bus.keys, who, kind) if who else None
    await house.bus.publish(
        LinkChanged(listing_id=ID, link=LINK, state=state, identity=known, changed_at=now())
    )
    wanted = known if state == "open" else None
    await eventually(lambda: _knows(house, wanted))


async def _knows(house: Clock, wanted: str | None) -> bool:
    return await house.store.places.identity(LINK.key) == wanted


async def place_of(house: Clock, chat_id: int, kind: str = "supergroup") -> Any:
    """Where a person who comes into this chat, which has the listed name, is seen to have come."""

    body = message(at=int(unix()), who=ALES) | {"chat": chat(chat_id, kind, username=LINK.value)}
    batch = Batch(house.desk, int(unix()), read([event_of(raw(body), now())]))
    await batch._load(house.desk.context(int(unix())))
    state = batch.states[chat_id]
    return state.place, state.precision, state.taken_link


NOWHERE = (None, "", "")
HERE = ((53.9, 27.5), "courtyard", "")


async def test_a_place_is_given_to_the_listed_chat_and_not_to_whoever_has_its_name(
    house: Clock, eventually: Eventually
) -> None:
    await lists(house, eventually, listing())
    assert await place_of(house, OURS) == NOWHERE, "nobody has looked yet which chat is listed"
    await trusts(house, eventually, OURS)
    assert await place_of(house, OURS) == HERE
    assert await place_of(house, THEIRS) == (None, "", LINK.key)
    assert await place_of(house, OURS, "channel") == (None, "", LINK.key), "the same id of another type"
    assert await place_of(house, OURS, "group") == HERE


@pytest.mark.parametrize("state", ["asked", "hidden", "gone"])
async def test_a_link_that_is_not_trusted_places_nobody(
    house: Clock, eventually: Eventually, state: LinkState
) -> None:
    await lists(house, eventually, listing())
    await trusts(house, eventually, OURS)
    await trusts(house, eventually, OURS, state=state)
    assert await place_of(house, OURS) == NOWHERE
    assert await place_of(house, THEIRS) == NOWHERE


@pytest.mark.parametrize("since", ["dead_since", "link_hidden_since"])
async def test_a_link_that_is_not_shown_places_nobody(
    house: Clock, eventually: Eventually, since: str
) -> None:
    await lists(house, eventually, listing())
    await trusts(house, eventually, OURS)
    await lists(house, eventually, listing(**{since: now()}))
    assert await place_of(house, OURS) == NOWHERE
    await lists(house, eventually, listing())
    assert await place_of(house, OURS) == HERE


async def test_a_chat_that_became_a_supergroup_keeps_its_place_also_before_the_next_look(
    house: Clock, eventually: Eventually
) -> None:
    await lists(house, eventually, listing())
    await trusts(house, eventually, OLD)
    assert await place_of(house, OURS) == (None, "", LINK.key)
    await house.bus.commit(await house.desk.move(OLD, OURS, int(unix())))
    assert await place_of(house, OURS) == HERE


async def test_a_listing_that_goes_leaves_nothing(house: Clock, eventually: Eventually) -> None:
    await lists(house, eventually, listing())
    await trusts(house, eventually, OURS)
    await lists(house, eventually, None)
    for key in (PLACES, IDENTITIES, CHECKS):
        assert not await house.bus.redis.exists(key), key


async def test_which_chat_stands_under_a_link_is_looked_up_at_once_when_another_one_has_its_name(
    house: Clock, eventually: Eventually
) -> None:
    await lists(house, eventually, listing())
    await trusts(house, eventually, OURS)
    later = int(unix()) + 40_000
    await house.bus.redis.zadd(CHECKS, {LINK.key: later})
    stranger = message(at=int(unix()), who=ALES) | {"chat": chat(THEIRS, username=LINK.value)}
    await house.hear(raw(stranger))
    await eventually(lambda: _due(house, later))
    await house.bus.redis.zadd(CHECKS, {LINK.key: later})
    await house.hear(raw(stranger | {"message_id": 99_991}), raw(stranger | {"message_id": 99_992}))
    await eventually(lambda: _heard(house, THEIRS, 99_992))
    assert not await _due(house, later), "once in an hour"


async def test_a_listed_chat_that_takes_another_name_is_looked_up_at_once(
    house: Clock, eventually: Eventually
) -> None:
    await lists(house, eventually, listing())
    await trusts(house, eventually, OURS)
    ours = message(at=int(unix()), who=ALES)
    await house.hear(raw(ours | {"message_id": 99_990, "chat": chat(OURS, username=LINK.value)}))
    await eventually(lambda: _heard(house, OURS, 99_990))
    later = int(unix()) + 40_000
    await house.bus.redis.zadd(CHECKS, {LINK.key: later})
    await house.hear(raw(ours | {"message_id": 99_993, "chat": chat(OURS, username="another_name")}))
    await eventually(lambda: _due(house, later))


async def _heard(house: Clock, chat_id: int, message_id: int) -> bool:
    return any(
        one.message_id == message_id for one in await house.store.chats.index.all(chat_id, int(unix()))
    )


async def _due(house: Clock, later: int) -> bool:
    due: Any = await house.bus.redis.zscore(CHECKS, LINK.key)
    return bool(due is not None and due < later)
