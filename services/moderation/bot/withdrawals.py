"""A chat's word is withdrawn: the admins of each chat in which somebody was removed on its account hear of it
once, and take all of it back with one press.

Raw ids are kept for two days. Of what is older only codes are known: it is taken back by hand, when somebody
asks.
"""

from collections.abc import Iterable
from datetime import timedelta

from services.moderation.bot import undoing
from services.moderation.bot.i18n import Html, Speech, html, joined
from services.moderation.bot.news_store import News, Withdrawn
from services.moderation.bot.ports import Deps
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.reply import Reply
from services.moderation.bot.rights import Unknown, look_up
from services.moderation.bot.signing import Buttons
from services.moderation.bot.store import Decided
from services.moderation.domain.membership import FOR_EVER
from services.moderation.domain.required import Right
from services.moderation.domain.standing.person import PARDONED
from services.moderation.store.removals import Removal
from services.moderation.telegram.audit import short
from services.moderation.telegram.undo import Undo
from shared.bus.commit import Command, Commit
from shared.contracts.telegram import PersonObserved, TelegramAction

PURPOSE = "b"
DAYS = 2.0
"""As long as the raw ids are kept."""
CARD_WITHIN = timedelta(hours=12)
CODES_MOST = 40
"""Shown on one card; the others are only counted."""
MAY_STILL_COME = 600
"""Seconds for which what was decided may still wait for its call: there is nothing to take back before."""
AT_ONCE = 200
UNDO = "undo"


def pieces(deps: Deps, removals: Iterable[tuple[int, Removal]]) -> Commit:
    """One piece of news for each chat; it is sent by and by, see `news.spread`. Each with the chat's id."""
    now, by_chat = deps.now(), dict[int, list[Removal]]()
    for chat_id, removal in removals:
        by_chat.setdefault(chat_id, []).append(removal)
    writes: list[Command] = []
    for chat_id, found in by_chat.items():
        code = deps.keys.token("withdrawn", f"{chat_id}:{now.isoformat()}", 8)
        said = Withdrawn(
            codes=tuple(one.code for one in found),
            people=tuple(one.person for one in found),
            at=tuple(one.at for one in found),
        )
        writes += deps.store.news.keep(code, News(chat_id=chat_id, at=now, withdrawn=said))
        writes += deps.chats.removals.to_send(code, int(now.timestamp()))
    return Commit.of(writes=writes)


async def card(deps: Deps, code: str, news: News, chat_id: int, speech: Speech) -> TelegramAction:
    """The card for one admin."""
    button = Buttons.of(deps.keys, chat_id, PURPOSE, deps.now(), DAYS)
    text, open_ = await _text(deps, news, speech)
    rows = [[button(speech.plain("withdrawn.undo", count=open_), UNDO, code)]] if open_ else []
    return _reply(deps, code).send(
        chat_id, text, rows=rows, name=deps.keys.person(chat_id), within=CARD_WITHIN
    )


def _reply(deps: Deps, code: str) -> Reply:
    return Reply(f"withdrawn:{code}", deps.now())


async def _text(deps: Deps, news: News, speech: Speech, *endings: Html) -> tuple[Html, int]:
    """What is said, and how many can still be taken back."""
    said = news.withdrawn
    assert said is not None
    kept = await deps.actor_store.undos.kept(news.chat_id, list(said.codes))
    now, fresh, old = int(deps.now().timestamp()), list[str](), list[str]()
    for code, person, at in zip(said.codes, said.people, said.at, strict=True):
        (fresh if code in kept or now - at < MAY_STILL_COME else old).append(person)
    parts = [speech("withdrawn.title")]
    if news.title:
        parts.append(speech("advice.chat", title=news.title))
    if fresh:
        parts.append(speech("withdrawn.fresh", count=len(fresh), codes=_codes(fresh)))
    if old:
        parts.append(speech("withdrawn.old", count=len(old), codes=_codes(old)))
    return joined("\n\n", [*parts, *endings]), len(fresh)


def _codes(people: list[str]) -> Html:
    shown = [Html(f"<code>{html(one)}</code>") for one in people[:CODES_MOST]]
    return joined(", ", [*shown, *([Html("…")] if len(people) > CODES_MOST else [])])


async def pressed(press: PressTurn) -> Commit:
    """Take all of it back that can be; the first decides, the next is told.

    Raises LacksRight for an admin who may not do it by hand.
    """
    turn, deps = press.turn, press.turn.deps
    verb, code = (*press.press.args, "", "")[:2]
    kept = await deps.store.news.piece(code)
    if kept is None or kept.withdrawn is None or verb != UNDO or turn.person is None:
        return Commit.of(events=[press.answer("press.expired", alert=True)])
    news = kept.model_copy(update={"chat_id": await deps.chats.now_at(kept.chat_id)})
    if (refusal := await _refusal(press, news.chat_id)) is not None:
        return Commit.of(events=[press.answer(refusal, alert=True)])
    if (before := await deps.store.decided(code)) is not None:
        what = turn.speech.plain("withdrawn.was_undone")
        return Commit.of(events=[press.answer("press.decided", alert=True, what=what, by=before.by)])
    return await _undo(press, code, news, kept.withdrawn)


async def _refusal(press: PressTurn, chat_id: int) -> str | None:
    turn = press.turn
    assert turn.person is not None
    try:
        rights = await look_up(turn.deps.telegram, chat_id, turn.person.id)
        mine = await look_up(turn.deps.telegram, chat_id, turn.deps.me.id)
    except Unknown:
        return "press.unknown"
    rights.require(Right.RESTRICT)
    return None if mine.can_restrict else "deed.bot_lacks"


async def _undo(press: PressTurn, code: str, news: News, said: Withdrawn) -> Commit:
    turn, deps = press.turn, press.turn.deps
    assert turn.person is not None
    undos, by = deps.actor_store.undos, short(deps.keys, turn.person.id)
    found = [(one, await undos.undo(news.chat_id, one)) for one in said.codes[:AT_ONCE]]
    known = [(one, undo) for one, undo in found if undo is not None]
    back = [(one, undo) for one, undo in known if await undos.is_latest(news.chat_id, undo.target, one)]
    acts = [await _back(press, news.chat_id, undo, n) for n, (_, undo) in enumerate(back)]
    spent = [write for one, _ in back for write in undos.spent(news.chat_id, one)]
    return Commit.of(
        writes=[*spent, *deps.store.close_advice(code, Decided(decision=UNDO, by=by))],
        events=[
            *(act for act in acts if act is not None),
            *(_pardoned(press, news.chat_id, undo) for _, undo in back),
            *await _closed(press, code, news, by),
            press.answer("withdrawn.done", alert=True, count=str(len(back))),
        ],
        expect=[deps.store.undecided(code)],
    )


async def _back(press: PressTurn, chat_id: int, undo: Undo, number: int) -> TelegramAction | None:
    """What puts back what stood before; the actor does it only where just that stands which the bot has set.

    None in a basic group, which keeps nobody out, and where it cannot be learnt what the bot has set.
    """
    turn, until = press.turn, undo.until
    if (await turn.deps.chats.state(chat_id)).is_basic:
        return None
    if until is None:
        try:
            stands = (await look_up(turn.deps.telegram, chat_id, undo.target)).membership
        except Unknown:
            return None
        until = FOR_EVER if stands is None else stands.until
    method, params = undoing.call_of(undo, turn.reply.now.timestamp())
    act = turn.reply.act(chat_id, method, params, name=f"back:{number}", by=turn.by, reasons=("withdrawn",))
    return act.model_copy(update={"expected": undoing.made_by(undo, until).stands})


def _pardoned(press: PressTurn, chat_id: int, undo: Undo) -> PersonObserved:
    """Nothing is held against the person for it any more; that nobody trusts them is no matter."""
    return PersonObserved(
        person=press.turn.deps.keys.person(undo.target),
        chat=press.turn.deps.keys.person(chat_id),
        chat_id=chat_id,
        user_id=undo.target,
        kind="noted",
        reasons=(PARDONED,),
        observed_at=press.turn.reply.now,
    )


async def _closed(press: PressTurn, code: str, news: News, by: str) -> list[TelegramAction]:
    """The card of each reader, without its button."""
    deps, edits = press.turn.deps, list[TelegramAction]()
    for reader, language in await deps.store.news.readers(code):
        speech = Speech(language)
        what = speech.word("withdrawn", "was_undone")
        text, _ = await _text(deps, news, speech, speech("advice.outcome", what=what, by=by))
        name = deps.keys.person(reader)
        message = {"message_of": f"withdrawn:{code}:{name}"}
        edits.append(Reply(f"undone:{code}:{name}", deps.now()).edit(reader, message, text))
    return edits
