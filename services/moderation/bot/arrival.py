"""The bot comes to a chat, or goes: what is recorded of it then, and whether it stays at all."""

from datetime import timedelta

from services.moderation.bot.i18n import speech_for
from services.moderation.bot.reviewers import review_chat
from services.moderation.bot.turn import Turn
from services.moderation.domain.admission import Admission, arrived
from services.moderation.domain.update import TELEGRAM_OWN
from shared.bus.commit import NOTHING, Commit
from shared.contracts.telegram import Method, TelegramAction

LEAVE_WITHIN = timedelta(hours=1)
SAID_WITHIN = timedelta(minutes=1)


async def came(turn: Turn) -> tuple[bool, Commit]:
    """Whether the bot stays, and what follows: a chat is a guest unless something was decided of it before.

    Where nobody has let it in and `DZE_CHATS` is `closed`, it says so and is left a little later (`visits`):
    it may be a group that was let in, has become a supergroup, and has not told so yet.
    """
    deps, key = turn.deps, turn.deps.keys.person(turn.chat.id)
    if turn.chat.id == await review_chat(deps):
        return True, NOTHING
    before, unchanged = await deps.chats.admissions.read(key)
    after = arrived(before, int(turn.reply.now.timestamp()), _brought_by(turn))
    if after.state == "blocked":
        return False, Commit.of(events=[_leave(turn, after)])
    found = NOTHING
    if after != before:
        is_felt = after.state == "known"
        writes = deps.chats.admissions.save(key, after, is_felt=is_felt)
        found = Commit.of(writes=writes, expect=[unchanged])
    moved = await deps.chats.former(turn.chat.id) is not None
    if deps.settings.chats != "closed" or after.is_let_in or moved:
        return True, found
    return False, found + _farewell(turn)


def _farewell(turn: Turn) -> Commit:
    """Where a word can be said: in groups."""
    if not turn.chat.is_group:
        return NOTHING
    speech = speech_for(turn.person.language if turn.person else "", turn.settings.language)
    text = speech("closed.farewell", chat=turn.chat.id)
    return Commit.of(events=[turn.reply.send(turn.chat.id, text, within=SAID_WITHIN)])


def _leave(turn: Turn, admission: Admission) -> TelegramAction:
    return turn.reply.act(
        turn.chat.id,
        Method.LEAVE_CHAT,
        {},
        within=LEAVE_WITHIN,
        by=admission.by,
        reasons=("admission.blocked",),
    )


def _brought_by(turn: Turn) -> str:
    """A token of the person who has added the bot; nothing where that is Telegram's own account or a bot."""
    person = turn.person
    if person is None or person.is_bot or person.id in TELEGRAM_OWN:
        return ""
    (token,) = turn.deps.chats.admissions.tokens([person.id])
    return token


async def went(turn: Turn) -> Commit:
    """The bot is out: what was decided stays for its return, a chat of which nothing was is forgotten."""
    if turn.chat.type == "private":
        return NOTHING
    store, key = turn.deps.chats.admissions, turn.deps.keys.person(turn.chat.id)
    before, unchanged = await store.read(key)
    decided = before is not None and (before.state != "guest" or bool(before.by))
    writes = store.rest(key) if decided else store.forget(key)
    return Commit.of(writes=writes, expect=[unchanged])
