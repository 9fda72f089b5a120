"""The bot's own invite links in a wave: they ask for a request while it is on, and are as before after it.

Which links were changed stands beside them, in the commit that asks for the change; so whoever dies in
between, the next one knows what to give back, and a link that asked before goes on asking.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from services.moderation.decide.desk import Desk
from services.moderation.domain import invites
from services.moderation.domain.invites import Invite
from services.moderation.domain.raids import Door
from services.moderation.domain.state import ChatState
from shared.bus.commit import NOTHING, Commit
from shared.contracts.telegram import Method, TelegramAction

SHUT_WITHIN = timedelta(minutes=30)
OPEN_WITHIN = timedelta(days=1)


async def shut(desk: Desk, chat_id: int, now: int) -> tuple[Commit, int]:
    """Links that let everybody in ask from now on; how many of the bot's links ask then."""
    links = await desk.store.invites.of(chat_id)
    changed = invites.shutting(links)
    found = Commit.of(
        writes=desk.store.invites.save(chat_id, changed),
        events=_edits(desk, chat_id, changed, now),
    )
    return found, len(links)


async def open_again(desk: Desk, chat_id: int, now: int) -> Commit:
    """What the wave has changed is as before."""
    changed = invites.opening(await desk.store.invites.of(chat_id))
    return Commit.of(
        writes=desk.store.invites.save(chat_id, changed),
        events=_edits(desk, chat_id, changed, now),
    )


def _edits(desk: Desk, chat_id: int, links: Iterable[Invite], now: int) -> Iterable[TelegramAction]:
    moment, key = datetime.fromtimestamp(now, UTC), desk.keys.person(chat_id)
    for one in links:
        yield TelegramAction(
            action_id=f"invite:{'shut' if one.shut else 'open'}:{key}:{desk.store.invites.code(one)}:{now}",
            chat_id=chat_id,
            method=Method.EDIT_INVITE,
            params=invites.edit(one),
            reasons=("raid",),
            decided_at=moment,
            expires_at=moment + (SHUT_WITHIN if one.shut else OPEN_WITHIN),
        )


def hold(desk: Desk, state: ChatState, door: Door, now: int) -> Commit:
    """Who asks to come in while the door is closed is put before the admins when it opens."""
    asked = [one.person.id for one in state.changes.observed if one.kind == "requested"]
    if not asked or not door.closed(now):
        return NOTHING
    return Commit.of(writes=desk.store.invites.asked(state.id, asked))


def let_in(desk: Desk, state: ChatState) -> Commit:
    """Whom an admin has let in by hand waits for no button; of whom they turned away no bot is told."""
    came = [one.person.id for one in state.changes.observed if one.kind == "joined" and one.road == "request"]
    return Commit.of(writes=desk.store.invites.let_in(state.id, came)) if came else NOTHING
