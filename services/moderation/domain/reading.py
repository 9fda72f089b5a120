"""What was found in the text of a message, for the decision about it; nothing of the text itself."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(slots=True)
class Copies:
    """Where one text was written within the hour, under a keyed hash of it; shared by a batch's decisions."""

    text: str
    stored: bytes | None
    """What was read, so that two chats at the same moment see each other."""
    chats: dict[str, int]
    """Keyed chats and when, in unix seconds."""


class Reading(NamedTuple):
    """`traits` are codes of what the text looks like, see `spam.reasons`."""

    spam: bool = False
    """It looks like spam to the model and to what the chat and its deployment have taught it."""
    traits: tuple[str, ...] = ()
    stopped: bool = False
    """One of the chat's stop words is in it."""
    copies: Copies | None = None
    """To be kept, so that the text is known again; None for what is short, edited, or known here already."""
    teams: int = 0
    """In the chats of how many other teams it was written within the hour."""
    features: bytes = b""
    """What can be learnt from, of a text that looks like spam."""
