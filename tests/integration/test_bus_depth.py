"""What is told of a group's work: before it, in hand, published."""

from prometheus_client import REGISTRY

from shared.bus import Bus, Commit
from shared.bus.depth import lag_of, measure
from shared.clock import now
from shared.contracts.registry import SUBMISSIONS_WITHDRAWN
from shared.contracts.submissions import SubmissionWithdrawn
from shared.keys import Keys
from tests.conftest import BusFactory

TOPIC = SUBMISSIONS_WITHDRAWN.topic


def told(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


def withdrawn(n: int) -> SubmissionWithdrawn:
    return SubmissionWithdrawn(submission_id=Keys("x" * 32).token("t", str(n)), withdrawn_at=now())


async def test_what_waits_and_what_is_in_hand_is_told_of_all_partitions(bus_factory: BusFactory) -> None:
    published = told("dze_messages_published_total", stream=TOPIC)
    bus: Bus = bus_factory("submissions")
    bus.register({SUBMISSIONS_WITHDRAWN: _never})
    async with bus_factory("gateway").running() as _, bus_factory("submissions").running():
        await bus.publish(*(withdrawn(n) for n in range(30)))
    [subscription] = bus._subscriptions
    await measure(bus.redis, subscription)
    assert told("dze_stream_lag", stream=TOPIC, group="submissions") == 30
    assert told("dze_stream_pending", stream=TOPIC, group="submissions") == 0
    assert told("dze_messages_published_total", stream=TOPIC) == published + 30

    for key in SUBMISSIONS_WITHDRAWN.partitions():
        await bus.redis.xreadgroup("submissions", "test", {key: ">"}, count=1000)
    await measure(bus.redis, subscription)
    assert told("dze_stream_lag", stream=TOPIC, group="submissions") == 0
    assert told("dze_stream_pending", stream=TOPIC, group="submissions") == 30


async def test_streams_in_which_nothing_was_ever_written_are_empty(bus_factory: BusFactory) -> None:
    bus: Bus = bus_factory("submissions")
    bus.register({SUBMISSIONS_WITHDRAWN: _never})
    await measure(bus.redis, bus._subscriptions[0])
    assert told("dze_stream_lag", stream=TOPIC, group="submissions") == 0


def test_where_redis_has_lost_count_something_waits() -> None:
    assert lag_of({"lag": None}) == 1
    assert lag_of({"lag": 0}) == 0


async def _never(event: SubmissionWithdrawn) -> Commit:
    raise AssertionError(event)
