"""A word to a chat's admins, each alone, about a wave of joins and its end."""

from datetime import timedelta

from services.moderation.bot import letting
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
                to,
                text(wave, name, speech),
                rows=letting.rows(deps, to, wave.chat_id, speech) if wave.waiting else (),
                name=deps.keys.person(to),
                within=WITHIN,
            )
            for to, speech in ((to, speech_for(language, settings.language)) for to, language in admins)
        ]
    )


def text(wave: Wave, name: str, speech: Speech) -> Html:
    """The whole message."""
    if wave.what == "opened":
        over = speech("raid.opened", title=name, count=wave.count)
        asked = [speech("raid.waiting", count=wave.waiting)] if wave.waiting else []
        return joined("\n\n", [over, *asked])
    what = _requests(wave, speech) if wave.what == "requests" else speech(f"raid.{wave.what}")
    said = speech("raid.closed", title=name, minutes=wave.minutes, count=wave.count, what=what)
    return said if wave.what == "basic" else joined("\n\n", [said, speech("raid.hand")])


def _requests(wave: Wave, speech: Speech) -> Html:
    """What was done about links and about those who came."""
    links = speech("raid.links", links=wave.links) if wave.links else speech("raid.no_links")
    return joined(" ", [links, speech("raid.restricted")] if wave.muted else [links])
