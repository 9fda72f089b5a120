"""Taking a deed back with one press: what it has set goes, and what stood before it stands again.

Only what it has set: where something else stands by now, that is said and left. It also teaches that the deed
was wrong.
"""

from dataclasses import dataclass
from typing import Any

from services.moderation.bot import log_view, withholding
from services.moderation.bot.moments import until_words
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.rights import Unknown, look_up
from services.moderation.bot.subject import Subject, from_code, rights_in
from services.moderation.domain.membership import FOR_EVER, Membership, banning
from services.moderation.domain.permissions import FREE, MUTED
from services.moderation.domain.precedence import Withhold, ruling
from services.moderation.domain.required import Right
from services.moderation.telegram.audit import short
from services.moderation.telegram.undo import Undo
from shared.bus.commit import Command, Commit
from shared.contracts.telegram import Method, PersonObserved, TelegramAction

REASONS = ("admin.undo",)
Call = tuple[Method, dict[str, Any]]


async def pressed(press: PressTurn) -> Commit:
    """A press under the log or under a deed: another page, or back with it."""
    verb, chat, value = (*press.press.args, "", "", "")[:3]
    subject = await from_code(press.turn, chat)
    if subject is None:
        return Commit.of(events=[press.answer("press.expired", alert=True)])
    if verb != "u":
        return await log_view.turned(press, subject, value)
    if (refusal := await _refusal(press, subject.chat_id)) is not None:
        return Commit.of(events=[press.answer(refusal, alert=True)])
    undo = await press.turn.deps.actor_store.undos.undo(subject.chat_id, value)
    if undo is None:
        return Commit.of(events=[press.answer("undo.gone", alert=True)])
    return await _Undoing(press, subject, value, undo).back()


async def _refusal(press: PressTurn, chat_id: int) -> str | None:
    """Key of why the presser, or the bot, may not."""
    try:
        rights = await rights_in(press.turn, chat_id)
        mine = await look_up(press.turn.deps.telegram, chat_id, press.turn.deps.me.id)
    except Unknown:
        return "press.unknown"
    rights.require(Right.RESTRICT)
    return None if mine.can_restrict else "deed.bot_lacks"


@dataclass(frozen=True)
class _Undoing:
    """One deed that is to be taken back."""

    press: PressTurn
    subject: Subject
    code: str
    undo: Undo

    async def back(self) -> Commit:
        """Take it back, or say what is in the way."""
        turn, chat_id = self.press.turn, self.subject.chat_id
        basic = (await turn.deps.chats.state(chat_id)).is_basic
        latest = await turn.deps.actor_store.undos.is_latest(chat_id, self.undo.target, self.code)
        if self.undo.method is Method.UNBAN_SENDER_CHAT:
            return self._channel() if latest else self._left("undo.later")
        if basic:
            return self._basic()
        try:
            theirs = (await look_up(turn.deps.telegram, chat_id, self.undo.target)).membership
        except Unknown:
            theirs = None
        if theirs is None:
            return self._left("target.unknown")
        return self._person(theirs, latest=latest)

    def _channel(self) -> Commit:
        act = self._act((self.undo.method, {"sender_chat_id": self.undo.target}))
        return self._done("undo.done_channel", events=[act])

    def _basic(self) -> Commit:
        """Who was removed may come back anyway, and Telegram would refuse to allow it."""
        turn = self.press.turn
        who = short(turn.deps.keys, self.undo.target)
        line = turn.entry(self.undo.method.value, target=who, reasons=REASONS)
        writes = turn.deps.actor_store.audit(self.subject.chat_id, line)
        return self._done("undo.done", writes=writes)

    def _person(self, theirs: Membership, *, latest: bool) -> Commit:
        now, expected = self.press.turn.reply.now.timestamp(), made_by(self.undo, theirs.until)
        stands = theirs.at(now)
        call = call_of(self.undo, now)
        found = ruling(*call, stands, now, expected=expected)
        if isinstance(found, Withhold) and found.outcome == "already":
            return self._done("undo.over")
        if isinstance(found, Withhold) or not latest:
            return self._left("undo.banned" if self._is_worse(stands) else "undo.changed", stands.until)
        act = self._act(call).model_copy(update={"expected": expected.stands, "follow": self._follow()})
        return self._done("undo.done", events=[act])

    def _is_worse(self, stands: Membership) -> bool:
        return stands.is_banned and self.undo.method is not Method.UNBAN_MEMBER

    def _act(self, call: Call) -> TelegramAction:
        turn = self.press.turn
        return turn.reply.act(self.subject.chat_id, *call, by=turn.by, reasons=REASONS)

    def _follow(self) -> Any:
        turn = self.press.turn
        name, zone = short(turn.deps.keys, self.undo.target), self.subject.settings.timezone
        return withholding.otherwise(turn.speech, name, zone, self.press.later(withholding.WHY))

    def _left(self, key: str, until: int = FOR_EVER) -> Commit:
        turn = self.press.turn
        at = until_words(turn.speech, until, self.subject.settings.timezone, turn.reply.now)
        return Commit.of(events=[self.press.answer(key, alert=True, until=at)])

    def _done(
        self, key: str, events: list[TelegramAction] | None = None, writes: list[Command] | None = None
    ) -> Commit:
        """It counts as taken back, also where nothing was left of it: an admin's word on the person."""
        spent = self.press.turn.deps.actor_store.undos.spent(self.subject.chat_id, self.code)
        return Commit.of(
            writes=[*(writes or []), *spent, *self._trust()],
            events=[*(events or []), *self._lesson(), self.press.answer(key, alert=True, code=self.code)],
        )

    def _trust(self) -> list[Command]:
        """An admin's word that this person belongs here."""
        turn = self.press.turn
        if self.undo.method is Method.UNBAN_SENDER_CHAT:
            return []
        return turn.deps.chats.trust(self.subject.chat_id, self.undo.target, turn.at)

    def _lesson(self) -> list[PersonObserved]:
        turn, chat_id = self.press.turn, self.subject.chat_id
        if self.undo.method is Method.UNBAN_SENDER_CHAT:
            return []
        return [
            PersonObserved(
                person=turn.deps.keys.person(self.undo.target),
                chat=turn.deps.keys.person(chat_id),
                chat_id=chat_id,
                user_id=self.undo.target,
                kind="trusted",
                reasons=REASONS,
                observed_at=turn.reply.now,
            )
        ]


def made_by(undo: Undo, until: int) -> Membership:
    """What the deed has set; where its end is not known any more, it is taken to be `until`."""
    end = until if undo.until is None else undo.until
    if undo.method is Method.UNBAN_MEMBER:
        return Membership("kicked", end)
    return Membership("restricted", end, MUTED)


def call_of(undo: Undo, now: float) -> Call:
    """What puts back what stood before the deed, as far as it would still stand."""
    before = undo.before.at(now) if undo.before is not None else Membership("member")
    if before.is_banned:
        return Method.BAN_MEMBER, banning(undo.target, before.until or None)
    if before.is_restricted:
        params: dict[str, Any] = {"user_id": undo.target, "permissions": dict(before.permissions)}
        params |= {"use_independent_chat_permissions": True}
        return Method.RESTRICT_MEMBER, params | ({"until_date": before.until} if before.until else {})
    if undo.method is Method.UNBAN_MEMBER:
        return Method.UNBAN_MEMBER, {"user_id": undo.target, "only_if_banned": True}
    return Method.RESTRICT_MEMBER, {"user_id": undo.target, "permissions": dict(FREE)}
