"""From actions to calls: consecutive deletes become one, and each end a line in the log."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.moderation.domain.invites import Invite
from services.moderation.domain.membership import Membership
from services.moderation.telegram.audit import AuditEntry, AuditOutcome, short
from services.moderation.telegram.undo import code_of
from shared.contracts.telegram import Method, TelegramAction
from shared.keys import Keys

IDS_MOST = 100
"""Message ids that one `deleteMessages` takes."""
OF_PEOPLE = frozenset({Method.BAN_MEMBER, Method.RESTRICT_MEMBER, Method.UNBAN_MEMBER})
"""A sanction of a person, or the end of one."""
TALK = frozenset({Method.SEND_MESSAGE, Method.EDIT_TEXT, Method.EDIT_MARKUP, Method.ANSWER_CALLBACK})


@dataclass(frozen=True)
class Work:
    """Actions of one lane that end together, with one call."""

    actions: tuple[TelegramAction, ...]

    @property
    def first(self) -> TelegramAction:
        return self.actions[0]

    @property
    def ids(self) -> list[int]:
        """Message ids to delete, each once, in order."""
        return list(dict.fromkeys(i for action in self.actions for i in _ids(action)))


@dataclass(frozen=True)
class End:
    """How an action ended for good."""

    outcome: AuditOutcome
    detail: str = ""
    message_id: int | None = None
    link: Invite | None = None
    until: int | None = None
    """When what was done, or what stands, ends: unix seconds, 0 for never."""
    before: Membership | None = None
    """What stood before it was done."""


def gather(actions: Iterable[TelegramAction]) -> list[Work]:
    """Put consecutive deletes together, up to 100 ids; everything else stays alone. Order is kept."""
    works: list[Work] = []
    for action in actions:
        last = works[-1] if works else None
        if last is not None and _plain_delete(action) and _plain_delete(last.first):
            joined = Work((*last.actions, action))
            if len(joined.ids) <= IDS_MOST:
                works[-1] = joined
                continue
        works.append(Work((action,)))
    return works


def person_of(action: TelegramAction) -> int:
    """Whom a sanction, or the end of one, is about; 0 for another action, and for a channel."""
    person = action.params.get("user_id") if action.method in OF_PEOPLE else None
    return person if isinstance(person, int) else 0


def side_by_side(works: Iterable[Work], most: int) -> Iterator[list[Work]]:
    """Consecutive sanctions of different people together, so many at most; everything else alone."""
    group: list[Work] = []
    people: set[int] = set()
    for work in works:
        person = person_of(work.first)
        if group and (not person or person in people or len(group) == most or 0 in people):
            yield group
            group, people = [], set()
        group.append(work)
        people.add(person)
    if group:
        yield group


def chunks(ids: Sequence[int]) -> list[list[int]]:
    return [list(ids[start : start + IDS_MOST]) for start in range(0, len(ids), IDS_MOST)]


def entry_for(keys: Keys, action: TelegramAction, end: End, at: datetime) -> AuditEntry | None:
    """The line for the chat's log; None for the bot's own talk, which is no deed."""
    if action.method in TALK:
        return None
    person = action.params.get("user_id") or action.params.get("sender_chat_id")
    return AuditEntry(
        at=at,
        what=action.method.value,
        target=short(keys, person) if isinstance(person, int) else "",
        count=max(1, len(_ids(action))),
        by=action.by,
        reasons=action.reasons,
        outcome=end.outcome,
        detail=end.detail,
        code=code_of(keys, action.action_id),
        until=end.until,
    )


def _ids(action: TelegramAction) -> list[int]:
    ids: Any = action.params.get("message_ids", ())
    return [i for i in ids if isinstance(i, int)] if isinstance(ids, list | tuple) else []


def _plain_delete(action: TelegramAction) -> bool:
    return action.method is Method.DELETE_MESSAGES and "message_of" not in action.params
