"""`/vouch`: a member says that a newcomer belongs here, in reply to them.

Members of standing only; anybody else gets no answer, and nobody is asked of at Telegram, so that it costs
nothing to be called by strangers. The word is a reason on the card and no more.
"""

from services.moderation.bot import deeds
from services.moderation.bot.targets import Target, find
from services.moderation.bot.turn import Turn
from services.moderation.domain import vouching
from services.moderation.domain.state import ChatState
from services.moderation.domain.update import TELEGRAM_OWN
from services.moderation.domain.vouching import Vouch
from services.moderation.telegram.audit import AuditEntry, short
from shared.bus.commit import NOTHING, Commit
from shared.contracts.telegram import PersonObserved

NAME = vouching.COMMAND


async def said(turn: Turn, words: tuple[str, ...]) -> Commit:
    """Keep the word, or say why it does not count."""
    if turn.person is None or turn.person.is_bot or turn.message.sender_chat is not None:
        return NOTHING
    voucher, now = turn.deps.keys.person(turn.person.id), turn.at
    state = await turn.deps.chats.state(turn.chat.id, [turn.person.id])
    if state.is_admin(voucher):
        return deeds.only(turn, turn.speech("vouch.admin"))
    if not vouching.may(voucher, state, now):
        return NOTHING
    target, _ = await find(turn, words)  # asked last: it may cost a call to Telegram
    if target is None or target.is_channel or target.id in {turn.deps.me.id, *TELEGRAM_OWN}:
        return await _hint(turn, voucher, "vouch.whom")
    state = await turn.deps.chats.state(turn.chat.id, [turn.person.id, target.id])
    return await _vouch(turn, voucher, target, state, now)


async def _vouch(turn: Turn, voucher: str, target: Target, state: ChatState, now: int) -> Commit:
    kept, person = turn.deps.chats.vouches, turn.deps.keys.person(target.id)
    given = await kept.given(turn.chat.id, voucher)
    if (refused := vouching.refusal(voucher, person, given, state, now)) is not None:
        return await _hint(turn, voucher, refused)
    assert turn.person is not None
    line = AuditEntry(
        at=turn.reply.now,
        what=NAME,
        by=f"member {short(turn.deps.keys, turn.person.id)}",
        target=short(turn.deps.keys, target.id),
    )
    lately = [one for one in given if now - one.at < vouching.WITHIN]
    return Commit.of(
        writes=[
            *kept.save(turn.chat.id, voucher, [*lately, Vouch(now, person)]),
            *turn.deps.actor_store.audit(turn.chat.id, line),
        ],
        events=[_noted(turn, target, person), turn.say(turn.public("vouch.done", name=target.name))],
    )


def _noted(turn: Turn, target: Target, person: str) -> PersonObserved:
    return PersonObserved(
        person=person,
        chat=turn.deps.keys.person(turn.chat.id),
        chat_id=turn.chat.id,
        user_id=target.id,
        kind="noted",
        reasons=("vouched",),
        observed_at=turn.reply.now,
    )


async def _hint(turn: Turn, voucher: str, key: str) -> Commit:
    """Why the word does not count; once an hour, so that nobody makes the bot talk."""
    kept = turn.deps.chats.vouches
    if await kept.told(turn.chat.id, voucher):
        return NOTHING
    return Commit.of(writes=kept.tell(turn.chat.id, voucher)) + deeds.only(turn, turn.public(key))
