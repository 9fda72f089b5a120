"""From words to actions: every message, edit and answer of the bot is made here."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from services.moderation.bot.i18n import Html
from services.moderation.domain.update import Update
from shared.contracts.telegram import Method, TelegramAction

Row = Sequence[dict[str, str]]
Rows = Sequence[Row]

REPLY = timedelta(minutes=10)
"""A reply that could not be sent for so long would only puzzle."""
ANSWER = timedelta(seconds=30)
"""About as long as Telegram lets a press be answered."""
ANSWER_MOST = 200
"""Characters in an answer to a press."""


@dataclass(frozen=True)
class Reply:
    """Makes the actions that follow from one cause, each with an id of its own."""

    cause: str
    now: datetime

    @classmethod
    def to(cls, update: Update, now: datetime) -> "Reply":
        """The cause is the update with a hash of it: update ids begin anew with another bot."""
        digest = hashlib.blake2b(orjson.dumps(update.raw), digest_size=6).hexdigest()
        return cls(f"u{update.id}.{digest}", now)

    def send(
        self,
        chat_id: int,
        text: Html,
        *,
        rows: Rows = (),
        to_message: int | None = None,
        topic: int | None = None,
        name: str = "say",
        within: timedelta = REPLY,
    ) -> TelegramAction:
        params: dict[str, Any] = {"text": text, "parse_mode": "HTML"}
        if rows:
            params["reply_markup"] = keyboard(rows)
        if to_message is not None:
            params["reply_parameters"] = {"message_id": to_message, "allow_sending_without_reply": True}
        if topic is not None:
            params["message_thread_id"] = topic
        return self.act(chat_id, Method.SEND_MESSAGE, params, name=name, within=within)

    def edit(self, chat_id: int, message: dict[str, Any], text: Html, rows: Rows = ()) -> TelegramAction:
        """`message` is `{"message_id": ...}` or `{"message_of": action_id}`. Without rows its buttons go."""
        params = {**message, "text": text, "parse_mode": "HTML", "reply_markup": keyboard(rows)}
        return self.act(chat_id, Method.EDIT_TEXT, params, name="edit", within=timedelta(days=1))

    def answer(self, chat_id: int, press_id: str, text: str = "", *, alert: bool = False) -> TelegramAction:
        """What the presser alone sees; plain text."""
        params: dict[str, Any] = {"callback_query_id": press_id}
        if text:
            params |= {"text": text[:ANSWER_MOST], "show_alert": alert}
        return self.act(chat_id, Method.ANSWER_CALLBACK, params, name="answer", within=ANSWER)

    def act(
        self,
        chat_id: int,
        method: Method,
        params: dict[str, Any],
        *,
        name: str = "",
        within: timedelta = timedelta(days=1),
        by: str = "",
        reasons: tuple[str, ...] = (),
    ) -> TelegramAction:
        return TelegramAction(
            action_id=f"{self.cause}:{name or method.value}",
            chat_id=chat_id,
            method=method,
            params=params,
            reasons=reasons,
            by=by,
            decided_at=self.now,
            expires_at=self.now + within,
        )


def keyboard(rows: Rows) -> dict[str, Any]:
    return {"inline_keyboard": [list(row) for row in rows]}
