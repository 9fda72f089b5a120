"""A message is to go: at once, later, or only in words."""

from services.moderation.domain.context import Context
from services.moderation.domain.state import ChatState, Delete, Held

DELETABLE = 48 * 3600
"""Telegram deletes messages below this age only."""


def delete(gone: Delete, state: ChatState, context: Context, grace: int = 0) -> None:
    """`grace`: seconds for which it may still stand. In dry run it is only counted."""
    if context.now + grace - gone.sent_at >= DELETABLE:
        return
    if state.settings.dryrun:
        state.changes.would[gone.code] = state.changes.would.get(gone.code, 0) + 1
    elif grace:
        state.changes.held.append(Held(gone, context.now + grace))
    elif gone.message_id not in state.changes.gone:
        state.changes.gone.add(gone.message_id)
        state.changes.deletes.append(gone)
