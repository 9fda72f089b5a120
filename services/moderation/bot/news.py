"""News for a chat's admins goes to each of them alone, who has opened the bot.

Nobody is ever named in the chat itself: a card there would accuse in public whoever it is about. Where no
admin has opened the bot, the piece waits sealed for the first who does, and the chat is told once a day that
its admins have something to read, and no more.
"""

from datetime import UTC, datetime

from services.moderation.bot import alerts, cards, links, withdrawals
from services.moderation.bot.i18n import Speech, speech_for
from services.moderation.bot.news_store import Acted, Alert, AlertKind, News
from services.moderation.bot.ports import Deps
from services.moderation.bot.reply import Reply
from services.moderation.bot.rights import LOOK_UP_SECONDS, Unknown, look_up
from services.moderation.bot.turn import Turn
from services.moderation.domain.migration import Moved
from services.moderation.domain.state import ChatState
from services.moderation.domain.update import Person
from services.moderation.telegram.errors import RetryAfter, TelegramError, Transient
from services.moderation.telegram.undo import code_of
from shared.bus.commit import Commit
from shared.bus.errors import TryLater
from shared.contracts.telegram import Method, PersonJudged, TelegramAction

ADMINS_MOST = 50
AGAIN = 5.0
"""Seconds after which news waits again for a look-up that failed."""
AT_ONCE = 10
"""Pieces that somebody gets when they open the bot; the next time brings the rest."""
SPREAD_EVERY = 5.0
SPREAD_AT_ONCE = 5
"""Chats that hear at once of a word that is withdrawn: each costs a look-up."""


async def advise(judged: PersonJudged, deps: Deps, done: TelegramAction | None = None) -> Commit:
    """A card about a person, with its reasons and buttons; `done` is what the bot does by itself."""
    cause = f"{judged.person}:{judged.judged_at.isoformat()}:{judged.score}:{judged.rule}"
    code = deps.keys.token("advice", f"{judged.chat_id}:{cause}", 8)
    state = await deps.chats.state(judged.chat_id)
    acted = None if done is None else _acted(deps, done, state.settings.timezone)
    news = News(chat_id=state.id, title=_title(state), at=deps.now(), judged=judged, acted=acted)
    if await _may_be_read(deps, state):
        return await _publish(deps, code, await _named(deps, news))
    kept = Commit.of(writes=deps.store.news.keep(code, news))
    return kept + await _whisper(deps, state.id, Speech(state.settings.language))


async def _may_be_read(deps: Deps, state: ChatState) -> bool:
    """Surely not where the list of admins is fresh and none of them has opened the bot: then nobody is asked
    of Telegram, neither the admins nor the person.
    """
    admins = state.admins
    if admins is None or not admins.fresh(int(deps.now().timestamp())):
        return True
    return await deps.store.somebody_talks(admins.people)


async def _named(deps: Deps, news: News) -> News:
    """With the judged person's name as it now is; empty where it cannot be learnt."""
    if news.judged is None or news.name:
        return news
    try:
        name = (await look_up(deps.telegram, news.chat_id, news.judged.user_id)).name
    except (Unknown, Moved):
        name = ""
    return news.model_copy(update={"name": name})


def _acted(deps: Deps, done: TelegramAction, timezone: str) -> Acted:
    until = done.params.get("until_date")
    return Acted(
        what="remove" if done.method is Method.BAN_MEMBER else "restrict",
        undo=code_of(deps.keys, done.action_id),
        until=None if until is None else datetime.fromtimestamp(until, UTC),
        timezone=timezone,
    )


async def alert(deps: Deps, chat_id: int, kind: AlertKind, who: Person, by: Person | None) -> Commit:
    """That rights have changed hands; to be said before the trace of it goes."""
    now = deps.now()
    code = deps.keys.token("alert", f"{chat_id}:{kind}:{who.id}:{now.timestamp()}", 8)
    said = Alert(
        kind=kind, who=who.id, who_name=who.name, by=by.id if by else 0, by_name=by.name if by else ""
    )
    news = News(chat_id=chat_id, title=await title(deps, chat_id), at=now, alert=said)
    return await _publish(deps, code, news)


async def _publish(deps: Deps, code: str, news: News) -> Commit:
    settings = await deps.chats.settings(news.chat_id)
    kept = Commit.of(writes=deps.store.news.keep(code, news))
    people = await readers(deps, news.chat_id)
    if not people:
        return kept + await _whisper(deps, news.chat_id, Speech(settings.language))
    for chat_id, language in people:
        kept += await _to(deps, code, news, chat_id, speech_for(language, settings.language))
    return kept


async def _to(deps: Deps, code: str, news: News, chat_id: int, speech: Speech) -> Commit:
    """One piece for one reader."""
    if news.withdrawn is not None:
        shown = await withdrawals.card(deps, code, news, chat_id, speech)
    else:
        show = cards.card if news.judged is not None else alerts.alert
        shown = show(deps, code, news, chat_id, speech)
    return Commit.of(writes=deps.store.news.add_reader(code, chat_id, speech.language), events=[shown])


async def spread(deps: Deps) -> Commit | None:
    """Pieces about withdrawn words go to the admins of their chats, a few at once."""
    removals, found = deps.chats.removals, Commit()
    for code in await removals.waiting(SPREAD_AT_ONCE):
        found += Commit.of(writes=removals.sent(code))
        news = await deps.store.news.piece(code)
        if news is None:
            continue
        chat_id = await deps.chats.now_at(news.chat_id)
        news = news.model_copy(update={"chat_id": chat_id, "title": await title(deps, chat_id)})
        try:
            found += await _publish(deps, code, news)
        except TryLater:
            return None  # all of them again a little later
    return found if found.writes else None


async def _whisper(deps: Deps, chat_id: int, speech: Speech) -> Commit:
    """Once a day, without a name: admins have something to read, and a button that takes them there."""
    now = deps.now()
    if await deps.store.news.told(chat_id):
        return Commit()
    url = links.to_private(deps.me.username, links.NEWS, chat_id)
    reply = Reply(f"news:{deps.keys.person(chat_id)}:{int(now.timestamp()) // 86400}", now)
    send: TelegramAction = reply.send(
        chat_id, speech("news.waiting"), rows=[[{"text": speech.plain("news.open"), "url": url}]]
    )
    return Commit.of(writes=deps.store.news.tell(chat_id, now), events=[send])


async def deliver(turn: Turn, chat_ids: list[int]) -> Commit:
    """What waits for an admin of these chats and has not reached them yet. Their rights were looked up."""
    assert turn.person is not None
    store, found, count = turn.deps.store, Commit(), 0
    for chat_id in chat_ids:
        for code in await store.news.of_chat(chat_id):
            if turn.person.id in {one for one, _ in await store.news.readers(code)}:
                continue
            news = await store.news.piece(code)
            if news is None or await store.decided(code) is not None:
                continue
            news = await _named(turn.deps, news)
            found += await _to(turn.deps, code, news, turn.person.id, turn.speech)
            count += 1
            if count == AT_ONCE:
                return found
    return found


async def readers(deps: Deps, chat_id: int) -> list[tuple[int, str]]:
    """Ids and language codes of the admins who have opened the bot; nobody where Telegram will not name them.

    Raises TryLater when they cannot be learnt now.
    """
    try:
        members = await deps.telegram.call(
            "getChatAdministrators", {"chat_id": chat_id}, seconds=LOOK_UP_SECONDS
        )
    except (Transient, RetryAfter):
        raise TryLater("the admins of a chat could not be looked up", AGAIN) from None
    except TelegramError:
        return []
    found = members if isinstance(members, list) else []
    users = [m["user"] for m in found if isinstance(m, dict) and isinstance(m.get("user"), dict)]
    people = {
        u["id"]: str(u.get("language_code") or "")
        for u in users
        if isinstance(u.get("id"), int) and not u.get("is_bot")
    }
    return [(one, people[one]) for one in await deps.store.who_talks(list(people)[:ADMINS_MOST])]


async def title(deps: Deps, chat_id: int) -> str:
    return _title(await deps.chats.state(chat_id))


def _title(state: ChatState) -> str:
    return state.about.title if state.about else ""
