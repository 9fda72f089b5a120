"""An admin's word teaches: `/spam` in answer to a message, a ban that was undone, a person who is trusted.

Their own chat learns at once, the deployment a quarter of it: what one chat calls spam may be another's
daily bread, and an admin who has been seized must not teach every chat.
"""

from collections.abc import Iterable
from typing import NamedTuple

from services.moderation.spam import cases
from services.moderation.spam.features import Rows, encode
from services.moderation.spam.model import Model
from services.moderation.spam.models import Models
from services.moderation.spam.online import Correction, Label, eased, learn_row
from services.moderation.store.corrections import Corrections
from shared.bus.commit import NOTHING, Commit
from shared.contracts.telegram import PersonObserved
from shared.keys import Keys

DEPLOYMENT_SHARE = 0.25
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

    def __init__(self, models: Models, corrections: Corrections, keys: Keys) -> None:
        self._models = models
        self._corrections = corrections
        self._keys = keys

    async def reported(self, chat_id: int, sender: int, text: str) -> Commit:
        """An admin calls this text of this person, or channel, spam."""
        if not any(map(str.isalpha, text)):
            return NOTHING
        row = encode([text])
        case = self._corrections.keep_case(chat_id, self._keys.person(sender), cases.pack(row))
        return await self._learn([Lesson(chat_id, row, "spam")]) + Commit.of(writes=case)

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
        model = await self._models.current()
        before = await self._corrections.load({None, *(one.chat_id for one in lessons)})
        known = {key: kept.correction for key, kept in before.items()}
        for one in lessons:
            known[None], known[one.chat_id] = _taught(model, known[None], known[one.chat_id], one)
        store = self._corrections
        return Commit.of(
            writes=[write for key, one in known.items() for write in store.save_correction(key, one)],
            expect=[store.unchanged(key, kept) for key, kept in before.items()],
        )


def _label(event: PersonObserved) -> Label | None:
    if event.kind == "trusted":
        return "ham"
    return "spam" if event.kind == "banned" and CONFIRMS in event.reasons else None


def _taught(
    model: Model, deployment: Correction, chat: Correction, lesson: Lesson
) -> tuple[Correction, Correction]:
    """What the deployment and the chat know after a lesson."""
    whole = learn_row(model, deployment, lesson.row, lesson.label).correction
    deployment = eased(deployment, whole, DEPLOYMENT_SHARE)
    for _ in range(ROUNDS):
        learnt = learn_row(model, chat, lesson.row, lesson.label, deployment)
        chat = learnt.correction
        if learnt.after == learnt.before:
            break
    return deployment, chat
