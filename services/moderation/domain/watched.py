"""User names in `lock.allow`: each counts as the chat that had it when it was first looked up.

A name that is given up can be taken by anybody, whose links would then pass. People cannot be looked up by
their names, so nothing can be known of a name that a person has.
"""

from typing import NamedTuple

HOUR = 3600
AGAIN = 12 * HOUR
"""Seconds until a name is looked up again."""
LATER = HOUR
"""Seconds until it is looked up again after nothing was found, or nothing could be learnt."""
MISSES = 3
"""Look-ups in a row that must find nothing before a name counts as given up."""


class Watched(NamedTuple):
    """`identity` is the keyed hash of the chat that has the name, empty where no look-up has found one."""

    identity: str = ""
    due: int = 0
    """Unix seconds."""
    misses: int = 0


def names(allowed: str) -> list[str]:
    """The user names in a value of `lock.allow`, without @."""
    return [entry[1:] for entry in allowed.split() if entry.startswith("@")]


def without(allowed: str, taken: list[str]) -> str:
    """The value without these names."""
    left = [entry for entry in allowed.split() if entry[1:] not in taken or not entry.startswith("@")]
    return " ".join(left) or "none"


def found(known: Watched, identity: str, now: int) -> Watched | None:
    """After a look-up that found this chat; None when it is another one than before."""
    if known.identity and known.identity != identity:
        return None
    return Watched(identity, now + AGAIN)


def missed(known: Watched, now: int) -> Watched | None:
    """After a look-up that found nothing; None when the chat that had the name has surely given it up."""
    if not known.identity:
        return known._replace(due=now + AGAIN)
    misses = known.misses + 1
    return None if misses >= MISSES else Watched(known.identity, now + LATER, misses)


def unknown(known: Watched, now: int) -> Watched:
    """After a look-up that told nothing."""
    return known._replace(due=now + LATER)
