"""Names for the buckets that say most, so that a person can read what a model has learnt."""

import re
from collections.abc import Sequence

import numpy as np

from services.moderation.spam import clean, shape
from services.moderation.spam.clean import views
from services.moderation.spam.features import BATCH, BUCKETS, SHAPE_AT, Floats, Grams, Unsigned, grams

TOP = 40
"""N-grams named for each side."""
COMMON_LEAST = 3
"""Messages that must have had an n-gram before it is named: nobody's own words are."""
SIGNS = {
    clean.LINK: "¤link", clean.MENTION: "¤name", clean.PHONE: "¤phone", clean.HOUR: "¤hour",
    clean.MONEY: "¤money", "\x02": "^", "\x03": "$", " ": "_",
}  # fmt: skip
_CYRILLIC = str.maketrans("a6re3ukmhonpctyx4wl", "абгезикмнопрстухчші")
_SOFT = re.compile("(?<=[гзкмнпрстхчшбджлфцщ])b(?![аеиоуыэюяёі])")
"""Where a sign that is drawn like both is a soft one, mostly: behind a consonant, before no vowel."""
_WORD_END = re.compile(r"[^\w\ue001-\ue005]|_")

Named = tuple[tuple[str, float], ...]


def name_top(texts: Sequence[str], weights: Floats, common: Floats) -> tuple[Named, Named]:
    """The n-grams that speak most for spam and for ham, each with its weight, strongest first."""
    strength = np.where(common >= COMMON_LEAST, weights[:BUCKETS] * np.sqrt(common), 0)
    order = np.argsort(strength, kind="stable")
    spam = [int(one) for one in order[::-1][: TOP * 2] if strength[one] > 0]
    ham = [int(one) for one in order[: TOP * 2] if strength[one] < 0]
    names = _names(texts, np.array(sorted({*spam, *ham}), dtype=np.uint64))
    return _named(spam, names, weights), _named(ham, names, weights)


def _named(buckets: Sequence[int], names: dict[int, str], weights: Floats) -> Named:
    """One entry for each name: a short word is several n-grams."""
    found = {names[bucket]: round(float(weights[bucket]), 2) for bucket in buckets if bucket in names}
    shapes = [
        (f"[{name} {level}]", round(float(weights[SHAPE_AT + at * shape.LEVELS + level]), 2))
        for at, name in enumerate(shape.NAMES)
        for level in range(shape.LEVELS)
    ]
    sign = 1 if not found or next(iter(found.values())) > 0 else -1
    strong = sorted((one for one in shapes if one[1] * sign > 0), key=lambda one: -abs(one[1]))[:8]
    return (*list(found.items())[:TOP], *strong)


def _names(texts: Sequence[str], wanted: Unsigned) -> dict[int, str]:
    """The first n-gram that fell in each bucket."""
    names: dict[int, str] = {}
    for at in range(0, len(texts), BATCH):
        seen = [views(text) for text in texts[at : at + BATCH]]
        line = "".join(one.drawn for one in seen)
        for kind in grams(seen):
            for index in np.flatnonzero(np.isin(kind.buckets, wanted)).tolist():
                if (bucket := int(kind.buckets[index])) not in names:
                    gram = _spell(line, kind, index)
                    names[bucket] = _read(gram, texts[at + int(kind.rows[index])])
        if len(names) == len(wanted):
            break
    return names


def _spell(line: str, kind: Grams, index: int) -> str:
    start = int(kind.starts[index])
    gram = line[start : start + kind.size]
    if kind.stem and (end := _WORD_END.search(gram)):
        gram = gram[: end.start()]
    return gram


def _read(gram: str, text: str) -> str:
    """An n-gram as it would be written where it stood: what is drawn alike is Latin or Cyrillic there."""
    if clean.LINK not in gram and sum("а" <= char <= "ў" for char in text.lower()) * 2 > len(text):
        gram = _SOFT.sub("ь", gram.translate(_CYRILLIC)).replace("b", "в")
    return "".join(SIGNS.get(char, char) for char in gram)
