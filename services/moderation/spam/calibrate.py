"""From held-back scores to log-odds and a threshold, without anybody choosing a number by hand."""

import numpy as np
from numpy.typing import NDArray

from services.moderation.spam.features import Floats

Flags = NDArray[np.bool_]
ACCUSED, ACCUSED_MOST = 0.004, 0.01
"""Part of ham that may be accused: the first where there is enough ham to tell, the second at most."""
MARGIN = 0.75
"""Part of that which is aimed at, so that chance does not carry unseen ham above it."""
TOLD_BY = 2.5
"""Messages of ham that may be accused, needed to tell: fewer ham, a larger part."""
_TAIL_LEAST, _TAIL_MOST, _TAIL_PART = 20, 300, 0.1
_STEPS, _PULL = 50, 1e-3


def aim_for(ham: int) -> float:
    """The part of ham to aim at, by how many messages of ham there are."""
    return within(float(np.clip(TOLD_BY / max(ham, 1), ACCUSED, ACCUSED_MOST)))


def within(accused: float) -> float:
    """The part of ham to aim at where at most `accused` of it may be accused."""
    return MARGIN * accused


def log_odds(scores: Floats, spam: Flags) -> tuple[float, float]:
    """Factor and shift that make held-back scores log-odds at even classes (Platt's scaling)."""
    weights = np.where(spam, 0.5 / max(spam.sum(), 1), 0.5 / max((~spam).sum(), 1))
    design = np.stack([scores, np.ones(len(scores))], axis=1)
    line = np.array([1.0, 0.0])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ line, -35, 35)))
        slope = design.T @ (weights * (chance - spam)) + _PULL * (line - [1.0, 0.0])
        bend = (design * (weights * chance * (1 - chance))[:, None]).T @ design + _PULL * np.eye(2)
        step = np.linalg.solve(bend, slope)
        line = line - step
        if np.abs(step).max() < 1e-9:
            break
    return max(float(line[0]), 1e-3), float(line[1])


def threshold(ham_scores: Floats, aim: float) -> float:
    """The score above which a part `aim` of unseen ham is to be expected.

    The highest scores of ham are few and partly mistakes of whoever sorted the samples, so their own quantile
    jumps about. The highest tenth is taken as exponential instead: in trials on halves of real samples, with
    160 to 3,000 of ham, this accused what was aimed at or a little less, and varied least.
    """
    falling = np.sort(ham_scores)[::-1]
    count = len(falling)
    tail = int(min(max(count * _TAIL_PART, _TAIL_LEAST), _TAIL_MOST, count - 1))
    if tail < 1:
        return float(falling[0]) if count else 0.0
    start = falling[tail]
    width = float((falling[:tail] - start).mean())
    return float(start + width * max(np.log(tail / (count * aim)), 0.0))
