"""Puts back what a call of the bot's has ended or shortened by accident, in the moment after its look-up."""

from datetime import UTC, datetime, timedelta

from services.moderation.decide.desk import Desk
from services.moderation.domain.membership import FOR_EVER, banning
from services.moderation.domain.state import ChatState, Weakened
from shared.bus.commit import Commit
from shared.contracts.telegram import Method, TelegramAction

WITHIN = timedelta(days=1)
REASON = "restored"


async def restored(desk: Desk, state: ChatState, now: int) -> Commit:
    """What a batch asks for in one chat; what others have changed is known as the bot's no more."""
    found = [one for one in state.changes.weakened if not await _was_meant(desk, state, one)]
    return Commit.of(
        writes=[
            write for user_id in state.changes.by_others for write in desk.bot.by_others(state.id, user_id)
        ],
        events=[_back(state, one, now) for one in found],
    )


async def _was_meant(desk: Desk, state: ChatState, one: Weakened) -> bool:
    """A plain end of something may have been meant by an actor of an older release, which notes nothing."""
    lifts, ends = desk.store.lifts, not (one.new.is_banned or one.new.is_restricted)
    if ends and not await lifts.is_noted(state.id, one.user_id):
        return True
    return await lifts.was_meant(state.id, one.user_id, one.old)


def _back(state: ChatState, one: Weakened, now: int) -> TelegramAction:
    """With the old end, unless something else stands by then."""
    moment = datetime.fromtimestamp(now, UTC)
    method, until = Method.BAN_MEMBER, None if one.old.until == FOR_EVER else one.old.until
    params = banning(one.user_id, until)
    if one.old.is_restricted:
        method = Method.RESTRICT_MEMBER
        params |= {"permissions": dict(one.old.permissions), "use_independent_chat_permissions": True}
    return TelegramAction(
        action_id=f"restore:{state.key}:{one.update_id}:{now}",
        chat_id=state.id,
        method=method,
        params=params,
        reasons=(REASON,),
        expected=one.new.stands,
        decided_at=moment,
        expires_at=moment + WITHIN,
    )
