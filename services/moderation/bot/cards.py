"""A card to a chat's admins about a person who may not belong there: reasons in words, and what can be done.

It goes to each admin alone who has opened the bot, so that nobody is accused in public. Where none has, it
goes to the chat itself, with a word on how to get such cards in private.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.moderation.bot import deeds
from services.moderation.bot.i18n import Html, Speech, html, joined, speech_for
from services.moderation.bot.ports import Deps
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.reply import Reply, Rows
from services.moderation.bot.rights import Unknown, look_up
from services.moderation.bot.signing import Buttons
from services.moderation.bot.store import Advice, Decided
from services.moderation.telegram.audit import short
from services.moderation.telegram.errors import TelegramError
from shared.bus.commit import Commit
from shared.contracts.telegram import Method, PersonJudged, PersonObserved, Signal, TelegramAction

PURPOSE = "a"
DAYS = 2.0
"""As long as the raw ids behind a card are kept."""
CARD_WITHIN = timedelta(hours=12)
CHOICES = ("remove", "restrict", "trust")
HARMFUL = frozenset({"remove", "restrict"})
RESTRICTED = timedelta(days=1)
ADMINS_MOST = 20
LOOK_UP_SECONDS = 5.0


async def advice(judged: PersonJudged, deps: Deps) -> Commit:
    """Cards to the chat's admins; the ids behind them are sealed for two days."""
    settings = await deps.chats.settings(judged.chat_id)
    code = deps.keys.token("advice", f"{judged.chat_id}:{judged.person}:{judged.judged_at.isoformat()}", 8)
    try:
        name = (await look_up(deps.telegram, judged.chat_id, judged.user_id)).name
    except Unknown:
        name = ""
    admins = await _admins(deps, judged.chat_id)
    readers = [(one, speech_for(language, settings.language).language) for one, language in admins]
    kept = Advice(
        judged=judged,
        name=name,
        title=await _title(deps, judged.chat_id),
        readers=tuple(readers or [(judged.chat_id, settings.language)]),
    )
    card = _Card(deps, kept, code, Reply(f"advice:{code}", deps.now()))
    sends = [card.to(chat_id, Speech(language)) for chat_id, language in kept.readers]
    return Commit.of(writes=deps.store.keep_advice(code, kept), events=sends)


async def _admins(deps: Deps, chat_id: int) -> list[tuple[int, str]]:
    """Ids and language codes of the admins who have opened the bot."""
    try:
        members = await deps.telegram.call(
            "getChatAdministrators", {"chat_id": chat_id}, seconds=LOOK_UP_SECONDS
        )
    except TelegramError:
        return []
    users = [m["user"] for m in members if isinstance(m, dict) and isinstance(m.get("user"), dict)]
    people = {u["id"]: str(u.get("language_code", "")) for u in users if not u.get("is_bot")}
    return [(one, people[one]) for one in await deps.store.who_talks(list(people)[:ADMINS_MOST])]


async def _title(deps: Deps, chat_id: int) -> str:
    try:
        chat: Any = await deps.telegram.call("getChat", {"chat_id": chat_id}, seconds=LOOK_UP_SECONDS)
    except TelegramError:
        return ""
    return str(chat.get("title", "")) if isinstance(chat, dict) else ""


@dataclass(frozen=True)
class _Card:
    deps: Deps
    kept: Advice
    code: str
    reply: Reply

    def to(self, chat_id: int, speech: Speech) -> TelegramAction:
        """The card for one reader; its buttons are signed for this chat."""
        button = Buttons.of(self.deps.keys, chat_id, PURPOSE, self.reply.now, DAYS)
        hint = "advice.public" if chat_id == self.kept.judged.chat_id else "advice.yours"
        text = self._text(chat_id, speech, speech(hint, bot=self.deps.me.username))
        return self.reply.send(
            chat_id, text, rows=_rows(button, self.code, speech), name=self._name(chat_id), within=CARD_WITHIN
        )

    def decided(self, chat_id: int, speech: Speech, choice: str, by: str) -> TelegramAction:
        """The same card without buttons, saying what was decided."""
        what = speech.word("advice", f"was_{choice}")
        text = self._text(chat_id, speech, speech("advice.outcome", what=what, by=by))
        message = {"message_of": f"advice:{self.code}:{self._name(chat_id)}"}
        return Reply(f"advised:{self.code}:{self._name(chat_id)}", self.reply.now).edit(
            chat_id, message, text
        )

    def _name(self, chat_id: int) -> str:
        return self.deps.keys.person(chat_id)

    def _text(self, chat_id: int, speech: Speech, ending: Html) -> Html:
        """Who, where, and every reason in words."""
        judged, kept = self.kept.judged, self.kept
        name = kept.name or speech.plain("advice.nameless")
        who = Html(f'<a href="tg://user?id={judged.user_id}">{html(name)}</a>')
        parts = [speech("advice.title", who=who, code=short(self.deps.keys, judged.user_id))]
        if kept.title and chat_id != judged.chat_id:
            parts.append(speech("advice.chat", title=kept.title))
        for kind, signals in (("advice.against", against(judged)), ("advice.for", _for(judged))):
            if signals:
                lines = (Html(f"• {reason(speech, one)}") for one in signals)
                parts.append(joined("\n", [speech(kind), *lines]))
        return joined("\n\n", [*parts, ending])


def reason(speech: Speech, signal: Signal) -> Html:
    """A signal in words, with its figures where the sentence has a place for them."""
    text = speech.word("reason", signal.name)
    for name, value in signal.detail.items():
        text = Html(text.replace(f"[{name}]", html(f"{value:g}" if isinstance(value, float) else value)))
    return text


def against(judged: PersonJudged) -> list[Signal]:
    """What speaks against a person, the weightiest first."""
    return sorted((s for s in judged.signals if s.weight > 0), key=lambda s: -s.weight)


def _for(judged: PersonJudged) -> list[Signal]:
    return [s for s in judged.signals if s.weight < 0]


def _rows(button: Buttons, code: str, speech: Speech) -> Rows:
    first = [button(speech.plain(f"advice.{choice}"), choice, code) for choice in CHOICES]
    return [first[:2], [first[2], button(speech.plain("advice.why"), "why", code)]]


async def pressed(press: PressTurn) -> Commit:
    """Carry out what an admin of that chat chose; the first decides, the next is told."""
    turn, deps = press.turn, press.turn.deps
    choice, code = (*press.press.args, "", "")[:2]
    kept = await deps.store.advice(code)
    if kept is None or turn.person is None or choice not in {*CHOICES, "why"}:
        return Commit.of(events=[press.answer("press.expired", alert=True)])
    if (refusal := await _refusal(press, kept.judged, choice)) is not None:
        return Commit.of(events=[press.answer(refusal, alert=True)])
    if choice == "why":
        return Commit.of(events=[press.answer("advice.because", alert=True)])
    if (before := await deps.store.decided(code)) is not None:
        what = turn.speech.plain_word("advice", f"was_{before.decision}")
        return Commit.of(events=[press.answer("press.decided", alert=True, what=what, by=before.by)])
    return await _decide(press, kept, code, choice)


async def _refusal(press: PressTurn, judged: PersonJudged, choice: str) -> str | None:
    """Key of why the presser may not, or nobody may; rights are asked now, of the chat that it is about."""
    assert press.turn.person is not None
    telegram = press.turn.deps.telegram
    try:
        rights = await look_up(telegram, judged.chat_id, press.turn.person.id)
        theirs = await look_up(telegram, judged.chat_id, judged.user_id)
    except Unknown:
        return "press.unknown"
    if not rights.is_admin or (choice in HARMFUL and not rights.can_restrict):
        return "press.not_admin"
    return "press.target_admin" if theirs.is_admin and choice in HARMFUL else None


async def _decide(press: PressTurn, kept: Advice, code: str, choice: str) -> Commit:
    turn, deps, judged = press.turn, press.turn.deps, kept.judged
    by = short(deps.keys, turn.person.id if turn.person else 0)
    settings = await deps.chats.settings(judged.chat_id)
    if settings.dryrun and choice in HARMFUL:
        return Commit.of(events=[press.answer("advice.dryrun", alert=True)])
    card = _Card(deps, kept, code, turn.reply)
    return Commit.of(
        writes=deps.store.close_advice(code, Decided(decision=choice, by=by)),
        events=[
            *_acts(press, judged, choice),
            *_lesson(press, judged, choice),
            *(card.decided(chat_id, Speech(language), choice, by) for chat_id, language in kept.readers),
            press.answer(),
        ],
        expect=[deps.store.undecided(code)],
    )


def _acts(press: PressTurn, judged: PersonJudged, choice: str) -> list[TelegramAction]:
    turn = press.turn
    if choice == "trust":
        return []
    method, params = Method.BAN_MEMBER, dict[str, Any](user_id=judged.user_id)
    if choice == "restrict":
        until = int((turn.reply.now + RESTRICTED).timestamp())
        method, params = Method.RESTRICT_MEMBER, {**params, "permissions": deeds.SILENT, "until_date": until}
    reasons = tuple(signal.name for signal in against(judged))
    return [turn.reply.act(judged.chat_id, method, params, by=turn.by, reasons=reasons)]


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
