"""`/stopword add|remove|list`: the chat's stop words, one word or phrase at a time."""

from services.moderation.bot import deeds, settings_press
from services.moderation.bot.rights import Rights
from services.moderation.bot.subject import here
from services.moderation.bot.turn import Turn
from services.moderation.domain import settings as chat_settings
from services.moderation.domain.settings import WORD_LEAST, WORD_MOST, WORDS_MOST, BadSetting, stop_words
from shared.bus.commit import Commit

NAME = "spam.words"
SEPARATOR = ", "


async def asked(turn: Turn, words: tuple[str, ...], rights: Rights) -> Commit:
    """Without a word that is understood it tells which there are."""
    verb, phrase = (words[0].lower() if words else "list"), " ".join(words[1:]).lower()
    now = stop_words(turn.settings.get(NAME))
    if verb not in ("add", "remove") or not phrase:
        return _told(turn, now)
    named = stop_words(phrase)
    if verb == "remove":
        missing = [word for word in named if word not in now]
        if missing or not named:
            return deeds.only(turn, turn.speech("stopword.unknown", word=SEPARATOR.join(missing) or phrase))
        return _kept(turn, rights, tuple(word for word in now if word not in named))
    return _kept(turn, rights, tuple(sorted({*now, *named})))


def _told(turn: Turn, now: tuple[str, ...]) -> Commit:
    if not now:
        return deeds.only(turn, turn.speech("stopword.none"))
    return deeds.only(turn, turn.speech("stopword.list", words=SEPARATOR.join(now)))


def _kept(turn: Turn, rights: Rights, new: tuple[str, ...]) -> Commit:
    try:
        _, value = chat_settings.parse(NAME, SEPARATOR.join(new) or "none")
    except BadSetting:
        text = turn.speech("stopword.bad", least=WORD_LEAST, most=WORD_MOST, words=WORDS_MOST)
        return deeds.only(turn, text)
    text = turn.speech("stopword.list", words=value) if new else turn.speech("stopword.none")
    writes = settings_press.written(turn, here(turn), rights, NAME, value)
    return Commit.of(writes=writes, events=[turn.say(text)])
