"""Carries out actions, each outcome in the chat's log.

A repeated delete, ban or edit changes nothing. What stands is looked up before each sanction (`sanctioning`).
A message is sent once: its id is kept under the action's id
as soon as Telegram has answered, and a later try finds it. Only a crash, or a lost answer, in the moment
between can send it twice; Telegram offers nothing that would close that gap, so each such repeat is counted.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, get_args

import structlog
from faststream import Context

from services.moderation.telegram import deleting, following, permitting
from services.moderation.telegram.audit import AuditOutcome
from services.moderation.telegram.calls import Calls, Unanswered
from services.moderation.telegram.errors import Forbidden, Gone, Migrated, Refused, TelegramError
from services.moderation.telegram.inviting import SAY, made, told
from services.moderation.telegram.pacing import Gathering
from services.moderation.telegram.sanctioning import SANCTIONS, Sanctioning
from services.moderation.telegram.store import NOT_SENT, SENDING, ActorStore
from services.moderation.telegram.work import (
    End,
    Work,
    entry_for,
    gather,
    person_of,
    side_by_side,
)
from shared.bus.commit import NOTHING, Command, Commit, Overtaking
from shared.bus.errors import TryLater
from shared.clock import Clock
from shared.contracts.telegram import Method, TelegramAction
from shared.keys import Keys
from shared.telemetry.metrics import ACTION_SECONDS, ACTIONS, SENT_AGAIN

log = structlog.get_logger()
for _method in Method:
    for _outcome in get_args(AuditOutcome):  # at 0: a rate does not see a series that begins at 1
        ACTIONS.labels(_method.value, _outcome)

PROTECTED = frozenset({777000, 1087968824, 136817688})
"""Telegram itself, every chat's anonymous admin, every channel's stand-in: never touched."""
NOT_YET_SENT_SECONDS = 1.0
NOT_YET_SENT = timedelta(minutes=10)
"""How long a delete waits for the message that it is about."""

AT_ONCE = 4
"""Sanctions of one chat on their way at once: each is two calls, and their pace is that of one."""

Result = Commit | TryLater
Sent = Callable[[int, int, int, int], list[Command]]
"""Writes that record a message of the bot: chat id, message id, unix seconds, topic or 0."""
Move = Callable[[int, int, int], Awaitable[Commit]]
"""Everything that is known of a chat goes to its new id: old id, new id, unix seconds."""


def _unrecorded(_chat_id: int, _message_id: int, _at: int, _topic: int) -> list[Command]:
    return []


async def _unmoved(_old: int, _new: int, _now: int) -> Commit:
    return NOTHING


@dataclass(frozen=True)
class Actor:
    """What the handler reaches for, under the name `actor`. `bot_id` is never acted against."""

    calls: Calls
    store: ActorStore
    keys: Keys
    bot_id: int
    sent: Sent = _unrecorded
    move: Move = _unmoved
    now: Clock = field(kw_only=True)
    gathering: Gathering = field(default_factory=Gathering)
    refused: dict[tuple[int, int], str] = field(default_factory=dict)
    """Messages that Telegram will not delete, so that a work tried again does not find each of them again."""


async def on_action(
    actions: list[TelegramAction], actor: Annotated[Actor, Context()]
) -> list[Commit | TryLater]:
    """One answer for each action: its commit, or that its lane must wait. Lanes go side by side."""
    lanes: dict[str, list[int]] = {}
    for index, action in enumerate(actions):
        lanes.setdefault(action.lane, []).append(index)
    jobs = (_lane(actor, [actions[i] for i in lane]) for lane in lanes.values())
    # All lanes are waited for: one that went on behind a retry of the batch could send a message twice.
    found = await asyncio.gather(*jobs, return_exceptions=True)
    answers: dict[int, Result] = {}
    for lane, results in zip(lanes.values(), found, strict=True):
        if isinstance(results, BaseException):
            raise results
        answers |= zip(lane, results, strict=True)
    return [answers[i] for i in range(len(actions))]


async def _lane(actor: Actor, actions: list[TelegramAction]) -> list[Result]:
    """In order; the first that must wait, or meets a moved or lost chat, decides for all behind it.

    But for one person of whom Telegram tells nothing: the others need not wait for that.
    """
    chat_id = actions[0].chat_id
    results: list[Result] = []
    silent: dict[int, TryLater] = {}
    try:
        for works in side_by_side(gather(actions), AT_ONCE):
            found = await _abreast(actor, works, silent)
            results += found
            if (wait := _waits(found, silent)) is not None:
                raise wait
    except TryLater as wait:
        return results + [wait] * (len(actions) - len(results))
    except Migrated as moved:
        left = actions[len(results) :]
        if moved.new_id == chat_id:
            return results + [await _end(actor, action, End("refused", "chat.moved")) for action in left]
        return results + await _at_new_id(actor, left, moved.new_id)
    except Forbidden as error:
        left = actions[len(results) :]
        log.info("chat_parked", reason=error.code, actions=len(left))
        return results + [
            await _end(actor, a, End("parked", error.code), actor.store.park(chat_id)) for a in left
        ]
    return results


async def _abreast(actor: Actor, works: list[Work], silent: dict[int, TryLater]) -> list[Result]:
    """Sanctions of different people side by side: what one waits for at Telegram holds up no other.

    What is done passes what must wait before it. Raises Migrated and Forbidden, for all that are not done.
    """
    jobs = (_unless_silent(actor, work, silent) for work in works)
    results: list[Result] = []
    passes = bool(silent)
    for found in await asyncio.gather(*jobs, return_exceptions=True):
        if isinstance(found, TryLater):
            results.append(found)
            passes = True
        elif isinstance(found, BaseException):
            raise found
        else:
            results += [_overtaking(one) for one in found] if passes else found
            passes = passes or bool(silent)
    return results


def _waits(results: list[Result], silent: dict[int, TryLater]) -> TryLater | None:
    """What the whole lane must wait for."""
    waits = (one for one in results if isinstance(one, TryLater))
    return next((one for one in waits if one not in silent.values()), None)


async def _unless_silent(actor: Actor, work: Work, silent: dict[int, TryLater]) -> list[Result]:
    """`silent`: the person of whom Telegram has told nothing; a second one is more than an exception."""
    person = person_of(work.first)
    if person in silent:
        return [silent[person]]
    try:
        return await _work(actor, work)
    except Unanswered as wait:
        if silent or not person:
            raise
        silent[person] = wait
        return [wait]


def _overtaking(result: Result) -> Result:
    return Overtaking.by(result) if isinstance(result, Commit) else result


async def _at_new_id(actor: Actor, left: list[TelegramAction], new_id: int) -> list[Result]:
    """The same actions for the new id, in whose lane they take their turn; the chat moves with the first."""
    old = left[0].chat_id
    found = [Commit.of(events=[action.model_copy(update={"chat_id": new_id})]) for action in left]
    moved = await actor.move(old, new_id, int(actor.now().timestamp()))
    found[0] += Commit.of(writes=actor.store.moved(old, new_id)) + moved
    return [*found]


async def _work(actor: Actor, work: Work) -> list[Result]:
    """Raises what concerns the whole lane: TryLater, Migrated, Forbidden."""
    now = actor.now()
    fresh = tuple(action for action in work.actions if action.expires_at > now)
    ends = iter(await _ends(actor, Work(fresh)) if fresh else ())
    return [
        await _end(actor, action, next(ends) if action.expires_at > now else End("expired"))
        for action in work.actions
    ]


async def _ends(actor: Actor, work: Work) -> list[End]:
    action = work.first
    try:
        if action.method is Method.DELETE_MESSAGES:
            return await deleting.carry_out(actor, work, await _ids(actor, work))
        if action.method in SANCTIONS:
            return [await _sanction(actor, action)]
        if action.method is Method.SET_PERMISSIONS:
            return [await permitting.carry_out(actor.calls, action)]
        return [await _carry_out(actor, action)]
    except Gone as gone:
        return [End("already", gone.code)] * len(work.actions)
    except Refused as refused:
        log.info("telegram_refused", method=action.method.value, code=refused.code)
        return [End("refused", refused.code)] * len(work.actions)


async def _sanction(actor: Actor, action: TelegramAction) -> End:
    """A sanction or the end of one."""
    if person_of(action) in {*PROTECTED, actor.bot_id}:
        raise Refused("person.protected")
    return await Sanctioning(actor.calls, actor.store.begun, actor.now, action).carry_out()


async def _carry_out(actor: Actor, action: TelegramAction) -> End:
    if action.method is Method.SEND_MESSAGE:
        return await _send(actor, action)
    params = await _params(actor, action)
    await actor.calls.permit(action.method, action.chat_id)
    answer = await actor.calls(action.method, action.chat_id, params)
    return End("done", link=made(answer) if action.method is Method.CREATE_INVITE else None)


async def _ids(actor: Actor, work: Work) -> list[int]:
    """The messages that are to go; one of the bot's own is known by the action that sent it."""
    if "message_of" not in work.first.params:
        return work.ids
    return [(await _params(actor, work.first))["message_id"]]


async def _send(actor: Actor, action: TelegramAction) -> End:
    """Send, unless it was sent. A try of which nothing is known may have sent it: sent again, and counted."""
    found = await actor.store.sent(action.action_id)
    if found == NOT_SENT:
        return End("already")
    if found not in {None, SENDING}:
        return End("already", message_id=int(found))
    params = await _params(actor, action)
    if not await actor.store.begin(action.action_id):
        SENT_AGAIN.inc()
        log.warning("message_may_be_sent_twice", method=action.method.value)
    try:
        # Nothing slow comes between the permit and the call, or calls draw closer than was permitted.
        await actor.calls.permit(action.method, action.chat_id)
        answer = await actor.calls(action.method, action.chat_id, params)
    except Unanswered:
        raise
    except (TryLater, TelegramError):
        await actor.store.not_begun(action.action_id)
        raise
    message_id = answer.get("message_id") if isinstance(answer, dict) else None
    await actor.store.remember(action.action_id, message_id, action.remember_hours)
    return End("done", message_id=message_id)


async def _params(actor: Actor, action: TelegramAction) -> dict[str, Any]:
    """The call's parameters, with `message_of` turned into the id of the message that was sent.

    An edit goes in the lane of what it edits, so that was tried before; a delete may be early.
    """
    params = {"chat_id": action.chat_id} | action.params
    params.pop(SAY, None)
    if action.method is Method.ANSWER_CALLBACK:
        del params["chat_id"]
    if (cause := params.pop("message_of", None)) is None:
        return params
    found = await actor.store.sent(str(cause))
    may_come = action.method is Method.DELETE_MESSAGES and actor.now() - action.decided_at < NOT_YET_SENT
    if found in {None, SENDING} and may_come:
        raise TryLater("the message is not sent yet", NOT_YET_SENT_SECONDS)
    if found is None or found in {NOT_SENT, SENDING}:
        raise Gone("message.never")
    return params | {"message_id": int(found)}


async def _end(actor: Actor, action: TelegramAction, end: End, writes: Iterable[Command] = ()) -> Commit:
    """The commit that closes an action."""
    if action.method is Method.SEND_MESSAGE and end.outcome not in {"done", "already"}:
        await actor.store.remember(action.action_id, None, action.remember_hours)
    _count(actor, action, end)
    now = actor.now()
    entry = entry_for(actor.keys, action, end, now)
    undo = actor.store.undos.keep(action, end.until, end.before) if end.outcome == "done" else []
    line = actor.store.audit(action.chat_id, entry) if entry else []
    begun = actor.store.begun.ended(action.action_id) if action.method in SANCTIONS else []
    closed = Commit.of(
        writes=[*writes, *_recorded(actor, action, end), *undo, *begun, *line],
        events=following.said(action, end, now),
        expect=[actor.store.at_home(action.chat_id)],
    )
    return closed + told(actor.store.invites, action, end.link)


def _count(actor: Actor, action: TelegramAction, end: End) -> None:
    method = action.method.value
    ACTIONS.labels(method, end.outcome).inc()
    if end.outcome == "done":
        ACTION_SECONDS.labels(method).observe((actor.now() - action.decided_at).total_seconds())


def _recorded(actor: Actor, action: TelegramAction, end: End) -> list[Command]:
    """The bot's own words in a group, which may have to go after a while."""
    if end.message_id is None or action.stays or action.chat_id > 0:
        return []
    topic = action.params.get("message_thread_id")
    at = int(actor.now().timestamp())
    return actor.sent(action.chat_id, end.message_id, at, topic if isinstance(topic, int) else 0)
