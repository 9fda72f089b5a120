"""What recorded conclusions would have been under other weights or settings."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.standing import ADVISE, DEFAULT, Found, Weights, score, threshold, weigh

OUTCOMES = ("nothing", "advise", "remove")
SPAM, REPEATED = "spam.text", "spam.repeated"


class Record(NamedTuple):
    """One conclusion: `found` are the signals with their figures, `person` is a keyed hash."""

    at: int
    person: str
    chat_id: int
    score: float
    before: float | None
    found: tuple[Found, ...]
    firm: tuple[Found, ...] = ()
    """What stands without any single voice of other chats; empty: all of it."""


def outcome(total: float, firm: float, found: Iterable[Found], settings: ChatSettings) -> str:
    """What a score means in a chat: nothing, advice, or removal; what dry run holds back counts as done.
    Where `spam` is `remove` the text alone removes its author. `firm`: the score that counts for removal.
    """
    if settings.get("spam") == "remove" and any(name == SPAM for name, _ in found):
        return "remove"
    if total < ADVISE:
        return "nothing"
    if settings.get("suspicious") != "remove":
        return "advise"
    least = threshold(settings.number("suspicious.threshold"))
    return "remove" if min(total, firm) >= least else "advise"


def _read(found: tuple[Found, ...], settings: ChatSettings) -> tuple[Found, ...]:
    """The signals that are still there: where no text is read it is no reason."""
    if settings.get("spam") != "off":
        return found
    return tuple(one for one in found if one[0] not in (SPAM, REPEATED))


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
        found = _read(record.found, tried)
        total = score(weigh(found, weights), weights)
        firm = score(weigh(_read(record.firm or record.found, tried), weights), weights)
        was_firm = score(weigh(record.firm, DEFAULT)) if record.firm else record.score
        before = outcome(record.score, was_firm, record.found, own)
        after = outcome(total, firm, found, tried)
        report.counts[before, after] += 1
        if before != after:
            report.moved.append(Moved(record, before, after, total))
        was = worst.get(record.person, (0, 0))
        worst[record.person] = (max(was[0], OUTCOMES.index(before)), max(was[1], OUTCOMES.index(after)))
    report.people.update((OUTCOMES[before], OUTCOMES[after]) for before, after in worst.values())
    return report
