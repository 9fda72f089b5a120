"""Which version of everything answers are made for, coalesced when changes come fast."""

import asyncio

from services.gateway.bucket import Bucket
from services.gateway.domain.cachekeys import Part
from services.gateway.domain.ground.pieces import Ground
from services.gateway.domain.readmodel import ReadModel
from shared.clock import Clock

A_SECOND = 4.0
"""New versions in the long run: with changes faster than this an answer is at most 1/4 s old."""
AT_ONCE = 5.0
"""Changes that are each seen in the moment they come."""

Version = tuple[int | str, ...]


class Versions:
    """The version that readers see: the newest, unless more than `A_SECOND` came lately."""

    def __init__(self, model: ReadModel, ground: Ground, now: Clock) -> None:
        self._model, self._ground, self._now = model, ground, now
        self._bucket = Bucket(A_SECOND, AT_ONCE)
        self._shown = self._newest
        self._advances = 0

    @property
    def listings(self) -> int:
        """How many there are."""
        return self._model.totals().listings

    @property
    def _newest(self) -> tuple[int, str]:
        return self._model.version, self._ground.version

    def of(self, parts: tuple[Part, ...]) -> Version:
        """Changes when an answer made of these parts may."""
        self._advance()
        named: dict[Part, int | str] = {
            Part.LISTINGS: self._shown[0],
            Part.GROUND: self._shown[1],
            Part.MINUTE: self._minute,
        }
        return tuple(named[part] for part in parts)

    async def settled(self) -> None:
        """Return when what is shown is at least as new as all that came before the call."""
        before = self._advances
        while (wait := self._advance()) and self._advances == before:  # noqa: ASYNC110  # time is what is waited for
            await asyncio.sleep(wait)

    def _advance(self) -> float:
        """Show the newest, or answer the seconds until that may be done."""
        if self._newest == self._shown:
            return 0.0
        wait = self._bucket.take()
        if not wait:
            self._shown = self._newest
            self._advances += 1
        return wait

    @property
    def _minute(self) -> int:
        return int(self._now().timestamp()) // 60
