"""A word to a chat's admins, each alone, about a wave of joins and its end."""

from datetime import timedelta

from services.moderation.bot.i18n import Html, Speech, joined, speech_for
from services.moderation.bot.news import readers, title
from services.moderation.bot.ports import Deps
from services.moderation.bot.reply import Reply
from services.moderation.domain.raids import Wave
from shared.bus.commit import Commit

WITHIN = timedelta(hours=2)


async def tell(deps: Deps, wave: Wave) -> Commit:
    """To the admins who have opened the bot; where none has, to the chat: it names nobody."""
    now, settings = deps.now(), await deps.chats.settings(wave.chat_id)
    name = await title(deps, wave.chat_id)
    reply = Reply(f"wave:{deps.keys.person(wave.chat_id)}:{wave.what}:{int(now.timestamp())}", now)
    admins = await readers(deps, wave.chat_id) or [(wave.chat_id, settings.language)]
    return Commit.of(
        events=[
            reply.send(
                chat_id,
                text(wave, name, speech_for(language, settings.language)),
                name=deps.keys.person(chat_id),
                within=WITHIN,
            )
            for chat_id, language in admins
        ]
    )


def text(wave: Wave, name: str, speech: Speech) -> Html:
    """The whole message."""
    if wave.what == "opened":
        return speech("raid.opened", title=name, count=wave.count)
    what = speech(f"raid.{wave.what}")
    said = speech("raid.closed", title=name, minutes=wave.minutes, count=wave.count, what=what)
    return joined("\n\n", [said, speech("raid.hand")])
