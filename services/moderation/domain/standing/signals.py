"""The signals: pure functions from what is known of a person to reasons with figures.

Each yields the code of its reason and the figures of the sentence that explains it (in the catalogues under
`reason.<code>`); what that weighs stands in `weights`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import cos, hypot, radians

from services.moderation.domain.standing import age
from services.moderation.domain.standing.person import DAY, FORGET, HOUR, TRAIT, Presence, Standing
from services.moderation.domain.standing.weights import DEFAULT, Weights
from shared.geo import metres

REACH = {"district": 3_000.0}
"""Metres around a chat within which its people live, by how exactly the directory places it. Two chats whose
circles meet are one neighbourhood: one home is enough for both."""
REACH_USUAL = 1_000.0
CITY = "city"
"""Everybody may be in what is for the whole city, from wherever: it says nothing."""
COURTYARD = "courtyard"
COURTYARD_REACH = 300.0
PLACES_MOST = 8
KNOWN_LEAST = 3
"""Chats of which it must be known that they lie in one neighbourhood."""
PRESENT_LONG = 14 * DAY
EVEN_DAYS = 2
"""Days on which somebody wrote in a chat to be at home there; one where they were before us."""
WAVES_APART = 5_000.0
"""Metres: neighbours may come to two chats near each other in one wave."""
RENAMED_WITHIN = 7 * DAY
ELSEWHERE_SHARE = 0.4
YEARS_LEAST = 5.0
AT_HOME_ONLY = frozenset({"burst", "lookalike.short", "lookalike.name"})
"""What says nothing in other chats: a namesake of an admin there, a wave there (which `cohort` counts)."""

Found = tuple[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a signal may look at. `lists`: how many lists of ids from files name the person."""

    standing: Standing
    chat: str
    now: int
    user_id: int = 0
    by_operator: bool = False
    lists: int = 0
    shared: bool = False
    weights: Weights = DEFAULT
    here: Presence | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "here", self.standing.chats.get(self.chat))

    def at(self, chat: str) -> "Facts":
        """The same person in another chat."""
        return replace(self, chat=chat)

    def lately(self, within: int = FORGET) -> list[tuple[str, Presence]]:
        """Chats that the person was seen to join within so many seconds and has not left."""
        return [
            (key, one)
            for key, one in self.standing.chats.items()
            if one.joined and not one.left and self.now - one.joined < within and one.level != CITY
        ]


Find = Callable[[Facts], Iterable[Found]]


def noticed(facts: Facts) -> Iterable[Found]:
    """What this chat has against the person."""
    if facts.here is None:
        return
    for code in facts.here.evidence:
        if code in facts.weights.evidence:
            yield code, _detail(code, facts.here)


def _detail(code: str, here: Presence) -> Mapping[str, float]:
    if code.startswith("lookalike."):
        return {"came": 1.0 if here.joined else 0.0}
    if code == "spam.text":
        return {name: 1.0 for name in here.evidence if name.startswith(TRAIT)}
    return {}


def listed(facts: Facts) -> Iterable[Found]:
    """On the operator's list, banned in other chats, on lists of ids from files or of other operators."""
    if facts.by_operator:
        yield "listed.operator", {}
    others = len(facts.standing.banned - {facts.chat})
    if others:
        yield "listed", {"chats": others}
    if facts.lists:
        yield "listed.file", {"lists": facts.lists}
    if facts.shared and not any(one.trusted for one in facts.standing.chats.values()):
        yield "listed.shared", {}


def elsewhere(facts: Facts) -> Iterable[Found]:
    """What other chats have against the person, at a part of its weight."""
    table, counts, none = facts.weights.table, facts.weights.evidence - AT_HOME_ONLY, {"came": 0.0}
    others = [
        max(table[code].of(none) for code in against)
        for key, one in facts.standing.chats.items()
        if key != facts.chat and "banned" not in one.evidence and (against := one.evidence.keys() & counts)
    ]
    if others:
        yield "elsewhere", {"chats": len(others), "weight": round(sum(others) * ELSEWHERE_SHARE, 1)}


def joins(facts: Facts) -> Iterable[Found]:
    """Different chats joined within the hour or the day before now, whichever weighs more.

    `near`: one home would explain them, as far as it is known where they lie.
    """
    chats = facts.standing.chats
    found = [join for join in facts.standing.joins if join[1] not in chats or chats[join[1]].level != CITY]
    if len(found) < 3:
        return
    counts = []
    for name, within in (("hour", HOUR), ("day", DAY)):
        keys = {chat for at, chat in found if 0 <= facts.now - at < within}
        near = _one_home([chats[key] for key in keys if key in chats])
        counts.append((f"joins.{name}{'.near' if near else ''}", {"chats": len(keys)}))
    yield max(counts, key=lambda one: facts.weights.table[one[0]].of(one[1]))


def _one_home(joined: list[Presence]) -> bool:
    known = list(_circles(joined))
    return len(known) >= KNOWN_LEAST and len(_apart(known)) == 1


def spread(facts: Facts) -> Iterable[Found]:
    """Neighbourhoods far from each other that were joined lately: no home is enough for two of them."""
    apart = _apart(_circles(one for _, one in facts.lately()))
    if len(apart) > 2:
        widest = max(metres(*a, *b) for a, _ in apart for b, _ in apart)
        yield "chats.far_apart", {"places": len(apart), "kilometres": round(widest / 1000, 1)}


def courtyards(facts: Facts) -> Iterable[Found]:
    """Courtyards joined within a day, so far from each other that nobody lives in two of them."""
    places = [one.place for _, one in facts.lately(DAY) if one.level == COURTYARD and one.place is not None]
    if len(places) > 2:
        yield "courtyards.day", {"places": len(_apart((place, COURTYARD_REACH) for place in places))}


Circle = tuple[tuple[float, float], float]
"""A place, and metres around it."""


def _circles(found: Iterable[Presence]) -> Iterable[Circle]:
    return ((one.place, REACH.get(one.level, REACH_USUAL)) for one in found if one.place is not None)


def _apart(found: Iterable[Circle]) -> list[Circle]:
    """As many homes are needed at least: circles of which no two meet."""
    apart: list[Circle] = []
    for place, reach in found:
        if all(_far(place, other, reach + its) for other, its in apart):
            apart.append((place, reach))
            if len(apart) == PLACES_MOST:
                break
    return apart


def _far(a: tuple[float, float], b: tuple[float, float], least: float) -> bool:
    """At least so many metres apart; a quick look at the plane first, it decides nearly always."""
    north = (a[0] - b[0]) * 111_195.0
    east = (a[1] - b[1]) * 111_195.0 * cos(radians(a[0]))
    plane = hypot(north, east)
    if plane < 0.9 * least or plane > 1.1 * least:
        return plane > least
    return bool(metres(*a, *b) >= least)


def many(facts: Facts) -> Iterable[Found]:
    """Chats joined lately."""
    yield "chats.many", {"chats": len(facts.lately())}


def silent(facts: Facts) -> Iterable[Found]:
    """Chats joined before our eyes a day ago or more, when nothing was ever written in any."""
    if any(one.days for one in facts.standing.chats.values()):
        return
    yield "silent.everywhere", {"chats": sum(facts.now - one.joined >= DAY for _, one in facts.lately())}


def cohort(facts: Facts) -> Iterable[Found]:
    """Came in waves of others, into chats far apart."""
    waves = [one for one in facts.standing.chats.values() if "burst" in one.evidence]
    if len(waves) > 1:
        places = len(_apart((one.place, WAVES_APART / 2) for one in waves if one.place is not None))
        # Nobody knows where the others lie: neighbours come to two chats of one house in a wave.
        places += sum(one.place is None for one in waves) // 2
        yield "burst.several", {"chats": len(waves), "places": places}


def names(facts: Facts) -> Iterable[Found]:
    """Changes of the shown name within a week."""
    looks = facts.standing.looks
    times = sum(facts.now - at < RENAMED_WITHIN for at, _ in looks[1:])
    if times:
        yield "names.changed", {"times": times}


def account(facts: Facts) -> Iterable[Found]:
    """What the id proves of the account's age: little, and only bounds."""
    if not facts.user_id:
        return
    if age.bounds(facts.user_id).not_before:
        yield "account.young", {}
    years = age.years(facts.user_id, facts.now)
    if years >= YEARS_LEAST:
        yield "account.old", {"years": years}


def word(facts: Facts) -> Iterable[Found]:
    """Admins' word for the person."""
    if facts.here is not None and facts.here.trusted:
        yield "trusted.here", {}
    others = sum(one.trusted for one in facts.standing.chats.values() if one is not facts.here)
    if others:
        yield "trusted.elsewhere", {"chats": others}
    leads = sum(one.leads for one in facts.standing.chats.values() if one is not facts.here)
    if leads:
        yield "leads.elsewhere", {"chats": leads}


def presence(facts: Facts) -> Iterable[Found]:
    """Long presence here, and even presence in several chats."""
    here = facts.here
    if here is not None and here.days and facts.now - (here.joined or here.first) >= PRESENT_LONG:
        yield "present.long", {"days": here.days}
    home = sum(
        one.days >= (EVEN_DAYS if one.joined else 1) for one in facts.standing.chats.values() if not one.left
    )
    if home > 1:
        yield "present.even", {"chats": home}


def door(facts: Facts) -> Iterable[Found]:
    """Brought in or vouched for by members, let in by an admin, or answered when asked."""
    vouched = sum(one.road == "vouched" for one in facts.standing.chats.values())
    if vouched:
        yield "vouched", {"chats": vouched}
    words = sum(len(one.vouched) for one in facts.standing.chats.values())
    if words:
        yield "vouched.members", {"members": words}
    if facts.here is not None and facts.here.road == "request":
        yield "approved", {}
    if facts.here is not None and facts.here.road == "entrance":
        yield "entrance", {}
    if facts.here is not None and facts.here.asked == -1:
        yield "answered", {}


OF_PERSON: tuple[Find, ...] = (joins, spread, courtyards, many, silent, cohort, names, account)
"""The same in every chat of a person."""
OF_CHAT: tuple[Find, ...] = (noticed, listed, elsewhere, word, presence, door)
