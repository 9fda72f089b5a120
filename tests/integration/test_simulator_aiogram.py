"""The simulator over HTTP with a real aiogram Bot: every answer and update fits aiogram's own types."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BufferedInputFile,
    ChatPermissions,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Update,
)

from simulator.demo import (
    ALENA,
    CHANNEL,
    DEMO_TOKEN,
    LINDEN_COURT,
    RESIDENT,
    REVIEW_CHAT,
    REVIEWER,
    STRANGER,
    UPPER_TOWN,
    YARD_GROUP,
)
from simulator.server import Simulator, serving

EVERYTHING = ["message", "edited_message", "channel_post", "edited_channel_post", "callback_query"]
EVERYTHING += ["my_chat_member", "chat_member", "chat_join_request", "message_reaction"]
PIXEL = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with serving() as running:
        yield running


def client(sim: Simulator, token: str = DEMO_TOKEN) -> Bot:
    return Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(sim.url)))


@pytest.fixture
async def bot(sim: Simulator) -> AsyncIterator[Bot]:
    made = client(sim)
    yield made
    await made.session.close()


class Named(TelegramMethod[bool]):
    """A method that no Bot API has."""

    __returning__ = bool
    __api_method__ = "openTheDoor"


async def updates(bot: Bot, kinds: list[str] | None = None) -> list[Update]:
    """All that waits, confirmed."""
    found = await bot.get_updates(timeout=0, allowed_updates=kinds)
    if found:
        await bot.get_updates(offset=found[-1].update_id + 1, timeout=0)
    return found


async def test_what_a_bot_asks_is_answered_in_aiograms_types(bot: Bot) -> None:
    assert (await bot.get_me()).username == "dze_demo_bot"
    for chat in (UPPER_TOWN, CHANNEL, YARD_GROUP, REVIEW_CHAT, "@linden_court_demo"):
        full = await bot.get_chat(chat)
        assert full.title
        assert await bot.get_chat_member_count(chat) > 2
        statuses = [member.status for member in await bot.get_chat_administrators(chat)]
        assert statuses == ["creator", "administrator"]
    assert (await bot.get_chat(UPPER_TOWN)).permissions is not None
    assert (await bot.get_chat_member(UPPER_TOWN, STRANGER)).status == "left"
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == ("", 0)


async def test_sending_editing_and_deleting(bot: Bot) -> None:
    keys = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Так", callback_data="yes")]])
    sent = await bot.send_message(UPPER_TOWN, "<b>Дзе</b> & дзе?", parse_mode="HTML", reply_markup=keys)
    assert sent.text == "Дзе & дзе?"
    assert sent.entities is not None
    assert sent.entities[0].type == "bold"
    assert sent.reply_markup is not None
    assert sent.reply_markup.model_dump() == keys.model_dump()
    edited = await bot.edit_message_text("новае", chat_id=UPPER_TOWN, message_id=sent.message_id)
    assert not isinstance(edited, bool)
    assert edited.edit_date
    await bot.edit_message_reply_markup(chat_id=UPPER_TOWN, message_id=sent.message_id, reply_markup=keys)
    answer = await bot.send_message(UPPER_TOWN, "адказ", reply_to_message_id=sent.message_id)
    assert answer.reply_to_message is not None
    assert await bot.delete_message(UPPER_TOWN, sent.message_id)
    assert await bot.delete_messages(UPPER_TOWN, [sent.message_id, answer.message_id])
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await bot.delete_message(UPPER_TOWN, answer.message_id)


async def test_pictures_and_albums_are_uploaded_forwarded_and_copied(sim: Simulator, bot: Bot) -> None:
    photo = await bot.send_photo(CHANNEL, BufferedInputFile(PIXEL, "a.png"), caption="двор")
    assert photo.photo
    assert photo.sender_chat is not None
    file = await bot.get_file(photo.photo[-1].file_id)
    assert file.file_path
    downloaded = await bot.download_file(file.file_path)
    assert downloaded is not None
    assert downloaded.read() == PIXEL
    album = await bot.send_media_group(
        UPPER_TOWN, [InputMediaPhoto(media=BufferedInputFile(PIXEL, f"{n}.png")) for n in range(3)]
    )
    assert len({message.media_group_id for message in album}) == 1
    forwarded = await bot.forward_message(UPPER_TOWN, CHANNEL, photo.message_id)
    assert forwarded.forward_origin is not None
    assert forwarded.forward_origin.type == "channel"
    copied = await bot.copy_message(LINDEN_COURT, UPPER_TOWN, forwarded.message_id)
    assert "forward_origin" not in sim.world.chat(LINDEN_COURT).messages[copied.message_id].content


async def test_members_are_banned_restricted_promoted_and_told_of(sim: Simulator, bot: Bot) -> None:
    await updates(bot, EVERYTHING)
    sim.do("promote", chat=UPPER_TOWN, user=bot.id, rights=dict.fromkeys(RIGHTS, True))
    sim.do("join", chat="@upper_town_demo", user=STRANGER)
    assert await bot.restrict_chat_member(UPPER_TOWN, STRANGER, ChatPermissions(can_send_messages=False))
    assert (await bot.get_chat_member(UPPER_TOWN, STRANGER)).status == "restricted"
    assert await bot.ban_chat_member(UPPER_TOWN, STRANGER)
    assert await bot.unban_chat_member(UPPER_TOWN, STRANGER, only_if_banned=True)
    assert await bot.promote_chat_member(UPPER_TOWN, RESIDENT, can_delete_messages=True)
    assert (await bot.get_chat_member(UPPER_TOWN, RESIDENT)).status == "administrator"
    changes = [
        (update.chat_member.old_chat_member.status, update.chat_member.new_chat_member.status)
        for update in await updates(bot)
        if update.chat_member is not None
    ]
    assert changes == [
        ("left", "member"),
        ("member", "restricted"),
        ("restricted", "kicked"),
        ("kicked", "left"),
        ("member", "administrator"),
    ]


RIGHTS = ["can_promote_members", "can_restrict_members", "can_delete_messages", "can_invite_users"]


async def test_links_and_requests_to_join(sim: Simulator, bot: Bot) -> None:
    link = await bot.create_chat_invite_link(REVIEW_CHAT, name="front door", creates_join_request=True)
    await updates(bot, EVERYTHING)
    assert sim.do("join", chat=REVIEW_CHAT, user=STRANGER, link=link.invite_link) == {
        "joined": False,
        "asked": True,
    }
    (asked,) = await updates(bot)
    assert asked.chat_join_request is not None
    assert asked.chat_join_request.invite_link is not None
    assert asked.chat_join_request.invite_link.invite_link == link.invite_link
    await bot.send_message(STRANGER, "Хто вы?")
    assert await bot.approve_chat_join_request(REVIEW_CHAT, STRANGER)
    change = next(update.chat_member for update in await updates(bot) if update.chat_member)
    assert change.via_join_request
    edited = await bot.edit_chat_invite_link(REVIEW_CHAT, link.invite_link, member_limit=2)
    assert edited.member_limit == 2
    assert (await bot.revoke_chat_invite_link(REVIEW_CHAT, link.invite_link)).is_revoked
    assert (await bot.export_chat_invite_link(REVIEW_CHAT)).startswith("https://t.me/+")


async def test_a_foreign_link_is_shown_in_part_only(sim: Simulator, bot: Bot) -> None:
    link = next(iter(sim.world.chat(REVIEW_CHAT).links))
    await updates(bot, EVERYTHING)
    sim.do("join", chat=REVIEW_CHAT, user=STRANGER, link=link)
    change = next(update.chat_member for update in await updates(bot) if update.chat_member)
    assert change.invite_link is not None
    assert change.invite_link.invite_link.endswith("...")


async def test_every_kind_of_message_is_a_valid_update(sim: Simulator, bot: Bot) -> None:
    await updates(bot, EVERYTHING)
    upper = {"chat": UPPER_TOWN, "user": RESIDENT}
    media = ["photo", "video", "animation", "audio", "document", "voice", "video_note", "sticker"]
    media += ["live_photo", "paid_media", "location", "venue", "contact", "dice", "poll"]
    for kind in media:
        sim.do("write", **upper, media=kind, text="подпіс")
    sim.do("write", **upper, album=[{}, {"media": "video"}, {"caption": "трэці"}])
    sim.do("write", chat=UPPER_TOWN, user=ALENA, text="ананімна", as_chat=UPPER_TOWN)
    sim.do("write", chat=UPPER_TOWN, user=ALENA, text="ад канала", as_chat=CHANNEL)
    written = sim.do("write", **upper, text="/ban @nobody https://t.me/x")[0]["message_id"]
    sim.do("edit", **upper, message=written, media="photo", text="цяпер з выявай")
    sim.do("forward", chat=UPPER_TOWN, user=RESIDENT, from_chat=LINDEN_COURT, message=1)
    sim.do("react", **upper, message=written, emoji="\N{HEAVY BLACK HEART}")
    sim.do("pin", chat=UPPER_TOWN, user=ALENA, message=written)
    sim.do("title", chat=UPPER_TOWN, user=ALENA, title="Новая назва")
    sim.do("photo", chat=UPPER_TOWN, user=ALENA)
    sim.do("photo", chat=UPPER_TOWN, user=ALENA, remove=True)
    sim.do("service", chat=UPPER_TOWN, user=ALENA, content={"video_chat_started": {}})
    sim.do("leave", **upper)
    sim.do("write", chat=CHANNEL, user=ALENA, media="photo", text="у канале")
    sim.do("write", chat=STRANGER, user=STRANGER, text="/start abc")
    sim.do("block", user=STRANGER)
    sim.do("migrate", chat=YARD_GROUP, user=ALENA)
    kinds = [update.event_type for update in await updates(bot)]
    assert set(kinds) == set(EVERYTHING) - {"callback_query", "chat_join_request", "edited_channel_post"}
    assert kinds.count("message") >= len(media) + 14


async def test_a_pressed_button_is_answered(sim: Simulator, bot: Bot) -> None:
    await updates(bot, EVERYTHING)
    keys = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Ухваліць", callback_data="ok")]])
    card = await bot.send_message(REVIEW_CHAT, "Прапанова", reply_markup=keys)
    pressed = sim.do("press", chat=REVIEW_CHAT, user=REVIEWER, message=card.message_id, text="Ухваліць")
    (update,) = await updates(bot)
    assert update.callback_query is not None
    assert (update.callback_query.data, update.callback_query.from_user.id) == ("ok", REVIEWER)
    await bot.answer_callback_query(update.callback_query.id, text="Ухвалена")
    assert sim.world.queries[pressed["query"]].answer == {"text": "Ухвалена", "show_alert": False, "url": ""}


async def test_commands_and_descriptions_are_kept_by_scope_and_language(sim: Simulator, bot: Bot) -> None:
    command = BotCommand(command="help", description="Дапамога")
    scope = BotCommandScopeAllGroupChats()
    assert await bot.set_my_commands([command], scope=scope, language_code="be")
    (kept,) = await bot.get_my_commands(scope=scope, language_code="be")
    assert kept.model_dump() == command.model_dump()
    assert await bot.get_my_commands() == []
    assert await bot.set_my_description("Апісанне", language_code="be")
    assert (await bot.get_my_description(language_code="be")).description == "Апісанне"
    assert await bot.set_my_short_description("Коратка")
    assert (await bot.get_my_short_description()).short_description == "Коратка"
    assert await bot.delete_my_commands(scope=scope, language_code="be")
    with pytest.raises(TelegramBadRequest, match="BOT_COMMAND_INVALID"):
        await bot.set_my_commands([BotCommand(command="Help!", description="x")])


async def test_the_newer_of_two_pollers_wins(sim: Simulator, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.2)
    second = asyncio.create_task(bot.get_updates(timeout=20))
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
        await first
    sim.do("write", chat=UPPER_TOWN, user=RESIDENT, text="x")
    assert len(await asyncio.wait_for(second, 5)) == 1


async def test_polling_and_a_webhook_exclude_each_other(sim: Simulator, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.2)
    await bot.set_webhook("http://127.0.0.1:9/", secret_token="s")
    with pytest.raises(TelegramConflictError, match="terminated by setWebhook request"):
        await poll
    with pytest.raises(TelegramConflictError, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    assert await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates(timeout=0) == []


async def test_refusals_arrive_as_aiograms_errors(sim: Simulator, bot: Bot) -> None:
    new = sim.do("migrate", chat=YARD_GROUP, user=ALENA)["id"]
    with pytest.raises(TelegramMigrateToChat) as moved:
        await bot.send_message(YARD_GROUP, "x")
    assert moved.value.migrate_to_chat_id == new
    assert (await bot.send_message(new, "x")).chat.id == new
    sim.do("remove", chat=LINDEN_COURT, user=bot.id, by=ALENA)
    with pytest.raises(TelegramForbiddenError, match="bot was kicked from the supergroup chat"):
        await bot.send_message(LINDEN_COURT, "x")
    with pytest.raises(TelegramNotFound, match="method not found"):
        await bot(Named())
    stranger = client(sim, "7000000001:wrong")
    with pytest.raises(TelegramUnauthorizedError):
        await stranger.get_me()
    await stranger.session.close()


async def test_limits_answer_429_with_retry_after(sim: Simulator, bot: Bot) -> None:
    from simulator.limits import Limits

    sim.hub.limits = Limits.of_telegram()
    await bot.send_message(UPPER_TOWN, "x")
    with pytest.raises(TelegramRetryAfter) as waiting:
        await bot.send_message(UPPER_TOWN, "x")
    assert waiting.value.retry_after == 1
    await bot.send_message(LINDEN_COURT, "x")


async def test_a_shifted_clock_makes_messages_too_old(sim: Simulator, bot: Bot) -> None:
    sent = await bot.send_message(UPPER_TOWN, "x")
    sim.do("shift", seconds=49 * 3600)
    with pytest.raises(TelegramBadRequest, match="message can't be deleted"):
        await bot.delete_message(UPPER_TOWN, sent.message_id)


async def test_privacy_mode_hides_what_is_not_meant_for_the_bot(sim: Simulator, bot: Bot) -> None:
    chat = sim.do("chat", kind="supergroup", title="Ціхі", owner=ALENA, members=[bot.id])["id"]
    await updates(bot, EVERYTHING)
    for text in ("hello", "/help", "/help@other_bot", "/help@dze_demo_bot", "see @dze_demo_bot"):
        sim.do("write", chat=chat, user=ALENA, text=text)
    texts = [update.message.text for update in await updates(bot) if update.message]
    assert texts == ["/help", "/help@dze_demo_bot", "see @dze_demo_bot"]


async def test_in_a_large_group_joining_leaves_no_service_message(sim: Simulator, bot: Bot) -> None:
    sim.do("settings", chat=UPPER_TOWN, silent_members=20_000)
    await updates(bot, EVERYTHING)
    sim.do("join", chat=UPPER_TOWN, user=STRANGER)
    found: list[Any] = [update.event_type for update in await updates(bot)]
    assert found == ["chat_member"]
