"""An update with the few fields that decisions need, read from Telegram's JSON.

Tolerant on purpose: a field that is missing, unknown or of another type than documented is as if absent, so
that a change at Telegram never stops the stream. Only what is no object with an id is refused.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from services.moderation.domain import authorship, content
from shared.contracts.telegram import ALLOWED_UPDATES
from shared.telegram import decode, update_number

ANONYMOUS_ADMIN = 1087968824
CHANNEL_BOT = 136817688
SERVICE_NOTICES = 777000
TELEGRAM_OWN = frozenset({ANONYMOUS_ADMIN, CHANNEL_BOT, SERVICE_NOTICES})
"""Accounts of Telegram itself, behind anonymous admins, channels and linked channels. Never accused."""

GROUPS = frozenset({"group", "supergroup"})
MESSAGES = frozenset({"message", "edited_message", "channel_post", "edited_channel_post"})
_OWNER: dict[str, Literal["owner_changed", "owner_left"]] = {
    "chat_owner_changed": "owner_changed",
    "chat_owner_left": "owner_left",
}
_ALLOWED = frozenset(ALLOWED_UPDATES)
INSIDE = frozenset({"creator", "administrator", "member"})
ADMINS = frozenset({"creator", "administrator"})


class BadUpdate(Exception):  # noqa: N818 - reads better where it is caught
    """Not an update at all. The text carries nothing of it."""


class Person(NamedTuple):
    id: int
    name: str = ""
    """First and last name as shown."""
    username: str = ""
    is_bot: bool = False
    language: str = ""


class Chat(NamedTuple):
    id: int
    type: str = ""
    title: str = ""
    username: str = ""

    @property
    def is_group(self) -> bool:
        return self.type in GROUPS

    @property
    def is_basic(self) -> bool:
        """A basic group: Telegram mutes nobody there, and who was removed can come back."""
        return self.type == "group"


class Message(NamedTuple):
    """A message as decisions see it; `at` and `edited_at` are unix seconds."""

    id: int
    at: int
    sender: Person | None
    sender_chat: int | None
    """Set when somebody writes as a channel or as the chat itself (an anonymous admin)."""
    is_automatic_forward: bool
    """The linked channel's own post."""
    service: str | None
    media: tuple[str, ...]
    album: str | None
    is_forward: bool
    is_command: bool
    """It begins with a command, and its sender wrote it; whether it is obeyed says `is_own`."""
    joined: tuple[Person, ...] = ()
    left: Person | None = None
    topic: int | None = None
    owner: Literal["owner_changed", "owner_left"] | None = None
    """In a service message about the chat's owner."""
    new_owner: Person | None = None
    migrated_to: int | None = None
    migrated_from: int | None = None
    edited: bool = False
    is_own: bool = True
    """Its words are its sender's own, see `authorship`."""


class Change(NamedTuple):
    """A person's membership of a chat has changed."""

    person: Person
    before: str
    after: str
    was_inside: bool
    is_inside: bool
    by: Person | None
    member: Mapping[str, Any]
    """The new ChatMember as Telegram sent it."""
    member_before: Mapping[str, Any] = MappingProxyType({})
    """The old one."""
    rights_before: frozenset[str] = frozenset()
    rights_after: frozenset[str] = frozenset()
    """What the person may do, by the Bot API's names."""
    road: str = ""
    """How a person came in: `public`, `invite`, `request`, `added` or `folder`."""
    link_by: int | None = None
    """Who made the invite link by which the person came."""

    @property
    def joined(self) -> bool:
        return self.is_inside and not self.was_inside

    @property
    def left(self) -> bool:
        return self.was_inside and not self.is_inside


class Update(NamedTuple):
    """`kind` is the field of the update that is set; `raw` is everything, as parsed JSON."""

    id: int
    kind: str
    chat: Chat | None
    at: int
    sender: Person | None
    message: Message | None
    change: Change | None
    raw: Mapping[str, Any]

    @property
    def body(self) -> Mapping[str, Any]:
        """What stands in the update's one field."""
        body = self.raw.get(self.kind)
        return body if isinstance(body, dict) else {}


def parse(raw: str | bytes) -> Update:
    """Read an update. Raises BadUpdate when it is no JSON object with an integer `update_id`."""
    try:
        data = decode(raw if isinstance(raw, bytes) else raw.encode())
    except ValueError:
        raise BadUpdate("not JSON") from None
    if not isinstance(data, dict) or update_number(data) is None:
        raise BadUpdate("not an update")
    return of(data)


def of(data: Mapping[str, Any]) -> Update:
    """Read an update that is already decoded."""
    kind = _kind(data)
    body = data.get(kind, _NONE)
    if None in body.values():  # as good as left out
        body = {name: value for name, value in body.items() if value is not None}
        data = {**data, kind: body}
    edited = kind.startswith("edited_")
    message = _message(body, edited) if kind in MESSAGES else None
    where = body.get("chat") if kind != "callback_query" else _dict(body.get("message")).get("chat")
    return Update(
        update_number(data) or 0,
        kind,
        _chat(where),
        _moment(body.get("edit_date")) if edited else message.at if message else _moment(body.get("date")),
        message.sender if message else _person(body.get("from")),
        message,
        _change(body) if kind in ("chat_member", "my_chat_member") else None,
        data,
    )


def _kind(data: Mapping[str, Any]) -> str:
    """The field that is set; one that is known before one that is not."""
    unknown = ""
    for name, value in data.items():
        if isinstance(value, dict):
            if name in _ALLOWED:
                return name
            unknown = unknown or name
    return unknown


def _message(body: Mapping[str, Any], edited: bool) -> Message | None:
    get = body.get
    message_id = _integer(get("message_id"))
    if message_id is None:
        return None
    service = content.service_kind(body)
    told = _told(body, service) if service is not None else {}
    album, chat, topic = get("media_group_id"), get("sender_chat"), get("message_thread_id")
    return Message(
        message_id,
        _moment(get("date")),
        _person(get("from")),
        _integer(_dict(chat).get("id")) if chat else None,
        get("is_automatic_forward") is True,
        service,
        media=() if told else content.media_kinds(body),
        album=_album(album) if album else None,
        is_forward=content.is_forward(body),
        is_command=not told and _is_command(body) and not authorship.is_passed_on(body),
        edited=edited,
        is_own=authorship.is_own_word(body),
        topic=_integer(topic) if topic and get("is_topic_message") is True else None,
        **told,
    )


def answered(body: Mapping[str, Any]) -> Message | None:
    """The message of the same chat that this one answers."""
    return _message(_dict(body.get("reply_to_message")), edited=False)


def origin_of(origin: Mapping[str, Any], message_id: int) -> Message:
    """What a MessageOrigin tells of a message: when and by whom; nobody for a hidden user."""
    writer = origin.get("sender_chat") or origin.get("chat")
    return Message(
        message_id,
        _moment(origin.get("date")),
        _person(origin.get("sender_user")),
        _integer(_dict(writer).get("id")),
        is_automatic_forward=False,
        service=None,
        media=(),
        album=None,
        is_forward=False,
        is_command=False,
    )


def _told(body: Mapping[str, Any], service: str) -> dict[str, Any]:
    """What a service message says beside its kind."""
    owner = next((name for name in _OWNER if name in body), "") if service == "owner" else ""
    return {
        "joined": _people(body.get("new_chat_members")),
        "left": _person(body.get("left_chat_member")),
        "owner": _OWNER.get(owner),
        "new_owner": _person(_dict(body.get(owner)).get("new_owner")),
        "migrated_to": _integer(body.get("migrate_to_chat_id")),
        "migrated_from": _integer(body.get("migrate_from_chat_id")),
    }


def _album(value: Any) -> str | None:
    """Documented as text; a number will do."""
    return str(value) if isinstance(value, str | int) else None


def _is_command(body: Mapping[str, Any]) -> bool:
    text, marks = body.get("text"), body.get("entities")
    return (
        isinstance(text, str)
        and text.startswith("/")
        and isinstance(marks, list)
        and any(_dict(m).get("type") == "bot_command" and _dict(m).get("offset") == 0 for m in marks)
    )


def _change(body: Mapping[str, Any]) -> Change | None:
    before, after = _dict(body.get("old_chat_member")), _dict(body.get("new_chat_member"))
    person = _person(after.get("user"))
    if person is None:
        return None
    return Change(
        person=person,
        before=str(before.get("status", "")),
        after=str(after.get("status", "")),
        was_inside=_inside(before),
        is_inside=_inside(after),
        by=_person(body.get("from")),
        member=after,
        road=_road(body, person),
        link_by=_integer(_dict(_dict(body.get("invite_link")).get("creator")).get("id")),
        member_before=before,
        rights_before=_rights(before),
        rights_after=_rights(after),
    )


def _rights(member: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for name, value in member.items() if value is True and name.startswith("can_"))


def _road(body: Mapping[str, Any], person: Person) -> str:
    by = _person(body.get("from"))
    if body.get("via_chat_folder_invite_link") is True:
        return "folder"
    if body.get("via_join_request") is True:
        return "request"
    if by is not None and by.id != person.id:
        return "added"
    return "invite" if isinstance(body.get("invite_link"), dict) else "public"


def _inside(member: Mapping[str, Any]) -> bool:
    status = _text(member.get("status"))
    return status in INSIDE or (status == "restricted" and member.get("is_member") is True)


def _chat(value: Any) -> Chat | None:
    if not isinstance(value, dict) or (chat_id := _integer(value.get("id"))) is None:
        return None
    get = value.get
    return Chat(chat_id, _text(get("type")), _text(get("title")), _text(get("username")).lower())


def _person(value: Any) -> Person | None:
    if not isinstance(value, dict) or (person_id := _integer(value.get("id"))) is None:
        return None
    get = value.get
    first, last = _text(get("first_name")), get("last_name")
    return Person(
        person_id,
        f"{first} {last}".strip() if isinstance(last, str) and last else first,
        _text(get("username")).lower(),
        get("is_bot") is True,
        _text(get("language_code"))[:8],
    )


def _people(value: Any) -> tuple[Person, ...]:
    found = (_person(one) for one in value) if isinstance(value, list) else ()
    return tuple(person for person in found if person is not None)


def _integer(value: Any) -> int | None:
    """Telegram's numbers have at most 52 significant bits."""
    return value if type(value) is int and -_MOST < value < _MOST else None


def _moment(value: Any) -> int:
    """Unix seconds; 0 for what is none."""
    return value if type(value) is int and 0 < value < _LAST_MOMENT else 0


_MOST = 1 << 53
_LAST_MOMENT = 1 << 32


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


_NONE: Mapping[str, Any] = {}


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else _NONE
