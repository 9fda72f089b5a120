"""A card to an admin about a person who may not belong in their chat: reasons in words, and what can be done.

Who gets it, and what happens where no admin has opened the bot, stands in `news`.
"""

from dataclasses import dataclass
from datetime import timedelta

from services.moderation.bot import asking, deeds, explaining, wiping, withholding
from services.moderation.bot.alerts import mention
from services.moderation.bot.explaining import reason
from services.moderation.bot.i18n import Html, Speech, joined
from services.moderation.bot.news_store import Acted, News
from services.moderation.bot.ports import Deps
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.reply import Reply, Rows
from services.moderation.bot.rights import Unknown, look_up
from services.moderation.bot.signing import Buttons
from services.moderation.bot.store import Decided
from services.moderation.domain.membership import Membership, banning, muting
from services.moderation.domain.precedence import Withhold
from services.moderation.domain.required import Right
from services.moderation.domain.schedule import there
from services.moderation.store.removals import Removal
from services.moderation.telegram.audit import short
from services.moderation.telegram.undo import code_of
from shared.bus.commit import Command, Commit
from shared.contracts.telegram import Method, PersonJudged, PersonObserved, Signal, TelegramAction

PURPOSE = "a"
DAYS = 2.0
"""As long as the raw ids behind a card are kept."""
CARD_WITHIN = timedelta(hours=12)
CHOICES = ("remove", "restrict", "trust")
BESIDE = ("why", "ask", "wipe")
"""Presses that leave the card open."""
HARMFUL = frozenset({"remove", "restrict"})
"""Not in dry run, and not against admins."""
NEEDED = {
    "remove": Right.RESTRICT,
    "restrict": Right.RESTRICT,
    "trust": Right.RESTRICT,
    "wipe": Right.DELETE,
}
"""The right that a choice needs, as the command of the same effect does."""
RESTRICTED = timedelta(days=1)


def card(deps: Deps, code: str, news: News, chat_id: int, speech: Speech) -> TelegramAction:
    """The card for one admin, with buttons signed for their talk with the bot."""
    return _Card(deps, news, code, Reply(f"advice:{code}", deps.now())).to(chat_id, speech)


@dataclass(frozen=True)
class _Card:
    deps: Deps
    kept: News
    code: str
    reply: Reply

    def to(self, chat_id: int, speech: Speech) -> TelegramAction:
        """The card for one reader; its buttons are signed for this chat."""
        button = Buttons.of(self.deps.keys, chat_id, PURPOSE, self.reply.now, DAYS)
        rows, acted = _rows(button, self.code, speech), self.kept.acted
        if acted is not None:
            rows = [explaining.back(self.deps, chat_id, self.kept, speech), [rows[2][0]]]
        text = self._text(speech, speech("advice.yours" if acted is None else "advice.back"))
        return self.reply.send(chat_id, text, rows=rows, name=self._name(chat_id), within=CARD_WITHIN)

    def decided(self, chat_id: int, speech: Speech, choice: str, by: str) -> TelegramAction:
        """The same card without buttons, saying what was decided."""
        what = speech.word("advice", f"was_{choice}")
        text = self._text(speech, speech("advice.outcome", what=what, by=by))
        message = {"message_of": f"advice:{self.code}:{self._name(chat_id)}"}
        return Reply(f"advised:{self.code}:{self._name(chat_id)}", self.reply.now).edit(
            chat_id, message, text
        )

    def _name(self, chat_id: int) -> str:
        return self.deps.keys.person(chat_id)

    def _text(self, speech: Speech, ending: Html) -> Html:
        """Who, where, and every reason in words."""
        judged, kept = self.kept.judged, self.kept
        assert judged is not None
        who = mention(judged.user_id, kept.name, speech)
        about = {"who": who, "code": short(self.deps.keys, judged.user_id)}
        if kept.acted is None:
            parts = [speech("advice.title", **about)]
        else:
            until = _until(speech, kept.acted)
            parts = [speech(f"advice.did_{kept.acted.what}", until=until, **about)]
        if kept.title:
            parts.append(speech("advice.chat", title=kept.title))
        ruled = explaining.by_rule(speech, judged)
        for kind, said, most in (
            ("advice.against", [*ruled, *_words(speech, against(judged))], explaining.AGAINST_MOST),
            ("advice.for", _words(speech, _for(judged)), explaining.FOR_MOST),
        ):
            if said:
                lines = explaining.some((Html(f"• {one}") for one in said), most)
                parts.append(joined("\n", [speech(kind), *lines]))
        return joined("\n\n", [*parts, ending])


def _words(speech: Speech, signals: list[Signal]) -> list[Html]:
    return [reason(speech, one) for one in signals]


def _until(speech: Speech, acted: Acted) -> str:
    if acted.until is None:
        return speech.plain("deed.until_back")
    at = there(acted.until.timestamp(), acted.timezone)
    return speech.plain("warn.until", at=at.strftime("%d.%m"))


def against(judged: PersonJudged) -> list[Signal]:
    """What speaks against a person, the weightiest first."""
    return sorted((s for s in judged.signals if s.weight > 0), key=lambda s: -s.weight)


def _for(judged: PersonJudged) -> list[Signal]:
    return [s for s in judged.signals if s.weight < 0]


def _rows(button: Buttons, code: str, speech: Speech) -> Rows:
    first = [button(speech.plain(f"advice.{choice}"), choice, code) for choice in CHOICES]
    why, ask, wipe = (button(speech.plain(f"advice.{what}"), what, code) for what in ("why", "ask", "wipe"))
    return [first[:2], [first[2], ask], [why, wipe]]


async def pressed(press: PressTurn) -> Commit:  # noqa: PLR0911 - each return is one answer to the presser
    """Carry out what an admin of that chat chose; the first decides, the next is told."""
    turn, deps = press.turn, press.turn.deps
    choice, code = (*press.press.args, "", "")[:2]
    kept = await _where_it_now_is(deps, await deps.store.news.piece(code))
    if kept is None or kept.judged is None or turn.person is None or choice not in {*CHOICES, *BESIDE}:
        return Commit.of(events=[press.answer("press.expired", alert=True)])
    stands = await _refusal(press, kept.judged, choice)
    if isinstance(stands, str):
        return Commit.of(events=[press.answer(stands, alert=True)])
    if choice == "why":
        told = press.say(explaining.text(kept.judged, turn.speech))
        return Commit.of(events=[press.answer("advice.because", alert=True), told])
    if (before := await deps.store.decided(code)) is not None:
        what = turn.speech.plain_word("advice", f"was_{before.decision}")
        return Commit.of(events=[press.answer("press.decided", alert=True, what=what, by=before.by)])
    if choice in HARMFUL and await _is_withdrawn(deps, kept.judged):
        return Commit.of(events=[press.answer("advice.withdrawn", alert=True)])
    match choice:
        case "ask":
            return await asking.ask(press, kept, kept.judged)
        case "wipe":
            return await wiping.by_person(press, kept.judged.chat_id, kept.judged.user_id)
        case _:
            return await _decide(press, kept, code, choice, stands)


async def _is_withdrawn(deps: Deps, judged: PersonJudged) -> bool:
    """Whether a chat on whose word the card rests is heard no more."""
    admissions, at = await deps.chats.admissions.current(), int(judged.judged_at.timestamp())
    return any(not admissions.is_heard(source, at) for source in judged.sources)


async def _where_it_now_is(deps: Deps, kept: News | None) -> News | None:
    """The chat of a card may have become a supergroup meanwhile."""
    if kept is None or kept.judged is None:
        return kept
    chat_id = await deps.chats.now_at(kept.chat_id)
    judged = kept.judged.model_copy(update={"chat_id": chat_id})
    return kept.model_copy(update={"chat_id": chat_id, "judged": judged})


async def _refusal(press: PressTurn, judged: PersonJudged, choice: str) -> Membership | str:
    """What stands for the person, or the key of why the presser may not, or nobody may.

    Rights are asked now, of the chat that it is about.
    """
    assert press.turn.person is not None
    telegram = press.turn.deps.telegram
    try:
        rights = await look_up(telegram, judged.chat_id, press.turn.person.id)
        theirs = await look_up(telegram, judged.chat_id, judged.user_id)
        mine = await look_up(telegram, judged.chat_id, press.turn.deps.me.id)
    except Unknown:
        return "press.unknown"
    rights.require_admin()
    if choice in NEEDED:
        rights.require(NEEDED[choice])
    if choice == "restrict" and (await press.turn.deps.chats.state(judged.chat_id)).is_basic:
        return "deed.basic"
    if theirs.is_admin and choice != "trust":
        return "press.target_admin"
    if choice in HARMFUL and not mine.can_restrict:
        return "deed.bot_lacks"
    return theirs.membership or "press.unknown"


async def _decide(press: PressTurn, kept: News, code: str, choice: str, stands: Membership) -> Commit:
    turn, deps, judged = press.turn, press.turn.deps, kept.judged
    assert judged is not None
    by = short(deps.keys, turn.person.id if turn.person else 0)
    settings = await deps.chats.settings(judged.chat_id)
    if settings.dryrun and choice in HARMFUL:
        return Commit.of(events=[press.answer("advice.dryrun", alert=True)])
    act = _act(press, kept, judged, choice, settings.timezone)
    found = None if act is None else deeds.ruled(turn, act.method, act.params, stands)
    if isinstance(found, Withhold) and choice == "restrict":
        why = withholding.in_short(turn.speech, found, settings.timezone, turn.reply.now)
        return Commit.of(events=[press.tell(why)])
    shown, readers = _Card(deps, kept, code, turn.reply), await deps.store.news.readers(code)
    writes = deps.store.close_advice(code, Decided(decision=choice, by=by))
    if act is not None and isinstance(found, Withhold):
        line = deeds.withheld_line(turn, act.method, judged.user_id, choice, found)
        writes += deps.actor_store.audit(judged.chat_id, line)
    if choice == "trust":
        now = turn.at
        line = turn.entry("trust", target=short(deps.keys, judged.user_id), reasons=("admin.trust",))
        writes += deps.chats.trust(judged.chat_id, judged.user_id, now)
        writes += deps.actor_store.audit(judged.chat_id, line)
    acts = [] if act is None or isinstance(found, Withhold) else [act]
    writes += [write for one in acts for write in _noted(press, judged, one)]
    return Commit.of(
        writes=writes,
        events=[
            *acts,
            *_lesson(press, judged, choice),
            *(shown.decided(reader, Speech(language), choice, by) for reader, language in readers),
            press.answer(),
        ],
        expect=[deps.store.undecided(code)],
    )


def _noted(press: PressTurn, judged: PersonJudged, act: TelegramAction) -> list[Command]:
    """To be taken back when a word on which the card rests is withdrawn."""
    deps = press.turn.deps
    who = short(deps.keys, judged.user_id)
    done = Removal(deps.keys.person(judged.chat_id), code_of(deps.keys, act.action_id), who, press.turn.at)
    return deps.chats.removals.note(judged.sources, done)


def _act(press: PressTurn, kept: News, judged: PersonJudged, choice: str, zone: str) -> TelegramAction | None:
    """What Telegram is asked for; the presser hears where it turns out otherwise."""
    turn = press.turn
    if choice == "trust":
        return None
    method, params = Method.BAN_MEMBER, banning(judged.user_id, None)
    if choice == "restrict":
        until = int((turn.reply.now + RESTRICTED).timestamp())
        method, params = Method.RESTRICT_MEMBER, muting(judged.user_id, until)
    reasons = tuple(signal.name for signal in against(judged))
    act = turn.reply.act(judged.chat_id, method, params, by=turn.by, reasons=reasons)
    name = kept.name or short(turn.deps.keys, judged.user_id)
    follow = withholding.otherwise(turn.speech, name, zone, press.later(withholding.WHY))
    return act.model_copy(update={"follow": follow})


def _lesson(press: PressTurn, judged: PersonJudged, choice: str) -> list[PersonObserved]:
    """An admin's word on a person, for the stage that knows people."""
    if choice == "restrict":
        return []
    return [
        PersonObserved(
            person=judged.person,
            chat=press.turn.deps.keys.person(judged.chat_id),
            chat_id=judged.chat_id,
            user_id=judged.user_id,
            kind="trusted" if choice == "trust" else "banned",
            reasons=(f"admin.{choice}",),
            observed_at=press.turn.reply.now,
        )
    ]
