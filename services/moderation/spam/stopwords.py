"""A chat's stop words, found also where they are disguised."""

import re
from functools import lru_cache

from services.moderation.spam.clean import Views, views

_EDGES = "\x02\x03 "
_CHATS = 4096


def has_stop_word(seen: Views, words: tuple[str, ...]) -> bool:
    """Whether one of the words stands in a text, as a person sees both; `word*`: any word that so begins."""
    return _finder(words).search(seen.drawn) is not None


@lru_cache(maxsize=_CHATS)
def _finder(words: tuple[str, ...]) -> re.Pattern[str]:
    parts = [_part(word) for word in words]
    return re.compile(rf"(?<!\w)(?:{'|'.join(one for one in parts if one) or '(?!)'})")


def _part(word: str) -> str:
    drawn = views(word.rstrip("*")).drawn.strip(_EDGES)
    return re.escape(drawn) + ("" if word.endswith("*") else r"(?!\w)") if drawn else ""
