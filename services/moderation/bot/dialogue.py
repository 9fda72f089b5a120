"""Where commands, presses, private messages and the bot's own comings and goings enter."""

from services.moderation.bot import (
    admitting,
    arrivals,
    cards,
    commands,
    confirming,
    letting,
    link_reviews,
    log_view,
    membership,
    private,
    reviews,
    settings_menu,
    settings_press,
    undoing,
    wiping,
    withdrawals,
)
from services.moderation.bot.ports import Deps
from services.moderation.bot.presses import PressTurn, unsigned
from services.moderation.bot.reviewers import review_chat
from services.moderation.bot.rights import LacksRight, Unknown
from services.moderation.bot.turn import Turn, turn_of
from services.moderation.domain.update import BadUpdate, Update, parse
from shared.bus.commit import NOTHING, Commit, Expect
from shared.contracts.telegram import TelegramUpdate

PRESSED = {
    settings_menu.PURPOSE: settings_press.pressed,
    log_view.PURPOSE: undoing.pressed,
    wiping.PURPOSE: wiping.pressed,
    reviews.PURPOSE: reviews.pressed,
    cards.PURPOSE: cards.pressed,
    letting.PURPOSE: letting.pressed,
    arrivals.PURPOSE: admitting.pressed,
    withdrawals.PURPOSE: withdrawals.pressed,
    confirming.PURPOSE: commands.confirmed,
    link_reviews.PURPOSE: link_reviews.pressed,
}
"""What a button stands under, and who answers its press."""


async def handle(update: TelegramUpdate, deps: Deps) -> Commit:
    """The same for an update as it came."""
    try:
        return await converse(parse(update.raw), deps)
    except BadUpdate:
        return NOTHING


async def converse(seen: Update, deps: Deps) -> Commit:
    """Everything that follows from one update; NOTHING for what is not meant for the bot."""
    turn = await turn_of(deps, seen)
    if turn is None:
        return NOTHING
    answer = NOTHING
    if seen.kind == "callback_query":
        answer = await _pressed(turn)
    elif seen.kind == "my_chat_member":
        answer = await membership.changed(turn)
    elif seen.kind == "message" and seen.message is not None:
        answer = await _said(turn, seen)
    return answer if answer == NOTHING else answer + Commit.of(expect=[_by_itself(turn)])


def _by_itself(turn: Turn) -> Expect:
    """A condition that always holds. Two answers in one chat share it, and so are not taken in one batch: the
    second must read what the first has written, a setting, a warning.
    """
    return Expect.absent(f"moderation:turn:{turn.deps.keys.person(turn.chat.id)}")


async def _said(turn: Turn, seen: Update) -> Commit:
    if turn.chat.type == "private":
        return await private.said(turn)
    return await commands.said(turn) if seen.message and seen.message.is_command else NOTHING


async def _pressed(turn: Turn) -> Commit:
    reviewing = turn.chat.id == await review_chat(turn.deps)
    press = PressTurn.of(turn, turn.deps.settings.review_chat if reviewing else None)
    if press == "press.forged" and (former := await turn.deps.chats.former(turn.chat.id)) is not None:
        press = PressTurn.of(turn, former)
    if press is None:
        return NOTHING
    if isinstance(press, str):
        return Commit.of(events=[unsigned(turn, press)])
    handler = PRESSED.get(press.press.purpose)
    try:
        return NOTHING if handler is None else await handler(press)
    except LacksRight as lacks:
        return Commit.of(events=[press.answer(lacks.key, alert=True)])
    except Unknown:
        return Commit.of(events=[press.answer("press.unknown", alert=True)])
