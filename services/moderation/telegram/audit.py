"""What was done in a chat, by whom and why; codes only, no name, id or text of anybody."""

from typing import Literal

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


def short(keys: Keys, telegram_id: int) -> str:
    """Four characters that stand for a person: enough to tell two admins apart, too few to find one."""
    return keys.person(telegram_id)[:4]
