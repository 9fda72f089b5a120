"""One turn of a dialogue: who said what where, in which language to answer."""

from dataclasses import dataclass, replace
from typing import Any

from services.moderation.bot import rights
from services.moderation.bot.i18n import Html, Speech, speech_for
from services.moderation.bot.ports import Deps
from services.moderation.bot.reply import Reply, Rows
from services.moderation.bot.rights import Rights
from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.update import Chat, Message, Person, Update
from services.moderation.telegram.audit import AuditEntry, short
from shared.contracts.telegram import TelegramAction


@dataclass(frozen=True)
class Turn:
    """`settings` are those of `chat`; `speech` is the person's own language.

    `confirmed`: the message was sent as the chat itself, and `person` has pressed that it is meant.
    """

    deps: Deps
    update: Update
    chat: Chat
    person: Person | None
    settings: ChatSettings
    speech: Speech
    reply: Reply
    confirmed: bool = False

    @property
    def message(self) -> Message:
        assert self.update.message is not None
        return self.update.message

    @property
    def public(self) -> Speech:
        """The chat's language, for what everybody reads."""
        return Speech(self.settings.language)

    @property
    def is_anonymous_admin(self) -> bool:
        message = self.update.message
        return message is not None and message.sender_chat == self.chat.id and not self.confirmed

    @property
    def at(self) -> int:
        """This moment in unix seconds."""
        return int(self.reply.now.timestamp())

    @property
    def by(self) -> str:
        """Role and short code, as the log names them."""
        if self.is_anonymous_admin or self.person is None:
            return "admin anon"
        return f"admin {short(self.deps.keys, self.person.id)}"

    async def rights(self) -> Rights:
        """The person's rights, asked now; none of a channel and of another bot. Raises rights.Unknown."""
        if self.is_anonymous_admin:
            return rights.ANONYMOUS_ADMIN
        message = self.update.message
        as_channel = message is not None and message.sender_chat is not None and not self.confirmed
        if self.person is None or self.person.is_bot or as_channel:
            return Rights()
        return await rights.look_up(self.deps.telegram, self.chat.id, self.person.id)

    def say(self, text: Html, rows: Rows = (), name: str = "say") -> TelegramAction:
        """Answer the message, in its topic."""
        body = self.update.body
        topic = body.get("message_thread_id") if body.get("is_topic_message") is True else None
        in_group = self.chat.type != "private"
        return self.reply.send(
            self.chat.id,
            text,
            rows=rows,
            to_message=self.message.id if in_group else None,
            topic=topic if isinstance(topic, int) else None,
            name=name,
        )

    def confirms(self, update: Update) -> "Turn":
        """The turn in which that message, sent as the chat itself, is the word of who presses now.

        It is answered in the chat's language: the presser's own would tell who it is.
        """
        return replace(self, update=update, speech=self.public, confirmed=True)

    def entry(self, what: str, **values: Any) -> AuditEntry:
        return AuditEntry(at=self.reply.now, what=what, by=self.by, **values)


async def turn_of(deps: Deps, update: Update) -> Turn | None:
    """None for an update without a chat."""
    if update.chat is None:
        return None
    settings = await deps.chats.settings(update.chat.id)
    return Turn(
        deps=deps,
        update=update,
        chat=update.chat,
        person=update.sender,
        settings=settings,
        speech=speech_for(update.sender.language if update.sender else "", settings.language),
        reply=Reply.to(update, deps.now()),
    )
