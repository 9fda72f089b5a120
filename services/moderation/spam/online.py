"""Learning from single messages: `/spam`, and bans that an admin undid. One correction for each chat, and
what teams of chats agree on (`agreed`), are added to the trained model's score.

A correction is a small sparse vector over buckets. It is learnt passively-aggressively (Crammer and others,
"Online passive-aggressive algorithms", JMLR 7, 2006): nothing changes when the model is already right with
room to spare, else just enough. Buckets that were common in training move little, so that one report of a
message about work does not make every word of it suspicious. No text is kept, and what has not been confirmed
for long fades.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.moderation.spam.features import BUCKETS, Floats, Rows, encode
from services.moderation.spam.model import FEATURES, BadModelError, Model, Scored

Label = Literal["spam", "ham"]
ROOM = 1.0
"""Log-odds on the right side of the threshold that a reported message shall reach."""
STEP_MOST = 4.0
"""Log-odds that one report may move its own text."""
KEPT_MOST = 20_000
"""Buckets in a correction; the weakest go first. 120 kB before compression."""
WEIGHT_MOST = 6.0
FADE = 0.999
"""Factor on all that was learnt before, for each further report: half after 700."""
_MARK = b"dze correction 1\n"


@dataclass(frozen=True)
class Correction:
    """Buckets, rising, and what is added to the weight of each; `reports` counts what it learnt from."""

    buckets: NDArray[np.int32]
    weights: NDArray[np.float32]
    reports: int = 0

    def scores(self, rows: Rows) -> Floats:
        """What the correction adds to each row's log-odds."""
        if not len(self.buckets) or not len(rows.buckets):
            return np.zeros(rows.total)
        at = np.minimum(np.searchsorted(self.buckets, rows.buckets), len(self.buckets) - 1)
        values = np.where(self.buckets[at] == rows.buckets, self.weights[at], np.float32(0)).astype(
            np.float64
        )
        sums = np.zeros(rows.total)
        filled = np.flatnonzero(np.diff(rows.starts))
        sums[filled] = np.add.reduceat(values, rows.starts[filled])
        return sums * rows.scale


NONE = Correction(np.zeros(0, np.int32), np.zeros(0, np.float32))


class Learnt(NamedTuple):
    """A text was learnt: what to keep, and how its score changed."""

    correction: Correction
    before: float
    after: float


def scores(model: Model, texts: Sequence[str], *corrections: Correction) -> Floats:
    """Log-odds with what a deployment and a chat have learnt since."""
    rows = encode(texts)
    return model.rows_scores(rows) + sum((one.scores(rows) for one in corrections), np.zeros(rows.total))


def classify(model: Model, texts: Sequence[str], *corrections: Correction) -> list[Scored]:
    """Spam or ham, likewise."""
    edge = model.header.threshold
    told = zip(texts, scores(model, texts, *corrections).tolist(), strict=True)
    return [Scored(value >= edge and bool(text.strip()), round(value, 4)) for text, value in told]


def learn(model: Model, correction: Correction, text: str, label: Label, *others: Correction) -> Learnt:
    """Take in one report. `others` are corrections that count beside this one. Pure: same in, same out."""
    return learn_row(model, correction, encode([text]), label, *others)


def learn_row(model: Model, correction: Correction, rows: Rows, label: Label, *others: Correction) -> Learnt:
    """The same for a text of which only its one row of features is left."""
    before = float((model.rows_scores(rows) + sum(one.scores(rows) for one in (correction, *others)))[0])
    side = 1.0 if label == "spam" else -1.0
    missing = ROOM - side * (before - model.header.threshold)
    if missing <= 0 or not len(rows.buckets):
        return Learnt(
            Correction(correction.buckets, correction.weights, correction.reports + 1), before, before
        )
    pace = 1.0 / (1.0 + model.common[rows.buckets].astype(np.float64))
    scale = float(rows.scale[0])
    change = side * min(missing, STEP_MOST) * pace / (scale * float(pace.sum()))
    learnt = _add(correction, rows.buckets, change)
    after = before - float(correction.scores(rows)[0]) + float(learnt.scores(rows)[0])
    return Learnt(learnt, before, after)


def eased(before: Correction, after: Correction, share: float) -> Correction:
    """`before` moved towards `after` by a part of the way."""
    total = np.zeros(BUCKETS)
    total[before.buckets] = before.weights * (1 - share)
    total[after.buckets] += after.weights * share
    return strongest(total, after.reports)


def _add(correction: Correction, buckets: NDArray[np.int32], change: Floats) -> Correction:
    total = np.zeros(BUCKETS)
    total[correction.buckets] = correction.weights * FADE
    total[buckets] += change
    np.clip(total, -WEIGHT_MOST, WEIGHT_MOST, out=total)
    return strongest(total, correction.reports + 1)


def strongest(total: Floats, reports: int) -> Correction:
    """A correction of at most so many buckets."""
    kept = np.flatnonzero(np.abs(total) > 1e-3)
    if len(kept) > KEPT_MOST:
        strongest = np.argsort(-np.abs(total[kept]), kind="stable")[:KEPT_MOST]
        kept = np.sort(kept[strongest])
    return Correction(kept.astype(np.int32), total[kept].astype(np.float32), reports)


def to_bytes(correction: Correction) -> bytes:
    """Compact bytes for a sealed hash field: buckets and weights rounded to half precision, compressed."""
    head = f"{FEATURES} {correction.reports} {len(correction.buckets)}\n".encode()
    body = correction.buckets.astype("<i4").tobytes() + correction.weights.astype("<f2").tobytes()
    return _MARK + head + zlib.compress(body, 6)


def from_bytes(data: bytes) -> Correction:
    """Raises BadModelError when it is damaged or belongs to other features."""
    try:
        mark, head, packed = data[: len(_MARK)], *data[len(_MARK) :].split(b"\n", 1)
        features, reports, count = (int(part) for part in head.split())
        if mark != _MARK or features != FEATURES or not 0 <= count <= KEPT_MOST:
            raise BadModelError("a correction of another version")
        body = zlib.decompressobj().decompress(packed, count * 6 + 1)
        buckets = np.frombuffer(body, "<i4", count).astype(np.int32)
        weights = np.frombuffer(body, "<f2", count, count * 4).astype(np.float32)
    except (ValueError, zlib.error):
        raise BadModelError("a damaged correction") from None
    if count and (buckets.min() < 0 or buckets.max() >= BUCKETS or (np.diff(buckets) <= 0).any()):
        raise BadModelError("a damaged correction")
    if not np.isfinite(weights).all():
        raise BadModelError("a damaged correction")
    return Correction(buckets, weights, reports)
