"""Actions carried out on a real Redis, against a Bot API whose answers the test writes."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from services.moderation.telegram.actor import Actor, on_action
from services.moderation.telegram.calls import Calls
from services.moderation.telegram.errors import Forbidden, Gone, Migrated, Refused, RetryAfter, Transient
from services.moderation.telegram.pacing import Gathering, windows
from services.moderation.telegram.store import ActorStore
from shared.bus import Commit, TryLater
from shared.contracts.telegram import Method, TelegramAction
from shared.keys import Keys
from shared.telemetry.metrics import SENT_AGAIN
from tests.house import NoFiles
from tests.sure import as_a

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CHAT, OTHER, BOT = -1001111111111, -1002222222222, 7_000_000_001
KEYS = Keys("k" * 32)


class Api(NoFiles):
    """Answers what `replies` holds for a method, in order; then `True`, or a message for sends.

    Everybody is a member. Looks at members are noted apart from the calls.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.looks: list[int] = []
        self.replies: dict[str, list[Any]] = {}
        self.rule: Callable[[str, dict[str, Any]], Any] | None = None

    async def call(self, method: str, params: dict[str, Any] | None = None, *, seconds: float = 15) -> Any:
        del seconds
        await asyncio.sleep(0)
        if method == "getChatMember":
            self.looks.append((params or {})["user_id"])
            return {"status": "member"}
        self.calls.append((method, params or {}))
        queue = self.replies.get(method)
        reply = queue.pop(0) if queue else self.rule(method, params or {}) if self.rule else None
        if isinstance(reply, Exception):
            raise reply
        return (
            reply
            if reply is not None
            else {"message_id": len(self.calls)}
            if method == "sendMessage"
            else True
        )


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def actor(api: Api, redis: Redis) -> Actor:
    async def no_sleep(_: float) -> None:
        await asyncio.sleep(0)

    store = ActorStore(redis, KEYS)
    calls = Calls(api, store, sleep=no_sleep, jitter=lambda low, _: low)
    return Actor(calls, store, KEYS, BOT, now=lambda: NOW, gathering=Gathering(longest=0))


def action(method: Method, chat: int = CHAT, name: str = "a", **params: Any) -> TelegramAction:
    return TelegramAction(
        action_id=name,
        chat_id=chat,
        method=method,
        params=params,
        reasons=("media.photo",),
        decided_at=NOW,
        expires_at=params.pop("expires_at", NOW + timedelta(hours=1)),
    )


def delete(*ids: int, chat: int = CHAT, **more: Any) -> TelegramAction:
    return action(Method.DELETE_MESSAGES, chat, f"d{ids[0]}", message_ids=list(ids), **more)


async def carried_out(actor: Actor, redis: Any, *actions: TelegramAction) -> list[Commit]:
    """Run, apply the writes as the bus would, and answer the commits."""
    commits = [as_a(Commit, answer) for answer in await on_action(list(actions), actor)]
    for commit in commits:
        for write in commit.writes:
            await redis.execute_command(*write)
    return commits


def ordered(commit: Commit) -> list[TelegramAction]:
    """What else it asks Telegram for."""
    return [as_a(TelegramAction, event) for event in commit.events]


async def time_passes(redis: Redis) -> None:
    """Nothing is held or paced any more."""
    for pattern in ("moderation:hold:*", "moderation:pace:*"):
        async for key in redis.scan_iter(pattern):
            await redis.delete(key)


async def test_consecutive_deletes_of_a_chat_become_one_call(actor: Actor, api: Api, redis: Redis) -> None:
    await carried_out(
        actor, redis, *(delete(i) for i in range(1, 61)), *(delete(i, chat=OTHER) for i in (7, 8))
    )
    sent = {params["chat_id"]: params["message_ids"] for _, params in api.calls}
    assert sent == {CHAT: list(range(1, 61)), OTHER: [7, 8]}
    assert len(api.calls) == 2


async def test_no_call_takes_more_than_100_ids(actor: Actor, api: Api, redis: Redis) -> None:
    await carried_out(actor, redis, delete(*range(1, 61)), delete(*range(61, 121)), delete(*range(121, 371)))
    assert [len(params["message_ids"]) for _, params in api.calls] == [60, 60, 100, 100, 50]


async def test_each_end_stands_in_the_log_without_an_id(actor: Actor, api: Api, redis: Redis) -> None:
    ban = action(Method.BAN_MEMBER, name="b", user_id=5_000_000_001)
    await carried_out(actor, redis, delete(1, 2), ban)
    client: Any = redis
    entries = await actor.store.audited(CHAT)
    assert {(e.what, e.count, e.outcome) for e in entries} == {
        ("deleteMessages", 2, "done"),
        ("banChatMember", 1, "done"),
    }
    raw = b"".join(await client.lrange(f"moderation:audit:{KEYS.person(CHAT)}", 0, -1))
    assert b"5000000001" not in raw


async def test_a_message_is_sent_once_however_often_it_is_tried(actor: Actor, api: Api, redis: Redis) -> None:
    say = action(Method.SEND_MESSAGE, text="hello")
    await carried_out(actor, redis, say)
    await carried_out(actor, redis, say)
    assert len(api.calls) == 1


async def test_an_edit_finds_the_message_by_the_action_that_sent_it(
    actor: Actor, api: Api, redis: Redis
) -> None:
    say = action(Method.SEND_MESSAGE, name="card", text="hello")
    edit = action(Method.EDIT_TEXT, name="e", text="changed", message_of="card")
    early = action(Method.DELETE_MESSAGES, name="x", message_of="card")
    assert isinstance((await on_action([early], actor))[0], TryLater)
    await carried_out(actor, redis, say, edit)
    assert api.calls[-1] == ("editMessageText", {"chat_id": CHAT, "text": "changed", "message_id": 1})
    await carried_out(actor, redis, early)
    assert api.calls[-1] == ("deleteMessages", {"chat_id": CHAT, "message_ids": [1]})


async def test_an_edit_of_what_could_never_be_sent_is_done_with(actor: Actor, api: Api, redis: Redis) -> None:
    api.replies["sendMessage"] = [Refused("right.missing")]
    say = action(Method.SEND_MESSAGE, name="card", text="hello")
    await carried_out(actor, redis, say, action(Method.EDIT_TEXT, name="e", text="x", message_of="card"))
    assert [method for method, _ in api.calls] == ["sendMessage"]


async def test_a_limit_holds_its_chat_and_method_and_nobody_else(
    actor: Actor, api: Api, redis: Redis
) -> None:
    api.rule = lambda method, params: (
        RetryAfter(method, 30) if method == "sendMessage" and params["chat_id"] == CHAT else None
    )
    say, ban = action(Method.SEND_MESSAGE, text="x"), action(Method.BAN_MEMBER, user_id=5_000_000_001)
    other = action(Method.SEND_MESSAGE, OTHER, name="o", text="y")
    answers = await on_action([say, say, delete(1), ban, other], actor)
    assert [type(answer) for answer in answers] == [TryLater, TryLater, Commit, Commit, Commit]
    assert as_a(TryLater, answers[0]).after >= 30
    before = len(api.calls)
    again = await on_action([say], actor)
    assert isinstance(again[0], TryLater)
    assert 29 < again[0].after <= 31
    assert len(api.calls) == before, "what is held is not even tried"


@pytest.mark.parametrize("fault", [Transient("answer 502"), Transient("no JSON"), Transient("TimeoutError")])
async def test_an_unsteady_server_is_tried_again_at_once_and_then_later(
    actor: Actor, api: Api, redis: Redis, fault: Transient
) -> None:
    api.replies["deleteMessages"] = [fault, fault]
    await carried_out(actor, redis, delete(1))
    assert len(api.calls) == 3
    api.replies["deleteMessages"] = [fault] * 9
    assert isinstance((await on_action([delete(2)], actor))[0], TryLater)


async def test_one_message_too_old_does_not_save_its_neighbours(actor: Actor, api: Api, redis: Redis) -> None:
    gone = set()

    def rule(_method: str, params: dict[str, Any]) -> Any:
        if 3 in params["message_ids"]:
            return Refused("message.old")
        gone.update(params["message_ids"])
        return None

    api.rule = rule
    await carried_out(actor, redis, *(delete(i) for i in range(1, 9)))
    assert gone == {1, 2, 4, 5, 6, 7, 8}
    outcomes = [entry.outcome for entry in await actor.store.audited(CHAT)]
    assert sorted(outcomes) == ["done"] * 7 + ["refused"]


async def test_a_missing_right_is_asked_for_once(actor: Actor, api: Api, redis: Redis) -> None:
    api.rule = lambda *_: Refused("right.missing")
    await carried_out(actor, redis, *(delete(i) for i in range(1, 9)))
    assert len(api.calls) == 1
    assert {entry.detail for entry in await actor.store.audited(CHAT)} == {"right.missing"}


async def test_what_is_already_so_counts_as_done(actor: Actor, api: Api, redis: Redis) -> None:
    api.rule = lambda *_: Gone("person.gone")
    await carried_out(actor, redis, action(Method.BAN_MEMBER, user_id=5_000_000_001))
    assert (await actor.store.audited(CHAT))[0].outcome == "already"


@pytest.mark.parametrize("person", [777000, 1087968824, 136817688, BOT])
@pytest.mark.parametrize("method", [Method.BAN_MEMBER, Method.RESTRICT_MEMBER])
async def test_telegrams_own_accounts_are_never_touched(
    actor: Actor, api: Api, redis: Redis, person: int, method: Method
) -> None:
    await carried_out(actor, redis, action(method, user_id=person))
    assert api.calls == []
    assert (await actor.store.audited(CHAT))[0].detail == "person.protected"


async def test_what_is_too_late_is_only_counted(actor: Actor, api: Api, redis: Redis) -> None:
    await carried_out(actor, redis, delete(1, expires_at=NOW), delete(2))
    assert [params["message_ids"] for _, params in api.calls] == [[2]]
    assert [entry.outcome for entry in await actor.store.audited(CHAT)] == ["done", "expired"]


async def test_a_chat_that_moved_takes_its_actions_along(actor: Actor, api: Api, redis: Redis) -> None:
    api.replies["deleteMessages"] = [Migrated(OTHER)]
    commits = await carried_out(actor, redis, delete(1), delete(2))
    moved = [event for commit in commits for event in ordered(commit)]
    assert [(event.chat_id, event.params["message_ids"]) for event in moved] == [(OTHER, [1]), (OTHER, [2])]
    later = await carried_out(actor, redis, action(Method.BAN_MEMBER, name="later", user_id=5_000_000_001))
    assert ordered(later[0])[0].chat_id == OTHER
    assert len(api.calls) == 1, "the old id is not tried again"


async def test_a_chat_that_removed_the_bot_is_parked_until_it_is_back(
    actor: Actor, api: Api, redis: Redis
) -> None:
    api.replies["deleteMessages"] = [Forbidden("chat.kicked")]
    await carried_out(actor, redis, delete(1), delete(2))
    await carried_out(actor, redis, delete(3), action(Method.SEND_MESSAGE, name="s", text="x"))
    assert len(api.calls) == 1
    assert {entry.outcome for entry in await actor.store.audited(CHAT)} == {"parked"}
    client: Any = redis
    for write in actor.store.unpark(CHAT):
        await client.execute_command(*write)
    await carried_out(actor, redis, delete(4))
    assert len(api.calls) == 2


async def test_a_press_is_answered_without_a_chat(actor: Actor, api: Api, redis: Redis) -> None:
    await carried_out(actor, redis, action(Method.ANSWER_CALLBACK, callback_query_id="1"))
    assert api.calls == [("answerCallbackQuery", {"callback_query_id": "1"})]


async def test_pace_is_shared_by_all_actors_and_exact(redis: Redis) -> None:
    stores = [ActorStore(redis, KEYS), ActorStore(redis, KEYS)]
    allowed = windows(Method.SEND_MESSAGE, CHAT)
    waits = [(await stores[i % 2].take(CHAT, "sendMessage", allowed)).wait for i in range(4)]
    assert waits[0] == 0
    assert all(0 < wait <= 1.03 for wait in waits[1:])
    assert (await stores[0].take(OTHER, "sendMessage", windows(Method.SEND_MESSAGE, OTHER))).wait == 0
    free = [
        await stores[0].take(1000 + i, "sendMessage", windows(Method.SEND_MESSAGE, 1000 + i))
        for i in range(40)
    ]
    assert sum(permit.wait == 0 for permit in free) <= 30


async def test_a_group_gets_twenty_messages_a_minute(redis: Redis) -> None:
    store, group = ActorStore(redis, KEYS), (windows(Method.SEND_MESSAGE, CHAT)[3],)
    waits = [(await store.take(CHAT, "sendMessage", group)).wait for _ in range(21)]
    assert waits[:20] == [0] * 20
    assert 55 < waits[20] <= 60.03


async def test_every_key_of_pacing_goes_by_itself(actor: Actor, redis: Redis) -> None:
    await carried_out(actor, redis, delete(1), action(Method.SEND_MESSAGE, text="x"))
    keys = [key async for key in redis.scan_iter("moderation:*")]
    assert keys
    assert all([await redis.ttl(key) > 0 for key in keys])
    assert not any(str(abs(CHAT)).encode() in key for key in keys)


async def test_deletes_that_go_on_are_gathered_and_a_lone_one_goes_at_once(api: Api, redis: Redis) -> None:
    calls = Calls(api, ActorStore(redis, KEYS))
    actor = Actor(calls, calls.store, KEYS, BOT, now=lambda: NOW)
    started = time.monotonic()
    await carried_out(actor, redis, delete(1))
    waiting: list[TelegramAction] = []
    for n in range(2, 60):
        waiting.append(delete(n))
        answers = await on_action(waiting, actor)
        if isinstance(answers[0], Commit):
            waiting.clear()
        await asyncio.sleep(0.01)
    if waiting:
        await asyncio.sleep(0.3)
        await carried_out(actor, redis, *waiting)
    ids = [i for _, params in api.calls for i in params["message_ids"]]
    assert ids == list(range(1, 60)), "each once and in order"
    assert len(api.calls) <= 4 + (time.monotonic() - started) / 0.3


def test_no_delete_waits_longer_than_300_ms_for_others() -> None:
    gathering, now = Gathering(), 100.0
    pauses = []
    for _ in range(12):
        pauses.append(gathering.wait(CHAT, now))
        now += pauses[-1]
        gathering.went(CHAT, now)
    assert pauses[0] == 0
    assert max(pauses) <= 0.3 + 1e-9
    assert pauses == sorted(pauses)
    assert gathering.wait(OTHER, now) == 0
    gathering.went(CHAT, now + 5)
    assert gathering.wait(CHAT, now + 5) <= 0.02 + 1e-9, "after a quiet while it is quick again"


async def test_a_long_delete_goes_on_where_it_was_interrupted(actor: Actor, api: Api, redis: Redis) -> None:
    ids = list(range(1, 1001))
    limits = [None, None, RetryAfter("deleteMessages", 1), None, None, RetryAfter("deleteMessages", 1)]
    api.rule = lambda *_: limits.pop(0) if limits else None
    purge = delete(*ids)
    for _ in range(3):
        answers = await on_action([purge], actor)
        await time_passes(redis)
    assert isinstance(answers[0], Commit)
    done = [i for n, (_, p) in enumerate(api.calls) if n not in (2, 5) for i in p["message_ids"]]
    assert done == ids, "no part twice, none left out"


async def test_a_chat_that_moves_in_the_middle_of_a_purge_repeats_only_the_call_that_met_it(
    actor: Actor, api: Api, redis: Redis
) -> None:
    ids = list(range(1, 401))
    api.replies["deleteMessages"] = [True, True, Migrated(OTHER)]
    (commit,) = await carried_out(actor, redis, delete(*ids))
    await carried_out(actor, redis, *ordered(commit))
    sent = [(params["chat_id"], params["message_ids"][0]) for _, params in api.calls]
    assert sent == [(CHAT, 1), (CHAT, 101), (CHAT, 201), (OTHER, 201), (OTHER, 301)]


async def test_a_message_of_which_nothing_is_known_is_sent_again_and_counted(
    actor: Actor, api: Api, redis: Redis
) -> None:
    before = SENT_AGAIN._value.get()
    say = action(Method.SEND_MESSAGE, text="hello")
    assert await actor.store.begin(say.action_id), "as if the process had died while it asked Telegram"
    await carried_out(actor, redis, say)
    assert SENT_AGAIN._value.get() == before + 1
    await carried_out(actor, redis, say)
    assert len(api.calls) == 1


async def test_a_message_that_was_refused_for_now_is_not_counted_as_sent_again(
    actor: Actor, api: Api, redis: Redis
) -> None:
    before = SENT_AGAIN._value.get()
    api.replies["sendMessage"] = [RetryAfter("sendMessage", 1)]
    say = action(Method.SEND_MESSAGE, text="hello")
    assert isinstance((await on_action([say], actor))[0], TryLater)
    await time_passes(redis)
    await carried_out(actor, redis, say)
    assert SENT_AGAIN._value.get() == before


async def test_the_bots_own_words_in_a_group_are_recorded_unless_they_stay(api: Api, redis: Redis) -> None:
    recorded: list[tuple[int, ...]] = []
    calls = Calls(api, ActorStore(redis, KEYS))

    def record(*what: int) -> list[Any]:
        recorded.append(what)
        return [("SET", "moderation:recorded", "1", "EX", 9)]

    actor = Actor(calls, calls.store, KEYS, BOT, record, now=lambda: NOW)
    say = action(Method.SEND_MESSAGE, text="x", message_thread_id=7)
    again = await carried_out(actor, redis, say)
    assert again[0].writes
    await carried_out(actor, redis, say)
    await on_action([say.model_copy(update={"action_id": "card", "stays": True, "chat_id": OTHER})], actor)
    await on_action([say.model_copy(update={"action_id": "private", "chat_id": 5_000_000_001})], actor)
    assert recorded == [(CHAT, 1, int(NOW.timestamp()), 7)] * 2, "a repeat records the same message"
