"""An admin has the bot ask a newcomer for a word: friendly, in the chat, without saying why.

Who writes within two days has answered, which counts in their favour (`answered`).
"""

from datetime import timedelta

from services.moderation.bot import alerts
from services.moderation.bot.i18n import Speech
from services.moderation.bot.news_store import News
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.reply import Reply
from shared.bus.commit import Commit
from shared.contracts.telegram import PersonJudged, PersonObserved

ASK_WITHIN = timedelta(minutes=30)


async def ask(press: PressTurn, kept: News, judged: PersonJudged) -> Commit:
    """The question, once for each card however often it is pressed, and its mark in the standing."""
    deps, now = press.turn.deps, press.turn.reply.now
    speech = Speech((await deps.chats.settings(judged.chat_id)).language)
    who = alerts.mention(judged.user_id, kept.name, speech)
    cause = Reply(f"ask:{judged.chat_id}:{judged.person}:{int(judged.judged_at.timestamp())}", now)
    asked = PersonObserved(
        person=judged.person,
        chat=deps.keys.person(judged.chat_id),
        chat_id=judged.chat_id,
        user_id=judged.user_id,
        kind="asked",
        reasons=("admin.ask",),
        observed_at=now,
    )
    said = cause.send(judged.chat_id, speech("ask.text", who=who), within=ASK_WITHIN)
    heard = await deps.chats.listen(judged.chat_id, judged.user_id, int(now.timestamp()))
    return Commit.of(writes=heard, events=[said, asked, press.answer("advice.asked", alert=True)])
