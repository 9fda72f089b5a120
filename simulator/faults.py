"""Faults on demand: what a network and a busy Telegram do to a client."""

from dataclasses import dataclass, field
from random import Random
from typing import Literal

FaultKind = Literal["too_many", "status", "html", "timeout", "reset", "cut"]


@dataclass(slots=True)
class Fault:
    """One fault and when it strikes.

    `method` (any case) and `chat_id` narrow it; `times` counts strikes down; `until` is Unix time;
    `probability` is drawn from a generator seeded with `seed`. With `after`, the call is carried out
    first and only its answer is lost or replaced: what a client must survive by repeating safely.
    """

    kind: FaultKind
    method: str = ""
    chat_id: int | None = None
    times: int | None = None
    until: float | None = None
    probability: float = 1.0
    seed: int = 0
    status: int = 500
    text: str = "Internal Server Error"
    retry_after: int = 1
    seconds: float = 30.0
    """How long a time-out holds the connection before it is cut."""
    after: bool = False
    id: int = 0
    struck: int = 0
    dice: Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)  # noqa: S311 - repeatable, not secret

    def strikes(self, method: str, chat_id: int, now: float) -> bool:
        if self.method and self.method.lower() != method:
            return False
        if self.chat_id is not None and self.chat_id != chat_id:
            return False
        if self.spent(now) or (self.probability < 1 and self.dice.random() >= self.probability):
            return False
        self.struck += 1
        return True

    def spent(self, now: float) -> bool:
        """Whether it can never strike again."""
        if self.until is not None and now >= self.until:
            return True
        return self.times is not None and self.struck >= self.times

    def wait(self, now: float) -> int:
        """`retry_after` for a 429: what is left of its time."""
        return max(1, round(self.until - now)) if self.until is not None else self.retry_after


@dataclass(slots=True)
class Faults:
    """The faults that are set, asked in the order in which they were set."""

    active: list[Fault] = field(default_factory=list)
    made: int = 0

    def add(self, fault: Fault) -> Fault:
        self.made += 1
        fault.id = self.made
        self.active.append(fault)
        return fault

    def remove(self, fault_id: int | None = None) -> None:
        """This one, or all."""
        self.active = [fault for fault in self.active if fault_id is not None and fault.id != fault_id]

    def strike(self, method: str, chat_id: int, now: float) -> Fault | None:
        self.active = [fault for fault in self.active if not fault.spent(now)]
        return next((fault for fault in self.active if fault.strikes(method, chat_id, now)), None)
