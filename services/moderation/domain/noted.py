"""Which messages of a person are noted in a chat: the first of a day, and what is wrong with the very first.

A day counts as one on which the person wrote only by a message that is their own word. Who forwards something
every day becomes nobody's trusted neighbour by it, and who was asked to say a word has not answered.
"""

from services.moderation.domain import locks, schedule
from services.moderation.domain.context import Context
from services.moderation.domain.parts import Parts
from services.moderation.domain.state import DAY, ChatState
from services.moderation.domain.update import Message, Update
from services.moderation.domain.violations import parts_of, quote_of_here, where_of

MINUTE = 60
NEWCOMER = 7 * DAY
"""Seconds after a join that was seen during which somebody's first message counts for more."""


def is_first_of_day(message: Message, person: str, state: ChatState) -> bool:
    """Whether it is the first message of a day, or the first of that day that is the person's own word.

    Days are those of the chat's time zone.
    """
    seen, zone = state.seen.get(person, 0), state.settings.timezone
    return schedule.day(seen, zone) != schedule.day(message.at, zone) or (
        message.is_own and _without_own_word(seen)
    )


def note(message: Message, person: str, state: ChatState) -> None:
    """Keep that the person has written, or passed something on, on this day."""
    minute = message.at - message.at % MINUTE
    at = max(message.at, minute + 1) if message.is_own else minute
    state.seen[person] = state.changes.seen[person] = at
    state.days[person] = state.days.get(person, 0) + message.is_own


def first_message(
    update: Update, message: Message, person: str, state: ChatState, context: Context
) -> tuple[str, ...]:
    """Codes of what is wrong with somebody's very first message; a newcomer's counts for more."""
    if person in state.seen:
        return ()
    joined = state.joined.get(person)
    new = "new" if joined is not None and context.now - joined < NEWCOMER else "first"
    quote = quote_of_here(update, state, context)
    parts = parts_of(update, context) if quote is None else Parts(quote.rest)
    found = [f"{new}_message.{link}" for link in locks.links_in(parts, where_of(update, state))]
    if message.is_forward:
        found.append(f"{new}_message.forward")
    return tuple(found)


def _without_own_word(seen: int) -> bool:
    """A day on which a person has so far only passed on what others wrote is kept by a full minute."""
    return seen % MINUTE == 0
