"""What can be made to happen, one model each. `user` and `by` are ids; `chat` an id or @name.

A positive chat id is that person's private chat with `bot` (the first bot when left out).
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ChatRef = int | str
MediaKind = Literal[
    "photo",
    "video",
    "animation",
    "audio",
    "document",
    "voice",
    "video_note",
    "sticker",
    "live_photo",
    "paid_media",
    "location",
    "venue",
    "contact",
    "dice",
    "poll",
]


class Deed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewUser(Deed):
    """A person. Returns the user."""

    do: Literal["user"] = "user"
    first_name: str = Field(min_length=1, max_length=64)
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_premium: bool = False
    bio: str = ""
    id: int = Field(default=0, ge=0)


class Rename(Deed):
    """A person or a bot takes another user name, or gives theirs up when it is empty. Returns the user."""

    do: Literal["rename"] = "rename"
    user: int
    username: str = ""


class NewBot(Deed):
    """A bot; its id is the number before the token's colon. Returns the bot's user."""

    do: Literal["bot"] = "bot"
    token: str
    username: str
    name: str = ""
    reads_all: bool = False


class NewChat(Deed):
    """A group, supergroup or channel, without any update about it. Returns the chat.

    `admins` get all rights but promoting; `admin_rights` names others for some of them, by user id.
    A chat that is `away` can be looked up, and is on nobody's page but its members'.
    """

    do: Literal["chat"] = "chat"
    kind: Literal["group", "supergroup", "channel"] = "supergroup"
    title: str = Field(min_length=1, max_length=128)
    owner: int
    id: int = Field(default=0, le=0)
    username: str = ""
    members: list[int] = []
    admins: list[int] = []
    admin_rights: dict[int, dict[str, bool]] = {}
    description: str = ""
    linked: ChatRef = 0
    join_by_request: bool = False
    join_to_send: bool = False
    hidden_members: bool = False
    is_forum: bool = False
    silent_members: int = Field(default=0, ge=0)
    away: bool = False
    extra: dict[str, Any] = {}
    permissions: dict[str, bool] = {}


class Settings(Deed):
    """Change what a chat's admins set by hand; no update is sent, as in Telegram.

    An empty `username` gives the name up, for anybody to take.
    """

    do: Literal["settings"] = "settings"
    chat: ChatRef
    username: str | None = None
    description: str | None = None
    linked: ChatRef | None = None
    join_by_request: bool | None = None
    join_to_send: bool | None = None
    hidden_members: bool | None = None
    silent_members: int | None = Field(default=None, ge=0)
    extra: dict[str, Any] | None = None
    permissions: dict[str, bool] | None = None


class Join(Deed):
    """Come in (public chat, or `link`), or be added by `by`. Returns whether they are in or have asked."""

    do: Literal["join"] = "join"
    chat: ChatRef
    user: int
    link: str = ""
    by: int = 0


class Leave(Deed):
    """Go out of a chat."""

    do: Literal["leave"] = "leave"
    chat: ChatRef
    user: int


class Remove(Deed):
    """A person bans (`ban`), lifts a ban (`unban`), or restricts (`restrict`) somebody by hand."""

    do: Literal["remove"] = "remove"
    chat: ChatRef
    user: int
    by: int
    how: Literal["ban", "unban", "restrict"] = "ban"
    until: int = 0
    permissions: dict[str, bool] = {}


class Promote(Deed):
    """Make an administrator with these rights (all but promoting when left out), or none with `rights={}`."""

    do: Literal["promote"] = "promote"
    chat: ChatRef
    user: int
    by: int = 0
    rights: dict[str, bool] | None = None
    title: str = ""


class Answer(Deed):
    """An admin answers a request to join by hand."""

    do: Literal["answer"] = "answer"
    chat: ChatRef
    user: int
    by: int
    let_in: bool


class Item(Deed):
    """One part of an album."""

    media: Literal["photo", "video", "audio", "document"] = "photo"
    caption: str = ""
    file: str = ""


class Write(Deed):
    """Write a message. Returns the messages.

    Text, one `media` (with `caption` in `text`), or an `album`; `content` adds or replaces fields of the
    message as they are, also such that nobody knows yet. `as_chat` writes as a channel, or anonymously
    when it is the chat itself. `file` is the id of an uploaded file.

    """

    do: Literal["write"] = "write"
    chat: ChatRef
    user: int
    bot: int = 0
    text: str = ""
    entities: list[dict[str, Any]] | None = None
    media: MediaKind | None = None
    file: str = ""
    album: list[Item] = Field(default=[], max_length=10)
    content: dict[str, Any] = {}
    as_chat: ChatRef = 0
    reply_to: int = 0


class Forward(Deed):
    """Forward a message of another chat (`from_chat`, `message`), or from outside (`origin`, `text`)."""

    do: Literal["forward"] = "forward"
    chat: ChatRef
    user: int
    bot: int = 0
    from_chat: ChatRef = 0
    message: int = 0
    origin: dict[str, Any] | None = None
    text: str = ""


class Edit(Deed):
    """Edit one's own message: new text, or media added with `media`; `content` as in `write`."""

    do: Literal["edit"] = "edit"
    chat: ChatRef
    user: int
    message: int
    bot: int = 0
    text: str = ""
    media: MediaKind | None = None
    content: dict[str, Any] = {}


class Erase(Deed):
    """A person deletes messages; bots are not told, as in Telegram."""

    do: Literal["erase"] = "erase"
    chat: ChatRef
    user: int
    messages: list[int]
    bot: int = 0


class Press(Deed):
    """Press a button by its data or text; `data` may also be forged. Returns the query's id."""

    do: Literal["press"] = "press"
    chat: ChatRef
    user: int
    message: int
    bot: int = 0
    data: str = ""
    text: str = ""


class React(Deed):
    """Set a reaction, or take it back with an empty one."""

    do: Literal["react"] = "react"
    chat: ChatRef
    user: int
    message: int
    emoji: str = ""
    bot: int = 0


class Title(Deed):
    """An administrator gives the chat another title."""

    do: Literal["title"] = "title"
    chat: ChatRef
    user: int
    title: str


class Photo(Deed):
    """A new photo (`file`, or any), or none with `remove`."""

    do: Literal["photo"] = "photo"
    chat: ChatRef
    user: int
    file: str = ""
    remove: bool = False


class Pin(Deed):
    """An administrator pins a message."""

    do: Literal["pin"] = "pin"
    chat: ChatRef
    user: int
    message: int


class Service(Deed):
    """Any other trace, such as `{"video_chat_started": {}}`."""

    do: Literal["service"] = "service"
    chat: ChatRef
    user: int
    content: dict[str, Any]


class Migrate(Deed):
    """A group becomes a supergroup. Returns the new id."""

    do: Literal["migrate"] = "migrate"
    chat: ChatRef
    user: int


class DeleteChat(Deed):
    """The chat is no more: bots find it no longer."""

    do: Literal["delete_chat"] = "delete_chat"
    chat: ChatRef


class Block(Deed):
    """A person stops a bot, or lets it write again."""

    do: Literal["block"] = "block"
    user: int
    bot: int = 0
    blocked: bool = True


class RawUpdate(Deed):
    """Queue an update of any kind as it is, also one that no Bot API version knows."""

    do: Literal["update"] = "update"
    kind: str
    content: dict[str, Any]
    bot: int = 0


class Shift(Deed):
    """Move the clock by so many seconds from the machine's time."""

    do: Literal["shift"] = "shift"
    seconds: float


AnyDeed = Annotated[
    NewUser
    | NewBot
    | Rename
    | NewChat
    | Settings
    | Join
    | Leave
    | Remove
    | Promote
    | Answer
    | Write
    | Forward
    | Edit
    | Erase
    | Press
    | React
    | Title
    | Photo
    | Pin
    | Service
    | Migrate
    | DeleteChat
    | Block
    | RawUpdate
    | Shift,
    Field(discriminator="do"),
]
