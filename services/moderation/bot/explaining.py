"""What stands behind a card: reasons in words and their weights, and the way back from the bot's own deed."""

import re
from collections.abc import Iterable
from typing import Any

from services.moderation.bot import log_view
from services.moderation.bot.i18n import Html, Speech, html, joined
from services.moderation.bot.links import chat_code
from services.moderation.bot.news_store import News
from services.moderation.bot.ports import Deps
from services.moderation.bot.reply import Row
from services.moderation.bot.signing import Buttons
from services.moderation.domain.conditions import RULES_APART
from services.moderation.domain.standing import chance
from shared.contracts.telegram import PersonJudged, Signal
from shared.text.plural import of_number

AGAINST_MOST, FOR_MOST = 2_400, 900
"""Characters of reasons in one message: Telegram takes 4,096 in all, and operators may have many signals."""
_FIGURE = re.compile(r"\[(\w+)((?:\|[^\[\]|]+)*)\]")
"""`[chats]` is the figure, `[chats|chat|chats]` the whole figure and the word that goes with it."""


def reason(speech: Speech, signal: Signal) -> Html:
    """A signal in words, with its figures where the sentence has a place for them."""
    if signal.says and not speech.knows("reason", signal.name):
        says = signal.says.get(speech.language) or next(iter(signal.says.values()))
        return html(says)
    text = speech.word("reason", signal.name)
    if "[traits]" in text:
        traits = [speech.word("reason", name) for name in signal.detail if name.startswith("trait.")]
        text = Html(text.replace("[traits]", joined(", ", traits or ["—"])))
    return Html(_FIGURE.sub(lambda place: _figure(speech, signal, place), text))


def _figure(speech: Speech, signal: Signal, place: re.Match[str]) -> str:
    value = signal.detail.get(place[1])
    if value is None:
        return "—"
    forms = place[2].split("|")[1:]
    if not forms:
        return html(number(speech, value))
    return f"{int(value)} {of_number(speech.language, int(value), forms)}"


def by_rule(speech: Speech, judged: PersonJudged) -> list[Html]:
    """The rules of the operator's that asked for the card, if some did."""
    return [speech("reason.rule", name=name) for name in judged.rule.split(RULES_APART) if name]


def some(lines: Iterable[Html], most: int) -> list[Html]:
    """As many lines as there is room for; one more says that there are others."""
    kept: list[Html] = []
    for line in lines:
        most -= len(line) + 1
        if most < 0:
            return [*kept, Html("…")]
        kept.append(line)
    return kept


def number(speech: Speech, value: Any) -> Any:
    """A figure as it is written in the language."""
    if not isinstance(value, float):
        return value
    return f"{value:g}" if speech.language == "en" else f"{value:g}".replace(".", ",")


def text(judged: PersonJudged, speech: Speech) -> Html:
    """The sum that led to the card, in the order of weight."""
    signals = sorted(judged.signals, key=lambda one: -one.weight)
    start = judged.score - sum(one.weight for one in signals)
    sums = (Html(f"{_signed(speech, one.weight)}  {reason(speech, one)}") for one in signals)
    lines = some(sums, AGAINST_MOST + FOR_MOST)
    score, begun = _signed(speech, judged.score), _signed(speech, start)
    return joined(
        "\n",
        [
            speech("explain.title"),
            Html(f"{begun}  {speech('explain.start')}"),
            *lines,
            *by_rule(speech, judged),
            speech("explain.sum", score=score, chance=_per_cent(judged.score)),
        ],
    )


def _per_cent(score: float) -> int:
    """Never all or nothing: a sum of signs is certain of nobody."""
    return min(max(round(100 * chance(score)), 1), 99)


def _signed(speech: Speech, weight: float) -> str:
    shown = f"{weight:+.1f}".replace("-", "−")
    return shown if speech.language == "en" else shown.replace(".", ",")


def back(deps: Deps, to: int, kept: News, speech: Speech) -> Row:
    """The button that takes the bot's own deed back, as the log has it."""
    assert kept.acted is not None
    button = Buttons.of(deps.keys, to, log_view.PURPOSE, deps.now(), log_view.DAYS)
    return [button(speech.plain("undo.button"), "u", chat_code(kept.chat_id), kept.acted.undo)]
