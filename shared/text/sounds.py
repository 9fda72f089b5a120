"""Words as they sound in Belarusian and Russian alike, for search: Сурганава and Сурганова are one word.

Coarser than `fold`: unstressed vowels (akanne), soft consonants (дз, ц for д, т) and ў for в are written in
Belarusian and not in Russian, so they are taken away here. Words that differ altogether stand in a table.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from shared.text.fold import fold, once

_SILENT = re.compile("i+(?=[au])")
_MERGED = (
    (re.compile("dz"), "d"),
    (re.compile("ts|c"), "t"),
    (re.compile("[eo]"), "a"),
    (_SILENT, ""),
    (re.compile("v"), "u"),
    (re.compile(r"(.)\1+"), r"\1"),
)
_OTHER_LETTERS = re.compile(r"[^\W\d_]+")

_PAIRS = """
незалежнасці независимости|перамогі победы|пераможцаў победителей|кастрычніцкая октябрьская
кастрычніка октября|чырвоная красная|чырвоны красный|чырвонаармейская красноармейская
чырвоназорная краснозвёздная|чырвонаслабодская краснослободская|чыгуначная железнодорожная
паўднёвая южная|паўночная северная|усходняя восточная|заходняя западная|сонечная солнечная
кветкавая цветочная|працоўная трудовая|вялікая большая|доўгая длинная|студзеня января|лютага февраля
сакавіка марта|красавіка апреля|чэрвеня июня|ліпеня июля|жніўня августа|верасня сентября|лістапада ноября
снежня декабря|гадоў лет|машынабудаўнікоў машиностроителей|будаўнікоў строителей|суседзі соседи
суседзяў соседей|дзіцячы детский|крама магазин|сабака собака|бацькі родители|пошук поиск
дапамога помощь|падарожнікі попутчики|брама ворота|завулак переулок
"""
"""Belarusian and Russian words of one meaning that do not sound alike, as streets and chats use them."""


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """The sound of one folded word; digits and other scripts stay as they are."""
    if not word.isascii() or word[:1].isdigit():
        return word
    heard = word
    for pattern, merged in _MERGED:
        heard = pattern.sub(merged, heard)
    return _SAME.get(heard, heard)


def sound_words(words: Sequence[str]) -> list[str]:
    """`sound` of each of many words, which are gone through as one text."""
    plain = [word for word in words if word.isascii() and not word[:1].isdigit()]
    text = "\n".join(plain).replace("dz", "d").replace("ts", "t").replace("c", "t")
    text = _SILENT.sub("", text.replace("e", "a").replace("o", "a")).replace("v", "u")
    heard = once(text, ord("\n") + 1, ord("z")).split("\n")
    known = dict(zip(plain, (_SAME.get(one, one) for one in heard), strict=True)) if plain else {}
    return [known.get(word, word) for word in words]


def others(text: str) -> list[str]:
    """Words of scripts that do not fold, as they are."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return [word for word in _OTHER_LETTERS.findall(plain) if not word.isascii() and not fold(word)]


def begun(heard: str) -> list[str]:
    """Sounds of the words in the table whose other form begins so: `незав` may become Незалежнасці."""
    return [same for other, same in _SAME.items() if other.startswith(heard)] if len(heard) > 2 else []


def words(text: str) -> list[str]:
    """Folded words in their order. Words of scripts that do not fold stay as they are; emoji go."""
    return [word for part in text.split() for word in _words(part)]


def sounds(text: str) -> list[str]:
    """The sounds of all words, in their order."""
    return [heard for part in text.split() for heard in _sounds(part)]


@lru_cache(maxsize=65_536)
def _sounds(part: str) -> tuple[str, ...]:
    return tuple(sound(word) for word in _words(part))


@lru_cache(maxsize=65_536)
def _words(part: str) -> tuple[str, ...]:
    """Of a text without spaces: names of a city repeat their words, and folding takes its time."""
    folded = fold(part).split()
    return tuple(folded) if part.isascii() else (*folded, *others(part))


_SAME: dict[str, str] = {}
for _belarusian, _russian in (pair.split() for pair in _PAIRS.replace("\n", "|").split("|") if pair):
    _SAME[sound(fold(_russian))] = sound(fold(_belarusian))
sound.cache_clear()
