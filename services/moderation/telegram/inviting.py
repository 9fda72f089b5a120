"""An invite link that the bot has made: kept, and said to the admin who asked for it.

A crash between Telegram's answer and the commit leaves a link that nobody knows; it lets nobody in whom
nobody has given it to, and the admin gets another one.
"""

from typing import Any

from services.moderation.domain.invites import Invite
from services.moderation.store.invites import Invites
from shared.bus.commit import NOTHING, Commit
from shared.contracts.telegram import TelegramAction

SAY = "say"
"""Among the parameters of an action that makes a link: what is then to be said; not Telegram's."""
PLACE = "[link]"
"""Where the address comes in that."""


def made(answer: Any) -> Invite | None:
    """The link in Telegram's answer."""
    if not isinstance(answer, dict) or not isinstance(answer.get("invite_link"), str):
        return None
    return Invite(
        answer["invite_link"],
        str(answer.get("name", "")),
        requests=answer.get("creates_join_request") is True,
    )


def told(invites: Invites, action: TelegramAction, link: Invite | None) -> Commit:
    """What follows from a new link."""
    say = action.params.get(SAY)
    if link is None or not isinstance(say, dict):
        return NOTHING
    message = TelegramAction.model_validate(say)
    text = str(message.params.get("text", "")).replace(PLACE, link.url)
    return Commit.of(
        writes=invites.save(action.chat_id, [link]),
        events=[message.model_copy(update={"params": {**message.params, "text": text}})],
    )
