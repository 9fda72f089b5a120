"""Gives a bus what moderation does in one of its roles."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from services.moderation.bot.duties import keep_talking
from services.moderation.bot.ports import Deps, Me
from services.moderation.bot.store import BotStore
from services.moderation.bot.talk import Talk
from services.moderation.decide.clock import keep_the_clock
from services.moderation.decide.desk import Desk
from services.moderation.handlers import ACT, ALWAYS, DECIDE
from services.moderation.ingest.client import Updates
from services.moderation.ingest.poller import Poller
from services.moderation.ingest.webhook import keeper, remover
from services.moderation.moving import mover
from services.moderation.observe import EVERY, look
from services.moderation.raids.watch import EVERY as DOORS_EVERY
from services.moderation.raids.watch import go_harder, open_doors
from services.moderation.settings import ModerationSettings, people_on
from services.moderation.spam.models import Models
from services.moderation.spam.teacher import Teacher
from services.moderation.spam.texts import Texts
from services.moderation.standing.batch import Registry
from services.moderation.standing.equip import Lists, keep_lists, registry
from services.moderation.store import Store
from services.moderation.store.own import Own
from services.moderation.telegram.actor import Actor
from services.moderation.telegram.calls import Calls
from services.moderation.telegram.errors import TelegramError, Unauthorized
from services.moderation.telegram.ports import Asker
from services.moderation.telegram.store import ActorStore
from shared.bus import Bus, Commit
from shared.settings import SettingsError

if TYPE_CHECKING:
    from services.moderation.telegram.client import Telegram

log = structlog.get_logger()
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds between tries to reach Telegram at the start; the last for ever."""


class TokenRefusedError(Exception):
    """Telegram does not know this bot; the text is one line for the operator."""


@asynccontextmanager
async def equip(bus: Bus, settings: ModerationSettings) -> AsyncIterator[None]:
    """Register handlers and duties for the role. Raises TokenRefusedError and SettingsError."""
    store = Store(bus.redis, bus.keys)
    bus.provide(store=store, settings=settings, keys=bus.keys)
    if settings.role in ("all", "decide"):
        bus.register(ALWAYS)
    if settings.telegram_token is None:
        log.warning(
            "no_bot", reason="DZE_TELEGRAM_TOKEN is not set: nothing is read from or said in Telegram"
        )
        yield
        return
    token = settings.telegram_token.get_secret_value()
    telegram = _client(token, settings)
    updates = Updates(token, settings.telegram_api)
    keeping: asyncio.Task[None] | None = None
    try:
        me = await identify(telegram, settings)
        if settings.role in ("all", "decide"):
            lists = _decide(bus, settings, store, telegram, me)
            keeping = asyncio.create_task(keep_lists(lists))
        if settings.role in ("all", "act"):
            _act(bus, telegram, me)
        if settings.role in ("all", "ingest"):
            _ingest(bus, settings, store, telegram, updates)
        yield
    finally:
        if keeping is not None:
            keeping.cancel()
        await updates.close()
        await telegram.close()


def _client(token: str, settings: ModerationSettings) -> "Telegram":
    from services.moderation.telegram.client import Telegram  # noqa: PLC0415 - aiogram takes seconds to import

    try:
        return Telegram(token, settings.telegram_api)
    except Unauthorized:
        raise TokenRefusedError("DZE_TELEGRAM_TOKEN does not look like a bot's token.") from None


async def identify(telegram: Asker, settings: ModerationSettings) -> Me:
    """Who the bot is, asked until Telegram answers. Raises TokenRefusedError."""
    tries = 0
    while True:
        try:
            found = await telegram.call("getMe")
            return Me(id=int(found["id"]), username=str(found.get("username", "")))
        except Unauthorized:
            raise TokenRefusedError(
                f"DZE_TELEGRAM_TOKEN is refused by {settings.telegram_api}; @BotFather gives a new one."
            ) from None
        except (TelegramError, KeyError, TypeError, ValueError) as error:
            pause = PAUSES[min(tries, len(PAUSES) - 1)]
            log.warning("telegram_unreachable", reason=type(error).__name__, again_in=pause)
            tries += 1
            await asyncio.sleep(pause)


def _decide(bus: Bus, settings: ModerationSettings, store: Store, telegram: "Telegram", me: Me) -> Lists:
    """Answers the lists of ids, which are to be kept up to date."""
    models = Models(settings.data)
    teacher = Teacher(models, store.corrections, bus.keys, bus.now)
    deps = Deps(
        settings=settings,
        keys=bus.keys,
        telegram=telegram,
        chats=store.chats,
        store=BotStore(bus.redis, bus.keys),
        actor_store=ActorStore(bus.redis, bus.keys),
        me=me,
        teacher=teacher,
        now=bus.now,
    )
    texts = Texts(models, store.corrections, bus.keys)
    move = mover(bus.redis, bus.keys)
    desk = Desk(store, bus.keys, telegram, Talk(deps), move, bus.now, me=me.id, texts=texts)
    desk.review_chat = settings.review_chat
    people, lists = _operators_files(bus, settings, store)
    people.teacher = teacher
    bus.provide(
        bot=deps,
        desk=desk,
        registry=people,
    )
    bus.register(DECIDE)

    keep_talking(bus, deps)
    keep_the_clock(bus, desk, deps.actor_store.sent)

    @bus.every(DOORS_EVERY, name="doors")
    async def doors() -> Commit | None:
        return await open_doors(desk, store.waves, int(bus.now().timestamp()))

    @bus.every(DOORS_EVERY, name="waves")
    async def waves() -> Commit | None:
        return await go_harder(desk, int(bus.now().timestamp()))

    @bus.every(EVERY, name="observe")
    async def observe() -> Commit | None:
        return await look(store, telegram, bus.now())

    return lists


def _operators_files(bus: Bus, settings: ModerationSettings, store: Store) -> tuple[Registry, Lists]:
    """Raises SettingsError for a file that is wrong, or that may not be read: none of them is left out."""
    try:
        listed = frozenset(bus.keys.person(person) for person in people_on(settings.block_list))
        return registry(bus, settings, store, listed)
    except OSError as error:
        raise SettingsError(f"cannot read {error.filename}: {error.strerror}") from None


def _act(bus: Bus, telegram: "Telegram", me: Me) -> None:
    actor_store = ActorStore(bus.redis, bus.keys)
    own = Own(bus.redis, bus.keys)
    calls = Calls(telegram, actor_store)
    move = mover(bus.redis, bus.keys)
    bus.provide(actor=Actor(calls, actor_store, bus.keys, me.id, own.sent, move=move, now=bus.now))
    bus.register(ACT, apart=True)


def _ingest(
    bus: Bus, settings: ModerationSettings, store: Store, telegram: "Telegram", updates: Updates
) -> None:
    if settings.telegram_mode == "webhook":
        bus.alone("webhook")(keeper(telegram, *settings.webhook()))
        return
    removing = remover(telegram, settings.public_url)
    bus.alone("poller")(Poller(updates, store.poll, bus, updates.bot, removing).run)
