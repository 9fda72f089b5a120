"""What recorded conclusions would have been under other weights or settings."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.standing import ADVISE, Found, Weights, score, threshold, weigh

OUTCOMES = ("nothing", "advise", "remove")


class Record(NamedTuple):
    """One conclusion: `found` are the signals with their figures, `person` is a keyed hash."""

    at: int
    person: str
    chat_id: int
    score: float
    before: float | None
    found: tuple[Found, ...]


def outcome(total: float, settings: ChatSettings) -> str:
    """What a score means in a chat: nothing, advice, or removal; what dry run holds back counts as done."""
    if total < ADVISE:
        return "nothing"
    if settings.get("suspicious") != "remove":
        return "advise"
    return "remove" if total >= threshold(settings.number("suspicious.threshold")) else "advise"


class Moved(NamedTuple):
    record: Record
    before: str
    after: str
    score: float


@dataclass
class Report:
    """How many conclusions went from what to what, and those that moved."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    moved: list[Moved] = field(default_factory=list)
    people: Counter[tuple[str, str]] = field(default_factory=Counter)


def replay(
    records: Iterable[Record],
    settings: Mapping[int, ChatSettings],
    weights: Weights,
    changes: Mapping[str, str],
) -> Report:
    """`settings` are the chats' own; `changes` are settings that are tried in all of them."""
    report = Report()
    worst: dict[str, tuple[int, int]] = {}
    for record in records:
        own = settings.get(record.chat_id, ChatSettings())
        tried = ChatSettings({**own.values, **changes})
        total = score(weigh(record.found, weights), weights)
        before, after = outcome(record.score, own), outcome(total, tried)
        report.counts[before, after] += 1
        if before != after:
            report.moved.append(Moved(record, before, after, total))
        was = worst.get(record.person, (0, 0))
        worst[record.person] = (max(was[0], OUTCOMES.index(before)), max(was[1], OUTCOMES.index(after)))
    report.people.update((OUTCOMES[before], OUTCOMES[after]) for before, after in worst.values())
    return report
