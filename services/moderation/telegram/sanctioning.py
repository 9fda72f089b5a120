"""Sanctions and what lifts them: at the moment of each call Telegram is asked what stands.

The look-up comes right before the call and again before every try of it, and takes no permit of its own: each
belongs to one call that has one. What could not be looked up is not done now.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.moderation.domain import precedence
from services.moderation.domain.membership import FOR_EVER, LEFT, Membership, membership_of, of_stands
from services.moderation.domain.precedence import Withhold
from services.moderation.telegram.begun import Begun, Tried
from services.moderation.telegram.calls import Calls, Params, Unanswered
from services.moderation.telegram.errors import TelegramError
from services.moderation.telegram.work import OF_PEOPLE, End
from shared.bus.errors import TryLater
from shared.contracts.telegram import Method, TelegramAction
from shared.telemetry.metrics import CALL_SECONDS

OF_CHANNELS = frozenset({Method.BAN_SENDER_CHAT, Method.UNBAN_SENDER_CHAT})
SANCTIONS = OF_PEOPLE | OF_CHANNELS
LOOK_UP_SECONDS = 5.0
UNKNOWN_AGAIN = 5.0
"""Seconds until somebody is looked up again of whom Telegram says nothing that is known here."""


class Settled(Exception):  # noqa: N818 - no error: no call is to be made
    """How an action ended without a call."""

    def __init__(self, end: End) -> None:
        super().__init__(end.outcome)
        self.end = end


@dataclass
class Sanctioning:
    """One action, from its permit to its end."""

    calls: Calls
    begun: Begun
    now: Callable[[], datetime]
    action: TelegramAction
    first: Tried | None = None
    """A try of which it is not known what became of it, here or in a process that is no more."""
    made: Tried | None = None
    """The try that is being made."""
    note: str = ""

    async def carry_out(self) -> End:
        """How it ended. Raises as `Calls` does."""
        action = self.action
        self.first = await self.begun.tried(action.action_id)
        await self.calls.permit(action.method, action.chat_id)
        try:
            await self.calls(action.method, action.chat_id, self._prepare)
        except Settled as settled:
            return settled.end
        except Unanswered:
            raise
        except (TryLater, TelegramError):
            if self.first is None and self.made is not None:
                await self.begun.not_begun(action.action_id)
            raise
        return self._done(self.made, self.note)

    def _done(self, made: Tried | None, note: str = "") -> End:
        assert made is not None
        return End("done", note, until=made.until, before=made.before)

    async def _prepare(self) -> Params:
        """The parameters of a try. Raises Settled where there is to be none, and what a look-up may raise."""
        action = self.action
        self.first = self.first or self.made
        if action.method in OF_CHANNELS:
            await self._spare_own_channel()
            self.made = Tried(LEFT, FOR_EVER if action.method is Method.BAN_SENDER_CHAT else None)
            return {"chat_id": action.chat_id, **action.params}
        stands = await self._look_up()
        if self.first is not None and precedence.holds(action.method, stands, self.first.until):
            raise Settled(self._done(self.first))
        expected = None if action.expected is None else of_stands(action.expected)
        now = self.now().timestamp()
        found = precedence.ruling(action.method, action.params, stands, now, expected=expected)
        if isinstance(found, Withhold):
            raise Settled(End(found.outcome, found.code, until=found.until))
        self.note = found.note
        self.made = Tried(stands if self.first is None else self.first.before, found.until)
        await self.begun.begin(action, self.made, stands if self._lifts() else None)
        return {"chat_id": action.chat_id, **found.params}

    def _lifts(self) -> bool:
        action = self.action
        return action.expected is not None or precedence.is_lifted(action.method, action.params)

    async def _look_up(self) -> Membership:
        found = membership_of(await self._ask("getChatMember", user_id=self.action.params["user_id"]))
        if found is None:
            raise Unanswered("what somebody is in a chat is not known", UNKNOWN_AGAIN)
        return found

    async def _spare_own_channel(self) -> None:
        """Of a channel Telegram tells only whether it is the chat's own."""
        channel, chat_id = self.action.params.get("sender_chat_id"), self.action.chat_id
        if self.action.method is not Method.BAN_SENDER_CHAT:
            return
        chat = None if channel == chat_id else await self._ask("getChat")
        if chat is not None and not isinstance(chat, dict):
            raise Unanswered("what a channel is to a chat is not known", UNKNOWN_AGAIN)
        if chat is None or chat.get("linked_chat_id") == channel:
            raise Settled(End("refused", "person.protected"))

    async def _ask(self, method: str, **more: Any) -> Any:
        params = {"chat_id": self.action.chat_id, **more}
        with CALL_SECONDS.labels(method).time():
            return await self.calls.telegram.call(method, params, seconds=LOOK_UP_SECONDS)
