"""What a decision needs beside the update and the chat."""

from collections.abc import Callable
from typing import NamedTuple

from services.moderation.domain.state import ChatState
from services.moderation.domain.update import Person


class Context(NamedTuple):
    """`now` is unix seconds, `person` the keyed hash of a Telegram id.

    `likeness`: codes of how a person resembles the chat's admins, see `domain.lookalike`. `me`: the bot's
    own id, 0 when it is not known.
    """

    now: int
    person: Callable[[int], str]
    likeness: Callable[[ChatState, Person], tuple[str, ...]]
    me: int = 0
