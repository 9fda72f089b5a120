"""What takes a deed back: kept sealed for two days under the short code that stands in the chat's log."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import orjson
from cryptography.exceptions import InvalidTag
from redis.asyncio import Redis

from services.moderation.domain.membership import Membership
from services.moderation.domain.precedence import is_lifted
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
_LIFTS = frozenset({Method.UNBAN_MEMBER, Method.UNBAN_SENDER_CHAT})
BY_OTHERS = b"-"
"""In place of a code: somebody else has changed what stands since."""


@dataclass(frozen=True)
class Undo:
    """`method` takes the deed back; `target` is a person's or a channel's raw id.

    `until` is the end that the deed set (0: never), `before` what stood before it; None where not known.
    """

    method: Method
    target: int
    until: int | None = None
    before: Membership | None = None


def code_of(keys: Keys, action_id: str) -> str:
    """Six characters that stand for an action in the log, in answers and after `/why`."""
    return keys.token("action code", action_id, 8)[:6]


def undo_of(
    action: TelegramAction, until: int | None = None, before: Membership | None = None
) -> Undo | None:
    """None where nothing can be taken back: what is deleted stays deleted, what was put back stays so."""
    if action.method not in _BACK or action.expected is not None or is_lifted(action.method, action.params):
        return None
    method, field = _BACK[action.method]
    target = action.params.get(field)
    return Undo(method, target, until, before) if isinstance(target, int) else None


class Undos:
    """Their Redis keys.

    `moderation:undo:<c>:<code>`: sealed, one for each deed; `...:<c>:count`: how many. 48 h.
    `moderation:latest:<t>`: the code of the bot's own latest deed against somebody, or that somebody else has
    changed what stands since; `t` a token of chat and person, forgotten when the chat moves. 48 h.
    """

    def __init__(self, redis: "Redis", keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def keep(
        self, action: TelegramAction, until: int | None = None, before: Membership | None = None
    ) -> list[Command]:
        """Nothing for what cannot be taken back; what lifts a deed ends what was known of the latest."""
        undo = undo_of(action, until, before)
        if undo is None:
            target = action.params.get("user_id") or action.params.get("sender_chat_id")
            if action.method not in {*_BACK, *_LIFTS} or not isinstance(target, int):
                return []
            return [("UNLINK", self._latest(action.chat_id, target))]
        code = code_of(self._keys, action.action_id)
        sealed = self._keys.seal(orjson.dumps(_packed(undo)), _context(code))
        count = self._key(action.chat_id, COUNT)
        return [
            ("SET", self._key(action.chat_id, code), sealed, "EX", UNDO_SECONDS),
            ("SET", self._latest(action.chat_id, undo.target), code, "EX", UNDO_SECONDS),
            ("INCR", count),
            ("EXPIRE", count, UNDO_SECONDS),
        ]

    def changed_by_others(self, chat_id: int, target: int) -> list[Command]:
        """Somebody else has set or lifted something: what the bot did before is not what stands."""
        return [("SET", self._latest(chat_id, target), BY_OTHERS, "XX", "EX", UNDO_SECONDS)]

    async def is_latest(self, chat_id: int, target: int, code: str) -> bool:
        """Whether nothing was done to the target since this deed, as far as is known."""
        found = cast("bytes | None", await self._redis.get(self._latest(chat_id, target)))
        return found is None or found == code.encode()

    async def undo(self, chat_id: int, code: str) -> Undo | None:
        """None when there is nothing to take back, or not any more."""
        sealed = cast("bytes | None", await self._redis.get(self._key(chat_id, code)))
        try:
            found = None if sealed is None else self._keys.unseal(sealed, _context(code))
        except InvalidTag:
            return None
        return None if found is None else _unpacked(orjson.loads(found))

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

    def _latest(self, chat_id: int, target: int) -> str:
        return f"moderation:latest:{self._keys.token('latest', f'{chat_id}:{target}', 10)}"

    def _key(self, chat_id: int, code: str) -> str:
        return f"moderation:undo:{self._keys.person(chat_id)}:{code}"


def _packed(undo: Undo) -> list[Any]:
    before = undo.before
    stood = None if before is None else (before.status, before.until, dict(before.permissions))
    return [undo.method, undo.target, undo.until, stood]


def _unpacked(found: list[Any]) -> Undo:
    """Until November 2026 only method and target were kept."""
    method, target, until, stood = (*found, None, None)[:4]
    return Undo(Method(method), target, until, None if stood is None else Membership(*stood))


def _context(code: str) -> str:
    """The chat is no part of what it is sealed under: a chat may move."""
    return f"undo:{code}"
