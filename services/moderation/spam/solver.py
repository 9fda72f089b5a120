"""Logistic regression with L2 regularisation, by coordinate descent in the dual.

The method is that of Yu, Huang and Lin, "Dual coordinate descent methods for logistic regression and maximum
entropy models" (Machine Learning 85, 2011). One sample at a time touches only its own buckets, so a pass
costs time linear in the text and needs no sparse-matrix library.
"""

import math

import numpy as np

from services.moderation.spam.features import CONSTANT, SHAPE_VALUE, SIZE, Floats, Ints, Rows

PASSES = 30
TOLERANCE = 0.01
"""Stop when no step of a pass, as a part of its cost, was larger."""
_NEWTON = 8
_TINY = 1e-9


def fit(rows: Rows, labels: Floats, costs: Floats, seed: int, only: Ints | None = None) -> Floats:
    """Weights for all columns. `labels` are 1 and -1, `costs` one for each sample (C in the literature);
    `only` names the samples to learn from.
    """
    weights = np.zeros(SIZE)
    order = np.arange(rows.total) if only is None else only.copy()
    random = np.random.default_rng(seed)
    alphas = np.minimum(0.001 * costs, 1e-8)
    for index in order:
        _add(weights, rows, index, labels[index] * alphas[index])
    norms = np.diff(rows.starts) * rows.scale**2 + SHAPE_VALUE**2 * rows.shape.shape[1] + 1
    for _ in range(PASSES):
        random.shuffle(order)
        largest = 0.0
        for index in order:
            cost, label = float(costs[index]), float(labels[index])
            margin = label * _dot(weights, rows, index)
            old = float(alphas[index])
            new = _step(old, cost, margin, float(norms[index]))
            if abs(new - old) > _TINY:
                _add(weights, rows, index, label * (new - old))
                alphas[index] = new
                largest = max(largest, abs(new - old) / cost)
        if largest < TOLERANCE:
            break
    return weights


def _dot(weights: Floats, rows: Rows, index: int) -> float:
    buckets = rows.buckets[rows.starts[index] : rows.starts[index + 1]]
    return float(
        weights[buckets].sum() * rows.scale[index]
        + weights[rows.shape[index]].sum() * SHAPE_VALUE
        + weights[CONSTANT]
    )


def _add(weights: Floats, rows: Rows, index: int, amount: float) -> None:
    """Each bucket stands once in a row, so plain indexing adds rightly."""
    weights[rows.buckets[rows.starts[index] : rows.starts[index + 1]]] += amount * rows.scale[index]
    weights[rows.shape[index]] += amount * SHAPE_VALUE
    weights[CONSTANT] += amount


def _step(alpha: float, cost: float, margin: float, norm: float) -> float:
    """Where the dual is least along one coordinate: log(a / (C - a)) + margin + norm * (a - alpha) = 0.

    Solved in t = log(a / (C - a)), in which it is smooth: a = C / (1 + exp(-t)).
    """
    target = margin - norm * alpha
    t = max(min(math.log(max(alpha, 1e-12) / max(cost - alpha, 1e-12)), 30.0), -30.0)
    low, high = -target - norm * cost, -target
    t = min(max(t, low), high)
    for _ in range(_NEWTON):
        share = 1 / (1 + math.exp(-min(max(t, -40.0), 40.0)))
        value = t + target + norm * cost * share
        if value > 0:
            high = t
        else:
            low = t
        step = t - value / (1 + norm * cost * share * (1 - share))
        step = step if low < step < high else (low + high) / 2
        if abs(step - t) < 1e-4:
            t = step
            break
        t = step
    return cost / (1 + math.exp(-min(max(t, -40.0), 40.0)))


def score(weights: Floats, rows: Rows) -> Floats:
    """The weighted sum of each row."""
    if not rows.total:
        return np.zeros(0)
    sums = np.zeros(rows.total)
    filled = np.flatnonzero(np.diff(rows.starts))
    if filled.size:
        sums[filled] = np.add.reduceat(weights[rows.buckets], rows.starts[filled])
    sums *= rows.scale
    sums += weights[rows.shape].sum(axis=1) * SHAPE_VALUE + weights[CONSTANT]
    return sums
