"""An actor before the simulator's rules for members, and the sanctions that it is asked for."""

import asyncio
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis

from services.moderation.domain.membership import banning, muting
from services.moderation.domain.permissions import FREE
from services.moderation.telegram.actor import Actor, on_action
from services.moderation.telegram.audit import AuditEntry
from services.moderation.telegram.calls import Calls
from services.moderation.telegram.pacing import Gathering
from services.moderation.telegram.store import ActorStore
from shared.bus import Commit, TryLater
from shared.contracts.telegram import Method, TelegramAction
from shared.keys import Keys
from tests.members import Members
from tests.sure import as_a
from tests.unit.test_simulator_refusals import BOT, PERSON, SUPERGROUP

KEYS = Keys("k" * 32)
HOUR, DAY = 3_600, 86_400
PHOTOLESS = FREE | {"can_send_photos": False}


def made(telegram: Members, redis: Redis) -> Actor:
    """An actor's process begins."""

    async def no_sleep(_: float) -> None:
        await asyncio.sleep(0)

    store = ActorStore(redis, KEYS)
    calls = Calls(telegram, store, sleep=no_sleep, jitter=lambda low, _: low)
    return Actor(calls, store, KEYS, BOT, now=telegram.now, gathering=Gathering(longest=0))


def action(
    actor: Actor, method: Method, params: dict[str, Any], name: str = "a", **more: Any
) -> TelegramAction:
    now = actor.now()
    return TelegramAction(
        action_id=name, chat_id=SUPERGROUP, method=method, params=params, reasons=("lock.link",),
        decided_at=now, expires_at=now + timedelta(days=1), **more,
    )  # fmt: skip


def end(actor: Actor, seconds: int | None) -> int | None:
    return None if seconds is None else int(actor.now().timestamp()) + seconds


def mute(actor: Actor, seconds: int | None = HOUR, who: int = PERSON, name: str = "mute") -> TelegramAction:
    return action(actor, Method.RESTRICT_MEMBER, muting(who, end(actor, seconds)), name)


def ban(actor: Actor, seconds: int | None = None, who: int = PERSON, name: str = "ban") -> TelegramAction:
    return action(actor, Method.BAN_MEMBER, banning(who, end(actor, seconds)), name)


def unmute(actor: Actor, name: str = "unmute") -> TelegramAction:
    return action(actor, Method.RESTRICT_MEMBER, {"user_id": PERSON, "permissions": FREE}, name)


def unban(actor: Actor, name: str = "unban") -> TelegramAction:
    return action(actor, Method.UNBAN_MEMBER, {"user_id": PERSON}, name)


async def carried_out(actor: Actor, redis: Any, *actions: TelegramAction) -> list[Commit]:
    """Run, apply the writes as the bus would, and answer the commits."""
    commits = [as_a(Commit, answer) for answer in await on_action(list(actions), actor)]
    for commit in commits:
        for write in commit.writes:
            await redis.execute_command(*write)
    return commits


async def waits(actor: Actor, redis: Redis, *actions: TelegramAction) -> float:
    """Nothing is carried out; until Telegram's limit is over, in seconds."""
    answers = await on_action(list(actions), actor)
    after = [as_a(TryLater, answer).after for answer in answers]
    async for key in redis.scan_iter("moderation:hold:*"):
        await redis.delete(key)
    return max(after)


async def logged(actor: Actor) -> AuditEntry:
    """The newest line of the log."""
    return (await actor.store.audited(SUPERGROUP))[0]
