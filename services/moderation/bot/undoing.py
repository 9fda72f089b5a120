"""Taking a deed back with one press: an unban, an unmute. It also teaches that the deed was wrong."""

from typing import Any

from services.moderation.bot import deeds, log_view
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.rights import Unknown, look_up
from services.moderation.telegram.undo import Undo
from shared.bus.commit import Commit
from shared.contracts.telegram import Method, PersonObserved


async def pressed(press: PressTurn) -> Commit:
    """A press under the log or under a deed: another page, or back with it."""
    verb, value = (*press.press.args, "", "")[:2]
    return await log_view.turned(press, value) if verb != "u" else await _undo(press, value)


async def _undo(press: PressTurn, code: str) -> Commit:
    turn = press.turn
    try:
        rights = await turn.rights()
        mine = await look_up(turn.deps.telegram, turn.chat.id, turn.deps.me.id)
    except Unknown:
        return Commit.of(events=[press.answer("press.unknown", alert=True)])
    if not rights.can_restrict:
        return Commit.of(events=[press.answer("press.not_admin", alert=True)])
    if not mine.can_restrict:
        return Commit.of(events=[press.answer("deed.bot_lacks", alert=True)])
    store = turn.deps.actor_store
    undo = await store.undos.undo(turn.chat.id, code)
    if undo is None:
        return Commit.of(events=[press.answer("undo.gone", alert=True)])
    back = turn.reply.act(turn.chat.id, undo.method, _params(undo), by=turn.by, reasons=("admin.undo",))
    writes = [*store.undos.spent(turn.chat.id, code), *_trust(press, undo)]
    return Commit.of(
        writes=writes,
        events=[back, *_lesson(press, undo), press.answer("undo.done", alert=True, code=code)],
    )


def _params(undo: Undo) -> dict[str, Any]:
    match undo.method:
        case Method.UNBAN_SENDER_CHAT:
            return {"sender_chat_id": undo.target}
        case Method.RESTRICT_MEMBER:
            return {"user_id": undo.target, "permissions": deeds.FREE}
        case _:
            return {"user_id": undo.target, "only_if_banned": True}


def _trust(press: PressTurn, undo: Undo) -> list[Any]:
    """An admin's word that this person belongs here."""
    turn = press.turn
    if undo.method is Method.UNBAN_SENDER_CHAT:
        return []
    return turn.deps.chats.trust(turn.chat.id, undo.target, int(turn.reply.now.timestamp()))


def _lesson(press: PressTurn, undo: Undo) -> list[PersonObserved]:
    turn = press.turn
    if undo.method is Method.UNBAN_SENDER_CHAT:
        return []
    return [
        PersonObserved(
            person=turn.deps.keys.person(undo.target),
            chat=turn.deps.keys.person(turn.chat.id),
            chat_id=turn.chat.id,
            user_id=undo.target,
            kind="trusted",
            reasons=("admin.undo",),
            observed_at=turn.reply.now,
        )
    ]
