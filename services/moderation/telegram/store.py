"""The actor's Redis: pacing shared by all actors, ids of sent messages, parked and moved chats, the log."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, cast

from cryptography.exceptions import InvalidTag
from redis.asyncio import Redis

from services.moderation.store.invites import Invites
from services.moderation.telegram.audit import AuditEntry, from_row, to_row
from services.moderation.telegram.begun import Begun
from services.moderation.telegram.pacing import Window
from services.moderation.telegram.undo import Undos
from shared.bus.commit import Command, Commit, Expect
from shared.keys import Keys

AUDIT_ENTRIES = 500
AUDIT_SECONDS = 30 * 86400
PARKED_SECONDS = 86400
"""A chat that removed the bot is tried again after a day at most, or as soon as it is added back."""
MOVED_SECONDS = 366 * 86400
NOT_SENT = b"-"
SENDING = b"?"
"""Telegram is being asked; found by a later try, it cannot be known whether the message was sent."""
BEGUN_SECONDS = 48 * 3600
PROGRESS_SECONDS = 48 * 3600


@dataclass(frozen=True)
class ChatState:
    """`moved_to`: the supergroup that the group has become. `parked`: the bot is out of the chat."""

    moved_to: int | None = None
    parked: bool = False


class Permit(NamedTuple):
    """`wait`: seconds until the call may be made; 0: go, unless `chat` says that there is nowhere to go."""

    wait: float
    chat: ChatState


class ActorStore:
    """Keys carry keyed hashes only; every key has a time to live."""

    def __init__(self, redis: "Redis", keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self.undos = Undos(redis, keys)
        self.begun = Begun(redis, keys)
        self.invites = Invites(redis, keys)
        self._pace = redis.register_script(Path(__file__).with_name("pace.lua").read_text(encoding="utf-8"))

    # Pacing is written at once, outside any commit: a permit that was taken and not used only costs time.

    async def take(self, chat_id: int, method: str, windows: tuple[Window, ...]) -> "Permit":
        """Whether this call may be made now: then it is counted."""
        chat = self._keys.person(chat_id)
        moved = self._key("moved", chat_id)
        keys = [self._hold_key(chat_id, method), moved, self._key("parked", chat_id)]
        keys += [f"moderation:pace:{one.name.format(chat=chat)}" for one in windows]
        sizes = [number for one in windows for number in (one.most, one.milliseconds)]
        wait, sealed, parked = await self._pace(keys=keys, args=sizes)
        return Permit(int(wait) / 1000, ChatState(self._opened(sealed, moved), parked is not None))

    async def hold(self, chat_id: int, method: str, seconds: float) -> None:
        """Telegram said `retry_after`: nothing more for this chat and method until then."""
        await self._redis.set(self._hold_key(chat_id, method), b"1", px=max(1, int(seconds * 1000)))

    # What has left the house.

    async def sent(self, action_id: str) -> bytes | None:
        """The id of the message sent for this action, NOT_SENT if it could not be, None if not yet."""
        return cast("bytes | None", await self._redis.get(self._sent_key(action_id)))

    async def begin(self, action_id: str) -> bool:
        """Note that a message is about to be sent; False when that was noted before and no end is known."""
        key = self._sent_key(action_id)
        return bool(await self._redis.set(key, SENDING, nx=True, ex=BEGUN_SECONDS))

    async def not_begun(self, action_id: str) -> None:
        """Telegram has certainly not sent it."""
        await self._redis.unlink(self._sent_key(action_id))

    async def remember(self, action_id: str, message_id: int | None, hours: int) -> None:
        """Written at once after the send and not with the commit, so that little can come between."""
        value = NOT_SENT if message_id is None else str(message_id)
        await self._redis.set(self._sent_key(action_id), value, ex=hours * 3600)

    async def progress(self, action_id: str) -> int:
        """How many ids of a long delete are done."""
        return int(await self._redis.get(self._progress_key(action_id)) or 0)

    async def advance(self, action_id: str, done: int) -> None:
        """Written at once: after a crash the long delete goes on from here."""
        await self._redis.set(self._progress_key(action_id), done, ex=PROGRESS_SECONDS)

    # Chats.

    async def chat(self, chat_id: int) -> "ChatState":
        """Whether the chat is still where it was."""
        key = self._key("moved", chat_id)
        sealed, parked = cast("list[bytes | None]", await self._redis.mget(key, self._key("parked", chat_id)))
        return ChatState(self._opened(sealed, key), parked is not None)

    def _opened(self, sealed: bytes | None, key: str) -> int | None:
        try:
            return None if sealed is None else int(self._keys.unseal(sealed, key))
        except InvalidTag:
            return None

    def moved(self, chat_id: int, new_id: int) -> list[Command]:
        """Remember the new id, for actions that still name the old one."""
        key = self._key("moved", chat_id)
        return [("SET", key, self._keys.seal(str(new_id).encode(), key), "EX", MOVED_SECONDS)]

    def at_home(self, chat_id: int) -> Expect:
        """The chat has not moved meanwhile: what is written now is not left behind."""
        return Expect.absent(self._key("moved", chat_id))

    async def move(self, chat_id: int, new_id: int) -> Commit:
        """The chat's log goes below that of its new id; with it its undo codes, and the new id itself."""
        old, new = self._key("audit", chat_id), self._key("audit", new_id)
        codes = {entry.code for entry in await self.audited(chat_id, AUDIT_ENTRIES) if entry.code}
        # Row by row where they lie: a line that is written meanwhile goes along.
        rows: list[Command] = [("LMOVE", old, new, "LEFT", "RIGHT")] * AUDIT_ENTRIES
        rows += [("LTRIM", new, 0, AUDIT_ENTRIES - 1), ("EXPIRE", new, AUDIT_SECONDS)]
        gone = ("UNLINK", self._key("parked", chat_id))
        moved = Commit.of(writes=[*rows, gone, *self.moved(chat_id, new_id)])
        return moved + await self.undos.move(chat_id, new_id, sorted(codes))

    def park(self, chat_id: int) -> list[Command]:
        """The bot is out of this chat: what is decided for it is only counted."""
        return [("SET", self._key("parked", chat_id), "1", "EX", PARKED_SECONDS)]

    def unpark(self, chat_id: int) -> list[Command]:
        """The bot is back."""
        return [("UNLINK", self._key("parked", chat_id))]

    # The log.

    def audit(self, chat_id: int, *entries: AuditEntry) -> list[Command]:
        """Writes that put entries on top of the chat's log."""
        if not entries:
            return []
        key = self._key("audit", chat_id)
        return [
            ("LPUSH", key, *(to_row(self._keys, entry) for entry in entries)),
            ("LTRIM", key, 0, AUDIT_ENTRIES - 1),
            ("EXPIRE", key, AUDIT_SECONDS),
        ]

    async def audited(self, chat_id: int, most: int = 20) -> list[AuditEntry]:
        """The newest entries first."""
        rows = await self._redis.lrange(self._key("audit", chat_id), 0, most - 1)
        return [from_row(self._keys, row) for row in rows]

    def _key(self, what: str, chat_id: int) -> str:
        return f"moderation:{what}:{self._keys.person(chat_id)}"

    def _hold_key(self, chat_id: int, method: str) -> str:
        return f"moderation:hold:{self._keys.person(chat_id)}:{method}"

    def _progress_key(self, action_id: str) -> str:
        return f"moderation:progress:{self._keys.token('action', action_id, 10)}"

    def _sent_key(self, action_id: str) -> str:
        return f"moderation:sent:{self._keys.token('action', action_id, 10)}"
