"""From what a batch has decided in one chat to actions, observations, and in dry run a word about it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from services.moderation.decide.desk import Desk
from services.moderation.decide.restoring import restored
from services.moderation.decide.sanctions import sanctions
from services.moderation.domain.due import ALERT_AGAIN, Due
from services.moderation.domain.state import DAY, Alert, ChatState, Delete
from shared.bus.commit import NOTHING, Command, Commit
from shared.contracts.base import Message
from shared.contracts.telegram import Method, PersonObserved, TelegramAction

DELETES_MOST = 100
"""Ids that `deleteMessages` takes at once."""
DELETABLE = timedelta(hours=48)
NOTICE_PAUSE = 600
"""Seconds between two dry-run notices in one chat; each kind is named once a day."""
NOTICE_LIVES = timedelta(hours=1)
ALERTS_AWAITED = 3
"""Of how many alerts one must have been sent before the trace goes."""


async def acts_of(desk: Desk, state: ChatState, now: int) -> Commit:
    """The events of a chat's batch, alerts first. Sets `changes.told` when a notice is given."""
    changes = state.changes
    alerts = [await _alerted(desk, state, alert, now) for alert in changes.alerts]
    events: list[Message] = [*_deletes(state, now), *sanctions(desk, state, now), *_observed(desk, state)]
    held = [(Due(state.key, d.code, d.message_id, d.sent_at), at) for d, at in changes.held]
    writes: list[Command] = desk.store.later.put(held)
    for person, features in changes.cases:
        writes += desk.store.corrections.keep_case(state.id, person, features)
    for code, count in changes.would.items():
        writes += desk.bot.note(state.id, Method.DELETE_MESSAGES, reasons=(code,), count=count, target=None)
    events += notice(desk, state, tuple(changes.would), now)
    found = Commit.of(writes=writes, events=events)
    if changes.weakened or changes.by_others:
        found += await restored(desk, state, now)
    if changes.copies:
        found += desk.store.corrections.save_copies(changes.copies)
    return sum(alerts, NOTHING) + found if alerts else found


async def _alerted(desk: Desk, state: ChatState, alert: Alert, now: int) -> Commit:
    """The alert, and its trace among what is due once one of the admins has it.

    Where nobody can be told the trace stays: then it is what tells them.
    """
    told = await desk.bot.alert(state.id, alert.kind, alert.who, alert.by)
    sent = tuple(
        event.action_id
        for event in told.events
        if isinstance(event, TelegramAction)
        and event.method is Method.SEND_MESSAGE
        and event.chat_id != state.id  # a word in the chat that there is news tells nobody what
    )[:ALERTS_AWAITED]
    if alert.trace is None or not sent:
        return told
    due = Due(state.key, alert.trace.code, alert.trace.message_id, alert.trace.sent_at, sent)
    return told + Commit.of(writes=desk.store.later.put([(due, now + ALERT_AGAIN)]))


def notice(desk: Desk, state: ChatState, codes: tuple[str, ...], now: int) -> list[Message]:
    """At most one message that says what dry run held back; the codes it names are marked as told."""
    fresh = tuple(code for code in codes if now - state.told.get(code, 0) >= DAY)
    if not fresh or now - max(state.told.values(), default=0) < NOTICE_PAUSE:
        return []
    state.changes.told = fresh
    moment = datetime.fromtimestamp(now, UTC)
    return [
        TelegramAction(
            action_id=f"dryrun:{state.key}:{now}",
            chat_id=state.id,
            method=Method.SEND_MESSAGE,
            params={"text": desk.bot.would(state.settings.language, fresh), "disable_notification": True},
            reasons=("dryrun",),
            decided_at=moment,
            expires_at=moment + NOTICE_LIVES,
        )
    ]


def _deletes(state: ChatState, now: int) -> Iterator[TelegramAction]:
    return deletions(state.id, state.key, state.changes.deletes, now)


def deletions(chat_id: int, key: str, found: Iterable[Delete], now: int) -> Iterator[TelegramAction]:
    """One action for each code and hundred messages, so that the log can say why."""
    by_codes: dict[tuple[str, ...], list[Delete]] = {}
    for delete in found:
        by_codes.setdefault((delete.code, *delete.more), []).append(delete)
    for codes, deletes in by_codes.items():
        for start in range(0, len(deletes), DELETES_MOST):
            yield deletion(chat_id, key, deletes[start : start + DELETES_MOST], codes, now)


def deletion(
    chat_id: int, key: str, deletes: list[Delete], reasons: tuple[str, ...], now: int
) -> TelegramAction:
    """An action that deletes these messages; it is given up when the oldest can no longer be deleted."""
    oldest = min(delete.sent_at for delete in deletes)
    return TelegramAction(
        action_id=f"delete:{key}:{deletes[0].message_id}:{len(deletes)}:{reasons[0]}"[:80],
        chat_id=chat_id,
        method=Method.DELETE_MESSAGES,
        params={"message_ids": [delete.message_id for delete in deletes]},
        reasons=reasons,
        decided_at=datetime.fromtimestamp(now, UTC),
        expires_at=datetime.fromtimestamp(oldest, UTC) + DELETABLE,
    )


def _observed(desk: Desk, state: ChatState) -> Iterator[PersonObserved]:
    """Of the reviewers' chat nothing: it is no chat of neighbours."""
    if desk.is_review_chat(state.id, state.former):
        return
    lat, lon = state.place or (None, None)
    for seen in state.changes.observed:
        yield PersonObserved(
            person=desk.keys.person(seen.person.id),
            chat=state.key,
            chat_id=state.id,
            user_id=seen.person.id,
            kind=seen.kind,
            reasons=seen.reasons,
            road=seen.road,
            look=desk.keyed(seen.person.name) if seen.person.name else "",
            message_id=seen.message_id,
            lat=lat,
            lon=lon,
            precision=state.precision,
            observed_at=datetime.fromtimestamp(seen.at, UTC),
        )
