"""The signals: pure functions from what is known of a person to reasons with figures.

Each yields the code of its reason and the figures of the sentence that explains it (in the catalogues under
`reason.<code>`); what that weighs stands in `weights`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from services.moderation.domain.admission import EVERY_CHAT, Admissions
from services.moderation.domain.standing import age
from services.moderation.domain.standing.homes import apart, circles, one_home
from services.moderation.domain.standing.person import COMPANY, DAY, FORGET, HOUR, TRAIT, Presence, Standing
from services.moderation.domain.standing.voices import Word, count, from_others
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
    """What a signal may look at: the standing as the chat may know it, see `view`.

    `lists`: how many lists of ids from files name the person; `shared`: a list of another operator does.
    """

    standing: Standing
    chat: str
    now: int
    user_id: int = 0
    by_operator: bool = False
    lists: int = 0
    shared: bool = False
    weights: Weights = DEFAULT
    admissions: Admissions = EVERY_CHAT
    here: Presence | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "here", self.standing.chats.get(self.chat))

    def seeing(self, standing: Standing, *, shared: bool | None = None) -> "Facts":
        """The same question with another view of the person."""
        return replace(self, standing=standing, shared=self.shared if shared is None else shared)

    def voices(self, words: Iterable[Word]) -> int:
        """Independent voices among what other chats say."""
        return count(from_others(self.chat, words), self.admissions, self.now)

    def teams(self, chats: Iterable[str]) -> int:
        """Different teams of chats."""
        return len({self.admissions.team(chat) for chat in chats})

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
    if banned := from_others(facts.chat, bans(facts.standing)):
        yield "listed", {"chats": len(banned), "teams": facts.voices(banned)}
    if facts.lists:
        yield "listed.file", {"lists": facts.lists}
    if facts.shared and not _is_immune(facts):
        yield "listed.shared", {}


def bans(standing: Standing) -> list[Word]:
    """Chats whose admins have banned the person."""
    return [Word(key, one.ban_sources) for key, one in standing.chats.items() if "banned" in one.evidence]


def trusts(standing: Standing) -> list[Word]:
    """Chats whose admins trust the person."""
    return [Word(key, one.trust_sources) for key, one in standing.chats.items() if one.trusted]


def _is_immune(facts: Facts) -> bool:
    """To lists of other operators: whom an admin here trusts, or admins of two teams elsewhere."""
    return (facts.here is not None and facts.here.trusted) or facts.voices(trusts(facts.standing)) > 1


def elsewhere(facts: Facts) -> Iterable[Found]:
    """What other chats have against the person, at a part of its weight; of each team the weightiest."""
    noted = noted_elsewhere(facts)
    if noted:
        weightiest: dict[str, float] = {}
        for key, weight in noted.items():
            team = facts.admissions.team(key)
            weightiest[team] = max(weight, weightiest.get(team, 0.0))
        weight = round(sum(weightiest.values()) * ELSEWHERE_SHARE, 1)
        yield "elsewhere", {"chats": len(noted), "weight": weight}


def noted_elsewhere(facts: Facts) -> dict[str, float]:
    """Other chats with evidence against the person, and the weight of the hardest; of teams that have banned
    nobody: theirs is counted already.
    """
    table, counts, none = facts.weights.table, facts.weights.evidence - AT_HOME_ONLY, {"came": 0.0}
    noted = {
        key: max(table[code].of(none) for code in against)
        for key, one in facts.standing.chats.items()
        if key != facts.chat and (against := one.evidence.keys() & counts)
    }
    if not noted:
        return noted
    words = [word for word in bans(facts.standing) if word.chat != facts.chat]
    banned = {facts.admissions.team(chat) for word in words for chat in (word.chat, *word.sources)}
    return {key: weight for key, weight in noted.items() if facts.admissions.team(key) not in banned}


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
    found = waves(facts.standing)
    together = list(found.values())
    teams = facts.teams(found)
    if teams > 1 and facts.teams(_at_home(facts.standing)) < 2:
        places = len(apart((one.place, WAVES_APART / 2) for one in together if one.place is not None))
        # Nobody knows where the others lie: neighbours come to two chats of one house in a wave.
        places += sum(one.place is None for one in together) // 2
        again = max(min(places, teams - 1), teams - AROUND_HOME)
        yield "burst.several", {"chats": len(together), "places": places, "again": again}


def waves(standing: Standing) -> dict[str, Presence]:
    """Chats to which the person came together with others."""
    return {key: one for key, one in standing.chats.items() if one.evidence.keys() & TOGETHER}


def names(facts: Facts) -> Iterable[Found]:
    """Changes of the shown name within a week, as all chats together have seen it."""
    looks = sorted({look for one in facts.standing.chats.values() for look in one.looks})
    changes = [at for (_, before), (at, look) in pairwise(looks) if before != look]
    times = sum(facts.now - at < RENAMED_WITHIN for at in changes)
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
    """Admins' and members' word for the person.

    `teams` counts independent voices and for a chat's own members each of them, `own` is how much of it this
    chat says itself, `voices` how many teams elsewhere speak for the person in any way.
    """
    here = facts.here
    if here is not None and here.trusted:
        yield "trusted.here", {}
    spoken = speaking(facts.standing)
    if not spoken:
        return
    voices = facts.voices(spoken)
    if trusted := from_others(facts.chat, trusts(facts.standing)):
        yield "trusted.elsewhere", {"chats": len(trusted), "teams": facts.voices(trusted), "voices": voices}
    chats = facts.standing.chats
    if leads := [Word(key) for key, one in chats.items() if one.leads and key != facts.chat]:
        yield "leads.elsewhere", {"chats": len(leads), "teams": facts.voices(leads), "voices": voices}
    if brought := [Word(key) for key, one in chats.items() if one.road == "vouched"]:
        own = int(here is not None and here.road == "vouched")
        teams = own + facts.voices(brought)
        yield "vouched", {"chats": len(brought), "teams": teams, "own": own, "voices": voices}
    if members := {key: len(one.vouched) for key, one in chats.items() if one.vouched}:
        own = members.get(facts.chat, 0)
        teams = own + facts.voices(map(Word, members))
        counted = {"teams": teams, "own": own, "voices": voices}
        yield "vouched.members", {"members": sum(members.values()), **counted}


def speaking(standing: Standing) -> list[Word]:
    """Every word for the person: trusted, an admin there, brought in or vouched for by members."""
    return [
        Word(key, one.trust_sources if one.trusted else ())
        for key, one in standing.chats.items()
        if one.trusted or one.leads or one.vouched or one.road == "vouched"
    ]


def presence(facts: Facts) -> Iterable[Found]:
    """Long presence here, and even presence in several chats."""
    here = facts.here
    if here is not None and here.days and facts.now - (here.joined or here.first) >= PRESENT_LONG:
        yield "present.long", {"days": here.days}
    home = _at_home(facts.standing)
    if (teams := facts.teams(home)) > 1:
        yield "present.even", {"chats": len(home), "teams": teams}


def _at_home(standing: Standing) -> list[str]:
    """Chats in which the person writes on different days."""
    chats = [(key, one) for key, one in standing.chats.items() if not one.left]
    return [key for key, one in chats if one.days >= (EVEN_DAYS if one.joined else 1)]


def door(facts: Facts) -> Iterable[Found]:
    """Let in by an admin, come by a link of the bot's, or answered when asked."""
    here = facts.here
    if here is None:
        return
    if here.road == "request":
        yield "approved", {}
    if here.road == "entrance":
        yield "entrance", {}
    if here.asked == -1:
        yield "answered", {}


OF_PERSON: tuple[Find, ...] = (joins, spread, courtyards, many, silent, cohort, names, account)
"""The same in every chat that has the same view of a person."""
OF_CHAT: tuple[Find, ...] = (noticed, listed, elsewhere, word, presence, door)
