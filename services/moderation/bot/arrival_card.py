"""What reviewers read of chats that wait for a decision: titles as text, how many people, whose they are."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.moderation.bot.i18n import Html, Speech, joined
from services.moderation.domain.admission import STATES, State
from shared.text import clean_name

SHOWN_MOST = 10
TITLE_MOST = 80


class Shown(NamedTuple):
    """One chat on a card. `people`: how many members, 0 for few, None where it could not be learnt."""

    title: str
    code: str
    people: int | None
    listed: bool


def text(shown: Sequence[Shown], more: int, others: Mapping[State, int], speech: Speech) -> Html:
    """`more`: chats of the same people that are not shown; `others`: theirs of before, by what they are."""
    count = len(shown) + more
    head = speech("arrival.one") if count == 1 else speech("arrival.several", count=count)
    lines = [line(one, speech) for one in shown]
    if more:
        lines.append(speech("arrival.more", count=more))
    parts = [head, joined("\n", lines)]
    if brought := [_brought(state, others[state], speech) for state in STATES if others.get(state)]:
        parts.append(speech("arrival.brought", what=joined(", ", brought)))
    return joined("\n\n", [*parts, speech("arrival.how")])


def line(one: Shown, speech: Speech) -> Html:
    title = clean_name(one.title)[:TITLE_MOST] or "—"
    listed = speech("arrival.listed" if one.listed else "arrival.unlisted")
    return speech(
        "arrival.line", title=title, people=_people(one.people, speech), listed=listed, code=one.code
    )


def _people(count: int | None, speech: Speech) -> str:
    if count is None:
        return speech.plain("arrival.people_unknown")
    return speech.plain("arrival.people", count=count) if count else speech.plain("arrival.people_few")


def _brought(state: State, count: int, speech: Speech) -> Html:
    return Html(f"{speech.word('admission', state)} {count}")


def outcome(state: str, by: str, speech: Speech) -> Html:
    """What was decided; `by` as role and short code, or the code alone."""
    return speech("arrival.decided", what=speech.word("admission", state), by=by.rpartition(" ")[2])
