"""Names of columns and properties taken apart into words."""

import re
import unicodedata
from functools import lru_cache

NAME_READ = 300
"""Characters of a name; a question of a form may be long."""
_CAMEL = re.compile(r"(?<=[a-zа-яёіў])(?=[A-ZА-ЯЁІЎ])")
_WORD = re.compile(r"[^\W_]+")
_FOLDED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", **dict.fromkeys("'’ʼ`´", None)})
_LETTERS = re.compile("[йўї]")
"""Letters of their own, though Unicode takes them apart."""


@lru_cache(maxsize=8_192)
def words_of(name: str) -> tuple[str, ...]:
    """Its words in lower case, without accents and apostrophes: `Ссылка_на чат` as `ссылка`, `на`, `чат`."""
    text = unicodedata.normalize("NFKC", _CAMEL.sub(" ", name[:NAME_READ])).casefold().translate(_FOLDED)
    return tuple(_WORD.findall("".join(map(_bare, text))))


def _bare(char: str) -> str:
    if char.isascii() or _LETTERS.match(char):
        return char
    return "".join(each for each in unicodedata.normalize("NFKD", char) if not unicodedata.combining(each))
