"""An admin's word teaches: `/spam` in answer to a message, a ban that was undone, a person who is trusted.

Their own chat learns at once. A known chat lends a quarter of it to the others, who hear what two independent
teams have taught alike: what one chat calls spam may be another's daily bread, and an admin who has been
seized must not teach every chat.
"""

from collections.abc import Iterable
from typing import NamedTuple

from services.moderation.domain.admission import Admissions
from services.moderation.spam import cases
from services.moderation.spam.features import Rows, encode
from services.moderation.spam.model import Model
from services.moderation.spam.models import Models
from services.moderation.spam.online import NONE, Correction, Label, eased, learn_row
from services.moderation.store.corrections import Corrections
from shared.bus.commit import NOTHING, Commit
from shared.clock import Clock
from shared.contracts.telegram import PersonObserved
from shared.keys import Keys

LENT_SHARE = 0.25
ROUNDS = 5
"""One round moves a text by four log-odds at most; so many turn all but the most harmless ones."""
CONFIRMS = "admin.remove"
"""A press on a card that shows why."""


class Lesson(NamedTuple):
    chat_id: int
    row: Rows
    label: Label


class Teacher:
    """Given to the dialogues and to the stage of people."""

    def __init__(
        self,
        models: Models,
        corrections: Corrections,
        keys: Keys,
        now: Clock,
    ) -> None:
        self._now = now
        self._models = models
        self._corrections = corrections
        self._keys = keys

    async def reported(self, chat_id: int, sender: int, text: str) -> Commit:
        """An admin calls this text of this person, or channel, spam."""
        if not any(map(str.isalpha, text)):
            return NOTHING
        row = encode([text])
        case = self._corrections.keep_case(chat_id, self._keys.person(sender), cases.pack(row))
        lesson = Lesson(chat_id, row, "spam")
        return await self._learn([lesson]) + Commit.of(writes=case)

    async def heard(self, events: Iterable[PersonObserved]) -> Commit:
        """Admins have decided about people whose text looked like spam within the last two days."""
        labels = [(event.chat_id, event.person, label) for event in events if (label := _label(event))]
        if not labels:
            return NOTHING
        found = await self._corrections.cases((chat_id, person) for chat_id, person, _ in labels)
        lessons = [
            Lesson(chat_id, row, label)
            for chat_id, person, label in labels
            if (packed := found.get((chat_id, person))) and (row := cases.unpack(packed)) is not None
        ]
        return await self._learn(lessons)

    async def _learn(self, lessons: list[Lesson]) -> Commit:
        """One after the other; unless nobody else has taught the same meanwhile, it is done anew."""
        if not lessons:
            return NOTHING
        model, store = await self._models.current(), self._corrections
        before = await store.load({one.chat_id for one in lessons})
        known = {chat_id: kept.correction for chat_id, kept in before.items()}
        admissions = await store.lent.admissions.current()
        deployment = await store.lent.deployment(int(self._now().timestamp()))
        for one in lessons:
            is_known = admissions.is_known(self._keys.person(one.chat_id))
            known[one.chat_id] = _taught(model, deployment if is_known else NONE, known[one.chat_id], one)
        return Commit.of(
            writes=[write for chat_id, one in known.items() for write in store.save_correction(chat_id, one)],
            expect=[store.unchanged(chat_id, kept) for chat_id, kept in before.items()],
        ) + await self._lend(model, admissions, lessons)

    async def _lend(self, model: Model, admissions: Admissions, lessons: Iterable[Lesson]) -> Commit:
        """What known chats teach the others, each for itself: whether others agree is seen when it is read.

        On the condition that they are still known.
        """
        lent, by_chat = self._corrections.lent, dict[str, list[Lesson]]()
        for one in lessons:
            if admissions.is_known(key := self._keys.person(one.chat_id)):
                by_chat.setdefault(key, []).append(one)
        found = NOTHING
        for key, taught in by_chat.items():
            part, unchanged = await lent.of(key)
            for one in taught:
                whole = learn_row(model, part, one.row, one.label).correction
                part = eased(part, whole, LENT_SHARE)
            found += Commit.of(writes=lent.save(key, part), expect=[unchanged, lent.admissions.unchanged()])
        return found


def _label(event: PersonObserved) -> Label | None:
    if event.kind == "trusted":
        return "ham"
    return "spam" if event.kind == "banned" and CONFIRMS in event.reasons else None


def _taught(model: Model, deployment: Correction, chat: Correction, lesson: Lesson) -> Correction:
    """What the chat knows after a lesson, beside what it hears from others."""
    for _ in range(ROUNDS):
        learnt = learn_row(model, chat, lesson.row, lesson.label, deployment)
        chat = learnt.correction
        if learnt.after == learnt.before:
            break
    return chat
