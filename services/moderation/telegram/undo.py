"""What takes a deed back: kept sealed for two days under the short code that stands in the chat's log."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import orjson
from cryptography.exceptions import InvalidTag
from redis.asyncio import Redis

from shared.bus.commit import Command, Commit, Expect
from shared.contracts.telegram import Method, TelegramAction
from shared.keys import Keys

UNDO_SECONDS = 48 * 3600
"""Raw ids are kept no longer than this."""
CODE = re.compile(r"[a-z2-7]{6}")
COUNT = "count"
"""In place of a code: how many deeds of the chat could be taken back."""
_BACK = {
    Method.BAN_MEMBER: (Method.UNBAN_MEMBER, "user_id"),
    Method.RESTRICT_MEMBER: (Method.RESTRICT_MEMBER, "user_id"),
    Method.BAN_SENDER_CHAT: (Method.UNBAN_SENDER_CHAT, "sender_chat_id"),
}
"""A deed, what takes it back, and who it is about."""


@dataclass(frozen=True)
class Undo:
    """`method` takes the deed back; `target` is a person's or a channel's raw id."""

    method: Method
    target: int


def code_of(keys: Keys, action_id: str) -> str:
    """Six characters that stand for an action in the log, in answers and after `/why`."""
    return keys.token("action code", action_id, 8)[:6]


def undo_of(action: TelegramAction) -> Undo | None:
    """None where nothing can be taken back: what is deleted stays deleted."""
    if action.method not in _BACK or _frees(action):
        return None
    method, field = _BACK[action.method]
    target = action.params.get(field)
    return Undo(method, target) if isinstance(target, int) else None


def _frees(action: TelegramAction) -> bool:
    permissions: Any = action.params.get("permissions")
    return isinstance(permissions, dict) and any(permissions.values())


class Undos:
    """Their Redis keys, one for each deed."""

    def __init__(self, redis: "Redis", keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def keep(self, action: TelegramAction) -> list[Command]:
        """Nothing for what cannot be taken back."""
        undo = undo_of(action)
        if undo is None:
            return []
        code = code_of(self._keys, action.action_id)
        sealed = self._keys.seal(orjson.dumps([undo.method, undo.target]), _context(code))
        count = self._key(action.chat_id, COUNT)
        return [
            ("SET", self._key(action.chat_id, code), sealed, "EX", UNDO_SECONDS),
            ("INCR", count),
            ("EXPIRE", count, UNDO_SECONDS),
        ]

    async def undo(self, chat_id: int, code: str) -> Undo | None:
        """None when there is nothing to take back, or not any more."""
        sealed = cast("bytes | None", await self._redis.get(self._key(chat_id, code)))
        try:
            found = None if sealed is None else self._keys.unseal(sealed, _context(code))
        except InvalidTag:
            return None
        method, target = (None, 0) if found is None else orjson.loads(found)
        return None if method is None else Undo(Method(method), target)

    async def kept(self, chat_id: int, codes: list[str]) -> set[str]:
        """Those of the codes that can still be taken back."""
        if not codes:
            return set()
        found = await self._redis.mget([self._key(chat_id, code) for code in codes])
        return {code for code, value in zip(codes, found, strict=True) if value is not None}

    def spent(self, chat_id: int, code: str) -> list[Command]:
        """It has been taken back."""
        return [("UNLINK", self._key(chat_id, code))]

    async def move(self, old: int, new: int, codes: Iterable[str]) -> Commit:
        """The ways back of a chat under its new id; `codes` are those in its log.

        On the condition that none is added meanwhile.
        """
        count = self._key(old, COUNT)
        stored = cast("bytes | None", await self._redis.get(count))
        writes: list[Command] = []
        for code in codes:
            writes.append(("COPY", self._key(old, code), self._key(new, code)))
            writes.append(("UNLINK", self._key(old, code)))
        return Commit.of(writes=[*writes, ("UNLINK", count)], expect=[Expect.equals(count, stored)])

    def _key(self, chat_id: int, code: str) -> str:
        return f"moderation:undo:{self._keys.person(chat_id)}:{code}"


def _context(code: str) -> str:
    """The chat is no part of what it is sealed under: a chat may move."""
    return f"undo:{code}"
