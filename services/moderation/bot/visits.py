"""Which chats the bot is in, looked at now and then on one replica: what is missing in the record, chats that
are to be left, cards about new ones, and who leads the known.
"""

from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from services.moderation.bot import arrivals, before_card
from services.moderation.bot.arrivals import Round, is_undecided
from services.moderation.bot.ports import Deps
from services.moderation.bot.reviewers import review_chat
from services.moderation.bot.reviews import speech_in
from services.moderation.bot.rights import LOOK_UP_SECONDS
from services.moderation.domain.admission import BEFORE, NOT_YET, Admission, arrived
from services.moderation.domain.lookalike import leaders
from services.moderation.store.admissions import Recorded
from services.moderation.telegram.errors import TelegramError
from shared.bus.commit import NOTHING, Command, Commit
from shared.contracts.telegram import Method, TelegramAction

log = structlog.get_logger()
EVERY = 10.0
"""Seconds between two looks."""
STAYS = 10
"""Seconds for which the bot stays in a chat that nobody has let in: it may be a group that was let in and has
just become a supergroup.
"""
LEAVE_AGAIN = 600
"""Seconds until a chat is left again where that did not work."""
REFRESH_EVERY = 60.0
REFRESHED_AT_ONCE = 5
"""Chats whose admins are looked up in a minute: a city of a thousand takes some hours."""
TAUGHT_BY_ANYBODY = "moderation:taught"
"""What a deployment had learnt about texts before it was kept by whom: anybody may have taught it."""
DUE_AT_ONCE = 500
"""Guests among those that are due only leave: whoever is not heard needs no team."""


@dataclass
class Visits:
    """`asked`: when a chat was asked to be left last, by id."""

    deps: Deps
    asked: dict[int, int] = field(default_factory=dict)

    async def __call__(self) -> Commit | None:
        """One look. None when nothing is to be done."""
        deps = self.deps
        recorded, here = await deps.chats.admissions.all(), await deps.chats.visited.here()
        reviewing = await review_chat(deps)
        here = {key: chat_id for key, chat_id in here.items() if chat_id != reviewing}
        missing = _missing(deps, recorded, here)
        if missing != NOTHING:
            return missing
        leaving = Commit.of(events=self._leaving(recorded, here))
        found = leaving + await self._cards(recorded, here, reviewing)
        return found if found != NOTHING else None

    def _leaving(self, recorded: Recorded, here: dict[str, int]) -> list[TelegramAction]:
        now, found = int(self.deps.now().timestamp()), []
        for key, chat_id in here.items():
            admission = recorded.admissions.chats.get(key, Admission())
            if not self._is_left(admission, now) or now - self.asked.get(chat_id, 0) < LEAVE_AGAIN:
                continue
            self.asked[chat_id] = now
            found.append(_leave(self.deps, chat_id, key, admission))
        return found

    def _is_left(self, admission: Admission, now: int) -> bool:
        if admission.state == "blocked":
            return True
        uninvited = not admission.is_let_in and admission.came != BEFORE and now - admission.came >= STAYS
        return self.deps.settings.chats == "closed" and uninvited

    async def _cards(self, recorded: Recorded, here: dict[str, int], reviewing: int | None) -> Commit:
        deps = self.deps
        if deps.settings.chats != "review" or reviewing is None:
            return NOTHING
        if (await deps.actor_store.chat(reviewing)).parked:
            return NOTHING
        waiting = [
            chat_id
            for key, chat_id in here.items()
            if is_undecided(recorded.admissions.chats.get(key, Admission()))
        ]
        if not waiting and not await deps.store.arrivals.open_cards():
            return NOTHING
        known = await deps.chats.visited.abouts(waiting)
        groups = {chat_id: about for chat_id, about in known.items() if about.is_group}
        listed = await deps.chats.visited.listed(groups.values())
        speech = await speech_in(deps, reviewing)
        look = Round(deps, reviewing, speech, recorded, here, groups, listed)
        return await before_card.post(look) + await arrivals.post(look)


def _missing(deps: Deps, recorded: Recorded, here: dict[str, int]) -> Commit:
    """Chats of which nothing is recorded, or not when the bot came: all that were there before anything was,
    or those whose arrival was not heard of.
    """
    store, now = deps.chats.admissions, int(deps.now().timestamp())
    first, chats = recorded.version is None, recorded.admissions.chats
    missing = [key for key in here if key not in chats]
    late = {key: one for key in here if (one := chats.get(key)) is not None and one.came == NOT_YET}
    if not missing and not late and not first:
        return NOTHING
    came = Admission(came=BEFORE) if first else arrived(None, now, "")
    writes = [write for key in missing for write in store.save(key, came, is_felt=False)]
    for key, one in late.items():
        writes += store.save(key, arrived(one, now, ""), is_felt=one.state == "known")
    writes += [*store.begin(), ("UNLINK", TAUGHT_BY_ANYBODY)] if first else []
    log.info("chats_recorded_as_guests", chats=len(missing), before=first)
    return Commit.of(
        writes=writes, expect=[*map(store.absent, missing), *([store.not_begun()] if first else [])]
    )


def _leave(deps: Deps, chat_id: int, key: str, admission: Admission) -> TelegramAction:
    now = deps.now()
    return TelegramAction(
        action_id=f"leave:{key}:{int(now.timestamp())}",
        chat_id=chat_id,
        method=Method.LEAVE_CHAT,
        params={},
        reasons=("admission.blocked" if admission.state == "blocked" else "admission.closed",),
        by=admission.by,
        decided_at=now,
        expires_at=now + timedelta(hours=1),
    )


async def refresh(deps: Deps) -> Commit | None:
    """Look up who leads the chats of which that was not learnt lately, a few at once."""
    store, now = deps.chats.admissions, int(deps.now().timestamp())
    due = await store.due(now, DUE_AT_ONCE)
    if not due:
        return None
    admissions = await store.current()
    known = [key for key in due if admissions.is_known(key)][:REFRESHED_AT_ONCE]
    here = await deps.chats.ids(known)
    writes = [write for key in due if not admissions.is_known(key) for write in store.rest(key)]
    for key in known:
        writes += await _led(deps, key, here.get(key), now)
    return Commit.of(writes=writes)


async def _led(deps: Deps, key: str, chat_id: int | None, now: int) -> list[Command]:
    """Where it cannot be learnt what is known stays, until it is too old."""
    store, tokens, counted = deps.chats.admissions, frozenset[str](), list[Command]()
    if chat_id is not None:
        try:
            tokens = store.tokens(leaders(await _ask(deps, "getChatAdministrators", chat_id)))
            people = await _ask(deps, "getChatMemberCount", chat_id)
            counted = deps.chats.visited.counted(chat_id, people if isinstance(people, int) else 0)
        except TelegramError as error:
            log.info("admins_not_learnt", reason=type(error).__name__)
    return [*await store.learnt(key, tokens, now), *counted]


async def _ask(deps: Deps, method: str, chat_id: int) -> object:
    return await deps.telegram.call(method, {"chat_id": chat_id}, seconds=LOOK_UP_SECONDS)
