"""What stands behind a card: reasons in words and their weights, and the way back from the bot's own deed."""

from typing import Any

from services.moderation.bot import log_view
from services.moderation.bot.i18n import Html, Speech, html, joined
from services.moderation.bot.links import chat_code
from services.moderation.bot.news_store import News
from services.moderation.bot.ports import Deps
from services.moderation.bot.reply import Row
from services.moderation.bot.signing import Buttons
from services.moderation.domain.standing import chance
from shared.contracts.telegram import PersonJudged, Signal


def reason(speech: Speech, signal: Signal) -> Html:
    """A signal in words, with its figures where the sentence has a place for them."""
    if signal.says and not speech.knows("reason", signal.name):
        says = signal.says.get(speech.language) or next(iter(signal.says.values()))
        return html(says)
    text = speech.word("reason", signal.name)
    if "[traits]" in text:
        traits = [speech.word("reason", name) for name in signal.detail if name.startswith("trait.")]
        text = Html(text.replace("[traits]", joined(", ", traits or ["—"])))
    for name, value in signal.detail.items():
        text = Html(text.replace(f"[{name}]", html(number(speech, value))))
    return text


def number(speech: Speech, value: Any) -> Any:
    """A figure as it is written in the language."""
    if not isinstance(value, float):
        return value
    return f"{value:g}" if speech.language == "en" else f"{value:g}".replace(".", ",")


def text(judged: PersonJudged, speech: Speech) -> Html:
    """The sum that led to the card, in the order of weight."""
    signals = sorted(judged.signals, key=lambda one: -one.weight)
    start = judged.score - sum(one.weight for one in signals)
    lines = [Html(f"{_signed(speech, one.weight)}  {reason(speech, one)}") for one in signals]
    return joined(
        "\n",
        [
            speech("explain.title"),
            Html(f"{_signed(speech, start)}  {speech('explain.start')}"),
            *lines,
            speech(
                "explain.sum", score=_signed(speech, judged.score), chance=round(100 * chance(judged.score))
            ),
        ],
    )


def _signed(speech: Speech, weight: float) -> str:
    shown = f"{weight:+.1f}".replace("-", "−")
    return shown if speech.language == "en" else shown.replace(".", ",")


def back(deps: Deps, to: int, kept: News, speech: Speech) -> Row:
    """The button that takes the bot's own deed back, as the log has it."""
    assert kept.acted is not None
    button = Buttons.of(deps.keys, to, log_view.PURPOSE, deps.now(), log_view.DAYS)
    return [button(speech.plain("undo.button"), "u", chat_code(kept.chat_id), kept.acted.undo)]
