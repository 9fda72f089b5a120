"""The signals: pure functions from what is known of a person to reasons with figures.

Each yields the code of its reason and the figures of the sentence that explains it (in the catalogues under
`reason.<code>`); what that weighs stands in `weights`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from services.moderation.domain.standing import age
from services.moderation.domain.standing.homes import apart, circles, one_home
from services.moderation.domain.standing.person import COMPANY, DAY, FORGET, HOUR, TRAIT, Presence, Standing
from services.moderation.domain.standing.weights import DEFAULT, Weights
from shared.geo import metres

CITY = "city"
"""Everybody may be in what is for the whole city, from wherever: it says nothing."""
COURTYARD = "courtyard"
COURTYARD_REACH = 300.0
KNOWN_LEAST = 3
"""Chats of which it must be known that they lie in one neighbourhood."""
PRESENT_LONG = 14 * DAY
EVEN_DAYS = 2
"""Days on which somebody wrote in a chat to be at home there; one where they were before us."""
WAVES_APART = 3_000.0
"""Metres: neighbours may come to two chats near each other in one wave."""
AROUND_HOME = 2
"""Chats beside the first into which neighbours come together, all around one home."""
TOGETHER = frozenset({"burst", COMPANY})
"""Noted of who came with others within minutes."""
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
        known = circles(chats[key] for key in keys if key in chats)
        near = len(known) >= KNOWN_LEAST and one_home(known)
        counts.append((f"joins.{name}{'.near' if near else ''}", {"chats": len(keys)}))
    yield max(counts, key=lambda one: facts.weights.table[one[0]].of(one[1]))


def spread(facts: Facts) -> Iterable[Found]:
    """Neighbourhoods far from each other that were joined lately: no home is enough for two of them."""
    homes = apart(circles(one for _, one in facts.lately()))
    if len(homes) > 2:
        widest = max(metres(*a, *b) for a, _ in homes for b, _ in homes)
        yield "chats.far_apart", {"places": len(homes), "kilometres": round(widest / 1000, 1)}


def courtyards(facts: Facts) -> Iterable[Found]:
    """Courtyards joined within a day, so far from each other that nobody lives in two of them."""
    places = [one.place for _, one in facts.lately(DAY) if one.level == COURTYARD and one.place is not None]
    if len(places) > 2:
        yield "courtyards.day", {"places": len(apart((place, COURTYARD_REACH) for place in places))}


def many(facts: Facts) -> Iterable[Found]:
    """Chats joined lately."""
    yield "chats.many", {"chats": len(facts.lately())}


def silent(facts: Facts) -> Iterable[Found]:
    """Chats joined before our eyes a day ago or more, when nothing was ever written in any."""
    if any(one.days for one in facts.standing.chats.values()):
        return
    yield "silent.everywhere", {"chats": sum(facts.now - one.joined >= DAY for _, one in facts.lately())}


def cohort(facts: Facts) -> Iterable[Found]:
    """Came together with others into chats for which one home is not enough.

    Who writes evenly in several chats may be called to others, together with their like.
    """
    waves = [one for one in facts.standing.chats.values() if one.evidence.keys() & TOGETHER]
    if len(waves) > 1 and _at_home(facts.standing) < 2:
        places = len(apart((one.place, WAVES_APART / 2) for one in waves if one.place is not None))
        # Nobody knows where the others lie: neighbours come to two chats of one house in a wave.
        places += sum(one.place is None for one in waves) // 2
        again = max(min(places, len(waves) - 1), len(waves) - AROUND_HOME)
        yield "burst.several", {"chats": len(waves), "places": places, "again": again}


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
    home = _at_home(facts.standing)
    if home > 1:
        yield "present.even", {"chats": home}


def _at_home(standing: Standing) -> int:
    """In how many chats the person writes on different days."""
    chats = [one for one in standing.chats.values() if not one.left]
    return sum(one.days >= (EVEN_DAYS if one.joined else 1) for one in chats)


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
