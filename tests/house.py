"""Moderation without the actor, before a Telegram that answers as a test wants it."""

from datetime import datetime, timedelta
from typing import Any

from services.moderation import handlers
from services.moderation.bot.ports import Deps, Me
from services.moderation.bot.store import BotStore
from services.moderation.bot.talk import Talk
from services.moderation.decide import closing, sweep
from services.moderation.decide.desk import Desk
from services.moderation.domain.admission import Admission
from services.moderation.ingest.poller import event_of
from services.moderation.moving import mover
from services.moderation.standing.batch import Registry
from services.moderation.store import Store
from services.moderation.store.names import DUE
from services.moderation.telegram.errors import Refused
from services.moderation.telegram.store import ActorStore
from shared.bus import NOTHING, Commit, Outcome
from shared.bus.commit import Command
from shared.clock import now, unix
from shared.contracts.registry import TELEGRAM_ACTIONS
from shared.contracts.telegram import Method, TelegramAction
from tests.moderation import ADMIN, CHAT, chat, membership, message, raw, user

BOT = 77


class NoFiles:
    """The part of a Bot API server that nobody asks here."""

    async def fetch(self, file_id: str, most: int, *, seconds: float = 15) -> bytes:
        raise NotImplementedError


class Telegram(NoFiles):
    """A Bot API server as far as deciding sees it: it names the admins, or fails when told to."""

    def __init__(self) -> None:
        self.admins: dict[int, list[dict[str, Any]]] = {}
        self.error: Exception | None = None
        self.asked: list[str] = []

    async def call(self, method: str, params: dict[str, Any] | None = None, *, seconds: float = 15) -> Any:
        del seconds
        self.asked.append(method)
        if self.error is not None:
            raise self.error
        chat_id = (params or {}).get("chat_id", 0)
        admins = self.admins.get(
            chat_id, [{"status": "creator", "user": user(ADMIN, "Вольга", last_name="Навіцкая")}]
        )
        match method:
            case "getChatAdministrators":
                return admins
            case "getChatMember":
                who = (params or {})["user_id"]
                found = [one for one in admins if one["user"]["id"] == who]
                return found[0] if found else {"status": "member", "user": user(who)}
            case "getChat":
                return chat(chat_id)
        raise Refused("method.unknown")


class House:
    """Moderation without the actor: what it would be asked to do is noted."""

    def __init__(self, bus: Any, settings: Any) -> None:
        self.bus, self.telegram, self.actions = bus, Telegram(), list[TelegramAction]()
        self.store = Store(bus.redis, bus.keys)
        self.talks = BotStore(bus.redis, bus.keys)
        self.deps = Deps(
            settings=settings,
            keys=bus.keys,
            telegram=self.telegram,
            chats=self.store.chats,
            store=self.talks,
            actor_store=ActorStore(bus.redis, bus.keys),
            me=Me(BOT, "dze_bot"),
            now=bus.now,
        )
        self.desk = Desk(
            self.store, bus.keys, self.telegram, Talk(self.deps), mover(bus.redis, bus.keys), bus.now
        )
        self.desk.review_chat = settings.review_chat
        self.registry: Any = Registry(self.store.people, bus.keys, now=bus.now)
        bus.provide(store=self.store, bot=self.deps, desk=self.desk, registry=self.registry)

        async def note(action: TelegramAction) -> Commit:
            self.actions.append(action)
            return NOTHING

        bus.register({**handlers.ALWAYS, **handlers.DECIDE, TELEGRAM_ACTIONS: note})

    async def hear(self, *updates: dict[str, Any]) -> None:
        await self.bus.publish(*(event_of(one, self.bus.now()) for one in updates))

    async def set(self, chat_id: int = CHAT, **values: str) -> None:
        writes = [
            w
            for n, v in values.items()
            for w in self.store.chats.set_setting(chat_id, n.replace("__", "."), v)
        ]
        await self.bus.commit(Commit.of(writes=writes))

    async def admit(self, *chats: int, came: int = 0) -> None:
        """Known chats, each led by somebody else; CHAT by ADMIN."""
        admissions, writes = self.store.admissions, list[Command]()
        for chat_id in chats:
            leader = ADMIN if chat_id == CHAT else 6_000_000_000 + chat_id % 1_000_000
            if chat_id != CHAT:
                led = {"status": "creator", "user": user(leader, f"Адмін {leader}")}
                self.telegram.admins.setdefault(chat_id, [led])
            key = self.bus.keys.person(chat_id)
            known = Admission("known", came, by="operator")
            writes += admissions.save(key, known, is_felt=True)
            writes += await admissions.learnt(key, admissions.tokens([leader]), int(unix()))
        await self.bus.commit(Commit.of(writes=writes))

    def of(self, method: Method) -> list[TelegramAction]:
        return [action for action in self.actions if action.method is method]

    @property
    def deleted(self) -> list[int]:
        return sorted(i for action in self.of(Method.DELETE_MESSAGES) for i in action.params["message_ids"])

    @property
    def banned(self) -> list[tuple[int, int]]:
        return sorted((action.chat_id, action.params["user_id"]) for action in self.of(Method.BAN_MEMBER))


def said(message_id: int = 0, **fields: Any) -> dict[str, Any]:
    """A message of this moment."""
    return raw(message(message_id, at=int(unix()), **fields))


def came(who: int, where: int = CHAT, **more: Any) -> dict[str, Any]:
    body = membership(user(who, **more), "left", "member", at=int(unix()), where=where)
    return raw(body | {"chat": chat(where, username=f"chat{-where}")}, "chat_member")


HOUR = 3600


BEFORE = {
    "can_send_messages": True,
    "can_send_photos": False,
    "can_send_polls": True,
    "can_invite_users": True,
}


class Clock(House):
    """A house whose clock is set by hand; `allowed` is what Telegram says that a chat allows."""

    def __init__(self, bus: Any, settings: Any) -> None:
        super().__init__(bus, settings)
        self.desk: Any = bus.broker.context.get("desk")
        self.allowed: dict[str, bool] = dict(BEFORE)
        self.away: Exception | None = None
        self.linked: int | None = None
        self.names: dict[int, list[str]] = {}
        """The active user names of chats, by id."""
        self.looked_up: list[int] = []
        """Ids of the chats that Telegram was asked about."""
        asked = self.telegram.call

        async def call(method: str, params: Any = None, *, seconds: float = 15) -> Any:
            if method == "getChat":
                self.looked_up.append(params["chat_id"])
                if self.away is not None:
                    raise self.away
                return self.full(params["chat_id"])
            return await asked(method, params, seconds=seconds)

        self.telegram.call = call  # type: ignore[method-assign]

    def full(self, chat_id: int) -> dict[str, Any]:
        """A ChatFullInfo."""
        linked = {"linked_chat_id": self.linked} if self.linked not in (None, chat_id) else {}
        names = {"active_usernames": self.names[chat_id]} if chat_id in self.names else {}
        return chat(chat_id) | {"permissions": dict(self.allowed)} | linked | names

    async def do(self, commit: Commit | None) -> Outcome | None:
        return None if commit is None else await self.bus.commit(commit)

    async def sweep(self, seconds: float = 0, sent: bytes | None = None) -> Outcome | None:
        async def was_sent(_action: str) -> bytes | None:
            return sent

        moment = now() + timedelta(seconds=seconds)
        return await self.do(await sweep.sweep(self.desk, was_sent, moment))

    async def night(self, moment: datetime) -> Outcome | None:
        return await self.do(await closing.by_the_clock(self.desk, moment))

    def obey(self) -> dict[str, Any]:
        """Telegram does what it was asked for last."""
        self.allowed = dict(self.of(Method.SET_PERMISSIONS)[-1].params["permissions"])
        return self.allowed


async def waiting(house: Clock, count: int) -> bool:
    held: int = await house.bus.redis.zcard(DUE)
    return held == count


async def known(house: Clock, eventually: Any) -> None:
    """The chat has been heard of."""
    await house.hear(said(900))
    await eventually(lambda: _ids(house))


async def _ids(house: Clock) -> bool:
    chats = house.store.chats
    return bool(await chats.ids([chats.key(CHAT)]))
