"""`dze replay`: what a changed setting or weight would have concluded over the recorded conclusions.

Read-only. The record holds reasons with their figures and keyed hashes, no text; the newest 20,000 of
known chats, and of guests, at most.
"""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from cli.deployment import attended
from cli.errors import MISUSED, Stop
from services.moderation.domain.replay import OUTCOMES, Report, replay
from services.moderation.domain.settings import BadSetting, ChatSettings, parse
from services.moderation.domain.standing import DEFAULT, Weights
from services.moderation.store import Store
from services.moderation.store.records import Records
from shared.bus.bus import connect
from shared.settings import Settings

SHOWN = 20
TRIED = ("suspicious", "suspicious.threshold", "spam")
"""Settings on which it depends what follows from recorded reasons."""


@dataclass(frozen=True)
class Trial:
    """What is tried: settings for every chat, and weights."""

    settings: dict[str, str]
    weights: Weights


def run(settings: list[str], weights: list[str], *, as_json: bool) -> None:
    trial = Trial(_settings(settings), _weights(weights))
    with attended() as (found, _):
        count, report = asyncio.run(_replayed(found, trial))
    if as_json:
        print(json.dumps(_plain(count, report), indent=2))
    elif not count:
        print("Nothing is recorded yet: conclusions are kept while moderation runs with a bot.")
    else:
        _print(count, report)


def _settings(words: Iterable[str]) -> dict[str, str]:
    found = {}
    for word in words:
        name, _, value = word.partition("=")
        try:
            known, chosen = parse(name, value)
        except BadSetting as error:
            close = f"; there are: {', '.join(error.close)}" if error.close else ""
            raise Stop(f"--set {word}: {error.code.replace('_', ' ')}{close}", MISUSED) from None
        if known not in TRIED:
            raise Stop(f"--set {word}: only {', '.join(TRIED)} bear on this", MISUSED)
        found[known] = chosen
    return found


def _weights(words: Iterable[str]) -> Weights:
    weights = DEFAULT
    for word in words:
        name, _, value = word.partition("=")
        try:
            weights = weights.changed(name, value)
        except ValueError as error:
            raise Stop(f"--weight {word}: {error}", MISUSED) from None
    return weights


async def _replayed(settings: Settings, trial: Trial) -> tuple[int, Report]:
    redis, keys = connect(settings.redis()), settings.keys()
    try:
        records = await Records(redis, keys).all()
        chats = Store(redis, keys).chats
        known: dict[int, ChatSettings] = {}
        for chat_id in {record.chat_id for record in records}:
            known[chat_id] = await chats.settings(await chats.now_at(chat_id))
        return len(records), replay(records, known, trial.weights, trial.settings)
    finally:
        await redis.aclose()


def _plain(count: int, report: Report) -> dict[str, object]:
    return {
        "records": count,
        "conclusions": [{"was": w, "would": a, "count": n} for (w, a), n in sorted(report.counts.items())],
        "people": [{"was": w, "would": a, "count": n} for (w, a), n in sorted(report.people.items())],
        "moved": [
            {
                "at": datetime.fromtimestamp(one.record.at, UTC).isoformat(),
                "person": one.record.person,
                "was": one.before,
                "would": one.after,
                "score": one.record.score,
                "would_score": one.score,
                "reasons": [name for name, _ in one.record.found],
            }
            for one in report.moved
        ],
    }


def _print(count: int, report: Report) -> None:
    console = Console()
    table = Table("people", *(f"would: {after}" for after in OUTCOMES), title=f"{count} recorded conclusions")
    for before in OUTCOMES:
        table.add_row(f"were: {before}", *(str(report.people.get((before, after), 0)) for after in OUTCOMES))
    console.print(table)
    if not report.moved:
        console.print("Nothing would have been concluded otherwise.")
        return
    moved = Table("person", "was", "would be", "score", "new score", "reasons")
    for one in report.moved[-SHOWN:]:
        reasons = ", ".join(name for name, _ in one.record.found)
        scores = (f"{one.record.score:+.1f}", f"{one.score:+.1f}")
        moved.add_row(one.record.person[:5], one.before, one.after, *scores, reasons)
    console.print(moved)
    if len(report.moved) > SHOWN:
        console.print(f"... the newest {SHOWN} of {len(report.moved)}; --json gives all.")
