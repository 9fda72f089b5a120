"""What was done in a chat, by whom and why; codes only, no name, id or text of anybody that is not sealed."""

from collections.abc import Callable
from functools import partial
from typing import Literal

from services.moderation.store.free_text import from_store, to_store
from shared.contracts.base import Message, Moment
from shared.keys import Keys

AuditOutcome = Literal["done", "already", "withheld", "refused", "expired", "parked", "would"]


class AuditEntry(Message):
    """One line of a chat's log.

    `what` is a Bot API method or `settings`, `target` the short code of a person, `by` a role with a short
    code (empty: the bot by its rules), `reasons` are codes of signals or rules, `detail` is the code of a
    refusal or `name=value` of a setting. `would` marks what dry run held back, `withheld` what would have
    weakened a sanction that stands. `code` stands for the action, for `/why` and undo; `before` is what a
    setting was before it was changed; `until` is when what was done, or what stands, ends: unix seconds, 0
    for never.
    """

    at: Moment
    what: str
    target: str = ""
    count: int = 1
    by: str = ""
    reasons: tuple[str, ...] = ()
    outcome: AuditOutcome = "done"
    detail: str = ""
    code: str = ""
    before: str = ""
    until: int | None = None


def to_row(keys: Keys, entry: AuditEntry) -> str:
    """A line as it is kept: what an admin wrote in their own words is sealed in it."""
    return _each_value(entry, partial(to_store, keys)).model_dump_json(exclude_defaults=True)


def from_row(keys: Keys, row: bytes | str) -> AuditEntry:
    return _each_value(AuditEntry.model_validate_json(row), partial(from_store, keys))


def _each_value(entry: AuditEntry, convert: Callable[[str, str], str]) -> AuditEntry:
    """The line of a setting with its value, and the one before, put into another form."""
    name, equals, value = entry.detail.partition("=")
    if entry.what != "settings" or not equals:
        return entry
    return entry.model_copy(
        update={"detail": f"{name}={convert(name, value)}", "before": convert(name, entry.before)}
    )


def short(keys: Keys, telegram_id: int) -> str:
    """Four characters that stand for a person: enough to tell two admins apart, too few to find one."""
    return keys.person(telegram_id)[:4]
