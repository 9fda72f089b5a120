"""The operator's people let a chat be heard, make it a guest, or shut it out: one commit for each word."""

from datetime import timedelta

import structlog

from services.moderation.decide.desk import LOOK_UP_SECONDS, Desk
from services.moderation.domain.admission import (
    BEFORE,
    NOT_YET,
    Admission,
    decided,
    is_withdrawn,
)
from services.moderation.domain.lookalike import leaders
from services.moderation.telegram.audit import AuditEntry
from services.moderation.telegram.errors import TelegramError
from shared.bus.commit import NOTHING, Command, Commit
from shared.contracts.telegram import Method, SetAdmission, TelegramAction

log = structlog.get_logger()
LEAVE_WITHIN = timedelta(days=1)


async def admit(desk: Desk, event: SetAdmission) -> Commit:
    """Said again, it changes nothing; whoever was first stands as who decided."""
    store, chats = desk.store.admissions, desk.store.chats
    chat_id = await chats.now_at(event.chat_id)
    if desk.is_review_chat(chat_id, await chats.former(chat_id)):
        log.warning("review_chat_is_no_chat_of_neighbours")
        return NOTHING
    key, now = chats.key(chat_id), int(event.decided_at.timestamp())
    version, is_here = await store.current_version(), bool(await chats.ids([key]))
    before, unchanged = await store.read(key)
    if before is not None and before.state == event.state and before.by:
        return NOTHING
    if before is None:
        before = Admission(came=NOT_YET if not is_here else BEFORE if version is None else now)
    after = decided(before, event.state, event.by, now)
    is_felt = after.state == "known" or is_withdrawn(before, after.state)
    writes: list[Command] = [*store.save(key, after, is_felt=is_felt), *_line(desk, chat_id, event)]
    found = Commit.of(writes=writes, expect=[unchanged])
    if is_withdrawn(before, after.state):
        found += await _withdrawn(desk, key)
    if is_here and after.state == "known":
        found += Commit.of(writes=await _led(desk, chat_id, key, now))
    if is_here and after.state == "blocked":
        found += Commit.of(events=[leave(chat_id, key, event)])
    return found


async def _withdrawn(desk: Desk, key: str) -> Commit:
    """What was done elsewhere on its account is told there, and what it has taught the others ends."""
    removals = await desk.store.chats.removals.of(key)
    ids = await desk.store.chats.ids({one.chat for one in removals})
    told = desk.bot.withdrawn((ids[one.chat], one) for one in removals if one.chat in ids)
    forgotten = [*desk.store.chats.removals.forget(key), *desk.store.corrections.lent.forget(key)]
    return told + Commit.of(writes=forgotten)


def _line(desk: Desk, chat_id: int, event: SetAdmission) -> list[Command]:
    """In the chat's own log: its admins may know who decided, by code."""
    entry = AuditEntry(at=desk.now(), what=f"admission.{event.state}", by=event.by)
    return desk.bot.deps.actor_store.audit(chat_id, entry)


async def _led(desk: Desk, chat_id: int, key: str, now: int) -> list[Command]:
    """Who leads the chat, as Telegram now says; else it is looked up soon, and until then not known."""
    try:
        admins = await desk.telegram.call(
            "getChatAdministrators", {"chat_id": chat_id}, seconds=LOOK_UP_SECONDS
        )
    except (TelegramError, TimeoutError):
        return desk.store.admissions.look_soon(key)
    return await desk.store.admissions.learnt(key, desk.store.admissions.tokens(leaders(admins)), now)


def leave(chat_id: int, key: str, event: SetAdmission) -> TelegramAction:
    return TelegramAction(
        action_id=f"leave:{key}:{int(event.decided_at.timestamp())}",
        chat_id=chat_id,
        method=Method.LEAVE_CHAT,
        params={},
        reasons=("admission.blocked",),
        by=event.by,
        decided_at=event.decided_at,
        expires_at=event.decided_at + LEAVE_WITHIN,
    )
