"""Fields whose values come from a list: kinds, flags, precisions, languages."""

import re
from typing import Any

import orjson

from shared.contracts.listings import LANGUAGES_MOST, Kind, Precision
from shared.flags import is_flag

_GROUPS = """
chat chats supergroup чат чаты група группа супергруппа супергрупа суполка спільнота czat grupa gruppe groupe
grupė pokalbis čats
"""
_CHANNELS = "канал public kanał kanal canal kanalas kanāls"
_BOTS = "бот робат робот botas bots"
_KINDS = {
    **dict.fromkeys(_GROUPS.split(), Kind.GROUP),
    **dict.fromkeys(_CHANNELS.split(), Kind.CHANNEL),
    **dict.fromkeys(_BOTS.split(), Kind.BOT),
}
_LANGUAGES = {
    "be": "беларуская беларускі па-беларуску белорусский білоруська belarusian bialoruski бел bel by",
    "ru": "русский русская рускі руская расейская російська russian rosyjski рус rus",
    "uk": "украинский украінская українська ukrainian ukrainski укр ukr ua",
    "en": "английский англійская англійська english angielski англ eng",
    "pl": "польский польская польська polish polski pol",
    "lt": "литовский літоўская литовська lithuanian lietuviu lietuvių lit",
    "lv": "латышский латышская латиська latvian latviesu latviešu lav",
    "de": "немецкий нямецкая німецька german deutsch ger deu",
}
_BY_WORD = {word: code for code, words in _LANGUAGES.items() for word in words.split()}
_CODE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})?")
_BETWEEN = re.compile(r"[\s,;/|+&]+")
_JOINING = {"и", "і", "й", "ды", "та", "and", "i", "ir", "un", "und", "et", "язык", "мова", "языки", "мовы"}


def kind_of(value: Any) -> Kind | None:
    """None for a word that is none of ours."""
    text = _word(value)
    return Kind(text) if text in set(Kind) else _KINDS.get(text)


def flag_of(value: Any) -> str | None:
    text = _word(value)
    return text if is_flag(text) else None


def precision_of(value: Any) -> Precision | None:
    text = _word(value)
    return Precision(text) if text in set(Precision) else None


def languages_of(value: Any) -> tuple[tuple[str, ...], list[str]]:
    """Codes of languages, each once, and the words that are none.

    Takes a list, its JSON as GDAL and QGIS write it into a cell (`[ "en" ]`), codes or names with anything
    between them.
    """
    found: dict[str, None] = {}
    unknown: list[str] = []
    for word in _words(value):
        code = _CODE.fullmatch(word)
        if language := _BY_WORD.get(word) or (code[1] if code else ""):
            found[language] = None
        else:
            unknown.append(word[:20])
    return tuple(found)[:LANGUAGES_MOST], unknown


def _words(value: Any) -> list[str]:
    if isinstance(value, str) and value.strip().startswith("["):
        value = _listed(value)
    if isinstance(value, list | tuple):
        return [_word(each) for each in value[:100] if _word(each)]
    text = value.casefold() if isinstance(value, str) else ""
    return [word for word in _BETWEEN.split(text[:500]) if word and word not in _JOINING]


def _listed(text: str) -> Any:
    """A list in JSON, or as Python prints one."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return re.sub(r"[\[\]\"'()]", " ", text)


def _word(value: Any) -> str:
    return value.strip().casefold() if isinstance(value, str) else ""
