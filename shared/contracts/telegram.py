"""Messages between the roles of moderation. All of them are sealed: they carry raw ids and texts."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import Message, Moment

ChatId = int
UserId = int
Hash = Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{13}$")]
"""A keyed hash of a Telegram id (first 64 bits, base 32)."""
ALLOWED_UPDATES = (
    "message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "my_chat_member",
    "chat_member", "chat_join_request",
)  # fmt: skip
"""What is asked of Telegram; `chat_member` never comes unless it is named."""


class TelegramUpdate(Message):
    """One update as Telegram sent it. `chat_id` is the chat it belongs to, or the person's own id."""

    update_id: int
    chat_id: ChatId
    kind: str
    """The update's field: `message`, `edited_message`, `chat_member`, `callback_query` ..."""
    raw: str
    """The update's JSON."""
    received_at: Moment

    @property
    def known_kind(self) -> str:
        """For metrics: whoever sends us updates must not make up labels."""
        return self.kind if self.kind in ALLOWED_UPDATES else "other"


class Method(StrEnum):
    """What the actor may be asked to do, by the Bot API's own names."""

    DELETE_MESSAGES = "deleteMessages"
    BAN_MEMBER = "banChatMember"
    UNBAN_MEMBER = "unbanChatMember"
    BAN_SENDER_CHAT = "banChatSenderChat"
    UNBAN_SENDER_CHAT = "unbanChatSenderChat"
    RESTRICT_MEMBER = "restrictChatMember"
    SEND_MESSAGE = "sendMessage"
    EDIT_TEXT = "editMessageText"
    EDIT_MARKUP = "editMessageReplyMarkup"
    ANSWER_CALLBACK = "answerCallbackQuery"
    APPROVE_JOIN = "approveChatJoinRequest"
    DECLINE_JOIN = "declineChatJoinRequest"
    LEAVE_CHAT = "leaveChat"
    SET_PERMISSIONS = "setChatPermissions"
    CREATE_INVITE = "createChatInviteLink"
    EDIT_INVITE = "editChatInviteLink"
    REVOKE_INVITE = "revokeChatInviteLink"


_LANES = {
    Method.DELETE_MESSAGES: "delete",
    Method.SEND_MESSAGE: "say",
    Method.EDIT_TEXT: "say",
    Method.EDIT_MARKUP: "say",
    Method.ANSWER_CALLBACK: "answer",
}


class Stands(Message):
    """What somebody is in a chat, by `getChatMember`: status, `until_date` (0: no end), permissions."""

    status: str
    until: Annotated[int, Field(ge=0)] = 0
    permissions: dict[str, bool] = Field(default_factory=dict)


class FollowUp(Message):
    """What is said once it is known how an action ended: each the JSON of another action.

    In their texts stands `PLACE_UNTIL` for the end of what was done, or of what stands; and in `otherwise`
    `PLACE_WHY` for the words that go with the code in the log.
    """

    done: dict[str, Any] | None = None
    said_until: int | None = None
    """The end that was said before: where it is the true one, `done` is not needed."""
    otherwise: dict[str, Any] | None = None
    """Said where the action was not carried out and will not be."""
    words: dict[str, str] = Field(default_factory=dict)
    """By the code in the log; the empty one is for all others."""
    until: str = ""
    """How an end is written, with `PLACE_AT` for the moment."""
    ever: str = ""
    """How no end is written."""
    zone: str = "UTC"


PLACE_UNTIL, PLACE_AT, PLACE_WHY = "\0until\0", "\0at\0", "\0why\0"
"""No text of Telegram's holds such a character, so nobody's name is taken for a place."""


class TelegramAction(Message):
    """Call this method. `action_id` is derived from its cause, so that a repeat is known as one."""

    action_id: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    chat_id: ChatId
    method: Method
    params: dict[str, Any]
    """The method's own parameters, without `chat_id`."""
    reasons: tuple[str, ...] = ()
    """Codes of why, for the audit log."""
    by: Annotated[str, StringConstraints(max_length=40)] = ""
    """Who asked, as role and short code (`admin k3fa`); empty: the bot by its rules."""
    remember_hours: Annotated[int, Field(ge=1, le=24 * 366)] = 48
    """How long the id of a sent message is kept under `action_id`. A later action of the same chat names
    that message by `message_of: action_id` in its params, in place of `message_id` or `message_ids`."""
    stays: bool = False
    """A message of the bot that does not disappear after a while, such as a card that waits for a press."""
    expected: Stands | None = None
    """Of an action that takes back or puts right: carried out only where just this stands. Of a chat's
    permissions: what it allowed before; only what differs from that is changed.
    """
    follow: FollowUp | None = None
    decided_at: Moment
    expires_at: Moment
    """After this the action is only counted: deletes below 48 hours, answers within seconds."""

    @property
    def lane(self) -> str:
        """What order is kept for: where a chat's messages must wait, its deletes and bans still go on."""
        return f"{self.chat_id}:{_LANES.get(self.method, 'people')}"


class PersonObserved(Message):
    """Something a person visibly did in one chat; the stage partitioned by person reads it.

    `person` and `chat` are keyed hashes. `chat_id` and `user_id` are what an action needs.
    """

    person: Hash
    chat: Hash
    chat_id: ChatId
    user_id: UserId
    kind: Literal["joined", "left", "wrote", "requested", "banned", "trusted", "asked", "noted"]
    """`asked`: an admin had the bot ask who this is; `noted`: something was noticed, nothing was done,
    such as `leads`: the person is an admin of this chat, which the directory lists.
    """
    reasons: tuple[str, ...] = ()
    """Signals seen inside the chat, such as `first_message.link`."""
    road: str = ""
    """How a person came in: `public`, `invite`, `request`, `added`, `vouched`, `folder` or `entrance`."""
    look: str = ""
    """A keyed hash of the shown name, to see that it changes."""
    name: Annotated[str, StringConstraints(max_length=200)] = ""
    """The shown name, for likeness to an admin; never stored."""
    message_id: int | None = None
    lat: float | None = None
    lon: float | None = None
    """Where the directory places the chat, if it is listed."""
    precision: str = ""
    """How exactly, see `listings.Precision`; empty: unknown."""
    observed_at: Moment


class Signal(Message):
    """One reason with a weight, in log-odds."""

    name: str
    weight: float
    detail: dict[str, Any] = Field(default_factory=dict)
    kind: Literal["", "evidence", "shape", "trust"] = ""
    """Something that was done, the shape of somebody's ways, or what speaks for somebody."""
    says: dict[str, str] = Field(default_factory=dict)
    """Language and sentence, of a signal of the operator's own."""


Asked = Literal["", "advise", "restrict", "remove"]
"""What a rule of the operator's asks for."""


class PersonJudged(Message):
    """The person's standing asks for attention in this chat; the chat's settings decide what follows."""

    person: Hash
    chat_id: ChatId
    user_id: UserId
    score: float
    signals: tuple[Signal, ...]
    before: float | None = None
    """The score that was passed on before, if any."""
    rule: str = ""
    """Names of the operator's rules that ask for attention, by commas; empty: the score alone does."""
    action: Asked = ""
    """The hardest that these rules want."""
    judged_at: Moment
    firm: float | None = None
    """The score without any single voice of other chats, the lowest of these: what the bot may act on.
    None in entries of before this was computed.
    """
    own: float | None = None
    """The score by what this chat has seen and says alone; likewise."""
    before_firm: float | None = None
    before_own: float | None = None
    """The same two as they were passed on before."""
    firm_action: Asked = ""
    own_action: Asked = ""
    """The hardest that rules want in the same two cases."""
    sources: tuple[Hash, ...] = ()
    """Other chats on whose word it rests."""


class SetAdmission(Message):
    """Let a chat be heard by the others, make it a guest, or shut it out: what the operator's people say."""

    chat_id: Annotated[ChatId, Field(lt=0)]
    state: Literal["guest", "known", "blocked"]
    by: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    """Who decided, as role and short code (`reviewer k3fa`), or `operator`."""
    decided_at: Moment
