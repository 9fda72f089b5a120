"""What follows from the joins of a batch in one chat, and the opening of doors by the clock.

The bot's own invite links ask for a request meanwhile, where that was chosen (`entrances`).
Newcomers of a wave are restricted one by one, for as long as the door is to be closed: Telegram lifts that by
itself, so that nobody stays silent because this service died in between.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.moderation.decide.desk import Desk
from services.moderation.domain.membership import muting
from services.moderation.domain.raids import LET_IN, Door, Join, Step, Terms, Wave, company, harder, step
from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.state import ChatState, Observation
from services.moderation.raids import entrances
from services.moderation.store.waves import Kept, Waves
from shared.bus.commit import NOTHING, Commit
from shared.contracts.base import Message
from shared.contracts.telegram import Method, PersonObserved, TelegramAction

EVERY = 15.0
EXPIRES = timedelta(minutes=30)
SHORTEST = 90
"""Seconds of silence for who comes when the door is about to open: less than 30 would be for ever."""
RESTRICTED_MOST = 500
"""Newcomers restricted at once; more is a matter for a lock-down."""


def terms_of(settings: ChatSettings) -> Terms:
    return Terms(*(settings.number(f"raid.{name}") for name in ("joins", "minutes", "quiet")))


async def watch(desk: Desk, states: Collection[ChatState], now: int) -> Commit:
    """Called with the chats of a batch; nothing where nobody joined or waves are not watched."""
    fresh = {state.id: joins for state in states if (joins := _joined(state))}
    kept = await desk.store.waves.load_all(list(fresh), now)
    found = [
        await _watch(desk, state, fresh[state.id], kept[state.id], now)
        for state in states
        if state.id in fresh
    ]
    in_now = (entrances.let_in(desk, state) for state in states)
    return sum(found, await _hold(desk, states, now)) + sum(in_now, NOTHING)


async def _hold(desk: Desk, states: Collection[ChatState], now: int) -> Commit:
    """Requests to come in, where a wave is on."""
    asked = [one for one in states if any(seen.kind == "requested" for seen in one.changes.observed)]
    kept = await desk.store.waves.load_all([one.id for one in asked], now)
    return sum((entrances.hold(desk, one, kept[one.id].door, now) for one in asked), NOTHING)


def _joined(state: ChatState) -> list[Observation]:
    if not state.policy.raids:
        return []
    return [one for one in state.changes.observed if one.kind == "joined" and one.road not in LET_IN]


async def _watch(desk: Desk, state: ChatState, fresh: list[Observation], kept: Kept, now: int) -> Commit:
    waves = desk.store.waves
    new = [(Join(one.at, desk.keys.person(one.person.id)), one.person.id) for one in fresh]
    joins = sorted({*kept.joins, *(join for join, _ in new)})
    done = step(joins, kept.cohort, kept.door, terms_of(state.settings), now, usual=kept.usual)
    ids = {**kept.ids, **{join.person: user_id for join, user_id in new}}
    with_others = company(joins, [join for join, _ in new], kept.usual) - {*done.newcomers}
    found = Commit.of(
        writes=waves.came(state.id, new, kept, now),
        events=[*_noted(state, _known(with_others, ids), "company", now)],
    )
    return found + await _follow(desk, state, done, kept, ids=ids, now=now) if done.newcomers else found


def _known(joins: Iterable[Join], ids: Mapping[str, int]) -> list[tuple[Join, int]]:
    return [(one, ids[one.person]) for one in sorted(joins) if one.person in ids]


async def _follow(
    desk: Desk, state: ChatState, done: Step, kept: Kept, *, ids: Mapping[str, int], now: int
) -> Commit:
    """The door, what is noted of those who came, their restriction, and a word to the admins."""
    people = _known(done.newcomers, ids)
    door = done.door._replace(did=_wanted(state)) if done.closes else done.door
    events: list[Message] = [*_noted(state, people, "burst", now)]
    if _mutes(state) and not state.settings.dryrun:
        events += _restricted(state, people, door, now)
    found = Commit.of(
        writes=desk.store.waves.door(state.id, door, (one.person for one, _ in people), now),
        events=events,
        expect=[kept.unchanged],
    )
    return found + await _answered(desk, state, door, now) if done.closes else found


def _wanted(state: ChatState) -> str:
    return "tell" if state.settings.dryrun else state.settings.get("raid.action")


def _mutes(state: ChatState) -> bool:
    return state.settings.get("raid.action") != "tell" and not state.is_basic


async def _answered(desk: Desk, state: ChatState, door: Door, now: int) -> Commit:
    """The bot's own links where they are to ask, and what the admins are told."""
    action, mutes, found = state.settings.get("raid.action"), _mutes(state), NOTHING
    wave = Wave(state.id, door.came, state.settings.number("raid.minutes"), "told", muted=mutes)
    if action == "restrict" and not mutes:
        wave = replace(wave, what="basic")
    elif state.settings.dryrun and action != "tell":
        wave = replace(wave, what="dryrun")
    elif action == "requests":
        found, links = await entrances.shut(desk, state.id, now)
        wave = replace(wave, what="requests", links=links)
    elif mutes:
        wave = replace(wave, what="restricted")
    return found + await desk.bot.wave(wave)


def _noted(
    state: ChatState, people: Iterable[tuple[Join, int]], reason: str, now: int
) -> Iterable[PersonObserved]:
    lat, lon = state.place or (None, None)
    for one, user_id in people:
        yield PersonObserved(
            person=one.person,
            chat=state.key,
            chat_id=state.id,
            user_id=user_id,
            kind="noted",
            reasons=(reason,),
            lat=lat,
            lon=lon,
            precision=state.precision,
            observed_at=datetime.fromtimestamp(now, UTC),
        )


def _restricted(
    state: ChatState, people: list[tuple[Join, int]], door: Door, now: int
) -> Iterable[TelegramAction]:
    moment = datetime.fromtimestamp(now, UTC)
    for one, user_id in people[:RESTRICTED_MOST]:
        yield TelegramAction(
            action_id=f"wave:{state.key}:{one.person}:{door.since}",
            chat_id=state.id,
            method=Method.RESTRICT_MEMBER,
            params=muting(user_id, max(door.until, now + SHORTEST)),
            reasons=("raid",),
            decided_at=moment,
            expires_at=moment + EXPIRES,
        )


async def go_harder(desk: Desk, now: int) -> Commit | None:
    """Where admins have chosen more for a wave that is on, all who came in it are answered so now."""
    waves, found = desk.store.waves, NOTHING
    for chat_id in await waves.closed(now):
        kept = await waves.load(chat_id, now)
        state = await desk.store.chats.state(chat_id, kept.ids.values())
        if not kept.door.closed(now) or not harder(kept.door.did, _wanted(state)):
            continue
        found += await _anew(desk, state, kept, now)
    return found if found.writes else None


async def _anew(desk: Desk, state: ChatState, kept: Kept, now: int) -> Commit:
    door = kept.door._replace(did=_wanted(state))
    came = (one for one in kept.joins if one.person in kept.cohort and one.person not in state.trusted)
    people = [(one, kept.ids[one.person]) for one in came]
    found = Commit.of(
        writes=desk.store.waves.door(state.id, door, (), now),
        events=_restricted(state, people, door, now) if _mutes(state) else (),
        expect=[kept.unchanged],
    )
    return found + await _answered(desk, state, door, now)


async def open_doors(desk: Desk, waves: Waves, now: int) -> Commit | None:
    """Doors whose time is over: the admins hear that everything is as before."""
    found = NOTHING
    for key, chat_id in await waves.due(now):
        found += Commit.of(writes=waves.opened(key, chat_id))
        if chat_id is not None:
            kept = await waves.load(chat_id, now)
            found += Commit.of(expect=[kept.unchanged])
            found += await entrances.open_again(desk, chat_id, now)
            if kept.door.since:
                waiting = len(await desk.store.invites.waiting(chat_id))
                found += await desk.bot.wave(Wave(chat_id, kept.door.came, 0, "opened", waiting=waiting))
    return found if found.writes else None
