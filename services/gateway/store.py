"""The gateway's own keys in Redis: what was taken in lately, which proofs and updates were used, and quotas.

    gateway:{NN}:taken:<submission>    what was taken in
    gateway:{NN}:update:<id>           an update of Telegram's that was taken in
    gateway:{NN}:withdrawn:<submission> that it was taken back
    gateway:used:<token>               a proof that was used
    gateway:quota:<lane>               the moment up to which a quota is spent, a number for all together

Each has a time to live. None names a person: they are keyed hashes, made from what we handed out ourselves.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import cast, get_args

from redis.exceptions import RedisError

from shared.bus import Bus, Unavailable
from shared.bus.commit import Command, Expect
from shared.contracts.base import tag
from shared.contracts.submissions import Action, SubmissionId

TAKEN_LASTS = timedelta(days=7)
"""How long a receipt is good for by itself, should the news of its submission never come round."""
WITHDRAWN_LASTS = timedelta(days=1)
"""By then everybody knows its state; a further withdrawal would change nothing."""
UPDATE_LASTS = timedelta(days=2)
"""Telegram repeats an update for 24 hours."""


@dataclass(frozen=True)
class Taken:
    """A proposal that was taken in. `digest` is a keyed hash of what was proposed."""

    action: Action
    digest: str
    at: datetime
    proof: str = ""
    """A keyed hash of the proof that came with it; "" for what an earlier release took in."""


class Store:
    """Methods that write give commands for a commit; those that read raise Unavailable without Redis."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        source = files(__package__).joinpath("quota.lua").read_text(encoding="utf-8")
        self._script = bus.redis.register_script(source)

    async def taken(self, submission_id: SubmissionId) -> Taken | None:
        found = await self._get(self._taken_key(submission_id))
        if found is None:
            return None
        action, digest, at, *more = json.loads(found)
        if action not in get_args(Action):
            return None
        proof = more[0] if more else ""
        return Taken(cast("Action", action), digest, datetime.fromisoformat(at), proof)

    def take(self, submission_id: SubmissionId, taken: Taken) -> list[Command]:
        value = json.dumps([taken.action, taken.digest, taken.at.isoformat(), taken.proof])
        return [_set(self._taken_key(submission_id), value, TAKEN_LASTS)]

    def not_taken(self, submission_id: SubmissionId) -> Expect:
        return Expect.absent(self._taken_key(submission_id))

    def use(self, source: str, lasts: timedelta) -> list[Command]:
        """Remember that a proof was used, until it ends by itself."""
        return [_set(self._used_key(source), "1", max(lasts, timedelta(seconds=1)))]

    def not_used(self, source: str) -> Expect:
        return Expect.absent(self._used_key(source))

    async def is_withdrawn(self, submission_id: SubmissionId) -> bool:
        return await self._get(self._withdrawn_key(submission_id)) is not None

    def withdraw(self, submission_id: SubmissionId) -> tuple[Command, Expect]:
        """Remember that it was taken back, for the first who does so."""
        key = self._withdrawn_key(submission_id)
        return _set(key, "1", WITHDRAWN_LASTS), Expect.absent(key)

    def _withdrawn_key(self, submission_id: SubmissionId) -> str:
        return f"gateway:{tag(self._bus.partition(submission_id))}:withdrawn:{submission_id}"

    async def is_used(self, source: str) -> bool:
        return await self._get(self._used_key(source)) is not None

    async def take_tokens(self, lane: str, each: float, burst: int, want: int) -> tuple[int, int]:
        """How many tokens were taken, and if none, in how many milliseconds there is one."""
        taken, after = await self._quota([lane], [each, burst, want])
        return taken, after

    async def tokens_left(self, lanes: Sequence[str], each: float, burst: int) -> list[int]:
        return await self._quota(lanes, [each, burst, 0])

    async def _quota(self, lanes: Sequence[str], args: list[float]) -> list[int]:
        keys = [f"gateway:quota:{lane}" for lane in lanes]
        try:
            return cast("list[int]", await self._script(keys=keys, args=args))
        except (RedisError, OSError) as error:
            raise Unavailable(type(error).__name__) from error

    def see_update(self, update_id: int, chat_id: int) -> list[Command]:
        return [_set(self._update_key(update_id, chat_id), "1", UPDATE_LASTS)]

    def not_seen(self, update_id: int, chat_id: int) -> Expect:
        return Expect.absent(self._update_key(update_id, chat_id))

    def _taken_key(self, submission_id: SubmissionId) -> str:
        return f"gateway:{tag(self._bus.partition(submission_id))}:taken:{submission_id}"

    def _used_key(self, source: str) -> str:
        return f"gateway:used:{self._bus.keys.token('used', source)}"

    def _update_key(self, update_id: int, chat_id: int) -> str:
        """Beside the chat's stream; the chat itself is not named."""
        return f"gateway:{tag(self._bus.partition(str(chat_id)))}:update:{update_id}"

    async def _get(self, key: str) -> bytes | None:
        try:
            found = await self._bus.redis.get(key)
        except (RedisError, OSError) as error:
            raise Unavailable(type(error).__name__) from error
        return cast("bytes | None", found)


def _set(key: str, value: str, lasts: timedelta) -> Command:
    return ("SET", key, value, "PX", int(lasts.total_seconds() * 1000))
