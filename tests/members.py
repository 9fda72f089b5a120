"""A supergroup of the simulator's without a network: what a call does to its members is Telegram's own rule.

Its clock is set by hand; calls can be made to fail, before or after they are carried out.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from services.moderation.telegram.errors import Transient
from services.moderation.telegram.refusals import refusal
from simulator.deeds import members
from simulator.world.errors import Refusal
from simulator.world.members import Member, until
from tests.house import NoFiles
from tests.unit.test_simulator_refusals import BOT, OWNER, SUPERGROUP, Town

LOOK = "getChatMember"


class Members(NoFiles):
    """`log` names the calls in order; a method's `faults` are raised in place of its next calls, what is
    `lost` after them. `meanwhile` is done once, right before its next call.
    """

    def __init__(self) -> None:
        self.town = Town()
        self.world = self.town.world
        self.world.bots[BOT].inbox.clear()
        self.world.bots[BOT].inbox.allow(["chat_member"])
        self.log: list[str] = []
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.faults: dict[str, list[Exception]] = {}
        self.lost: dict[str, list[Exception]] = {}
        self.odd: dict[str, list[Any]] = {}
        self.unknown: set[int] = set()
        """Of these people nothing can be learnt."""
        self.meanwhile: dict[str, Callable[[], Any]] = {}

    async def call(self, method: str, params: dict[str, Any] | None = None, *, seconds: float = 15) -> Any:
        del seconds
        await asyncio.sleep(0)
        self.log.append(method)
        if method != LOOK:
            self.sent.append((method, params or {}))
        if (deed := self.meanwhile.pop(method, None)) is not None:
            deed()
        if self.faults.get(method):
            raise self.faults[method].pop(0)
        if method == LOOK and (params or {}).get("user_id") in self.unknown:
            raise Transient("answer 500")
        if self.odd.get(method):
            return self.odd[method].pop(0)
        try:
            answer = self.town.call(method, **(params or {}))
        except Refusal as refused:
            told = {"error_code": refused.code, "description": refused.description}
            raise refusal(method, refused.code, told) from None
        if self.lost.get(method):
            raise self.lost[method].pop(0)
        return answer

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.town.time, UTC)

    def pass_by(self, seconds: float) -> None:
        self.town.time += seconds

    def place(self, who: int) -> Member:
        return self.world.member(self.world.chat(SUPERGROUP), who)

    def by_hand(
        self, how: str, who: int, seconds: int = 0, permissions: dict[str, bool] | None = None
    ) -> None:
        """What the owner does in an app: `ban`, `unban` or `restrict`."""
        chat, user, owner = self.world.chat(SUPERGROUP), self.world.users[who], self.world.users[OWNER]
        end = until(int(self.town.time) + seconds, self.town.time) if seconds else 0
        match how:
            case "ban":
                members.ban(self.world, chat, user, owner, until=end)
            case "unban":
                members.unban(self.world, chat, user, owner)
            case _:
                members.restrict(self.world, chat, user, owner, permissions or {}, until=end)

    def updates(self) -> list[dict[str, Any]]:
        """What the bot was told of memberships since the last look."""
        inbox = self.world.bots[BOT].inbox
        found = [one.body for one in inbox.waiting.values()]
        inbox.clear()
        return found
