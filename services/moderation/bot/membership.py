"""The bot is added, given rights, or removed."""

from services.moderation.bot import arrival, links
from services.moderation.bot.i18n import Html, Speech, joined, speech_for
from services.moderation.bot.reply import Rows
from services.moderation.bot.rights import Rights, of_member
from services.moderation.bot.turn import Turn
from services.moderation.domain.update import Change
from shared.bus.commit import NOTHING, Command, Commit

NEEDED = ("can_delete", "can_restrict", "can_invite")
"""What the bot needs in a chat; each has a sentence that says what for."""


def lacking(rights: Rights) -> tuple[str, ...]:
    return tuple(name for name in NEEDED if not getattr(rights, name))


def rights_text(speech: Speech, rights: Rights) -> Html:
    """What is missing and what it is for, or that all is there."""
    missing = lacking(rights)
    if not missing:
        return speech("rights.all")
    return joined(
        "\n", [speech("rights.lacking"), *(Html(f"• {speech.word('right', name)}") for name in missing)]
    )


async def changed(turn: Turn) -> Commit:
    """In a group: greet, or say how the rights now stand. Anywhere: learn whether the bot can speak here."""
    change = turn.update.change
    if change is None or change.person.id != turn.deps.me.id:
        return NOTHING
    if not change.is_inside:
        forget = turn.deps.store.talks(turn.chat.id, now_does=False) if turn.chat.type == "private" else []
        return Commit.of(writes=[*turn.deps.actor_store.park(turn.chat.id), *forget]) + await arrival.went(
            turn
        )
    unpark = turn.deps.actor_store.unpark(turn.chat.id)
    came = NOTHING
    if turn.chat.type != "private" and not change.was_inside:
        stays, came = await arrival.came(turn)
        if not stays:
            return came + Commit.of(writes=unpark)
    return came + await _met(turn, change, unpark)


async def _met(turn: Turn, change: Change, unpark: list[Command]) -> Commit:
    """The bot stays: greet, or say how the rights now stand."""
    if not turn.chat.is_group:
        return Commit.of(writes=unpark)
    rights = of_member(change.member)
    writes, speech = [*unpark, *turn.deps.chats.visited.lacks(turn.chat.id, lacking(rights))], turn.public
    moved = not change.was_inside and await turn.deps.chats.former(turn.chat.id) is not None
    if moved or (change.was_inside and not _news(turn, rights)):
        return Commit.of(writes=writes)
    if "language" not in turn.settings.values and turn.person is not None and turn.person.language:
        speech = speech_for(turn.person.language, turn.settings.language)
        writes += turn.deps.chats.set_setting(turn.chat.id, "language", speech.language)
    text = rights_text(speech, rights) if change.was_inside else _greeting(turn, speech, rights)
    rows = () if change.was_inside or turn.chat.id == turn.deps.settings.review_chat else _ways(turn, speech)
    return Commit.of(writes=writes, events=[turn.reply.send(turn.chat.id, text, rows=rows)])


def _ways(turn: Turn, speech: Speech) -> Rows:
    """Under the greeting: to open the bot, so that it may write to an admin, and the settings there."""
    url = links.to_private(turn.deps.me.username, links.SETTINGS, turn.chat.id)
    return [[{"text": speech.plain("greet.open"), "url": url}]]


def _news(turn: Turn, rights: Rights) -> bool:
    """Whether the rights that matter here have changed."""
    before = turn.update.body.get("old_chat_member")
    return lacking(of_member(before if isinstance(before, dict) else {})) != lacking(rights)


def _greeting(turn: Turn, speech: Speech, rights: Rights) -> Html:
    if turn.chat.id == turn.deps.settings.review_chat:
        return speech("greet.reviewers")
    parts = [speech("greet.group")]
    if turn.chat.is_basic:
        parts.append(speech("greet.basic"))
    parts.append(rights_text(speech, rights))
    parts.append(speech("greet.dryrun" if turn.settings.dryrun else "greet.acting"))
    parts.append(speech("greet.next"))
    return joined("\n\n", parts)
