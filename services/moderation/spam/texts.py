"""The texts of a decided batch, read all at once: the model's word, stop words, copies in other chats."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby, islice
from typing import NamedTuple

import numpy as np

from services.moderation.domain.admission import Admissions
from services.moderation.domain.context import Context
from services.moderation.domain.reading import Reading
from services.moderation.domain.spam import is_read
from services.moderation.domain.standing.voices import Word, count
from services.moderation.domain.state import ChatState
from services.moderation.domain.text import message_text
from services.moderation.domain.update import Update
from services.moderation.spam import cases
from services.moderation.spam.clean import Views, views
from services.moderation.spam.features import Floats, Rows, encode_seen, part
from services.moderation.spam.model import Model
from services.moderation.spam.models import Models
from services.moderation.spam.reasons import traits
from services.moderation.spam.stopwords import has_stop_word
from services.moderation.store.corrections import Corrections, Kept
from shared.keys import Keys

COPY_LEAST = 24
"""Letters from which on the same text in several chats says something: everybody greets alike."""


class _Asked(NamedTuple):
    """One message that is to be read."""

    update: Update
    state: ChatState
    text: str
    seen: Views


class Texts:
    """Given to whoever decides."""

    def __init__(self, models: Models, corrections: Corrections, keys: Keys) -> None:
        self._models = models
        self._corrections = corrections
        self._keys = keys

    async def read(
        self, updates: Iterable[Update], states: Mapping[int, ChatState], context: Context
    ) -> dict[int, Reading]:
        """By update id, what was found; nothing for texts that are nobody's business or unremarkable."""
        asked = _asked(updates, states, context)
        if not asked:
            return {}
        admissions = await self._corrections.lent.admissions.current()
        copies = await self._copies(asked, admissions, context.now)
        scored = await self._judged(
            [one for one in asked if one.state.policy.spam != "off"], admissions, context.now
        )
        found = {}
        for one in asked:
            number = one.update.id
            told = scored.get(number, Reading())
            words = one.state.policy.stop_words
            told = told._replace(stopped=bool(words) and has_stop_word(one.seen, words))
            if (copied := copies.get(number)) is not None:
                told = told._replace(copies=copied.copies, teams=copied.teams)
            if told != Reading():
                found[number] = told
        return found

    async def _judged(self, asked: Sequence[_Asked], admissions: Admissions, now: int) -> dict[int, Reading]:
        """Those that look like spam; one call of the model for all."""
        if not asked:
            return {}
        asked = sorted(asked, key=lambda one: one.state.id)
        model = await self._models.current()
        kept = await self._corrections.load({one.state.id for one in asked})
        heard = await self._corrections.lent.deployment(now)
        rows = encode_seen([one.seen for one in asked])
        lent = [admissions.is_known(one.state.key) for one in asked]
        scores = _scores(model, rows, asked, kept) + np.where(lent, heard.scores(rows), 0.0)
        return {
            one.update.id: Reading(
                spam=True, traits=traits(one.text, model), features=cases.pack(part(rows, at, at + 1))
            )
            for at, (one, score) in enumerate(zip(asked, scores.tolist(), strict=True))
            if score >= model.header.threshold
        }

    async def _copies(self, asked: Sequence[_Asked], admissions: Admissions, now: int) -> dict[int, Reading]:
        """By update id: in the chats of how many other teams the text stood within the hour, and what to add
        to that. Guests neither give nor learn.
        """
        keyed = {
            one.update.id: self._keys.token("copy", _letters(one.seen.drawn), 12)
            for one in asked
            if admissions.is_known(one.state.key)
            and one.update.message is not None
            and not one.update.message.edited
            and _is_long(one.text)
        }
        known = await self._corrections.copies(set(keyed.values()), now)
        found = {}
        for one in asked:
            if (copy := keyed.get(one.update.id)) is None:
                continue
            copies, here = known[copy], one.state.key
            others = [Word(chat) for chat, at in copies.chats.items() if admissions.is_heard(chat, at)]
            own = admissions.team(here)
            teams = count([word for word in others if admissions.team(word.chat) != own], admissions, now)
            if here in copies.chats:
                found[one.update.id] = Reading(teams=teams)
            else:
                found[one.update.id] = Reading(copies=copies, teams=teams)
                copies.chats[here] = now
        return found


def _asked(updates: Iterable[Update], states: Mapping[int, ChatState], context: Context) -> list[_Asked]:
    found = []
    for update in updates:
        state = states.get(update.chat.id) if update.chat else None
        if state is None or not is_read(update, state, context):
            continue
        text = message_text(update.body).whole
        if any(map(str.isalpha, text)):
            found.append(_Asked(update, state, text, views(text)))
    return found


def _letters(drawn: str) -> str:
    """What stays the same when numbers, links' signs, emoji and gaps are changed from chat to chat."""
    return "".join(filter(str.isalpha, drawn))


def _is_long(text: str) -> bool:
    letters = filter(str.isalpha, text)
    return len(text) >= COPY_LEAST and next(islice(letters, COPY_LEAST - 1, None), None) is not None


def _scores(model: Model, rows: Rows, asked: Collection[_Asked], kept: Mapping[int, Kept]) -> Floats:
    """Log-odds with what each chat has learnt since for its own rows."""
    values = model.rows_scores(rows)
    first = 0
    for chat_id, ones in groupby(asked, key=lambda one: one.state.id):
        last = first + sum(1 for _ in ones)
        if len((own := kept[chat_id].correction).buckets):
            values[first:last] += own.scores(part(rows, first, last))
        first = last
    return values
