"""What Telegram refuses, in its own words: each refusal as the Bot API server writes it."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from simulator.deeds import affairs, members, writing
from simulator.deeds.writing import Voice
from simulator.methods import METHODS, Call
from simulator.methods.call import Args
from simulator.world.chats import ChatKind, Message
from simulator.world.errors import Refusal
from simulator.world.makers import make_bot, make_chat, make_user, seat
from simulator.world.world import World

HOUR = 3600
OWNER, PERSON, STRANGER, OTHER_ADMIN = 11, 12, 13, 14
BOT, TOKEN = 77, "77:token"
GROUP, SUPERGROUP, CHANNEL, PRIVATE_GROUP = -100, -1000000000100, -1000000000200, -1000000000300


@dataclass
class Town:
    """A small world with a clock of its own."""

    time: float = 1_800_000_000.0
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.world = world = World(lambda: self.time)
        names = {OWNER: "Owner", PERSON: "Person", STRANGER: "Stranger", OTHER_ADMIN: "Admin"}
        people = {number: make_user(world, name, user_id=number) for number, name in names.items()}
        bot = make_bot(world, TOKEN, "town_bot")
        kinds: tuple[tuple[ChatKind, int, str], ...] = (
            ("group", GROUP, ""),
            ("supergroup", SUPERGROUP, "town"),
            ("channel", CHANNEL, ""),
            ("supergroup", PRIVATE_GROUP, ""),
        )
        for kind, number, username in kinds:
            chat = make_chat(world, kind, kind, people[OWNER], chat_id=number, username=username)
            seat(world, chat, people[PERSON])
            seat(world, chat, people[OTHER_ADMIN], admin=True)
            seat(world, chat, bot.user, admin=True)
        self.write(SUPERGROUP, OWNER, "first")

    def write(self, chat_id: int, user_id: int, text: str = "hello") -> Message:
        return writing.write(
            self.world, self.world.chat(chat_id), Voice(self.world.users[user_id]), {"text": text}
        )

    def call(self, method: str, **arguments: Any) -> Any:
        call = Call(self.world, self.world.tokens[TOKEN], Args(arguments))
        return METHODS[method.lower()](call)

    def bot_rights(self, chat_id: int, **rights: bool) -> None:
        seat(self.world, self.world.chat(chat_id), self.world.users[BOT], admin=rights or False)

    def refusal(self, method: str, **arguments: Any) -> str:
        with pytest.raises(Refusal) as refused:
            self.call(method, **arguments)
        return refused.value.description


@pytest.fixture
def town() -> Town:
    return Town()


def test_a_message_is_deleted_within_48_hours_and_not_after(town: Town) -> None:
    early, late = town.write(SUPERGROUP, PERSON), town.write(SUPERGROUP, PERSON)
    town.time += 48 * HOUR - 1
    assert town.call("deleteMessage", chat_id=SUPERGROUP, message_id=early.id) is True
    assert early.gone
    town.time += 1
    said = town.refusal("deleteMessage", chat_id=SUPERGROUP, message_id=late.id)
    assert said == "Bad Request: message can't be deleted"


def test_what_is_gone_is_not_found_alone_and_skipped_among_others(town: Town) -> None:
    first, second = town.write(SUPERGROUP, PERSON), town.write(SUPERGROUP, PERSON)
    town.call("deleteMessage", chat_id=SUPERGROUP, message_id=first.id)
    said = town.refusal("deleteMessage", chat_id=SUPERGROUP, message_id=first.id)
    assert said == "Bad Request: message to delete not found"
    ids = [first.id, second.id, 999_999]
    assert town.call("deleteMessages", chat_id=SUPERGROUP, message_ids=ids) is True
    assert second.gone


def test_one_message_too_old_keeps_all_of_a_batch(town: Town) -> None:
    old = town.write(SUPERGROUP, PERSON)
    town.time += 48 * HOUR
    new = town.write(SUPERGROUP, PERSON)
    said = town.refusal("deleteMessages", chat_id=SUPERGROUP, message_ids=[new.id, old.id])
    assert said == "Bad Request: message can't be deleted"
    assert not new.gone


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (None, "message identifiers are not specified"),
        ([], "message identifiers are not specified"),
        (list(range(1, 102)), "too many message identifiers specified"),
        ("{}", "expected an Array of message identifiers"),
        (["x"], "can't parse message identifier as a Number"),
        ([0], "invalid message identifier specified"),
        ([True], "can't parse message identifier as a Number"),
        ("[1", "can't parse message identifiers JSON object"),
    ],
)
def test_message_ids_are_one_to_a_hundred_numbers(town: Town, ids: Any, said: str) -> None:
    assert town.refusal("deleteMessages", chat_id=SUPERGROUP, message_ids=ids) == f"Bad Request: {said}"


def test_in_a_group_the_words_are_others(town: Town) -> None:
    message = town.write(GROUP, PERSON)
    town.time += 48 * HOUR + 1
    said = town.refusal("deleteMessage", chat_id=GROUP, message_id=message.id)
    assert said == "Bad Request: message can't be deleted for everyone"


@pytest.mark.parametrize(
    ("user_id", "said"),
    [
        (OWNER, "can't remove chat owner"),
        (OTHER_ADMIN, "user is an administrator of the chat"),
        (BOT, "can't restrict self"),
        (424242, "PARTICIPANT_ID_INVALID"),
        (0, "invalid user_id specified"),
        (-5, "invalid user_id specified"),
        ("x", "invalid user_id specified"),
    ],
)
@pytest.mark.parametrize("method", ["banChatMember", "restrictChatMember"])
def test_some_people_cannot_be_banned_or_restricted(
    town: Town, method: str, user_id: int | str, said: str
) -> None:
    refused = town.refusal(method, chat_id=SUPERGROUP, user_id=user_id, permissions={})
    assert refused == f"Bad Request: {said}"


@pytest.mark.parametrize(
    ("method", "arguments", "said"),
    [
        ("banChatMember", {"user_id": PERSON}, "not enough rights to restrict/unrestrict chat member"),
        ("restrictChatMember", {"user_id": PERSON}, "not enough rights to restrict/unrestrict chat member"),
        ("unbanChatMember", {"user_id": PERSON}, "not enough rights to restrict/unrestrict chat member"),
        ("setChatPermissions", {"permissions": {}}, "not enough rights to change chat permissions"),
        ("pinChatMessage", {"message_id": 1}, "not enough rights to manage pinned messages in the chat"),
        ("setChatTitle", {"title": "x"}, "not enough rights to change chat title"),
        ("createChatInviteLink", {}, "not enough rights to manage chat invite link"),
        ("approveChatJoinRequest", {"user_id": STRANGER}, "not enough rights to manage chat join requests"),
        ("promoteChatMember", {"user_id": PERSON}, "not enough rights"),
        ("deleteMessage", {"message_id": 1}, "message can't be deleted"),
    ],
)
def test_without_the_right_a_bot_may_not(
    town: Town, method: str, arguments: dict[str, Any], said: str
) -> None:
    town.bot_rights(SUPERGROUP)
    town.world.chat(SUPERGROUP).permissions |= {"can_pin_messages": False}
    assert town.refusal(method, chat_id=SUPERGROUP, **arguments) == f"Bad Request: {said}"


@pytest.mark.parametrize(
    ("method", "chat_id", "said"),
    [
        ("restrictChatMember", GROUP, "method is available only for supergroups"),
        ("restrictChatMember", CHANNEL, "method is available only for supergroups"),
        ("unbanChatMember", GROUP, "method is available for supergroup and channel chats only"),
        ("banChatSenderChat", GROUP, "method is available for supergroup and channel chats only"),
    ],
)
def test_some_methods_want_a_supergroup(town: Town, method: str, chat_id: int, said: str) -> None:
    refused = town.refusal(method, chat_id=chat_id, user_id=PERSON, permissions={}, sender_chat_id=CHANNEL)
    assert refused == f"Bad Request: {said}"


@pytest.mark.parametrize(
    ("seconds", "kept"), [(29, 0), (31, 31), (366 * 86400, 366 * 86400), (366 * 86400 + 60, 0)]
)
def test_a_ban_too_short_or_too_long_is_for_ever(town: Town, seconds: int, kept: int) -> None:
    until = int(town.time) + seconds
    town.call("banChatMember", chat_id=SUPERGROUP, user_id=PERSON, until_date=until)
    member = town.call("getChatMember", chat_id=SUPERGROUP, user_id=PERSON)
    assert member["status"] == "kicked"
    assert member["until_date"] == (int(town.time) + kept if kept else 0)


def test_a_ban_ends_by_itself(town: Town) -> None:
    town.call("banChatMember", chat_id=SUPERGROUP, user_id=PERSON, until_date=int(town.time) + HOUR)
    town.time += HOUR
    assert town.call("getChatMember", chat_id=SUPERGROUP, user_id=PERSON)["status"] == "left"


def test_unbanning_only_the_banned_leaves_members_in(town: Town) -> None:
    town.call("unbanChatMember", chat_id=SUPERGROUP, user_id=PERSON, only_if_banned=True)
    assert town.call("getChatMember", chat_id=SUPERGROUP, user_id=PERSON)["status"] == "member"
    town.call("unbanChatMember", chat_id=SUPERGROUP, user_id=PERSON)
    assert town.call("getChatMember", chat_id=SUPERGROUP, user_id=PERSON)["status"] == "left"


def test_a_restricted_person_writes_again_when_the_time_is_over(town: Town) -> None:
    until = int(town.time) + HOUR
    town.call("restrictChatMember", chat_id=SUPERGROUP, user_id=PERSON, permissions="{}", until_date=until)
    with pytest.raises(Refusal, match="CHAT_SEND_TEXT_FORBIDDEN"):
        town.write(SUPERGROUP, PERSON)
    town.time += HOUR
    town.write(SUPERGROUP, PERSON)


@pytest.mark.parametrize(
    ("chat_id", "said"),
    [
        ("", "Bad Request: chat_id is empty"),
        ("nonsense", "Bad Request: chat not found"),
        ("@nobody_here", "Bad Request: chat not found"),
        (-99, "Bad Request: chat not found"),
        (10**30, "Bad Request: chat not found"),
        (424242, "Bad Request: chat not found"),
        (PERSON, "Forbidden: bot can't initiate conversation with a user"),
        (STRANGER, "Bad Request: chat not found"),
    ],
)
def test_only_known_chats_can_be_written_to(town: Town, chat_id: int | str, said: str) -> None:
    assert town.refusal("sendMessage", chat_id=chat_id, text="x") == said


def test_a_person_who_stopped_the_bot_is_not_written_to(town: Town) -> None:
    bot = town.world.tokens[TOKEN]
    chat = town.world.private_chat(bot, town.world.users[PERSON])
    writing.write(town.world, chat, Voice(town.world.users[PERSON]), {"text": "/start"})
    town.call("sendMessage", chat_id=PERSON, text="x")
    members.block(town.world, bot, town.world.users[PERSON])
    assert town.refusal("sendMessage", chat_id=PERSON, text="x") == "Forbidden: bot was blocked by the user"


def _kick_bot(town: Town, chat_id: int) -> None:
    owner, bot = town.world.users[OWNER], town.world.users[BOT]
    members.ban(town.world, town.world.chat(chat_id), bot, owner)


def _bot_leaves(town: Town, chat_id: int) -> None:
    members.leave(town.world, town.world.chat(chat_id), town.world.users[BOT])


@pytest.mark.parametrize(
    ("gone", "chat_id", "said"),
    [
        (_kick_bot, SUPERGROUP, "bot was kicked from the supergroup chat"),
        (_kick_bot, GROUP, "bot was kicked from the group chat"),
        (_kick_bot, CHANNEL, "bot was kicked from the channel chat"),
        (_bot_leaves, PRIVATE_GROUP, "bot is not a member of the supergroup chat"),
        (_bot_leaves, GROUP, "bot is not a member of the group chat"),
        (_bot_leaves, CHANNEL, "bot is not a member of the channel chat"),
    ],
)
def test_a_bot_that_is_out_is_told_so(
    town: Town, gone: Callable[[Town, int], None], chat_id: int, said: str
) -> None:
    gone(town, chat_id)
    assert town.refusal("sendMessage", chat_id=chat_id, text="x") == f"Forbidden: {said}"
    assert town.refusal("deleteMessages", chat_id=chat_id, message_ids=[1]) == f"Forbidden: {said}"


def test_an_upgraded_group_names_the_new_id(town: Town) -> None:
    new = affairs.migrate(town.world, town.world.chat(GROUP), town.world.users[OWNER])
    with pytest.raises(Refusal) as refused:
        town.call("deleteMessages", chat_id=GROUP, message_ids=[1])
    assert refused.value.json() == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new.id},
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": "  \n"}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "<b>", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "x", "entities": "[1]"}, "can't parse entities"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "x", "reply_markup": "[]"}, "object expected as reply markup"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [{}]}}, "must be an Array of Arrays"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "b"}]]}}, "Text buttons are unallowed"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "b", "callback_data": "x" * 65}]]}},
            "BUTTON_DATA_INVALID",
        ),
        ({"text": "x", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"text": "x", "message_thread_id": 5}, "message thread not found"),
    ],
)
def test_a_bad_message_is_refused(town: Town, arguments: dict[str, Any], said: str) -> None:
    refused = town.refusal("sendMessage", chat_id=SUPERGROUP, **arguments)
    assert refused.startswith("Bad Request: ")
    assert said in refused


def test_only_own_messages_are_edited_and_only_when_they_change(town: Town) -> None:
    own = town.call("sendMessage", chat_id=SUPERGROUP, text="x")["message_id"]
    foreign = town.write(SUPERGROUP, PERSON).id
    same = town.refusal("editMessageText", chat_id=SUPERGROUP, message_id=own, text="x")
    assert same.startswith("Bad Request: message is not modified: specified new message content")
    said = town.refusal("editMessageText", chat_id=SUPERGROUP, message_id=foreign, text="y")
    assert said == "Bad Request: message can't be edited"
    said = town.refusal("editMessageText", chat_id=SUPERGROUP, message_id=999, text="y")
    assert said == "Bad Request: message to edit not found"


def test_a_button_is_answered_once_and_in_time(town: Town) -> None:
    markup = {"inline_keyboard": [[{"text": "b", "callback_data": "d"}]]}
    sent = town.call("sendMessage", chat_id=SUPERGROUP, text="x", reply_markup=markup)
    message = town.world.chat(SUPERGROUP).messages[sent["message_id"]]
    first, second = (writing.press(town.world, message, town.world.users[PERSON], "d") for _ in range(2))
    assert town.call("answerCallbackQuery", callback_query_id=first.id, text="ok") is True
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert town.refusal("answerCallbackQuery", callback_query_id=first.id) == too_old
    assert town.refusal("answerCallbackQuery", callback_query_id="1") == too_old
    town.time += 61
    assert town.refusal("answerCallbackQuery", callback_query_id=second.id) == too_old


def test_a_link_for_requests_has_no_member_limit(town: Town) -> None:
    said = town.refusal("createChatInviteLink", chat_id=SUPERGROUP, creates_join_request=True, member_limit=3)
    assert said == "Bad Request: member limit can't be specified for links requiring administrator approval"


def test_a_request_is_answered_once(town: Town) -> None:
    chat, stranger = town.world.chat(PRIVATE_GROUP), town.world.users[STRANGER]
    chat.join_by_request = True
    chat.username = "opened"
    assert members.join(town.world, chat, stranger) is False
    assert town.call("approveChatJoinRequest", chat_id=PRIVATE_GROUP, user_id=STRANGER) is True
    said = town.refusal("approveChatJoinRequest", chat_id=PRIVATE_GROUP, user_id=STRANGER)
    assert said == "Bad Request: USER_ALREADY_PARTICIPANT"
    said = town.refusal("declineChatJoinRequest", chat_id=PRIVATE_GROUP, user_id=424242)
    assert said == "Bad Request: PARTICIPANT_ID_INVALID"


def test_the_same_permissions_are_refused(town: Town) -> None:
    wanted = {"can_send_messages": True}
    assert town.call("setChatPermissions", chat_id=SUPERGROUP, permissions=wanted) is True
    said = town.refusal("setChatPermissions", chat_id=SUPERGROUP, permissions=wanted)
    assert said == "Bad Request: CHAT_NOT_MODIFIED"


def test_a_banned_channel_writes_no_more(town: Town) -> None:
    channel, group = town.world.chat(CHANNEL), town.world.chat(SUPERGROUP)
    voice = Voice(town.world.users[OWNER], channel)
    writing.write(town.world, group, voice, {"text": "x"})
    assert town.call("banChatSenderChat", chat_id=SUPERGROUP, sender_chat_id=CHANNEL) is True
    with pytest.raises(Refusal, match="SEND_AS_PEER_INVALID"):
        writing.write(town.world, group, voice, {"text": "x"})


@pytest.mark.parametrize("method", sorted(METHODS))
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"chat_id": SUPERGROUP},
        {"chat_id": "\x00", "user_id": "\U0001f600", "message_id": "1e9", "text": "\ud800"},
        {"chat_id": [1], "user_id": {}, "message_ids": "[[[", "permissions": "null", "reply_markup": "null"},
        {"chat_id": SUPERGROUP, "user_id": 10**40, "message_id": -(10**40), "sender_chat_id": "-"},
        {"chat_id": SUPERGROUP, "reply_parameters": "7", "media": "{}", "options": "3", "commands": "[1]"},
        {"chat_id": SUPERGROUP, "scope": "[]", "reaction": "[[]]", "rights": "[]", "message_ids": "[null]"},
        {"chat_id": SUPERGROUP, "text": "x", "reply_markup": {"inline_keyboard": [[1]], "keyboard": [[1]]}},
        {"chat_id": SUPERGROUP, "text": "x", "reply_parameters": {"message_id": "x"}},
    ],
)
def test_hostile_arguments_are_refused_or_harmless(
    town: Town, method: str, arguments: dict[str, Any]
) -> None:
    with contextlib.suppress(Refusal):
        town.call(method, **arguments)
