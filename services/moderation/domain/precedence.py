"""Which of two sanctions takes precedence: what is asked for, or what stands already.

Telegram keeps one for each person: whatever is set replaces what stood, a ban as well. So a call is made only
where nothing that stands gets weaker by it, neither at once nor later: docs/decisions/what-stands.md.
"""

import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from services.moderation.domain.membership import FOR_EVER, Membership
from services.moderation.domain.permissions import FREE, Permissions, is_free
from shared.contracts.telegram import Method

LEAST_AHEAD = 60
"""Seconds that an end lies ahead at the moment of the call: Telegram takes less than 30 for ever."""
ON_THE_WAY = 2
"""Seconds added to that for the way to Telegram, who counts when the call arrives."""
LONGEST = 366 * 86_400 - 3_600
"""Seconds ahead beyond which Telegram takes an end for ever, less an hour for clocks that differ."""
Outcome = Literal["already", "withheld", "refused", "expired"]
CODES = (
    "ban.stands", "ban.longer", "ban.same", "ban.none", "mute.longer", "mute.same", "restriction.longer",
    "restriction.none", "changed", "over", "time.over", "person.admin",
)  # fmt: skip
"""Why a call is withheld, as it stands in a chat's log."""
ENDS_RESTRICTION = "ends.restriction"
"""Noted of a ban: a restriction that would have ended later ends with it."""


class Proceed(NamedTuple):
    """The call may be made. `until` is the end that what is set will have (`FOR_EVER`: 0); None where
    something is lifted. `note` is a code for the log.
    """

    params: dict[str, Any]
    until: int | None = None
    note: str = ""


class Withhold(NamedTuple):
    """The call must not be made: how that stands in the log, and until when what stands does."""

    outcome: Outcome
    code: str
    until: int | None = None


Ruling = Proceed | Withhold


def ruling(
    method: Method,
    params: Mapping[str, Any],
    stands: Membership,
    now: float,
    *,
    expected: Membership | None = None,
) -> Ruling:
    """Whether this call may be made on somebody of whom this stands; `now` in unix seconds.

    `expected`: what the call is to take back, or to put right. It is made only if just that stands.
    """
    stands = stands.at(now)
    if stands.is_admin:
        return _of_admin(method, params)
    if expected is not None and not _is(stands, expected):
        return _changed(method, params, stands)
    match method:
        case Method.BAN_MEMBER:
            return _ban(params, stands, now) if expected is None else _ban_again(params, now)
        case Method.RESTRICT_MEMBER if is_free(params["permissions"]):
            return _free(params, stands)
        case Method.RESTRICT_MEMBER:
            return _restrict(params, stands, now) if expected is None else _restrict_again(params, now)
        case Method.UNBAN_MEMBER:
            return _unban(params, stands)
    raise ValueError(method)


def end_of(params: Mapping[str, Any]) -> int:
    """The end that was decided; `FOR_EVER` for none."""
    return int(params.get("until_date") or FOR_EVER)


def end_at(until: int, now: float) -> int | None:
    """The end that Telegram is to be told at this moment; None when it is over."""
    if until == FOR_EVER:
        return FOR_EVER
    if until <= now:
        return None
    return min(max(until, _soonest(now)), int(now) + LONGEST)


def _soonest(now: float) -> int:
    return math.ceil(now) + LEAST_AHEAD + ON_THE_WAY


def is_lifted(method: Method, params: Mapping[str, Any]) -> bool:
    """Whether the call takes a sanction away."""
    return method is Method.UNBAN_MEMBER or (
        method is Method.RESTRICT_MEMBER and is_free(params["permissions"])
    )


def holds(method: Method, stands: Membership, until: int | None) -> bool:
    """Whether what such a call sets stands already; `until` is the end that it sets, None where it lifts."""
    if until is None:
        return not stands.is_banned and (method is Method.UNBAN_MEMBER or not stands.is_restricted)
    if stands.until != until:
        return False
    return stands.is_banned if method is Method.BAN_MEMBER else stands.is_restricted


def weakened(old: Membership, new: Membership, now: float) -> bool:
    """Whether what stood got weaker, or ends sooner."""
    old, new = old.at(now), new.at(now)
    if old.is_banned:
        return not new.is_banned or old.outlasts(new.until)
    if not old.is_restricted or new.is_banned:
        return False
    if not new.is_restricted or old.outlasts(new.until):
        return True
    return any(value and not old.permissions.get(name, True) for name, value in new.permissions.items())


def _of_admin(method: Method, params: Mapping[str, Any]) -> Withhold:
    return Withhold("already" if is_lifted(method, params) else "refused", "person.admin")


def _is(stands: Membership, expected: Membership) -> bool:
    if not (stands.is_banned or stands.is_restricted):
        return not (expected.is_banned or expected.is_restricted)
    if (stands.status, stands.until) != (expected.status, expected.until):
        return False
    return all(value == stands.permissions.get(name, value) for name, value in expected.permissions.items())


def _changed(method: Method, params: Mapping[str, Any], stands: Membership) -> Withhold:
    """Something else stands by now, or nothing, or what is wanted."""
    if not is_lifted(method, params) and holds(method, stands, end_of(params)):
        return Withhold("already", "over")
    if stands.is_banned and method is Method.RESTRICT_MEMBER:
        return Withhold("withheld", "ban.stands", stands.until)
    if stands.is_banned or stands.is_restricted:
        return Withhold("withheld", "changed", stands.until)
    return Withhold("already", "over")


def _ban(params: Mapping[str, Any], stands: Membership, now: float) -> Ruling:
    until = end_at(end_of(params), now)
    if until is None:
        return Withhold("expired", "time.over")
    if stands.is_banned and stands.outlasts(until):
        return Withhold("withheld", "ban.longer", stands.until)
    if stands.is_banned and stands.until == until:
        return Withhold("already", "ban.same", until)
    ends_more = stands.is_restricted and stands.outlasts(until)
    return Proceed(_ending(params, until), until, ENDS_RESTRICTION if ends_more else "")


def _restrict(params: Mapping[str, Any], stands: Membership, now: float) -> Ruling:
    until = end_at(end_of(params), now)
    if until is None:
        return Withhold("expired", "time.over")
    if stands.is_banned:
        return Withhold("withheld", "ban.stands", stands.until)
    if stands.is_restricted and stands.outlasts(until):
        return Withhold("withheld", "mute.longer" if stands.is_muted else "restriction.longer", stands.until)
    if stands.is_muted and stands.until == until:
        return Withhold("already", "mute.same", until)
    both = _both(params["permissions"], stands.permissions)
    return Proceed(_ending(params, until) | {"permissions": both}, until)


def _both(given: Permissions, stands: Permissions) -> dict[str, bool]:
    """What a restriction allows that replaces another one: nothing that either takes."""
    known = {name: value and stands.get(name, True) for name, value in given.items()}
    return dict.fromkeys(stands, False) | known


def _ban_again(params: Mapping[str, Any], now: float) -> Proceed:
    """What stood before is put back; where its end has just come, for the shortest time that there is."""
    until = end_at(end_of(params), now)
    until = _soonest(now) if until is None else until
    return Proceed(_ending(params, until), until)


def _restrict_again(params: Mapping[str, Any], now: float) -> Proceed:
    """What stood before is put back; where its end has just come, nothing of it."""
    until = end_at(end_of(params), now)
    if until is None:
        return Proceed(_ending(params, FOR_EVER) | {"permissions": dict(FREE)})
    return Proceed(_ending(params, until), until)


def _free(params: Mapping[str, Any], stands: Membership) -> Ruling:
    if stands.is_banned:
        return Withhold("withheld", "ban.stands", stands.until)
    if not stands.is_restricted:
        return Withhold("already", "restriction.none")
    return Proceed(dict(params) | {"permissions": FREE | dict.fromkeys(stands.permissions, True)})


def _unban(params: Mapping[str, Any], stands: Membership) -> Ruling:
    """`only_if_banned`, in any case: without it Telegram puts out whoever is in the chat."""
    if not stands.is_banned:
        return Withhold("already", "ban.none")
    return Proceed(dict(params) | {"only_if_banned": True})


def _ending(params: Mapping[str, Any], until: int) -> dict[str, Any]:
    rest = {name: value for name, value in params.items() if name != "until_date"}
    return rest if until == FOR_EVER else rest | {"until_date": until}
