"""Sending: texts, media, albums, forwards and copies."""

from typing import Any

from simulator.deeds.writing import KEPT_FORWARDED, origin
from simulator.methods.access import Access, chat_of, message_of
from simulator.methods.call import Args, Call, method
from simulator.methods.deleting import message_ids
from simulator.methods.parts import attached, formatted, keyboard, replied
from simulator.world import media
from simulator.world.chats import Chat, Message
from simulator.world.contents import MEDIA
from simulator.world.errors import bad, forbidden
from simulator.world.rights import NEEDED, REFUSED_KIND

Json = dict[str, Any]
ALBUM_LEAST, ALBUM_MOST = 2, 10
SENT_KINDS = tuple(kind for kind in MEDIA if kind not in {"paid_media", "story"})
"""What a bot sends by a method of its own."""


def _writable(call: Call, kind: str) -> Chat:
    """The chat, if the bot may send this kind there. Raises Refusal."""
    chat = chat_of(call, Access.WRITE)
    if chat.kind == "private":
        _check_person(call, chat)
        return chat
    me = call.world.member(chat, call.bot.user.id)
    if chat.kind == "channel":
        if not me.may("can_post_messages"):
            raise bad("need administrator rights in the channel chat")
        return chat
    needed = NEEDED.get(kind, "can_send_messages")
    if not me.is_admin and not (chat.permissions[needed] and me.permissions.get(needed, True)):
        raise bad(f"not enough rights to send {REFUSED_KIND[needed]} to the chat")
    thread = call.args.number("message_thread_id")
    if thread and not (chat.is_forum and thread in chat.messages):
        raise bad("message thread not found")
    return chat


def _check_person(call: Call, chat: Chat) -> None:
    person, bot = call.world.user(chat.id), call.bot
    if person.deactivated:
        raise forbidden("user is deactivated")
    if person.is_bot:
        raise forbidden("the bot can't send messages to the bot")
    if person.id in bot.blocked_by:
        raise forbidden("bot was blocked by the user")
    asked = bot.may_write.get(person.id, 0) > call.world.clock()
    if person.id not in bot.started_by and not asked:
        raise forbidden("bot can't initiate conversation with a user")


def _send(call: Call, chat: Chat, content: Json) -> Message:
    markup = keyboard(call)
    reply = replied(call, chat)
    if thread := call.args.number("message_thread_id"):
        content = content | {"message_thread_id": thread, "is_topic_message": True}
    if call.args.flag("protect_content"):
        content = content | {"has_protected_content": True}
    channel = chat.kind == "channel"
    message = Message(
        call.world.next_message_id(chat),
        chat,
        call.now,
        content,
        sender=None if channel else call.bot.user,
        sender_chat=chat if channel else None,
        reply_to=reply,
        markup=markup,
        author=call.bot.user.id,
    )
    return call.world.post(message)


@method("sendMessage")
def send_message(call: Call) -> Json:
    if not call.args.has("chat_id"):
        raise bad("chat_id is empty")
    content = formatted(call)
    return _send(call, _writable(call, "text"), content).json()


def _send_kind(kind: str) -> Any:
    def send(call: Call) -> Json:
        chat = _writable(call, kind)
        file = attached(call, kind, call.args.text(kind))
        caption = formatted(call, "caption") if kind not in {"sticker", "video_note"} else {}
        extra = {"has_media_spoiler": True} if call.args.flag("has_spoiler") else {}
        return _send(call, chat, media.describe(kind, file) | caption | extra).json()

    return send


for _kind in SENT_KINDS:
    method("send" + _kind.replace("_", ""))(_send_kind(_kind))


@method("sendMediaGroup")
def send_media_group(call: Call) -> list[Json]:
    items = call.args.parsed("media", "media")
    if not isinstance(items, list):
        raise bad("expected an Array of InputMedia")
    if not ALBUM_LEAST <= len(items) <= ALBUM_MOST:
        raise bad("MEDIA_INVALID" if items else "there are no messages to send")
    chat = _writable(call, "photo")
    contents = []
    for item in items:
        if not isinstance(item, dict) or item.get("type") not in {
            "photo",
            "video",
            "audio",
            "document",
            "live_photo",
        }:
            raise bad("can't parse InputMedia: type must be one of photo, video, audio, document")
        one = Call(call.world, call.bot, Args({**item, "chat_id": chat.id}, call.args.files))
        file = attached(one, str(item["type"]), str(item.get("media", "")))
        contents.append(media.describe(str(item["type"]), file) | formatted(one, "caption"))
    group = {"media_group_id": str(13_000_000_000_000_000 + next(call.world.numbers))}
    return [_send(call, chat, content | group).json() for content in contents]


@method("sendLocation", "sendVenue", "sendContact", "sendDice")
def send_other(call: Call) -> Json:
    args = call.args
    if args.has("phone_number"):
        chat = _writable(call, "contact")
        content: Json = {
            "contact": {"phone_number": args.text("phone_number"), "first_name": args.text("first_name")}
        }
    elif args.has("latitude"):
        chat = _writable(call, "location")
        place = {"latitude": _float(args.text("latitude")), "longitude": _float(args.text("longitude"))}
        content = {"location": place}
        if args.has("address"):
            content["venue"] = {
                "location": place,
                "title": args.text("title"),
                "address": args.text("address"),
            }
    else:
        chat = _writable(call, "dice")
        content = {"dice": {"emoji": args.text("emoji") or "\N{GAME DIE}", "value": call.now % 6 + 1}}
    return _send(call, chat, content).json()


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise bad("latitude is empty") from None


@method("sendPoll")
def send_poll(call: Call) -> Json:
    chat = _writable(call, "poll")
    options = call.args.parsed("options", "options")
    if not isinstance(options, list) or not options:
        raise bad("poll must have at least 1 option")
    texts = [str(option.get("text", "")) if isinstance(option, dict) else str(option) for option in options]
    question = call.args.text("question")
    if not question:
        raise bad("poll question must be non-empty")
    return _send(call, chat, {"poll": media.poll(next(call.world.numbers), question, texts)}).json()


def _sources(call: Call, numbers: list[int]) -> list[Message]:
    source = chat_of(call, Access.READ, "from_chat_id")
    found = [source.messages.get(number) for number in numbers]
    return [
        message for message in found if message is not None and not message.gone and not message.is_service
    ]


def _passed_on(call: Call, chat: Chat, source: Message, *, forwarded: bool) -> Message:
    if source.content.get("has_protected_content"):
        raise bad("message has protected content and can't be forwarded")
    left_behind = KEPT_FORWARDED | {"forward_origin"}
    content = {key: value for key, value in source.content.items() if key not in left_behind}
    content |= {"forward_origin": origin(source)} if forwarded else {}
    return _send(call, chat, content)


def _one_source(call: Call, what: str) -> Message:
    source = chat_of(call, Access.READ, "from_chat_id")
    return message_of(source, call.args.number("message_id"), what)


@method("forwardMessage")
def forward_message(call: Call) -> Json:
    chat = _writable(call, "text")
    return _passed_on(call, chat, _one_source(call, "message to forward"), forwarded=True).json()


@method("copyMessage")
def copy_message(call: Call) -> Json:
    chat = _writable(call, "text")
    return {"message_id": _passed_on(call, chat, _one_source(call, "message to copy"), forwarded=False).id}


def _many(call: Call, *, forwarded: bool) -> list[Json]:
    numbers = message_ids(call.args.parsed("message_ids", "message identifiers"))
    chat = _writable(call, "text")
    sources = _sources(call, numbers)
    if not sources:
        raise bad("there are no messages to forward" if forwarded else "there are no messages to copy")
    return [{"message_id": _passed_on(call, chat, source, forwarded=forwarded).id} for source in sources]


@method("forwardMessages")
def forward_messages(call: Call) -> list[Json]:
    return _many(call, forwarded=True)


@method("copyMessages")
def copy_messages(call: Call) -> list[Json]:
    return _many(call, forwarded=False)
