"""`dze status --check`: what an operator should look at, and nothing else."""

import pytest

from cli.status import Held, Standing, problems
from shared.bus.leases import Holder, holder_of
from shared.contracts.base import PARTITIONS

ALL = range(PARTITIONS)


def standing(group: str, *, held: range = ALL, stream: str = "a.v1", **counts: int) -> Standing:
    parts = tuple(Held(number, "one" if number in held else None, None) for number in ALL)
    numbers = {"entries": 0, "lag": 0, "pending": 0, "dead": 0} | counts
    return Standing(stream=stream, group=group, partitions=parts, **numbers)


NOBODY = range(0)
RUNNING = standing("directory")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([RUNNING], []),
        ([standing("directory", lag=2, pending=1)], []),
        ([standing("directory", lag=2, pending=2)], ["directory: a.v1: 4 messages waiting"]),
        ([standing("directory", dead=1)], ["directory: a.v1: 1 dead letter, see `dze dead list`"]),
        (
            [standing("directory", held=range(6))],
            ["directory: a.v1: no instance works on 2 partitions 6, 7"],
        ),
        ([standing("directory", held=NOBODY)], ["directory: no instance is running"]),
        ([RUNNING, standing("directory", held=NOBODY, stream="b.v1")], []),
        (
            [RUNNING, standing("directory", held=NOBODY, stream="b.v1", lag=1)],
            ["directory: b.v1: 1 message waiting"],
        ),
        ([RUNNING, standing("moderation", held=NOBODY)], ["moderation: no instance is running"]),
        ([RUNNING, Standing("c.v1", "", 7, 0, 0, 0)], []),
    ],
)
def test_only_what_is_wrong_is_told(found: list[Standing], told: list[str]) -> None:
    assert list(problems(found, most=3)) == told


@pytest.mark.parametrize(
    ("value", "replica", "since"),
    [
        (b"moderation-7-ab:12:1764288000123", "moderation-7-ab", "2025-11-28T00:00:00.123000+00:00"),
        (b"moderation-7-ab:12", "moderation-7-ab", None),
        (b"moderation-7-ab", "moderation-7-ab", None),
    ],
)
def test_the_holder_of_a_lease_is_read_also_from_an_older_release(
    value: bytes, replica: str, since: str | None
) -> None:
    found = holder_of(value)
    assert (found.replica, found.since.isoformat() if found.since else None) == (replica, since)
    assert found == Holder(replica, found.since)
