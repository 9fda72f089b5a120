"""What a change of somebody's membership says of the sanction that stood before it.

Telegram tells in `chat_member` what a change has replaced: so it shows where a call of the bot's ended or
shortened what somebody had set in the moment before it, and where somebody else has changed what the bot set.
"""

from services.moderation.domain.context import Context
from services.moderation.domain.membership import Membership, membership_of
from services.moderation.domain.precedence import weakened
from services.moderation.domain.state import ChatState, Weakened
from services.moderation.domain.update import Change


def on_change(change: Change, update_id: int, state: ChatState, context: Context) -> None:
    """Add to `state.changes` what a sanction that was set, changed or lifted asks for."""
    old, new = membership_of(change.member_before), membership_of(change.member)
    if old is None or new is None or old == new or not (_is_sanction(old) or _is_sanction(new)):
        return
    if not context.me or change.by is None or change.by.id != context.me:
        state.changes.by_others.append(change.person.id)
    elif weakened(old, new, context.now):
        state.changes.weakened.append(Weakened(change.person.id, old, new, update_id))


def _is_sanction(place: Membership) -> bool:
    return place.is_banned or place.is_restricted
