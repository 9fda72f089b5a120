"""Names in `lock.allow` are looked up now and then; one that another chat has is taken off the list."""

from datetime import datetime

from services.moderation.bot.i18n import Speech
from services.moderation.bot.ports import Deps
from services.moderation.bot.reply import Reply
from services.moderation.bot.rights import LOOK_UP_SECONDS
from services.moderation.domain import watched
from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.watched import Watched
from services.moderation.identity import identity
from services.moderation.observe import BANNED, MISSING, find
from services.moderation.telegram.audit import AuditEntry
from services.moderation.telegram.errors import Forbidden, TelegramError
from shared.bus.commit import NOTHING, Commit

SETTING = "lock.allow"
EVERY = 120.0
"""Seconds between two rounds."""
AT_ONCE = 10
"""Look-ups in a round."""


async def look(bot: Deps, moment: datetime) -> Commit | None:
    """One round over the names whose turn it is, the longest waiting first; None when no turn has come."""
    now = int(moment.timestamp())
    chats = await bot.chats.settings_of(await bot.chats.managed())
    allowed = {chat_id: watched.names(one.get(SETTING)) for chat_id, one in chats.items()}
    known = {i: await bot.chats.watched.read(i, names) for i, names in allowed.items() if names}
    due = sorted((one.due, name) for names in known.values() for name, one in names.items() if one.due <= now)
    turns = list(dict.fromkeys(name for _, name in due))[:AT_ONCE]
    learnt = {name: await _who_has(bot, name) for name in turns}
    commit = NOTHING
    for chat_id, names in known.items():
        after = {
            name: _after(one, learnt[name], now)
            for name, one in names.items()
            if name in learnt and one.due <= now
        }
        if after:
            commit += await _kept(bot, chat_id, chats[chat_id], after)
    return commit if commit != NOTHING else None


async def _who_has(bot: Deps, name: str) -> str | None:
    """The identity of the chat that has this name now, empty for none; None when it could not be learnt."""
    try:
        seen = await find(bot.telegram, name, seconds=LOOK_UP_SECONDS)
    except Forbidden as error:
        # A chat that has banned the bot could be any, which is to be taken for another one.
        return "" if error.code in MISSING else BANNED if error.code == BANNED else None
    except TelegramError:
        return None
    return None if seen is None else identity(bot.keys, seen.id, seen.type)


def _after(known: Watched, who: str | None, now: int) -> Watched | None:
    if who is None or (who == BANNED and not known.identity):
        return watched.unknown(known, now)
    return watched.found(known, who, now) if who else watched.missed(known, now)


async def _kept(bot: Deps, chat_id: int, settings: ChatSettings, after: dict[str, Watched | None]) -> Commit:
    """What is known now; names that others have go from the list, which is said and stands in the log."""
    known = Commit.of(writes=bot.chats.watched.save(chat_id, after))
    taken = sorted(name for name, one in after.items() if one is None)
    if not taken:
        return known
    before = settings.get(SETTING)
    left, now = watched.without(before, taken), bot.now()
    line = AuditEntry(at=now, what="settings", detail=f"{SETTING}={left}", before=before)
    said = ", ".join(f"@{name}" for name in taken)
    reply = Reply(
        f"allowed:{bot.keys.token('allowed', f'{chat_id}:{before}:{said}:{now.isoformat()}', 8)}", now
    )
    return known + Commit.of(
        writes=[*bot.chats.set_setting(chat_id, SETTING, left), *bot.actor_store.audit(chat_id, line)],
        events=[reply.send(chat_id, Speech(settings.language)("allowed.taken", names=said))],
        expect=[await bot.chats.setting_unchanged(chat_id, SETTING, before)],
    )
