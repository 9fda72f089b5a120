"""A person's standing asks for attention in a chat: the chat's settings decide what follows."""

from datetime import UTC, datetime, timedelta

from services.moderation.decide.acts import deletion, notice
from services.moderation.decide.desk import Desk
from services.moderation.domain.standing import REMOVE
from services.moderation.domain.state import ChatState, Delete
from services.moderation.domain.update import TELEGRAM_OWN
from shared.bus.commit import NOTHING, Commit
from shared.contracts.base import Message
from shared.contracts.telegram import Method, PersonJudged, TelegramAction

REMOVED_FOR = timedelta(days=30)
"""A machine's word does not last for ever; an admin can ban for longer."""
BAN_EXPIRES = timedelta(hours=24)
OF_MESSAGES = ("new_message.", "first_message.")
"""Reasons that lie in what was written: then it goes with the person."""
OUT = frozenset({"left", "kicked"})


async def judge(desk: Desk, event: PersonJudged) -> Commit:
    """Remove, advise, or nothing at all where the person is an admin or the admins cannot be known.

    Raises TryLater when the look-up failed: nobody is accused for that.
    """
    now = int(desk.now().timestamp())
    state = await desk.store.chats.state(event.chat_id)
    if event.user_id in TELEGRAM_OWN or state.bot in OUT:
        return NOTHING
    await desk.know_admins([state], now)
    learnt = Commit.of(writes=desk.store.chats.save(state, now))
    if state.admins is None or state.is_admin(event.person):
        return learnt
    if state.settings.get("suspicious") != "remove" or event.score < REMOVE:
        return learnt + await desk.bot.advise(event)
    if state.settings.dryrun:
        return await _would_remove(desk, state, event, now)
    return learnt + Commit.of(events=await _remove(desk, state, event, now))


def _reasons(event: PersonJudged) -> tuple[str, ...]:
    return tuple(signal.name for signal in event.signals if signal.weight > 0)


async def _would_remove(desk: Desk, state: ChatState, event: PersonJudged, now: int) -> Commit:
    line = desk.bot.note(state.id, Method.BAN_MEMBER, reasons=_reasons(event), count=1, target=event.user_id)
    told = notice(desk, state, ("remove",), now)
    kept = desk.store.chats.save(state, now)
    return await desk.bot.advise(event) + Commit.of(writes=[*line, *kept], events=told)


async def _remove(desk: Desk, state: ChatState, event: PersonJudged, now: int) -> list[Message]:
    moment, reasons = datetime.fromtimestamp(now, UTC), _reasons(event)
    ban = TelegramAction(
        action_id=f"remove:{state.key}:{event.person}:{int(event.judged_at.timestamp() * 1000)}",
        chat_id=state.id,
        method=Method.BAN_MEMBER,
        params={
            "user_id": event.user_id,
            "until_date": int((moment + REMOVED_FOR).timestamp()),
            "revoke_messages": True,
        },
        reasons=reasons,
        decided_at=moment,
        expires_at=moment + BAN_EXPIRES,
    )
    written = [reason for reason in reasons if reason.startswith(OF_MESSAGES)]
    ids = (await desk.store.chats.messages_of(state.id, event.user_id))[-100:] if written else []
    gone = [Delete(message_id, now, written[0]) for message_id in ids]
    return [ban, deletion(state, gone, tuple(written), now)] if gone else [ban]
