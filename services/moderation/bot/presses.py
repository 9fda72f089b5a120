"""A pressed button, once its signature has been read."""

from dataclasses import dataclass
from datetime import timedelta

from services.moderation.bot.i18n import Html
from services.moderation.bot.reply import Rows
from services.moderation.bot.signing import Expired, Forged, Press, Signer
from services.moderation.bot.turn import Turn
from shared.contracts.telegram import TelegramAction

LATER = timedelta(days=1)


@dataclass(frozen=True)
class PressTurn:
    """`press_id` is Telegram's id of the press, `message_id` that of the message with the button."""

    turn: Turn
    press: Press
    press_id: str
    message_id: int

    @classmethod
    def of(cls, turn: Turn, former: int | None = None) -> "PressTurn | str | None":
        """The press; the key of a refusal for a forged or old one; None for what is no press at all.

        `former` is the chat's id before it became a supergroup: buttons may still be signed for it.
        """
        body = turn.update.body
        message = body.get("message")
        message_id = message.get("message_id") if isinstance(message, dict) else None
        press_id, data = body.get("id"), body.get("data")
        if not isinstance(press_id, str) or not isinstance(message_id, int) or turn.person is None:
            return None
        refusal = "press.forged"
        for chat_id in (turn.chat.id, former):
            try:
                press = Signer.of(turn.deps.keys).read(chat_id or 0, str(data), turn.reply.now)
            except Forged:
                continue
            except Expired:
                refusal = "press.expired"
            else:
                return cls(turn, press, press_id, message_id)
        return refusal

    def answer(self, key: str = "", *, alert: bool = False, **values: str) -> TelegramAction:
        """Tell the presser alone; nothing but the end of the waiting without a key."""
        text = self.turn.speech.plain(key, **values) if key else ""
        return self.turn.reply.answer(self.turn.chat.id, self.press_id, text, alert=alert)

    def tell(self, text: str) -> TelegramAction:
        """The same with a text that is put together already; plain text."""
        return self.turn.reply.answer(self.turn.chat.id, self.press_id, text, alert=True)

    def later(self, text: Html) -> TelegramAction:
        """A message in the same chat for when it is known how something ended."""
        return self.turn.reply.send(self.turn.chat.id, text, name="later", within=LATER)

    def say(self, text: Html, rows: Rows = ()) -> TelegramAction:
        """A new message in the same chat."""
        return self.turn.reply.send(self.turn.chat.id, text, rows=rows)

    def edit(self, text: Html, rows: Rows = ()) -> TelegramAction:
        """Change the message under which the button stands."""
        return self.turn.reply.edit(self.turn.chat.id, {"message_id": self.message_id}, text, rows)


def unsigned(turn: Turn, key: str) -> TelegramAction:
    """Refuse a button that is not ours, or not any more."""
    press_id = str(turn.update.body.get("id"))
    return turn.reply.answer(turn.chat.id, press_id, turn.speech.plain(key), alert=True)
