"""What is known of one person over all chats, and what it amounts to in each of them.

Signals are pure functions with weights in log-odds; they come in groups with caps, so that many small
reasons of one sort never outweigh everything. A score is about one chat: what happened there counts in full,
elsewhere in part. `docs/standing.md` says how well it does in a simulated city, and what that does not prove.
"""

from services.moderation.domain.standing.judgement import (
    ADVISE,
    REMOVE,
    Judged,
    chance,
    judge,
    judge_all,
    level,
    of,
    signals,
    threshold,
)
from services.moderation.domain.standing.person import Presence, Seen, Standing, observe
from services.moderation.domain.standing.signals import Facts, Find, Found
from services.moderation.domain.standing.weights import (
    DEFAULT,
    EVIDENCE,
    GROUPS,
    Signal,
    Weights,
    score,
    weigh,
)

__all__ = [
    "ADVISE", "DEFAULT", "EVIDENCE", "GROUPS", "REMOVE", "Facts", "Find", "Found", "Judged", "Presence",
    "Seen", "Signal", "Standing", "Weights", "chance", "judge", "judge_all", "level", "observe", "of",
    "score", "signals", "threshold", "weigh",
]  # fmt: skip
