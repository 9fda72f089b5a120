"""What stands for people, looked up before the bot decides and tells what it does to them.

So that no card claims what will not be. The actor asks again right before the call, and what cannot be learnt
here is left to it.
"""

import asyncio
from collections.abc import Iterable, Mapping

from services.moderation.decide.desk import Desk
from services.moderation.domain.membership import Membership, membership_of
from services.moderation.domain.precedence import Withhold, ruling
from services.moderation.domain.state import ChatState
from services.moderation.telegram.errors import TelegramError
from shared.contracts.telegram import TelegramAction

AT_ONCE = 8
"""Look-ups side by side: far below what Telegram allows."""
Places = Mapping[tuple[int, int], Membership | None]
"""By chat and person; None where it could not be learnt."""


async def look_up(desk: Desk, people: Iterable[tuple[ChatState, int]]) -> Places:
    """Each person once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(state: ChatState, user_id: int) -> Membership | None:
        async with gate:
            try:
                return membership_of(await desk.ask("getChatMember", state, user_id=user_id))
            except (TelegramError, TimeoutError):
                return None

    asked = {(state.id, user_id): (state, user_id) for state, user_id in people}
    found = await asyncio.gather(*(one(*who) for who in asked.values()))
    return dict(zip(asked, found, strict=True))


def in_the_way(action: TelegramAction, stands: Membership | None, now: int) -> Withhold | None:
    """What speaks against a sanction, as far as it is known."""
    if stands is None:
        return None
    found = ruling(action.method, action.params, stands, now)
    return found if isinstance(found, Withhold) else None
