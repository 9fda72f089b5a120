"""Which card comes next, when more is proposed than a chat can be sent: work first, nothing lost.

Telegram takes some 20 messages a minute for a chat. What does not fit is held back here, where it can be put
in order; in the queue for Telegram it would only wait behind what came before. One replica posts all cards,
so that many proposals of one moment are counted like those of a day.
"""

from services.moderation.bot.ports import Deps
from shared.bus.commit import Command

CARDS_A_MINUTE = 12
"""What leaves room in the reviewers' chat for edits and questions."""
UNPROVEN_SHOWN = 10
"""Open cards of proposals that came without work; the others wait, and can be refused together."""


def _minute(bot: Deps) -> int:
    return int(bot.now().timestamp()) // 60


async def room(bot: Deps) -> int:
    """How many cards may still be posted in this minute."""
    return max(0, CARDS_A_MINUTE - await bot.store.cards_of(_minute(bot)))


async def next_held(bot: Deps, most: int) -> list[str]:
    """Submissions whose card is next."""
    held = await bot.store.held(most)
    _, unproven = await bot.store.held_unproven(most)
    free = max(0, UNPROVEN_SHOWN - await bot.store.unproven_shown())
    allowed = set(unproven[:free])
    return [one for one in held if one not in unproven or one in allowed]


async def left_waiting(bot: Deps, most: int) -> tuple[int, list[str]]:
    """How many proposals without work get no card until others are decided, and the first of them."""
    free = max(0, UNPROVEN_SHOWN - await bot.store.unproven_shown())
    count, ids = await bot.store.held_unproven(free + most)
    return max(0, count - free), ids[free:]


def counted(bot: Deps) -> list[Command]:
    """Count a card."""
    return bot.store.count_card(_minute(bot))
