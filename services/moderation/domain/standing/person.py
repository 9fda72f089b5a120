"""What is remembered of one person over all chats, and how an observation adds to it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from services.moderation.domain.admission import EVERY_CHAT, Admissions
from services.moderation.domain.standing.weights import DEFAULT, Weights

HOUR = 3600
DAY = 24 * HOUR
FORGET = 30 * DAY
"""Seconds after which a chat in which nothing was seen of a person is forgotten."""
REMEMBER = 365 * DAY
"""The same for a chat whose admins have banned the person: the deployment's block list."""
CHATS_MOST = 200
"""Chats kept of one person; the known and the newest stay."""
LOOKS_MOST = 8
ANSWER_WITHIN = 2 * DAY
"""Who was asked to say a word and writes within this time has answered."""
OUTSIDE = frozenset({"left", "banned"})
TRAIT = "trait."
"""What a text that looks like spam looks like; no evidence by itself."""
LEADS, VOUCHED = "leads", "vouched"
"""Noted of an admin, and of somebody for whom a member has spoken; no evidence."""
COMPANY = "company"
"""Noted of who came with a few others within minutes; it only tells when it happens again elsewhere."""
VOUCHES_MOST = 8
OFTEN = "repeated.often"
"""Noted beside `spam.repeated`: so many teams saw the text that it stands without any one of them."""
PARDONED = "pardoned"
"""Noted when a removal is taken back because the word on which it rested was withdrawn; nobody's trust."""
UNTRUSTED = "untrusted"
"""Noted when an admin takes back their word for somebody; nothing is held against them."""
WORDS = frozenset({"trusted", "asked", "noted"})
"""What others do or notice; it is no sign of life of the person."""
MET = frozenset({"joined", "wrote", "requested", "left"})
"""What the bot sees of the person themselves."""


@dataclass(slots=True)
class Presence:
    """A person in one chat. Times are unix seconds, `joined` 0 when the join was not seen."""

    chat_id: int
    joined: int = 0
    seen: int = 0
    days: int = 0
    """Days on which something was written."""
    left: bool = False
    place: tuple[float, float] | None = None
    evidence: dict[str, int] = field(default_factory=dict)
    """Reason and when it was given."""
    trusted: bool = False
    """An admin here has taken the person's side."""
    told: float | None = None
    """The highest score that was passed on."""
    road: str = ""
    """How the person came in: `public`, `invite`, `request`, `added`, `vouched`, `folder`,
    `entrance` (by a link that the bot made); empty: unknown."""
    first: int = 0
    """When something was first seen of the person here."""
    asked: int = 0
    """When an admin had the bot ask who this is; 0 never, -1 answered."""
    rules: tuple[str, ...] = ()
    """The operator's own rules that were passed on."""
    level: str = ""
    """How exactly the directory places the chat, see `contracts.listings.Precision`; empty: unknown."""
    vouched: tuple[int, ...] = ()
    """When members here have vouched for the person, each of them once."""
    leads: bool = False
    """The person is an admin of this chat, which the directory lists."""
    met: bool = False
    """The bot has seen the person here: they joined, wrote, or asked to come in."""
    looks: list[tuple[int, str]] = field(default_factory=list)
    """Since when the person has borne which name here, as a keyed hash; the last thirty days."""
    trusted_at: int = 0
    """When an admin took the person's side; 0: before that was kept."""
    leads_at: int = 0
    """The same for `leads`."""
    passed: "Passed | None" = None
    """What was passed on last, beside `told`."""
    ban_sources: tuple[str, ...] = ()
    """Chats on whose word the ban rests; empty: it is this chat's own."""
    ban_needs: tuple[str, ...] = ()
    """Those of them without any one of which the admins would not have been told."""
    trust_sources: tuple[str, ...] = ()
    """Chats on whose word an admin's trust rests."""
    firm_rules: tuple[str, ...] = ()
    """Rules that were passed on when they held without any single voice of other chats."""

    @property
    def was_here(self) -> bool:
        """Whether the bot has seen the person here, as far as was kept."""
        return self.met or bool(self.joined or self.days)


class Passed(NamedTuple):
    """What a card said: when, which scores, and which other chats' word it rested on."""

    at: int
    firm: float
    own: float
    against: tuple[str, ...] = ()
    """Chats whose word spoke against the person; `SHARED` for a list of another operator."""
    favour: tuple[str, ...] = ()
    """Chats whose word spoke for them."""
    needs: tuple[str, ...] = ()
    """Those in `against` without whose team there would have been no card."""


SHARED = "shared list"
"""Stands for the lists of other operators among chats; no keyed hash looks like that."""


@dataclass(slots=True)
class Standing:
    """One person, under a keyed hash; `chats` by the chats' keyed hashes."""

    chats: dict[str, Presence] = field(default_factory=dict)
    joins: list[tuple[int, str]] = field(default_factory=list)
    """When and which chat, for the last day."""

    @property
    def banned(self) -> set[str]:
        """Chats whose admins have banned the person."""
        return {key for key, presence in self.chats.items() if "banned" in presence.evidence}

    def of(self, chat: str, chat_id: int) -> Presence:
        return self.chats.setdefault(chat, Presence(chat_id))


class Seen(NamedTuple):
    """One observation, as the stage of people gets it."""

    chat: str
    chat_id: int
    kind: str
    reasons: tuple[str, ...]
    at: int
    place: tuple[float, float] | None = None
    road: str = ""
    look: str = ""
    level: str = ""


def observe(
    standing: Standing, seen: Seen, weights: Weights = DEFAULT, admissions: Admissions = EVERY_CHAT
) -> None:
    """Add an observation; safe to repeat."""
    presence = standing.of(seen.chat, seen.chat_id)
    presence.chat_id = seen.chat_id
    presence.place = seen.place or presence.place
    presence.level = seen.level or presence.level
    presence.first = presence.first or seen.at
    if seen.kind == "wrote":
        _wrote(presence, seen.at)
    if seen.kind not in WORDS:
        presence.leads = False  # what an admin does is not passed on: this is one no more
        if presence.left and seen.kind == "joined":
            presence.told = presence.passed = None  # who comes back is told of again
        presence.left = seen.kind in OUTSIDE
    presence.seen = max(presence.seen, seen.at)
    presence.met = presence.met or seen.kind in MET
    _word(presence, seen)
    if seen.kind == "joined":
        _joined(standing, presence, seen)
    for reason in (*seen.reasons, *(("banned",) if seen.kind == "banned" else ())):
        if reason in weights.evidence or reason in (COMPANY, OFTEN) or reason.startswith(TRAIT):
            presence.evidence[reason] = seen.at
    if seen.look and (not presence.looks or presence.looks[-1][1] != seen.look):
        presence.looks = [*presence.looks, (seen.at, seen.look)][-LOOKS_MOST:]
    _forget(standing, seen.at, admissions)


def _wrote(presence: Presence, at: int) -> None:
    if at // DAY != presence.seen // DAY or not presence.days:
        presence.days += 1
    if presence.asked > 0 and 0 <= at - presence.asked < ANSWER_WITHIN:
        presence.asked = -1


def _word(presence: Presence, seen: Seen) -> None:
    """What an admin has said of the person."""
    if seen.kind == "trusted":
        presence.trusted, presence.trusted_at = True, seen.at
        presence.evidence.clear()
    elif seen.kind == "banned":
        presence.trusted = False
    elif seen.kind == "asked":
        presence.asked = seen.at
    elif UNTRUSTED in seen.reasons:
        presence.trusted = False
    elif PARDONED in seen.reasons and presence.ban_sources:
        presence.evidence.pop("banned", None)
        presence.ban_sources = presence.ban_needs = ()
    elif LEADS in seen.reasons:
        presence.leads, presence.leads_at = True, seen.at
    elif VOUCHED in seen.reasons and seen.at not in presence.vouched:
        presence.vouched = (*presence.vouched, seen.at)[-VOUCHES_MOST:]


def _joined(standing: Standing, presence: Presence, seen: Seen) -> None:
    presence.joined, presence.road = seen.at, seen.road
    if (seen.at, seen.chat) not in standing.joins:
        standing.joins.append((seen.at, seen.chat))


def _forget(standing: Standing, now: int, admissions: Admissions) -> None:
    standing.joins = [join for join in standing.joins if now - join[0] < DAY]
    if len(standing.joins) > CHATS_MOST:
        standing.joins = sorted(
            sorted(standing.joins, key=lambda join: (admissions.is_known(join[1]), join[0]))[-CHATS_MOST:]
        )
    chats = standing.chats
    old = [key for key, one in chats.items() if _is_past(key, one, now, admissions)]
    for key in old:
        del chats[key]
    if len(chats) > CHATS_MOST:
        kept = sorted(chats.items(), key=lambda item: (admissions.is_known(item[0]), item[1].seen))
        standing.chats = dict(kept[-CHATS_MOST:])


def _is_past(key: str, one: Presence, now: int, admissions: Admissions) -> bool:
    """Whether what is known of the person in a chat goes; a ban stays longer, where it may count."""
    age = now - one.seen
    if age < FORGET:
        return False
    return age >= REMEMBER or "banned" not in one.evidence or not admissions.remembers_bans(key)
