"""Closing a chat for a while, and giving back exactly the permissions that it had.

What was allowed before is kept until it is given back. Each permission goes back by itself: one that still is
as we set it becomes what it was, one that an admin has changed meanwhile stays as the admin left it.
"""

from typing import Any, NamedTuple

from services.moderation.domain import schedule
from services.moderation.domain.permissions import SENDING, SPEAKING, Permissions
from services.moderation.domain.settings import ChatSettings

TEXT = "can_send_messages"
FOR_EVER = 0
NEVER = -1


class Closed(NamedTuple):
    """A chat that is closed, or being opened. Times are unix seconds.

    `night` is when the night ends, `order` when an admin's lock-down ends (`FOR_EVER`: when it is lifted);
    `NEVER`: not closed for this. `opening` is when it was last opened, until that is seen to have worked, and
    `tries` how often it was asked for again.
    """

    before: Permissions
    ours: Permissions
    night: int = NEVER
    order: int = NEVER
    opening: int = 0
    tries: int = 0

    @property
    def shut(self) -> bool:
        return self.night != NEVER or self.order != NEVER


def permissions_of(chat: Any) -> dict[str, bool] | None:
    """The permissions in a `ChatFullInfo`, also those not known here; None when there are none."""
    found = chat.get("permissions") if isinstance(chat, dict) else None
    if not isinstance(found, dict):
        return None
    known = dict.fromkeys(SPEAKING, False)
    return known | {name: value for name, value in found.items() if isinstance(value, bool)}


def closing(before: Permissions, mode: str) -> dict[str, bool]:
    """What is allowed while closed: nothing is allowed that was not; `text` leaves words."""
    taken = {name for name in before if name in SPEAKING or name.startswith(SENDING)}
    if mode == "text":
        taken.discard(TEXT)
    return {name: value and name not in taken for name, value in before.items()}


def reopened(closed: Closed, current: Permissions) -> dict[str, bool]:
    """What is to be allowed again, seen what is allowed now."""
    return {
        name: closed.before.get(name, value) if closed.ours.get(name) == value else value
        for name, value in current.items()
    }


def changed(current: Permissions, wanted: Permissions, seen: Permissions) -> dict[str, bool]:
    """What a chat is to allow at the moment of the call: `current`, but where `wanted` is not as `seen`."""
    meant = {name: value for name, value in wanted.items() if seen.get(name) != value}
    return dict(current) | meant


def night_until(settings: ChatSettings, now: int) -> int:
    """When the night ends that is on now, `NEVER` when there is none."""
    hours = settings.get("night.hours")
    found = schedule.covering(hours, settings.timezone, now) if hours != "off" else None
    return NEVER if found is None else found.end


def due(closed: Closed | None, settings: ChatSettings, now: int, skip: int = 0) -> Closed | None:
    """`closed` with what should hold now; the same object when nothing is to be done.

    A chat that is to be closed and is not yet has empty permissions. `skip`: an admin has opened the chat
    for the rest of the night that ends then.
    """
    night = night_until(settings, now)
    night = NEVER if night == skip and night != NEVER else night
    if closed is None:
        return None if night == NEVER else Closed({}, {}, night=night)
    order = NEVER if closed.order not in (FOR_EVER, NEVER) and closed.order <= now else closed.order
    if (night == NEVER) == (closed.night == NEVER) and order == closed.order:
        return closed
    return closed._replace(night=night, order=order)
