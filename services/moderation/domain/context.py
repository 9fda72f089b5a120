"""What a decision needs beside the update and the chat."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.moderation.domain.parts import Parts
from services.moderation.domain.policy import Policy
from services.moderation.domain.reading import Reading
from services.moderation.domain.state import ChatState
from services.moderation.domain.update import Person


@dataclass(frozen=True, slots=True)
class Context:
    """`now` is unix seconds, `person` the keyed hash of a Telegram id.

    `likeness`: codes of how a person resembles the chat's admins, see `domain.lookalike`. `me`: the bot's
    own id, 0 when it is not known. `memo`: by update id, what was found in a message under which policy; what
    has been learnt since makes it void.
    """

    now: int
    person: Callable[[int], str]
    likeness: Callable[[ChatState, Person], tuple[str, ...]]
    me: int = 0
    texts: Mapping[int, Reading] = field(default_factory=dict)
    """By update id, what was found in its text; nothing for most."""
    memo: dict[int, tuple[Policy, list[str]]] = field(default_factory=dict)
    parts: dict[int, Parts] = field(default_factory=dict)
    """By update id, a message taken apart."""
