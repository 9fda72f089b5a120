"""Taking a deed back with one press: an unban, an unmute. It also teaches that the deed was wrong."""

from typing import Any

from services.moderation.bot import deeds, log_view
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.rights import Unknown, look_up
from services.moderation.bot.subject import from_code, rights_in
from services.moderation.telegram.audit import short
from services.moderation.telegram.undo import Undo
from shared.bus.commit import Commit
from shared.contracts.telegram import Method, PersonObserved


async def pressed(press: PressTurn) -> Commit:
    """A press under the log or under a deed: another page, or back with it."""
    verb, chat, value = (*press.press.args, "", "", "")[:3]
    subject = await from_code(press.turn, chat)
    if subject is None:
        return Commit.of(events=[press.answer("press.expired", alert=True)])
    if verb != "u":
        return await log_view.turned(press, subject, value)
    return await _undo(press, subject.chat_id, value)


async def _undo(press: PressTurn, chat_id: int, code: str) -> Commit:
    turn = press.turn
    try:
        rights = await rights_in(turn, chat_id)
        mine = await look_up(turn.deps.telegram, chat_id, turn.deps.me.id)
    except Unknown:
        return Commit.of(events=[press.answer("press.unknown", alert=True)])
    if not rights.can_restrict:
        return Commit.of(events=[press.answer("press.not_admin", alert=True)])
    if not mine.can_restrict:
        return Commit.of(events=[press.answer("deed.bot_lacks", alert=True)])
    store = turn.deps.actor_store
    undo = await store.undos.undo(chat_id, code)
    if undo is None:
        return Commit.of(events=[press.answer("undo.gone", alert=True)])
    back = await _back(press, chat_id, undo)
    done = "undo.done_channel" if undo.method is Method.UNBAN_SENDER_CHAT else "undo.done"
    writes = [*store.undos.spent(chat_id, code), *_trust(press, chat_id, undo)]
    events = [*_lesson(press, chat_id, undo), press.answer(done, alert=True, code=code)]
    return back + Commit.of(writes=writes, events=events)


async def _back(press: PressTurn, chat_id: int, undo: Undo) -> Commit:
    """In a basic group who was removed may come back anyway, and Telegram would refuse to allow it."""
    turn, reasons = press.turn, ("admin.undo",)
    if undo.method is Method.UNBAN_MEMBER and (await turn.deps.chats.state(chat_id)).is_basic:
        line = turn.entry(undo.method.value, target=short(turn.deps.keys, undo.target), reasons=reasons)
        return Commit.of(writes=turn.deps.actor_store.audit(chat_id, line))
    act = turn.reply.act(chat_id, undo.method, _params(undo), by=turn.by, reasons=reasons)
    return Commit.of(events=[act])


def _params(undo: Undo) -> dict[str, Any]:
    match undo.method:
        case Method.UNBAN_SENDER_CHAT:
            return {"sender_chat_id": undo.target}
        case Method.RESTRICT_MEMBER:
            return {"user_id": undo.target, "permissions": deeds.FREE}
        case _:
            return {"user_id": undo.target, "only_if_banned": True}


def _trust(press: PressTurn, chat_id: int, undo: Undo) -> list[Any]:
    """An admin's word that this person belongs here."""
    turn = press.turn
    if undo.method is Method.UNBAN_SENDER_CHAT:
        return []
    return turn.deps.chats.trust(chat_id, undo.target, turn.at)


def _lesson(press: PressTurn, chat_id: int, undo: Undo) -> list[PersonObserved]:
    turn = press.turn
    if undo.method is Method.UNBAN_SENDER_CHAT:
        return []
    return [
        PersonObserved(
            person=turn.deps.keys.person(undo.target),
            chat=turn.deps.keys.person(chat_id),
            chat_id=chat_id,
            user_id=undo.target,
            kind="trusted",
            reasons=("admin.undo",),
            observed_at=turn.reply.now,
        )
    ]
