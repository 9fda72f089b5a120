"""`dze chats`: which chats the bot is in, whose word counts elsewhere, and deciding that without Telegram."""

import asyncio
import json
import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from redis.asyncio import Redis
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.deployment import attended
from cli.errors import MISUSED, Stop
from services.moderation.domain.admission import BEFORE, NOT_YET, Admission, State
from services.moderation.store import Store
from services.moderation.store.admissions import Recorded
from shared.bus import Bus
from shared.bus.bus import connect
from shared.contracts.telegram import SetAdmission
from shared.keys import Keys
from shared.settings import Settings
from shared.text import clean_name

WIDTH, TITLE_MOST = 120, 30
SHORT = {"administrator": "admin", "restricted": "muted"}
CODE, CODE_LEAST = 6, 4
"""Characters of a chat's keyed hash that stand for it, and how many must be given at least."""
_NUMBER = re.compile(r"-?[0-9]{1,24}")
IDS_MOST = 2**52
NOT_YET_TAKEN_UP = "moderation does not run, or is behind: it is written down and takes effect when it does"
WAIT, LOOK_EVERY = 10.0, 0.1
"""Seconds until what was decided should have been taken up, and between two looks."""


@dataclass(frozen=True)
class Row:
    """One chat. `id` is 0 where only its keyed hash is known; times are ISO, empty where they are not known.

    `people`: 0 for few, or not known. `bot`: its membership, `lacks`: rights that it needs and has not got.
    """

    code: str
    id: int
    title: str
    username: str
    state: str
    by: str
    came: str
    words_from: str
    listed: bool
    people: int
    team: str
    team_chats: tuple[str, ...]
    bot: str
    lacks: tuple[str, ...]
    heard: str


def list_(*, state: State | None, as_json: bool) -> None:
    rows = [row for row in _rows() if state is None or row.state == state]
    if as_json:
        print(json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False))
    elif rows:
        _print(rows)
    else:
        print("No chats." if state is None else f"No chats are {state}.")


def show(chat: str, *, as_json: bool) -> None:
    with attended() as (settings, _):
        row = asyncio.run(_row(settings, chat))
    if as_json:
        print(json.dumps(asdict(row), indent=2, ensure_ascii=False))
        return
    for name, value in asdict(row).items():
        print(f"{name.replace('_', ' ')}: {_shown(value)}")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list | tuple) else str(value or "-")


def decide(chats: Sequence[str], state: State) -> None:
    """Say it of each chat, as a press on the reviewers' card would, and wait a little for the effect."""
    with attended() as (settings, runs):
        wanted = _ids(chats, settings)
        done = asyncio.run(_decided(settings, wanted, state, wait=WAIT if runs else 0.0))
    for chat_id in wanted:
        print(f"{chat_id}: {state}" if chat_id in done else f"{chat_id}: will be {state}")
    if len(done) < len(wanted):
        print(f"dze: {NOT_YET_TAKEN_UP}", file=sys.stderr)


def _ids(chats: Sequence[str], settings: Settings) -> list[int]:
    found = list(dict.fromkeys(_id(chat, settings) for chat in chats))
    for one in asyncio.run(_reviewing(settings)).intersection(found):
        raise Stop(f"{one} is the reviewers' chat: it is no chat of neighbours", MISUSED)
    return found


def _id(chat: str, settings: Settings) -> int:
    """By its id, also where the bot has never been; or by the code of one that it has met."""
    if _NUMBER.fullmatch(chat):
        if not -IDS_MOST < int(chat) < 0:
            raise Stop(f"{chat} is no id of a group: those are negative, as -1001234567890", MISUSED)
        return int(chat)
    row = asyncio.run(_row(settings, chat))
    if not row.id:
        raise Stop(f"of {chat} only the code is known; name it by its id", MISUSED)
    return row.id


async def _row(settings: Settings, chat: str) -> Row:
    """Raises Stop for a name that stands for no chat, or for several."""
    rows = await _read(settings)
    if _NUMBER.fullmatch(chat):
        key = settings.keys().person(int(chat))
        found = [row for row in rows if row.code == key]
    else:
        if len(chat) < CODE_LEAST:
            raise Stop(f"{chat!r} is too short for a code; `dze chats list` shows them", MISUSED)
        found = [row for row in rows if row.code.startswith(chat.lower())]
    if not found:
        raise Stop(f"there is no chat {chat!r}; `dze chats list` shows them", MISUSED)
    if len(found) > 1:
        raise Stop(f"{chat!r} stands for {len(found)} chats; give more of the code, or an id", MISUSED)
    return found[0]


async def _decided(settings: Settings, chats: Sequence[int], state: State, *, wait: float) -> set[int]:
    """Those of which it has taken effect."""
    bus, keys = Bus("cli", settings), settings.keys()
    at = bus.now()
    try:
        words = [SetAdmission(chat_id=one, state=state, by="operator", decided_at=at) for one in chats]
        await bus.publish(*words)
        store, done, end = Store(bus.redis, keys), set[int](), asyncio.get_running_loop().time() + wait
        while True:
            done |= {one for one in chats if one not in done and await _holds(store, one, state)}
            if len(done) == len(chats) or asyncio.get_running_loop().time() >= end:
                return done
            await asyncio.sleep(LOOK_EVERY)
    finally:
        await bus.redis.aclose()


async def _holds(store: Store, chat_id: int, state: State) -> bool:
    chat_id = await store.chats.now_at(chat_id)
    found, _ = await store.admissions.read(store.chats.key(chat_id))
    return found is not None and found.state == state and bool(found.by)


def _rows() -> list[Row]:
    with attended() as (settings, _):
        return asyncio.run(_read(settings))


async def _read(settings: Settings) -> list[Row]:
    redis, keys = connect(settings.redis()), settings.keys()
    try:
        return await rows_of(Store(redis, keys), await _reviewers(redis, settings))
    finally:
        await redis.aclose()


async def _reviewing(settings: Settings) -> set[int]:
    redis = connect(settings.redis())
    try:
        return await _reviewers(redis, settings)
    finally:
        await redis.aclose()


async def _reviewers(redis: Redis, settings: Settings) -> set[int]:
    """Ids of the reviewers' chat: as it is set, and since it became a supergroup."""
    first = settings.review_chat
    return set() if first is None else {first, await Store(redis, settings.keys()).chats.now_at(first)}


async def rows_of(store: Store, reviewers: Collection[int]) -> list[Row]:
    """All chats that the bot is in or of which was decided; those that wait first, then by title."""
    recorded, here = await store.admissions.all(), await store.chats.visited.here()
    abouts = await store.chats.visited.abouts(list(here.values()))
    healths = await store.chats.visited.healths(list(here.values()))
    listed = await store.chats.visited.listed(abouts.values())
    found = []
    for key in {*here, *recorded.admissions.chats} - set(map(store.chats.key, reviewers)):
        chat_id, admission = here.get(key, 0), recorded.admissions.chats.get(key, Admission())
        about, health = abouts.get(chat_id), healths.get(chat_id)
        team, chats = _team(recorded, key)
        found.append(
            Row(
                code=key,
                id=chat_id,
                title=clean_name(about.title) if about else "",
                username=about.username if about else "",
                state=admission.state,
                by=admission.by,
                came=_moment(admission.came) if admission.came not in (BEFORE, NOT_YET) else "",
                words_from=_moment(admission.words_from),
                listed=chat_id in listed.chats,
                people=health.people if health else 0,
                team=team,
                team_chats=chats,
                bot=health.bot if health else "",
                lacks=health.lacks if health else (),
                heard=_moment(health.heard) if health else "",
            )
        )
    return sorted(
        found, key=lambda row: (bool(row.by) or row.state != "guest", row.title.casefold(), row.code)
    )


def _team(recorded: Recorded, key: str) -> tuple[str, tuple[str, ...]]:
    """Of a known chat: the code of its team, and those of the chats in it."""
    if not recorded.admissions.is_known(key):
        return "", ()
    team = recorded.admissions.team(key)
    chats = sorted(one for one in recorded.admissions.chats if recorded.admissions.is_known(one))
    return team[:CODE], tuple(one[:CODE] for one in chats if recorded.admissions.team(one) == team)


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat() if at > 0 else ""


def _print(rows: Iterable[Row]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("code", "state", "title", "map", "people", "team", "came", "heard", "bot", "by"):
        table.add_column(name, no_wrap=name != "title", max_width=TITLE_MOST if name == "title" else None)
    for row in rows:
        waits = row.state == "guest" and not row.by
        table.add_row(
            row.code[:CODE],
            f"{row.state}{' ?' if waits else ''}",
            escape(row.title) or "-",
            "yes" if row.listed else "no",
            str(row.people or "-"),
            _sized(row),
            row.came[:10] or "-",
            row.heard[:10] or "-",
            f"{SHORT.get(row.bot, row.bot) or '-'}{' !' if row.lacks else ''}",
            row.by or "-",
        )
    Console(width=max(Console().width, WIDTH), soft_wrap=True).print(table)
    print("?: nobody has decided yet: dze chats admit|guest|block CODE|ID    !: lacks rights: dze chats show")


def _sized(row: Row) -> str:
    return f"{row.team} ({len(row.team_chats)})" if row.team else "-"


async def waiting(redis: Redis, keys: Keys) -> int:
    """How many groups wait for a decision."""
    store = Store(redis, keys)
    recorded, here = await store.admissions.all(), await store.chats.visited.here()
    undecided: Mapping[str, int] = {
        key: chat_id
        for key, chat_id in here.items()
        if (one := recorded.admissions.chats.get(key, Admission())).state == "guest" and not one.by
    }
    abouts = await store.chats.visited.abouts(list(undecided.values()))
    return sum(about.is_group for about in abouts.values())
