"""A linear support vector machine, by coordinate descent in the dual.

The method is that of Hsieh and others, "A dual coordinate descent method for large-scale linear SVM" (ICML
2008), with its shrinking. One sample at a time touches only its own buckets, so a pass costs time linear in
the text and needs no sparse-matrix library. A sample can move the weights by its cost at most, so that one
that was sorted wrongly does little harm; one that is plain moves nothing.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.moderation.spam.features import BUCKETS, CONSTANT, SHAPE_VALUE, SIZE, Floats, Ints, Rows

PASSES = 60
TOLERANCE = 0.02
"""Stop when the margins of all samples that could still move differ from what they should be by less."""
_ANYWHERE = (-np.inf, np.inf)
Bounds = tuple[float, float]


class _Task(NamedTuple):
    rows: Rows
    labels: Floats
    costs: Floats
    power: Floats
    """Square of each bucket's strength."""
    norms: Floats
    """Squared length of each row."""


def fit(
    rows: Rows, labels: Floats, costs: Floats, strength: Floats, *, seed: int, only: Ints | None = None
) -> Floats:
    """Weights for all columns. `labels` are 1 and -1, `costs` one for each sample (C in the literature),
    `strength` one for each bucket: how far it counts. `only` names the samples to learn from.
    """
    power = strength**2
    norms = _sums(power, rows) * rows.scale**2 + SHAPE_VALUE**2 * rows.shape.shape[1] + 1
    task = _Task(rows, labels, costs, power, norms)
    weights, alphas, random = np.zeros(SIZE), np.zeros(rows.total), np.random.default_rng(seed)
    everything = np.arange(rows.total) if only is None else only
    active, bounds = everything, _ANYWHERE
    for _ in range(PASSES):
        active, (low, high) = _pass(task, weights, alphas, random.permutation(active), bounds)
        if high - low > TOLERANCE:
            bounds = (low if low < 0 else -np.inf, high if high > 0 else np.inf)
        elif bounds == _ANYWHERE:
            break
        else:  # those that were left out meanwhile are looked at once more
            active, bounds = everything, _ANYWHERE
    return weights


def _pass(task: _Task, weights: Floats, alphas: Floats, order: Ints, bounds: Bounds) -> tuple[Ints, Bounds]:
    """Go through samples once. Those that may still move, and between what their slopes lie."""
    low, high, kept = np.inf, -np.inf, []
    starts = task.rows.starts.tolist()
    for index in order.tolist():
        own = task.rows.buckets[starts[index] : starts[index + 1]]
        slope = float(task.labels[index] * _dot(task.rows, weights, own, index) - 1)
        alpha, cost = float(alphas[index]), float(task.costs[index])
        if (alpha <= 0 and slope > bounds[1]) or (alpha >= cost and slope < bounds[0]):
            continue
        projected = min(slope, 0.0) if alpha <= 0 else max(slope, 0.0) if alpha >= cost else slope
        kept.append(index)
        low, high = min(low, projected), max(high, projected)
        if projected:
            alphas[index] = new = min(max(alpha - slope / float(task.norms[index]), 0.0), cost)
            _add(task, weights, own, index, float((new - alpha) * task.labels[index]))
    return np.array(kept, dtype=np.int64), (low, high)


def _dot(rows: Rows, weights: Floats, own: NDArray[np.int32], index: int) -> float:
    shape = weights[rows.shape[index]].sum() * SHAPE_VALUE
    return float(weights[own].sum() * rows.scale[index] + shape + weights[CONSTANT])


def _add(task: _Task, weights: Floats, own: NDArray[np.int32], index: int, amount: float) -> None:
    """Each bucket stands once in a row, so plain indexing adds rightly."""
    weights[own] += (amount * task.rows.scale[index]) * task.power[own]
    weights[task.rows.shape[index]] += amount * SHAPE_VALUE
    weights[CONSTANT] += amount


def score(weights: Floats, rows: Rows) -> Floats:
    """The weighted sum of each row."""
    if not rows.total:
        return np.zeros(0)
    sums = _sums(weights[:BUCKETS], rows) * rows.scale
    sums += weights[rows.shape].sum(axis=1) * SHAPE_VALUE + weights[CONSTANT]
    return sums


def _sums(values: Floats, rows: Rows) -> Floats:
    """For each row the sum of the values of its buckets."""
    sums = np.zeros(rows.total)
    filled = np.flatnonzero(np.diff(rows.starts))
    if filled.size:
        sums[filled] = np.add.reduceat(values[rows.buckets], rows.starts[filled])
    return sums
