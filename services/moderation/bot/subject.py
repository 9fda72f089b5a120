"""The chat that a talk is about: the one in which it goes on, or another one, from a private talk."""

from dataclasses import dataclass

from services.moderation.bot.links import chat_code, chat_of
from services.moderation.bot.rights import Rights, Unknown, look_up
from services.moderation.bot.turn import Turn
from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.update import GROUPS

LOOKED_UP_MOST = 30
"""Chats asked about one person at once: a turn of talk must not take minutes."""


@dataclass(frozen=True)
class Subject:
    """`title` is empty when the talk goes on in that chat itself."""

    chat_id: int
    settings: ChatSettings
    title: str = ""

    @property
    def code(self) -> str:
        """As it stands in the data of buttons."""
        return chat_code(self.chat_id)


def here(turn: Turn) -> Subject:
    return Subject(turn.chat.id, turn.settings)


async def subject_of(turn: Turn, chat_id: int) -> Subject:
    """Any chat, as it now stands and where it now is."""
    chat_id = await turn.deps.chats.now_at(chat_id)
    if chat_id == turn.chat.id:
        return here(turn)
    state = await turn.deps.chats.state(chat_id)
    return Subject(chat_id, state.settings, state.about.title if state.about else "—")


async def from_code(turn: Turn, code: str) -> Subject | None:
    """The chat that a button names; None for no chat at all."""
    chat_id = chat_of(code)
    return await subject_of(turn, chat_id) if chat_id else None


async def rights_in(turn: Turn, chat_id: int) -> Rights:
    """The person's rights there, asked now. Raises Unknown."""
    if chat_id == turn.chat.id and turn.chat.type in GROUPS:
        return await turn.rights()
    if turn.person is None:
        return Rights()
    return await look_up(turn.deps.telegram, chat_id, turn.person.id)


async def administered(turn: Turn) -> list[Subject]:
    """The chats of which the person is an admin, by title; without those Telegram does not tell of."""
    if turn.person is None:
        return []
    person, found, asked = turn.deps.keys.person(turn.person.id), [], 0
    for chat_id in await turn.deps.chats.managed():
        state = await turn.deps.chats.state(chat_id)
        if state.admins is not None and not state.is_admin(person):
            continue
        asked += 1
        if asked > LOOKED_UP_MOST:
            break
        try:
            rights = await look_up(turn.deps.telegram, chat_id, turn.person.id)
        except Unknown:
            continue
        if rights.is_admin:
            found.append(Subject(chat_id, state.settings, state.about.title if state.about else "—"))
    return sorted(found, key=lambda one: one.title.casefold())
