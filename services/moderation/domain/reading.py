"""What was found in the text of a message, for the decision about it; nothing of the text itself."""

from typing import NamedTuple


class Reading(NamedTuple):
    """`traits` are codes of what the text looks like, see `spam.reasons`."""

    spam: bool = False
    """It looks like spam to the model and to what the chat and its deployment have taught it."""
    traits: tuple[str, ...] = ()
    stopped: bool = False
    """One of the chat's stop words is in it."""
    copy: str = ""
    """A keyed hash under which the text is to be known again; empty for what is short, edited, or known."""
    revision: str = ""
    """Of what is known of copies, so that two at the same moment see each other."""
    chats: int = 0
    """In how many other chats it was written within the hour."""
    features: bytes = b""
    """What can be learnt from, of a text that looks like spam."""
