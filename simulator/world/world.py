"""The whole world: who there is, and who is told what."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from simulator.world.chats import Chat, Message
from simulator.world.errors import bad
from simulator.world.media import Files
from simulator.world.members import Member
from simulator.world.people import SERVICE_ACCOUNTS, Bot, User
from simulator.world.text import commands

Json = dict[str, Any]
SUPERGROUP_BASE = -1_000_000_000_000
"""Supergroup and channel ids are this minus a positive number."""


@dataclass(slots=True)
class Query:
    """A pressed button that waits for `answerCallbackQuery`."""

    id: str
    bot_id: int
    user_id: int
    data: str
    at: float
    answer: Json | None = None


@dataclass(slots=True)
class World:
    """`clock` gives Unix time in seconds. `changed` is called after everything that a page would show."""

    clock: Callable[[], float]
    users: dict[int, User] = field(default_factory=lambda: {user.id: user for user in SERVICE_ACCOUNTS})
    bots: dict[int, Bot] = field(default_factory=dict)
    tokens: dict[str, Bot] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    private: dict[tuple[int, int], Chat] = field(default_factory=dict)
    """Private chats by bot and person."""
    names: dict[str, int] = field(default_factory=dict)
    """Public user names, folded: chat, person or bot."""
    queries: dict[str, Query] = field(default_factory=dict)
    files: Files = field(default_factory=Files)
    changed: list[Callable[[Chat], None]] = field(default_factory=list)
    first: int = 0
    """Ids of updates and messages begin after this, those of people and chats after a tenth of it."""
    numbers: Iterator[int] = field(init=False)
    box_numbers: Iterator[int] = field(init=False)
    """Message ids of private chats and groups come from one row, those of a supergroup from its own."""

    def __post_init__(self) -> None:
        self.numbers, self.box_numbers = count(self.first // 10 + 1), count(self.first + 1)

    def now(self) -> int:
        return int(self.clock())

    def bot(self, bot_id: int | None = None) -> Bot:
        """The bot with this id, or the first one. Raises Refusal."""
        found = self.bots.get(bot_id) if bot_id else next(iter(self.bots.values()), None)
        if found is None:
            raise bad("bot not found")
        return found

    def user(self, user_id: int) -> User:
        """Raises Refusal as Telegram does for an id that nobody has."""
        user = self.users.get(user_id)
        if user is None:
            raise bad("PARTICIPANT_ID_INVALID")
        return user

    def chat(self, chat_id: int, bot_id: int | None = None) -> Chat:
        """A chat by its id; a positive one is the private chat of that person with a bot."""
        if chat_id > 0:
            chat = self.private.get((self.bot(bot_id).user.id, chat_id))
        else:
            chat = self.chats.get(chat_id)
        if chat is None:
            raise bad("chat not found")
        return chat

    def named(self, username: str) -> int | None:
        return self.names.get(username.lstrip("@").lower())

    def private_chat(self, bot: Bot, person: User) -> Chat:
        """The private chat of a bot with a person, made when there is none yet."""
        key = (bot.user.id, person.id)
        if key not in self.private:
            self.private[key] = Chat(person.id, "private", person=person, bot_id=bot.user.id)
        return self.private[key]

    def member(self, chat: Chat, user_id: int) -> Member:
        """This person's place in the chat now; lapsed bans and restrictions are gone."""
        member = chat.members.get(user_id)
        if member is None:
            return Member(self.user(user_id))
        lapsed = member.lapsed(self.clock())
        if lapsed is not member:
            chat.members[user_id] = lapsed
        return lapsed

    def listeners(self, chat: Chat) -> list[Bot]:
        """Bots that are in the chat."""
        if chat.kind == "private":
            return [self.bots[chat.bot_id]]
        return [bot for bot in self.bots.values() if self.member(chat, bot.user.id).present]

    def tell(self, bot: Bot, kind: str, chat: Chat, body: Json) -> None:
        """Queue one update; updates of one chat keep their order."""
        bot.inbox.put(kind, chat.id, body, self.clock())

    def post(self, message: Message) -> Message:
        """Put a message into its chat and tell the bots that may see it."""
        message.chat.messages[message.id] = message
        message.chat.last_message_id = max(message.chat.last_message_id, message.id)
        kind = "channel_post" if message.chat.kind == "channel" else "message"
        self._announce(message, kind)
        return message

    def edited(self, message: Message) -> None:
        """Tell about an edit."""
        kind = "edited_channel_post" if message.chat.kind == "channel" else "edited_message"
        self._announce(message, kind)

    def _announce(self, message: Message, kind: str) -> None:
        for bot in self.listeners(message.chat):
            if self.sees(bot, message):
                self.tell(bot, kind, message.chat, message.json())
        self.touched(message.chat)

    def sees(self, bot: Bot, message: Message) -> bool:
        """Whether this bot is sent the message: not its own ones, and with privacy mode only some."""
        own = message.author == bot.user.id
        if message.is_service:
            return not own or not OWN_UNSEEN.intersection(message.content)
        if own or self.users[message.author].is_bot:
            return False
        chat = message.chat
        if chat.kind == "private" or bot.reads_all or self.member(chat, bot.user.id).is_admin:
            return True
        return chat.kind != "channel" and _meant_for(bot, message)

    def touched(self, chat: Chat) -> None:
        for callback in self.changed:
            callback(chat)

    def next_message_id(self, chat: Chat) -> int:
        if chat.kind in {"private", "group"}:
            return next(self.box_numbers)
        return max(chat.last_message_id, self.first) + 1

    def admins(self, chat: Chat) -> list[Member]:
        return [member for member in chat.members.values() if member.is_admin]


OWN_UNSEEN = frozenset(
    {"new_chat_members", "supergroup_chat_created", "group_chat_created", "migrate_to_chat_id"}
)
"""Service messages that a bot caused and is not told of; of its pins and removals it is."""


def _meant_for(bot: Bot, message: Message) -> bool:
    """What a bot in privacy mode sees: commands for it or for all, replies to it, mentions of it."""
    if message.reply_to is not None and message.reply_to.author == bot.user.id:
        return True
    mine = f"@{bot.user.username}".lower()
    for command in commands(message.content):
        if "@" not in command or command.lower().endswith(mine):
            return True
    return mine in (message.content.get("text") or message.content.get("caption") or "").lower()
