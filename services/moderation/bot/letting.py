"""Who asked to come in during a wave, put before the admins when it is over: all at once, or by hand."""

from services.moderation.bot.i18n import Speech
from services.moderation.bot.links import chat_code, chat_of
from services.moderation.bot.ports import Deps
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.reply import Rows
from services.moderation.bot.rights import Unknown, look_up
from services.moderation.bot.signing import Buttons
from services.moderation.domain.required import Right
from shared.bus.commit import Commit
from shared.contracts.telegram import Method

PURPOSE = "j"
DAYS = 2.0
"""As long as the raw ids of those who asked are kept."""
AT_ONCE = 200
VERBS = {"in": Method.APPROVE_JOIN, "out": Method.DECLINE_JOIN}


def rows(deps: Deps, to: int, chat_id: int, speech: Speech) -> Rows:
    """Buttons signed for the talk in which they stand."""
    button = Buttons.of(deps.keys, to, PURPOSE, deps.now(), DAYS)
    return [[button(speech.plain(f"raid.{verb}"), verb, chat_code(chat_id)) for verb in VERBS]]


async def pressed(press: PressTurn) -> Commit:
    """Everybody who waits is let in, or turned away; whom an admin has answered by hand stays answered."""
    turn, deps = press.turn, press.turn.deps
    verb, code = (*press.press.args, "", "")[:2]
    chat_id = chat_of(code)
    if not chat_id or verb not in VERBS or turn.person is None:
        return Commit.of(events=[press.answer("press.expired", alert=True)])
    try:
        rights = await look_up(deps.telegram, chat_id, turn.person.id)
    except Unknown:
        return Commit.of(events=[press.answer("press.unknown", alert=True)])
    rights.require(Right.INVITE)
    waiting = await deps.actor_store.invites.waiting(chat_id)
    if not waiting:
        return Commit.of(events=[press.answer("raid.answered", alert=True)])
    acts = [
        turn.reply.act(
            chat_id, VERBS[verb], {"user_id": one}, name=f"{verb}:{n}", by=turn.by, reasons=("raid",)
        )
        for n, one in enumerate(waiting[:AT_ONCE])
    ]
    told = press.answer(f"raid.was_{verb}", alert=True, count=str(len(acts)))
    return Commit.of(writes=deps.actor_store.invites.answered(chat_id), events=[*acts, told])
