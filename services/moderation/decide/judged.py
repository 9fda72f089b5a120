"""A person's standing asks for attention in a chat: the chat's settings decide what follows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from services.moderation.decide.acts import deletion, notice
from services.moderation.decide.desk import Desk
from services.moderation.decide.looking import Places, in_the_way, look_up
from services.moderation.domain.admission import Admissions
from services.moderation.domain.conditions import ACTIONS, RULES_APART
from services.moderation.domain.membership import banning, muting
from services.moderation.domain.precedence import Withhold
from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.standing import ADVISE, REMOVE, threshold
from services.moderation.domain.state import ChatState, Delete
from services.moderation.domain.update import TELEGRAM_OWN
from services.moderation.store.chats import Wanted
from services.moderation.store.removals import Removal
from services.moderation.telegram.audit import short
from services.moderation.telegram.undo import code_of
from shared.bus.commit import NOTHING, Commit
from shared.contracts.telegram import Asked, Method, PersonJudged, PersonObserved, TelegramAction

RESTRICTED_FOR = timedelta(days=1)
"""Where a rule of the operator's wants that."""
BAN_EXPIRES = timedelta(hours=24)
OF_MESSAGES = ("new_message.", "first_message.", "spam.")
"""Reasons that lie in what was written: then it goes with the person."""
OUT = frozenset({"left", "kicked"})
WRITES_LONG = "present.long"
NOTHING_STANDS = float("-inf")


async def judge_all(desk: Desk, events: Sequence[PersonJudged]) -> Commit:
    """Each in order; what is known of a chat is read and written once for the batch.

    Raises TryLater when a look-up failed: nobody is accused for that.
    """
    now, chats = int(desk.now().timestamp()), desk.store.chats
    moved = await chats.moved({event.chat_id for event in events})
    events = [_at_new_id(event, moved) for event in events if event.user_id not in TELEGRAM_OWN]
    found, _ = await chats.load(_wanted(events), {})
    states = {chat_id: state for chat_id, state in found.items() if state.bot not in OUT}
    await desk.know_admins(states.values(), now)
    admissions = await desk.store.admissions.current()
    about = [
        (state, event, is_outdated(admissions, state.key, event))
        for event in events
        if (state := states.get(event.chat_id)) is not None
    ]
    acted = ((state, event.user_id) for state, event, old in about if not old and _acts(state, event))
    places = await look_up(desk, acted)
    parts = [
        _anew(state, event, now) if old else await judge(desk, state, event, places, now)
        for state, event, old in about
    ]
    writes = [write for state in states.values() for write in chats.save(state, now)]
    writes += await desk.learn_leaders(states.values(), now)
    moves = [await desk.move(*one.changes.migrated, now) for one in states.values() if one.changes.migrated]
    return sum(parts, NOTHING) + Commit.of(writes=writes) + sum(moves, NOTHING)


def is_outdated(admissions: Admissions, chat: str, event: PersonJudged) -> bool:
    """Whether it was concluded from what the chat may not hear any more: its own admission has changed
    meanwhile, or that of a chat on whose word it rests.
    """
    at = int(event.judged_at.timestamp())
    if any(not admissions.is_heard(source, at) for source in event.sources):
        return True
    return event.own is not None and event.own != event.score and not admissions.is_known(chat)


def _anew(state: ChatState, event: PersonJudged, now: int) -> Commit:
    """Have the person looked at once more, by what now holds."""
    again = PersonObserved(
        person=event.person,
        chat=state.key,
        chat_id=state.id,
        user_id=event.user_id,
        kind="noted",
        observed_at=datetime.fromtimestamp(now, UTC),
    )
    return Commit.of(events=[again])


def _wanted(events: Sequence[PersonJudged]) -> dict[int, Wanted]:
    wanted: dict[int, Wanted] = {}
    for event in events:
        wanted.setdefault(event.chat_id, Wanted()).people.add(event.person)
    return wanted


def _at_new_id(event: PersonJudged, moved: Mapping[int, int]) -> PersonJudged:
    new = moved.get(event.chat_id)
    return event if new is None else event.model_copy(update={"chat_id": new})


def _acts(state: ChatState, event: PersonJudged) -> bool:
    """Whether the bot does something to the person by itself."""
    if not _is_judged(state, event) or state.settings.dryrun:
        return False
    what = wanted(state.settings, event, known=has_standing(state, event))
    return what == "remove" or (what == "restrict" and not state.is_basic)


def _is_judged(state: ChatState, event: PersonJudged) -> bool:
    """Nobody is where the admins cannot be known, and no admin."""
    return state.admins is not None and not state.is_admin(event.person)


async def judge(desk: Desk, state: ChatState, event: PersonJudged, places: Places, now: int) -> Commit:
    """Remove, restrict, advise, or nothing at all. `places`: what stands for those whom the bot acts on."""
    if not _is_judged(state, event):
        return NOTHING
    what = wanted(state.settings, event, known=has_standing(state, event))
    if what == "advise" or (what == "restrict" and state.is_basic):
        return await desk.bot.advise(event) if _is_news(event) else NOTHING
    if state.settings.dryrun:
        return await _would(desk, state, event, what, now)
    act, *rest = (
        [_restrict(state, event, now)] if what == "restrict" else await _remove(desk, state, event, now)
    )
    if (found := in_the_way(act, places.get((state.id, event.user_id)), now)) is not None:
        return await _left(desk, event, act, found) + Commit.of(events=rest)
    return await _done(desk, state, event, act, now) + Commit.of(events=rest)


async def _left(desk: Desk, event: PersonJudged, act: TelegramAction, found: Withhold) -> Commit:
    """What stands is left and the log says so; the admins are asked unless the person is out already."""
    line = Commit.of(writes=desk.bot.withheld(act, found))
    if act.method is Method.BAN_MEMBER or found.code.startswith("ban.") or not _is_news(event):
        return line
    return line + await desk.bot.advise(event)


async def _done(
    desk: Desk, state: ChatState, event: PersonJudged, action: TelegramAction, now: int
) -> Commit:
    """The bot does it, its admins are told, and it can be taken back when a word behind it is withdrawn."""
    who = short(desk.keys, event.user_id)
    removal = Removal(state.key, code_of(desk.keys, action.action_id), who, now)
    noted = desk.store.chats.removals.note(event.sources, removal)
    return await desk.bot.advise(event, action) + Commit.of(writes=noted, events=[action])


def wanted(settings: ChatSettings, event: PersonJudged, *, known: bool = False) -> str:
    """`remove` or `restrict` only where the chat's admins have chosen that the bot acts, `advise` elsewhere.

    The bot acts on what stands without any single voice of other chats; against somebody `known` in the chat
    itself, on what the chat has seen itself. A machine's word does not last for ever (`suspicious.days`); an
    admin can ban for longer.
    """
    if settings.get("suspicious") != "remove":
        return "advise"
    grounds = own(event) if known else firm(event)
    return max(grounds.action, _by_score(settings, grounds), key=ACTIONS.index)


class Grounds(NamedTuple):
    """What the bot may act on: a score, what was passed on of it before, and what rules ask for."""

    score: float
    before: float | None
    action: Asked


def firm(event: PersonJudged) -> Grounds:
    """What stands without any single voice of other chats; of an entry of before this was computed, nothing:
    it may rest on a stranger's word.
    """
    if event.firm is None:
        return Grounds(NOTHING_STANDS, event.before, "advise")
    action = min(event.action or "advise", event.firm_action or "advise", key=ACTIONS.index)
    return Grounds(min(event.score, event.firm), event.before_firm, action)


def own(event: PersonJudged) -> Grounds:
    """What the chat has seen and says itself, as far as it stands in spite of what others say."""
    stands = firm(event)
    if event.own is None:
        return stands
    before = [one for one in (stands.before, event.before_own) if one is not None]
    action = min(stands.action, event.own_action or "advise", key=ACTIONS.index)
    return Grounds(min(stands.score, event.own), min(before, default=None), action)


def has_standing(state: ChatState, event: PersonJudged) -> bool:
    """Whether the person is known in the chat itself: by its own measure, to its admins, or for weeks."""
    known = event.person in state.trusted or state.days.get(event.person, 0) >= state.policy.trust_days
    return known or any(signal.name == WRITES_LONG for signal in event.signals)


def _by_score(settings: ChatSettings, grounds: Grounds) -> str:
    least = threshold(settings.number("suspicious.threshold"))
    if grounds.before is not None and grounds.before >= least:
        return "advise"  # has been acted on; a person who comes back begins anew
    return "remove" if grounds.score >= least else "advise"


def _is_news(event: PersonJudged) -> bool:
    """A card at the first advice, another when it has become likely; the levels above are for thresholds."""
    if event.rule or event.before is None or event.before < ADVISE:
        return True
    return event.before < REMOVE <= event.score


def _restrict(state: ChatState, event: PersonJudged, now: int) -> TelegramAction:
    moment = datetime.fromtimestamp(now, UTC)
    return TelegramAction(
        action_id=f"restrict:{state.key}:{event.person}:{int(event.judged_at.timestamp() * 1000)}",
        chat_id=state.id,
        method=Method.RESTRICT_MEMBER,
        params=muting(event.user_id, int((moment + RESTRICTED_FOR).timestamp())),
        reasons=_reasons(event),
        decided_at=moment,
        expires_at=moment + BAN_EXPIRES,
    )


def _reasons(event: PersonJudged) -> tuple[str, ...]:
    rules = tuple(f"rule.{name}" for name in event.rule.split(RULES_APART) if name)
    return rules + tuple(signal.name for signal in event.signals if signal.weight > 0)


async def _would(desk: Desk, state: ChatState, event: PersonJudged, what: str, now: int) -> Commit:
    method = Method.RESTRICT_MEMBER if what == "restrict" else Method.BAN_MEMBER
    line = desk.bot.note(state.id, method, reasons=_reasons(event), count=1, target=event.user_id)
    told = notice(desk, state, (what,), now)
    state.told |= dict.fromkeys(state.changes.told, now)
    return await desk.bot.advise(event) + Commit.of(writes=line, events=told)


async def _remove(desk: Desk, state: ChatState, event: PersonJudged, now: int) -> list[TelegramAction]:
    moment, reasons = datetime.fromtimestamp(now, UTC), _reasons(event)
    removed_for = timedelta(days=state.settings.number("suspicious.days"))
    until = None if state.is_basic else int((moment + removed_for).timestamp())
    ban = TelegramAction(
        action_id=f"remove:{state.key}:{event.person}:{int(event.judged_at.timestamp() * 1000)}",
        chat_id=state.id,
        method=Method.BAN_MEMBER,
        params={**banning(event.user_id, until), "revoke_messages": True},
        reasons=reasons,
        decided_at=moment,
        expires_at=moment + BAN_EXPIRES,
    )
    written = [reason for reason in reasons if reason.startswith(OF_MESSAGES)]
    ids = (await desk.store.chats.messages_of(state.id, event.user_id, now))[-100:] if written else []
    gone = [Delete(message_id, now, written[0]) for message_id in ids]
    return [ban, deletion(state.id, state.key, gone, tuple(written), now)] if gone else [ban]
