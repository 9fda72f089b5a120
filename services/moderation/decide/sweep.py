"""What goes by the clock: messages whose grace is over, the bot's own, and all that is older than wanted."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from services.moderation.decide.acts import deletions
from services.moderation.decide.desk import Desk
from services.moderation.domain.due import Wait, verdict
from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.state import Delete
from services.moderation.store.due import Ready
from services.moderation.store.index import Indexed
from services.moderation.store.names import AGING, HOUR
from shared.bus.commit import Command, Commit
from shared.contracts.base import Message

EVERY = 1.0
"""Seconds between two looks at what is due."""
AT_ONCE = 2000
AGING_EVERY = 30.0
AGED_AT_ONCE = 500
"""Messages of one chat in a round: what has piled up goes in some rounds."""
OLDER = "older.hours"
Sent = Callable[[str], Awaitable[bytes | None]]
"""The id of the message that was sent for an action; see `telegram.store.ActorStore.sent`."""


async def sweep(desk: Desk, sent: Sent, moment: datetime) -> Commit | None:
    """Everything that is due now leaves the queue with the action that deletes it, or with a later time."""
    now, later = int(moment.timestamp()), desk.store.later
    ready = await later.ready(now, AT_ONCE)
    if not ready:
        return None
    ids = await desk.store.chats.ids({one.due.chat for one in ready})
    settings = await desk.store.chats.settings_of(list(set(ids.values())))
    told = {action: await _was_sent(sent, action) for one in ready for action in one.due.after}
    gone: dict[int, list[Delete]] = {}
    moved: dict[int, list[Delete]] = {}
    waiting: list[tuple[bytes, int]] = []
    done: list[bytes] = []
    for one in ready:
        chat_id = ids.get(one.due.chat)
        found = _verdict(one, settings[chat_id], now, told) if chat_id is not None else False
        if isinstance(found, Wait):
            waiting.append((one.member, found.until))
            continue
        done.append(one.member)
        if found and chat_id is not None:
            delete = Delete(one.due.message_id, one.due.sent_at, one.due.code)
            at_home = one.due.chat == desk.store.chats.key(chat_id)
            (gone if at_home else moved).setdefault(chat_id, []).append(delete)
    for chat_id, deletes in moved.items():
        gone.setdefault(chat_id, []).extend(await _still(desk, chat_id, deletes, now))
    writes = [*later.done(done), *later.postpone(waiting)]
    return Commit.of(writes=writes, events=_actions(desk, gone, now))


async def _still(desk: Desk, chat_id: int, deletes: Sequence[Delete], now: int) -> Sequence[Delete]:
    """Of a group that has become a supergroup: not what is another message's id by now."""
    sent = ((delete.message_id, delete.sent_at) for delete in deletes)
    still = await desk.store.chats.index.not_again(chat_id, sent, now)
    return [delete for delete in deletes if delete.message_id in still]


def _verdict(one: Ready, settings: ChatSettings, now: int, told: dict[str, bool]) -> bool | Wait:
    return verdict(one.due, settings, now, alerted=any(told[action] for action in one.due.after))


async def _was_sent(sent: Sent, action: str) -> bool:
    found = await sent(action)
    return found is not None and found.isdigit()


def _actions(desk: Desk, gone: dict[int, list[Delete]], now: int) -> list[Message]:
    chats = desk.store.chats
    return [
        action
        for chat_id, deletes in gone.items()
        for action in deletions(chat_id, chats.key(chat_id), deletes, now)
    ]


async def grow_old(desk: Desk, moment: datetime) -> Commit | None:
    """Chats in which nothing stays for longer than some hours."""
    now, chats = int(moment.timestamp()), desk.store.chats
    keys = await chats.closings.aging()
    if not keys:
        return None
    ids = await chats.ids(keys)
    settings = await chats.settings_of(list(ids.values()))
    writes: list[Command] = []
    gone: dict[int, list[Delete]] = {}
    rest = [key for key in keys if key not in ids]
    for key, chat_id in ids.items():
        hours = settings[chat_id].number(OLDER)
        if not hours:
            rest.append(key)
        elif not settings[chat_id].dryrun:
            old = await _old(desk, chat_id, settings[chat_id], now)
            writes += chats.index.forget(chat_id, old)
            gone[chat_id] = [Delete(one.message_id, one.at, OLDER) for one in old]
    writes += chats.closings.rest(AGING, rest)
    found = Commit.of(writes=writes, events=_actions(desk, gone, now))
    return found if found.writes or found.events else None


async def _old(desk: Desk, chat_id: int, settings: ChatSettings, now: int) -> Sequence[Indexed]:
    """Where admins' messages stay, nobody's go while it is not known who they are."""
    moment = now - HOUR * settings.number(OLDER)
    found = await desk.store.chats.index.before(chat_id, moment, now)
    if settings.get("older.for") == "everyone" or not found:
        return found[:AGED_AT_ONCE]
    state = await desk.store.chats.state(chat_id)
    await desk.know_admins([state], now)
    if state.admins is None:
        return []
    kept = state.admins.people | {state.key, state.linked}
    return [one for one in found if one.person not in kept][:AGED_AT_ONCE]
