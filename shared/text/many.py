"""Many texts at once: what `fold` and `sounds` make of each, for a model that is built of a million names.

Words are looked up by how they stand in the text, because names of a city repeat theirs; those that are new
are folded together, as one text.
"""

from collections.abc import Iterable, Sequence

from shared.text.fold import fold_words
from shared.text.sounds import others, sound_words

KEPT_MOST = 200_000
"""Words that are remembered; with more, all are forgotten."""
_folded: dict[str, str] = {}
_heard: dict[str, tuple[str, ...]] = {}


def read_all(texts: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """`fold` of each, and `sounds` of each."""
    parts = [text.split() for text in texts]
    _learn(parts)
    folded = [" ".join([plain for word in words if (plain := _folded[word])]) for words in parts]
    return folded, [[heard for word in words for heard in _heard[word]] for words in parts]


def _learn(parts: Iterable[Sequence[str]]) -> None:
    if len(_heard) > KEPT_MOST:
        _folded.clear()
        _heard.clear()
    new = list(set().union(*parts).difference(_heard))
    folded = fold_words(new)
    words = list(dict.fromkeys(word for line in folded for word in line.split()))
    sounds = dict(zip(words, sound_words(words), strict=True))
    for word, line in zip(new, folded, strict=True):
        heard = [sounds[each] for each in line.split()]
        _heard[word] = tuple(heard if word.isascii() else [*heard, *others(word)])
        _folded[word] = line
