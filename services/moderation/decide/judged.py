"""A person's standing asks for attention in a chat: the chat's settings decide what follows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from services.moderation.decide.acts import deletion, notice
from services.moderation.decide.desk import Desk
from services.moderation.decide.looking import Places, in_the_way, look_up
from services.moderation.domain.conditions import ACTIONS, RULES_APART
from services.moderation.domain.membership import banning, muting
from services.moderation.domain.precedence import Withhold
from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.standing import ADVISE, REMOVE, threshold
from services.moderation.domain.state import ChatState, Delete
from services.moderation.domain.update import TELEGRAM_OWN
from services.moderation.store.chats import Wanted
from shared.bus.commit import NOTHING, Commit
from shared.contracts.telegram import Method, PersonJudged, TelegramAction

RESTRICTED_FOR = timedelta(days=1)
"""Where a rule of the operator's wants that."""
BAN_EXPIRES = timedelta(hours=24)
OF_MESSAGES = ("new_message.", "first_message.", "spam.")
"""Reasons that lie in what was written: then it goes with the person."""
OUT = frozenset({"left", "kicked"})


async def judge_all(desk: Desk, events: Sequence[PersonJudged]) -> Commit:
    """Each in order; what is known of a chat is read and written once for the batch.

    Raises TryLater when a look-up failed: nobody is accused for that.
    """
    now, chats = int(desk.now().timestamp()), desk.store.chats
    moved = await chats.moved({event.chat_id for event in events})
    events = [_at_new_id(event, moved) for event in events if event.user_id not in TELEGRAM_OWN]
    found, _ = await chats.load({event.chat_id: Wanted() for event in events}, {})
    states = {chat_id: state for chat_id, state in found.items() if state.bot not in OUT}
    await desk.know_admins(states.values(), now)
    about = [(states[event.chat_id], event) for event in events if event.chat_id in states]
    acted = ((state, event.user_id) for state, event in about if _acts(state, event))
    places = await look_up(desk, acted)
    parts = [await judge(desk, state, event, places, now) for state, event in about]
    writes = [write for state in states.values() for write in chats.save(state, now)]
    moves = [await desk.move(*one.changes.migrated, now) for one in states.values() if one.changes.migrated]
    return sum(parts, NOTHING) + Commit.of(writes=writes) + sum(moves, NOTHING)


def _at_new_id(event: PersonJudged, moved: Mapping[int, int]) -> PersonJudged:
    new = moved.get(event.chat_id)
    return event if new is None else event.model_copy(update={"chat_id": new})


def _acts(state: ChatState, event: PersonJudged) -> bool:
    """Whether the bot does something to the person by itself."""
    if not _is_judged(state, event) or state.settings.dryrun:
        return False
    what = wanted(state.settings, event)
    return what == "remove" or (what == "restrict" and not state.is_basic)


def _is_judged(state: ChatState, event: PersonJudged) -> bool:
    """Nobody is where the admins cannot be known, and no admin."""
    return state.admins is not None and not state.is_admin(event.person)


async def judge(desk: Desk, state: ChatState, event: PersonJudged, places: Places, now: int) -> Commit:
    """Remove, restrict, advise, or nothing at all. `places`: what stands for those whom the bot acts on."""
    if not _is_judged(state, event):
        return NOTHING
    what = wanted(state.settings, event)
    if what == "advise" or (what == "restrict" and state.is_basic):
        return await desk.bot.advise(event) if _is_news(event) else NOTHING
    if state.settings.dryrun:
        return await _would(desk, state, event, what, now)
    act, *rest = (
        [_restrict(state, event, now)] if what == "restrict" else await _remove(desk, state, event, now)
    )
    if (found := in_the_way(act, places.get((state.id, event.user_id)), now)) is not None:
        return await _left(desk, event, act, found) + Commit.of(events=rest)
    return await desk.bot.advise(event, act) + Commit.of(events=[act, *rest])


async def _left(desk: Desk, event: PersonJudged, act: TelegramAction, found: Withhold) -> Commit:
    """What stands is left and the log says so; the admins are asked unless the person is out already."""
    line = Commit.of(writes=desk.bot.withheld(act, found))
    if act.method is Method.BAN_MEMBER or found.code.startswith("ban.") or not _is_news(event):
        return line
    return line + await desk.bot.advise(event)


def wanted(settings: ChatSettings, event: PersonJudged) -> str:
    """`remove` or `restrict` only where the chat's admins have chosen that the bot acts, `advise` elsewhere.

    A machine's word does not last for ever (`suspicious.days`); an admin can ban for longer.
    """
    if settings.get("suspicious") != "remove":
        return "advise"
    return max(event.action or "advise", _by_score(settings, event), key=ACTIONS.index)


def _by_score(settings: ChatSettings, event: PersonJudged) -> str:
    least = threshold(settings.number("suspicious.threshold"))
    if event.before is not None and event.before >= least:
        return "advise"  # has been acted on; a person who comes back begins anew
    return "remove" if event.score >= least else "advise"


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
