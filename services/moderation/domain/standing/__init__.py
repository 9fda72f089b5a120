"""What is known of one person over all chats, and what it amounts to in each of them.

Signals are pure functions with weights in log-odds; they come in groups with caps, so that many small
reasons of one sort never outweigh everything. A score is about one chat: what happened there counts in full,
elsewhere in part. `docs/standing.md` says how well it does in a simulated city, and what that does not prove.
"""

from services.moderation.domain.standing.judgement import (
    ADVISE,
    REMOVE,
    Conclusion,
    Judged,
    chance,
    conclude,
    firm_before,
    judge,
    judge_all,
    judged_of,
    level,
    of,
    own_case,
    pass_on,
    signals,
    threshold,
)
from services.moderation.domain.standing.person import Presence, Seen, Standing, observe
from services.moderation.domain.standing.profile import Profile
from services.moderation.domain.standing.signals import Facts, Find, Found
from services.moderation.domain.standing.sources import said_after_card
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
    "ADVISE", "DEFAULT", "EVIDENCE", "GROUPS", "REMOVE", "Conclusion", "Facts", "Find", "Found", "Judged",
    "Presence", "Profile", "Seen", "Signal", "Standing", "Weights", "chance", "conclude", "firm_before",
    "judge", "judge_all", "judged_of", "level", "observe", "of", "own_case", "pass_on", "said_after_card",
    "score", "signals", "threshold", "weigh",
]  # fmt: skip
