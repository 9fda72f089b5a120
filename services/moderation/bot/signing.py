"""Button data that cannot be forged: what is pressed, until when, and a keyed hash of both and the chat.

Telegram allows 64 bytes and lets anybody send any. Rights are looked up besides, when the button is pressed.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.moderation.bot.links import base36
from shared.keys import Keys

MOST = 64
"""Bytes of `callback_data`."""
_MAC = 9


class Forged(Exception):  # noqa: N818
    """Not a button of ours for this chat."""


class Expired(Exception):  # noqa: N818
    """A button of ours, but an old one."""


@dataclass(frozen=True)
class Press:
    """`purpose` is the kind of message the button stands under, `args` what it says."""

    purpose: str
    args: tuple[str, ...]


@dataclass(frozen=True)
class Signer:
    """Signs and reads the data of buttons."""

    key: bytes

    @classmethod
    def of(cls, keys: Keys) -> "Signer":
        return cls(keys.derive("buttons"))

    def sign(self, chat_id: int, press: Press, until: datetime) -> str:
        """`purpose:arg:...:expiry:hash`. Raises ValueError when it does not fit."""
        body = ":".join((press.purpose, *press.args, base36(int(until.timestamp()))))
        data = f"{body}:{self._mac(chat_id, body)}"
        if len(data.encode()) > MOST or any(":" in part for part in (press.purpose, *press.args)):
            raise ValueError(f"button data of {len(data)} bytes for {press.purpose}")
        return data

    def read(self, chat_id: int, data: str, now: datetime) -> Press:
        """Raises Forged or Expired."""
        body, _, mac = data.rpartition(":")
        if not hmac.compare_digest(mac.encode(), self._mac(chat_id, body).encode()):
            raise Forged
        purpose, *args, expiry = body.split(":")
        if int(expiry, 36) <= now.timestamp():
            raise Expired
        return Press(purpose, tuple(args))

    def _mac(self, chat_id: int, body: str) -> str:
        digest = hmac.digest(self.key, f"{chat_id}|{body}".encode(errors="replace"), hashlib.sha256)
        return base64.urlsafe_b64encode(digest[:_MAC]).decode()


@dataclass(frozen=True)
class Buttons:
    """Makes the buttons of one message: one chat, one purpose, one time to live."""

    signer: Signer
    chat_id: int
    purpose: str
    until: datetime

    @classmethod
    def of(cls, keys: Keys, chat_id: int, purpose: str, now: datetime, days: float) -> "Buttons":
        return cls(Signer.of(keys), chat_id, purpose, now + timedelta(days=days))

    def __call__(self, text: str, *args: str) -> dict[str, str]:
        """An InlineKeyboardButton."""
        data = self.signer.sign(self.chat_id, Press(self.purpose, args), self.until)
        return {"text": text, "callback_data": data}
