"""What teams of chats have taught and agree on: the part of it that does not rest on any single one.

For each bucket the strongest team's contribution on each side is left out. What one team teaches alone comes
to nothing; of two that agree the lesser counts.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from services.moderation.spam.features import BUCKETS, Floats
from services.moderation.spam.online import NONE, WEIGHT_MOST, Correction, strongest


def agreed(teams: Iterable[Sequence[Correction]]) -> Correction:
    """`teams`: what the chats of each team have taught. Pure, and the order does not matter."""
    sides = [np.zeros(BUCKETS), np.zeros(BUCKETS)]
    most = [np.zeros(BUCKETS), np.zeros(BUCKETS)]
    reports = count = 0
    for taught in teams:
        reports += sum(one.reports for one in taught)
        count += 1
        buckets, values = _together(taught)
        for side, (total, top) in enumerate(zip(sides, most, strict=True)):
            part = np.maximum(values if side == 0 else -values, 0.0)
            total[buckets] += part
            top[buckets] = np.maximum(top[buckets], part)
    if count < 2:
        return NONE
    found: Floats = (sides[0] - most[0]) - (sides[1] - most[1])
    np.clip(found, -WEIGHT_MOST, WEIGHT_MOST, out=found)
    return strongest(found, reports)


def _together(taught: Sequence[Correction]) -> tuple[Floats, Floats]:
    """One team's buckets, each once, and what its chats add to them together."""
    if not taught:
        return np.zeros(0, np.int64), np.zeros(0)
    buckets, at = np.unique(np.concatenate([one.buckets for one in taught]), return_inverse=True)
    weights = np.concatenate([one.weights for one in taught]).astype(np.float64)
    values = np.bincount(at, weights, len(buckets)) if len(buckets) else np.zeros(0)
    return buckets.astype(np.int64), np.clip(values, -WEIGHT_MOST, WEIGHT_MOST)
