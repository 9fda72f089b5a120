"""Which messages of a person are noted in a chat: the first of a day, and what is wrong with the very first.

A day counts as one on which the person wrote only by a message that is their own word. Who forwards something
every day becomes nobody's trusted neighbour by it, and who was asked to say a word has not answered.
"""

from services.moderation.domain.context import Context
from services.moderation.domain.state import DAY, ChatState
from services.moderation.domain.update import Message

NEWCOMER = 7 * DAY
"""Seconds after a join that was seen during which somebody's first message counts for more."""


def is_first_of_day(message: Message, person: str, state: ChatState) -> bool:
    """Whether it is the first message of a day, or the first of that day that is the person's own word."""
    seen = state.seen.get(person, 0)
    return seen // DAY != message.at // DAY or (message.is_own and _without_own_word(seen))


def note(message: Message, person: str, state: ChatState) -> None:
    """Keep that the person has written, or passed something on, on this day."""
    day = message.at - message.at % DAY
    at = max(message.at, day + 1) if message.is_own else day
    state.seen[person] = state.changes.seen[person] = at
    state.days[person] = state.days.get(person, 0) + message.is_own


def first_message(message: Message, person: str, state: ChatState, context: Context) -> tuple[str, ...]:
    """Codes of what is wrong with somebody's very first message; a newcomer's counts for more."""
    if not _is_first(message, person, state):
        return ()
    joined = state.joined.get(person)
    new = "new" if joined is not None and context.now - joined < NEWCOMER else "first"
    found = [f"{new}_message.{link}" for link in message.links]
    if message.is_forward:
        found.append(f"{new}_message.forward")
    return tuple(found)


def _is_first(message: Message, person: str, state: ChatState) -> bool:
    """Whether it is the very first message, or the first that is the person's own word."""
    seen = state.seen.get(person)
    return seen is None or (message.is_own and _without_own_word(seen) and not state.days.get(person))


def _without_own_word(seen: int) -> bool:
    """A day on which a person only passed on what others wrote is kept by its first second."""
    return seen % DAY == 0
