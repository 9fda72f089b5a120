"""Why a text was taken for spam, in a form that a person can read and that quotes nobody.

Traits are codes of what the text looks like. Words are given only when they also stand in the project's own
samples of spam, and as they stand there, so nothing of what a person wrote is ever repeated.
"""

import re
from functools import cache
from typing import NamedTuple

import numpy as np

from services.moderation.spam import shape
from services.moderation.spam.clean import views
from services.moderation.spam.features import DAMP, SHAPE_AT, SHAPE_VALUE, encode, grams
from services.moderation.spam.model import Model
from services.moderation.spam.ready import own_samples
from shared.text import has_mixed_scripts

TRAITS_MOST, WORDS_MOST = 4, 3
_WORD = re.compile(r"[^\W\d_]{4,}")
_CERTAIN = 0.15
"""Log-odds below which a trait or a word is no reason."""

TRAITS = {
    "links": "links", "mentions": "mentions", "money": "money", "phones": "phones", "emoji": "emoji",
    "capitals": "capitals", "exclaims": "exclaims", "mixed": "mixed_alphabets",
    "mixed_share": "mixed_alphabets", "hidden": "invisible_characters", "digits": "numbers",
}  # fmt: skip
"""Shape features that are reasons when their level is above 0, and their codes."""


class Reasons(NamedTuple):
    """Codes of traits with the log-odds that each added, and words that spoke for spam, strongest first."""

    traits: tuple[tuple[str, float], ...]
    words: tuple[str, ...]


def reasons(text: str, model: Model) -> Reasons:
    """What in a text spoke for spam."""
    return Reasons(_traits(text, model), _words(text, model))


def traits(text: str, model: Model) -> tuple[str, ...]:
    """Codes of the traits that spoke for spam, strongest first."""
    return tuple(name for name, _ in _traits(text, model))


def _traits(text: str, model: Model) -> tuple[tuple[str, float], ...]:
    levels = encode([text]).shape[0] - SHAPE_AT
    found: dict[str, float] = {}
    for at, (name, column) in enumerate(zip(shape.NAMES, levels.tolist(), strict=True)):
        base = SHAPE_AT + at * shape.LEVELS
        gained = (model.weights[SHAPE_AT + column] - model.weights[base]) * SHAPE_VALUE
        if name in TRAITS and column > at * shape.LEVELS and gained > _CERTAIN:
            found[TRAITS[name]] = found.get(TRAITS[name], 0.0) + float(gained)
    strongest = sorted(found.items(), key=lambda one: (-one[1], one[0]))[:TRAITS_MOST]
    return tuple((name, round(value, 2)) for name, value in strongest)


def _words(text: str, model: Model) -> tuple[str, ...]:
    """Words whose n-grams add up to the most, of those that our own samples know."""
    seen = views(text)
    line = seen.drawn
    told = np.zeros(len(line))
    total = 0
    for kind in grams([seen]):
        total += len(kind.buckets)
        if not kind.stem:
            share = model.weights[kind.buckets.astype(np.int64)] / kind.size
            for offset in range(kind.size):
                np.add.at(told, kind.starts + offset, share)
    known = lexicon()
    found: dict[str, float] = {}
    for word in _WORD.finditer(line):
        if readable := known.get(word.group()):
            gained = float(told[word.start() : word.end()].sum()) / np.sqrt(total + DAMP)
            found[readable] = max(found.get(readable, 0.0), gained)
    strongest = sorted((one for one in found.items() if one[1] > _CERTAIN), key=lambda one: (-one[1], one[0]))
    return tuple(word for word, _ in strongest[:WORDS_MOST])


@cache
def lexicon() -> dict[str, str]:
    """Words of our own samples of spam, as they are written, by how they are drawn."""
    words = dict.fromkeys(word for text in own_samples().spam for word in _WORD.findall(text.lower()))
    found: dict[str, str] = {}
    for word in words:
        if not has_mixed_scripts(word):
            found.setdefault(views(word).drawn.strip("\x02\x03 "), word)
    return found
