"""An alert to an admin: somebody got or lost rights in the chat."""

from datetime import timedelta

from services.moderation.bot.i18n import Html, Speech, html, joined
from services.moderation.bot.news_store import News
from services.moderation.bot.ports import Deps
from services.moderation.bot.reply import Reply
from shared.contracts.telegram import TelegramAction
from shared.text import clean_name

ALERT_WITHIN = timedelta(hours=12)


def alert(deps: Deps, code: str, news: News, chat_id: int, speech: Speech) -> TelegramAction:
    """The message for one admin."""
    said = news.alert
    assert said is not None
    lines = [speech(f"alert.{said.kind}", who=mention(said.who, said.who_name, speech))]
    if said.by:
        lines.append(speech("alert.by", by=mention(said.by, said.by_name, speech)))
    parts = [speech("alert.title", title=news.title or "—"), joined("\n", lines), speech("alert.then")]
    reply = Reply(f"news:{code}", deps.now())
    return reply.send(chat_id, joined("\n\n", parts), name=deps.keys.person(chat_id), within=ALERT_WITHIN)


def mention(user_id: int, name: str, speech: Speech) -> Html:
    """A name that opens the person's profile; without what turns a line around or cannot be seen."""
    shown = clean_name(name) or speech.plain("advice.nameless")
    return Html(f'<a href="tg://user?id={user_id}">{html(shown)}</a>')
