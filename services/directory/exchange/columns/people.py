"""Columns and properties about a person: who asks, answers or runs a chat is never published.

When in doubt a column is a person's: a chat without a name gets its title from Telegram later, a name that
was published does not come back.
"""

from functools import lru_cache
from itertools import pairwise

from services.directory.exchange.columns.names import words_of
from services.directory.exchange.columns.words import words

NEAR = 3
"""Words behind `your` or `ваш` among which the noun is looked for that it belongs to."""


@lru_cache(maxsize=4_096)
def about_person(name: str) -> str | None:
    """The words by which a column of this name is about a person; None when it is not."""
    found = words_of(name)
    if word := _always(found):
        return word
    if word := next(filter(words("person.who").fullmatch, found), ""):
        return word
    return _possessed(found)


@lru_cache(maxsize=4_096)
def is_label_of_person(name: str) -> bool:
    """The same of a label in running text, where `кто` and `мой` alone say nothing: `Мой дом - Садовая 3`."""
    found = words_of(name)
    nouns = words("person.noun")
    return bool(_always(found)) or any(
        words("person.possessive").fullmatch(word)
        and any(map(nouns.fullmatch, found[at + 1 : at + 1 + NEAR]))
        for at, word in enumerate(found)
    )


@lru_cache(maxsize=4_096)
def is_of_form(name: str) -> bool:
    """Whether a column of this name shows that people have filled in a form about themselves."""
    found = words_of(name)
    respondent = words("person.respondent").fullmatch
    return any(map(respondent, (*found, *_joined(found)))) or _possessed(found) is not None


def _joined(found: tuple[str, ...]) -> tuple[str, ...]:
    """`first name` as `firstname`."""
    return tuple(map("".join, pairwise(found)))


def _always(found: tuple[str, ...]) -> str:
    for word in (*found, *_joined(found)):
        if words("person.always").fullmatch(word) or words("person.by").fullmatch(word):
            return word
    added = words("person.added")
    return next(
        (f"{word} by" for word, after in pairwise(found) if after == "by" and added.fullmatch(word)), ""
    )


def _possessed(found: tuple[str, ...]) -> str | None:
    """`your name`, `как вас зовут`; but not `название вашего чата`, which asks for the chat's."""
    chats, nouns = words("chat"), words("person.noun")
    speaks_of_chat = any(map(chats.fullmatch, found))
    for at, word in enumerate(found):
        if not words("person.possessive").fullmatch(word):
            continue
        behind = found[at + 1 : at + 1 + NEAR]
        noun = next((each for each in behind if nouns.fullmatch(each)), None)
        chat = next((each for each in behind if chats.fullmatch(each)), None)
        is_nearer = noun is not None and (chat is None or behind.index(noun) < behind.index(chat))
        if is_nearer or not speaks_of_chat:
            return f"{word} {noun}" if noun else word
    return None
