"""Training: samples in, a model out. The same samples give the same bytes on the same machine."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from services.moderation.spam import calibrate, solver
from services.moderation.spam.clean import cut
from services.moderation.spam.features import BUCKETS, CONSTANT, STEMS_AT, Floats, Ints, Rows, encode
from services.moderation.spam.model import FEATURES, Header, Model, build
from services.moderation.spam.naming import name_top

COST = 1.0
"""What a mistake costs against the size of the weights; chosen by cross-validation, flat from 0.5 to 3."""
RARE = 1.5
"""Power of the logarithm by which rare n-grams count more than common ones; flat from 1 to 2."""
STEM = 1.7
"""How much more a stem counts than an n-gram of characters, of which there are a dozen times as many."""
OWN_SHARE = 0.1
"""Part of that cost for the project's own samples when there are others."""
FOLDS = 5
EVEN = 0.0
"""Log-odds from which spam is as likely as not. No threshold lies below: where all ham given is alike,
anything unlike it would be accused, a greeting in another language for one.
"""
SEED = 20200916
MOST = 100_000
"""Messages of each sort that are learnt from; each takes some 3 kB of memory meanwhile."""
ENOUGH_SPAM, ENOUGH_HAM = 20, 50
"""From these numbers on the threshold is measured on the given samples alone, else with our own as well."""


class NoSamplesError(ValueError):
    """There is nothing to learn from; the text is one line for the operator."""


class Samples(NamedTuple):
    """Different messages of both sorts, in the order in which they came."""

    spam: Sequence[str]
    ham: Sequence[str]

    @property
    def total(self) -> int:
        return len(self.spam) + len(self.ham)


def samples(spam: Iterable[str], ham: Iterable[str]) -> Samples:
    """Samples without empty ones and repetitions, which would sit on both sides of a cross-validation."""
    return Samples(_different(spam), _different(ham))


def _different(texts: Iterable[str]) -> list[str]:
    """At most `MOST`, an even choice of all when there are more; reads the texts once."""
    kept: list[str] = []
    known: set[bytes] = set()
    random = np.random.default_rng(SEED)
    for text in texts:
        stripped = cut(text.strip())
        key = hashlib.blake2b(stripped.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        if not stripped or key in known:
            continue
        known.add(key)
        if len(kept) < MOST:
            kept.append(stripped)
        elif (place := int(random.integers(len(known)))) < MOST:
            kept[place] = stripped
    return kept


def train(given: Samples, own: Samples, *, aim: float | None = None) -> Model:
    """Learn from given samples and, with less weight, from the project's own.

    `aim`: the part of ham to accuse at most; without it by the number of ham. Raises NoSamplesError when
    one of the two sorts is missing altogether.
    """
    texts = [*given.spam, *given.ham, *own.spam, *own.ham]
    spam = _spam_of(given, own)
    if not spam.any() or spam.all():
        raise NoSamplesError("there must be at least one message of spam and one of ham")
    rows = encode(texts)
    costs = np.full(len(texts), COST)
    if given.total:
        costs[given.total :] *= OWN_SHARE
    labels = np.where(spam, 1.0, -1.0)
    measured = _measured(given, len(texts))
    common = _common(rows)
    strength = _strength(common, rows.total)
    held = _held_back(rows, labels, costs, strength, measured)
    weights = solver.fit(rows, labels, costs, strength, seed=SEED)
    factor, shift = calibrate.log_odds(held, spam[measured])
    weights *= factor
    weights[CONSTANT] += shift
    held = held * factor + shift
    truth = spam[measured]
    aim = calibrate.aim_for(int((~truth).sum())) if aim is None else aim
    edge = max(round(calibrate.threshold(held[~truth], aim), 4), EVEN)
    top_spam, top_ham = name_top(texts, weights, common)
    header = Header(
        features=FEATURES,
        spam=len(given.spam),
        ham=len(given.ham),
        own=own.total,
        samples=digest(given, own),
        threshold=edge,
        aim=round(aim, 6),
        found=round(float((held[truth] >= edge).mean()), 4),
        accused=round(float((held[~truth] >= edge).mean()), 4),
        top_spam=top_spam,
        top_ham=top_ham,
    )
    return build(header, weights, np.minimum(np.log2(common + 1) * 8, 255).astype(np.uint8))


def _spam_of(given: Samples, own: Samples) -> calibrate.Flags:
    parts = [(given.spam, True), (given.ham, False), (own.spam, True), (own.ham, False)]
    return np.concatenate([np.full(len(part), is_spam) for part, is_spam in parts])


def _measured(given: Samples, total: int) -> Ints:
    """The samples on which the threshold is measured."""
    enough = len(given.spam) >= ENOUGH_SPAM and len(given.ham) >= ENOUGH_HAM
    return np.arange(given.total if enough else total)


def _held_back(rows: Rows, labels: Floats, costs: Floats, strength: Floats, measured: Ints) -> Floats:
    """Scores of the measured samples by models that have not seen them, in their order."""
    fold = np.full(rows.total, -1)
    random = np.random.default_rng(SEED)
    for label in (1.0, -1.0):
        members = measured[labels[measured] == label]
        fold[random.permutation(members)] = np.arange(len(members)) % FOLDS
    scores = np.zeros(rows.total)
    for out in range(FOLDS):
        left = np.flatnonzero(fold != out)
        if len(left) < rows.total and len(set(labels[left])) == 2:
            told = solver.score(solver.fit(rows, labels, costs, strength, seed=SEED, only=left), rows)
            scores = np.where(fold == out, told, scores)
    return scores[measured]


def _common(rows: Rows) -> Floats:
    return np.bincount(rows.buckets, minlength=BUCKETS).astype(np.float64)


def _strength(common: Floats, total: int) -> Floats:
    """How far each bucket counts: the rarer, the more; 1 in the mean over all n-grams of all messages."""
    strength = (np.log((1 + total) / (1 + common)) + 1) ** RARE
    strength[STEMS_AT:] *= STEM
    return np.asarray(strength / max(float((strength * common).sum() / max(common.sum(), 1)), 1e-9))


def digest(given: Samples, own: Samples) -> str:
    """SHA-256 over all samples, in order."""
    hashed = hashlib.sha256()
    for sort in (given.spam, given.ham, own.spam, own.ham):
        hashed.update(f"{len(sort)}\n".encode())
        for text in sort:
            hashed.update(text.encode("utf-8", "surrogatepass") + b"\n")
    return hashed.hexdigest()
