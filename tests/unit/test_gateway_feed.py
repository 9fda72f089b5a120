"""Live changes: nobody misses one without being told, and a slow reader costs no memory."""

import pytest

from services.gateway.feed import KEPT, QUEUE, Feed, Full
from tests.gateway import added, listing


def publish(feed: Feed, count: int) -> None:
    for number in range(count):
        feed.publish(added(listing(number)))


async def numbers(feed: Feed, last: str | None) -> list[int] | None:
    """What a reader that comes back gets; None when it is told to load everything."""
    with feed.reading(last) as reader:
        news = await reader.take(0.01)
        return None if reader.missed else [change.number for change in news]


async def test_a_reader_that_comes_back_gets_what_came_since() -> None:
    feed = Feed(10)
    assert await numbers(feed, feed.now) == []
    publish(feed, 5)
    assert await numbers(feed, feed.event_id(2)) == [3, 4, 5]
    assert await numbers(feed, feed.event_id(5)) == []
    assert await numbers(feed, None) == []


@pytest.mark.parametrize("last", ["", "x", "000000000000-1", "-1", "🙂", "0" * 64])
async def test_an_unknown_place_means_loading_everything(last: str) -> None:
    feed = Feed(10)
    publish(feed, 5)
    assert await numbers(feed, last) is None


async def test_a_place_too_long_ago_or_still_to_come_means_loading_everything() -> None:
    feed = Feed(10)
    publish(feed, KEPT + 10)
    assert await numbers(feed, feed.event_id(9)) is None
    assert await numbers(feed, feed.event_id(KEPT + 11)) is None
    assert await numbers(feed, feed.event_id(KEPT + 5)) == [KEPT + number for number in (6, 7, 8, 9, 10)]


async def test_a_slow_reader_is_told_and_holds_nothing() -> None:
    feed = Feed(10)
    with feed.reading(None) as reader:
        publish(feed, QUEUE + 1)
        assert await reader.take(0.01) == []
        assert reader.missed
        reader.go_on()
        publish(feed, 1)
        assert len(await reader.take(0.01)) == 1


async def test_a_model_that_is_built_anew_tells_everybody() -> None:
    feed = Feed(10)
    feed.go_live()
    publish(feed, 3)
    before = feed.now
    with feed.reading(None) as reader:
        feed.restart()
        assert not feed.live
        assert await reader.take(0.01) == []
        assert not reader.missed, "there is nothing whole to load yet"
        assert await numbers(feed, before) is None
        between = feed.now
        feed.go_live()
        await reader.take(0.01)
        assert reader.missed
    assert feed.live
    assert await numbers(feed, between) is None, "what was loaded in between may be a part"
    assert await numbers(feed, feed.now) == []


def test_streams_are_limited_and_given_back() -> None:
    feed = Feed(1)
    with feed.reading(None):
        assert feed.full
        with pytest.raises(Full), feed.reading(None):
            pass
    assert not feed.full
    assert feed.open == 0
