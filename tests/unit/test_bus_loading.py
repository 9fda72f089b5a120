"""Loading a snapshot by lists: what the quick way refuses goes the careful way, and nothing is left out."""

from typing import Any

import pytest

from shared.bus.envelope import Envelope
from shared.bus.follow import Follower
from shared.contracts.directory import DirectoryChanged
from shared.contracts.registry import DIRECTORY_CHANGED
from shared.keys import Keys
from tests.conftest import KEY
from tests.gateway import added, listing

ENVELOPE = Envelope(Keys(KEY))


class Scanned:
    """As much of a Redis as a snapshot needs, with one entry a page."""

    def __init__(self, entries: list[bytes]) -> None:
        self._entries = entries

    async def hscan(self, _key: str, *, cursor: int, count: int) -> Any:
        assert count > 0
        following = cursor + 1 if cursor + 1 < len(self._entries) else 0
        return following, {b"field": self._entries[cursor]}


async def loaded(refused: type[Exception] | None) -> tuple[list[bytes], list[DirectoryChanged]]:
    events = [added(listing(number)) for number in range(3)]
    entries = [ENVELOPE.encode(DIRECTORY_CHANGED, event) for event in events]
    quick: list[bytes] = []
    careful: list[DirectoryChanged] = []

    def load(bodies: list[bytes]) -> None:
        if refused is not None:
            raise refused
        quick.extend(bodies)

    redis: Any = Scanned(entries)
    follower = Follower(redis, ENVELOPE, DIRECTORY_CHANGED, careful.append, load=load)
    await follower._load_partition("snapshot")
    return quick, careful


async def test_bodies_come_as_they_were_published() -> None:
    quick, careful = await loaded(None)
    assert [DirectoryChanged.model_validate_json(body) for body in quick] == [
        added(listing(number)) for number in range(3)
    ]
    assert careful == []


@pytest.mark.parametrize("refused", [KeyError, TypeError, ValueError])
async def test_what_is_refused_is_checked_and_applied_one_by_one(refused: type[Exception]) -> None:
    quick, careful = await loaded(refused)
    assert (quick, careful) == ([], [added(listing(number)) for number in range(3)])
