"""What is kept up while the gateway serves, and what waits until everything is loaded."""

import asyncio
from collections.abc import Iterator
from itertools import count

import pytest

from services.gateway import upkeep
from services.gateway.domain.readmodel import ReadModel


class Due(ReadModel):
    """A model that is always due, and tells after how many looks the first base was begun."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = count(1)
        self.seen = 0
        self.begun: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def due(self) -> bool:
        return True

    def loaded(self) -> bool:
        self.seen = next(self.looks)
        return self.seen > 20

    def renew(self) -> Iterator[None]:
        if not self.begun.done():
            self.begun.set_result(self.seen)
        yield


async def test_no_base_is_made_while_a_snapshot_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "LOOK_SECONDS", 0.001)
    model = Due()
    task = asyncio.create_task(upkeep.keep_up(model, model.loaded))
    assert await asyncio.wait_for(model.begun, 60) == 21
    task.cancel()
