"""What a reviewer reads of a proposal: every field, escaped, nothing that can be touched by mistake."""

from collections.abc import Sequence

from services.moderation.bot.i18n import Html, Speech, html, joined
from services.moderation.bot.store import LinkFound
from shared.contracts.links import Sighting
from shared.contracts.listings import Content, Place
from shared.contracts.submissions import ReviewRequested, Similar
from shared.settings import Settings

SIMILAR_MOST = 5
MAP_ZOOM = 16
BESIDE_LENGTH = 60
"""Characters of each text of a proposal that stands besides another one."""


def card(
    settings: Settings,
    request: ReviewRequested,
    speech: Speech,
    found: LinkFound | None = None,
    beside: Sequence[ReviewRequested] = (),
) -> Html:
    """Parts with an empty line between; at most some 2,500 characters of Telegram's 4,096, and 1,500 more
    for what stands `beside`: other proposals for the same link, of which only what differs is shown.
    """
    parts = [speech("review.gathered", count=len(beside) + 1)] if beside else []
    parts.append(speech(f"review.title_{request.action}"))
    if request.content is not None:
        parts.append(_content(settings, request.content, request.before, speech))
    elif request.before is not None:
        parts.append(_content(settings, request.before, None, speech))
    if request.link_of is not None:
        parts.append(speech("review.link_of"))
    if found is not None:
        parts.append(_found(found, speech))
    if request.reason:
        parts.append(speech("review.reason", reason=request.reason))
    if request.similar:
        lines = [
            _similar(number, one, speech) for number, one in enumerate(request.similar[:SIMILAR_MOST], 1)
        ]
        parts.append(joined("\n", [speech("review.similar"), *lines]))
    parts += [_beside(number, one, request, speech) for number, one in enumerate(beside, 2)]
    parts.append(Html(f"<code>{request.submission_id[:6]}</code>"))
    return joined("\n\n", parts)


def _beside(number: int, one: ReviewRequested, first: ReviewRequested, speech: Speech) -> Html:
    """A proposal besides the first: what it wants, and in which fields it says something else."""
    now, was = _brief(one, speech), _brief(first, speech)
    lines = [Html(f"<b>{number}.</b> {speech(f'review.title_{one.action}')}")]
    lines += [
        Html(f"<b>{speech.word('field', name)}</b>: {value}")
        for name, value in now.items()
        if value and value != was.get(name)
    ]
    if one.reason and one.reason != first.reason:
        lines.append(speech("review.reason", reason=_cut(one.reason)))
    if len(lines) == 1:
        lines.append(speech("review.same"))
    return joined("\n", lines)


def _brief(request: ReviewRequested, speech: Speech) -> dict[str, Html]:
    content = request.content
    if content is None:
        return {}
    place = content.place
    spot = f"{place.lat:.4f}, {place.lon:.4f}"
    return {
        "name": html(_cut(content.name)),
        "link": Html(f"<code>{html(content.link.url)}</code>"),
        "kind": speech.word("kind", content.kind.value),
        "place": speech("review.place", spot=spot, precision=speech.word("precision", place.precision.value)),
        "description": html(_cut(content.description)),
        "languages": html(", ".join(content.languages)),
        "flag": html(content.flag),
    }


def _cut(text: str) -> str:
    return text if len(text) <= BESIDE_LENGTH else text[: BESIDE_LENGTH - 1] + "…"


def _found(found: LinkFound, speech: Speech) -> Html:
    """The chat that is under the proposed link, so that nobody need open it to know what it is."""
    if found.seen is None:
        return speech("review.found_nothing")
    lines = [sighting(found.seen, speech)]
    return joined("\n", [*lines, speech("review.found_other")] if found.other else lines)


def sighting(seen: Sighting, speech: Speech) -> Html:
    """Title, type and members of a chat. Telegram makes links of addresses in a text, but not in code."""
    if seen.identity is None:
        return speech("question.now_banned")
    known = [Html(f"<code>{html(seen.title or '—')}</code>"), speech.word("kind", seen.chat_type or "other")]
    if seen.members is not None:
        known.append(speech("question.members", members=seen.members))
    return speech("question.now", what=joined(" · ", known))


def content_lines(settings: Settings, content: Content, speech: Speech) -> Html:
    """A line for each field that says something."""
    return _content(settings, content, None, speech)


def _content(settings: Settings, content: Content, before: Content | None, speech: Speech) -> Html:
    """A line for each field; for a change the old value stands beside what differs."""
    now, was = _fields(settings, content, speech), _fields(settings, before, speech) if before else {}
    lines = []
    for name, value in now.items():
        old = was.get(name)
        if before is not None and old != value:
            value = speech("review.changed", now=value, before=old or Html("—"))  # noqa: PLW2901
        if value:
            lines.append(Html(f"<b>{speech.word('field', name)}</b>: {value}"))
    return joined("\n", lines)


def _fields(settings: Settings, content: Content, speech: Speech) -> dict[str, Html]:
    return {
        "name": html(content.name),
        "link": Html(f"<code>{html(content.link.url)}</code>"),
        "kind": speech.word("kind", content.kind.value),
        "place": _place(settings, content.place, speech),
        "description": html(content.description),
        "languages": html(", ".join(content.languages)),
        "flag": html(content.flag),
    }


def _place(settings: Settings, place: Place, speech: Speech) -> Html:
    spot = f"{place.lat:.4f}, {place.lon:.4f}"
    text = speech("review.place", spot=spot, precision=speech.word("precision", place.precision.value))
    if not settings.public_url:
        return text
    url = f"{settings.public_url}/?at={place.lat:.5f},{place.lon:.5f},{MAP_ZOOM}"
    return Html(f'{text} · <a href="{html(url)}">{speech("review.map")}</a>')


def _similar(number: int, one: Similar, speech: Speech) -> Html:
    parts = [html(one.name)]
    if one.metres is not None:
        parts.append(speech("review.metres", metres=one.metres))
    parts += [speech.word("similar", code) for code in one.reasons]
    return Html(f"{number}. {joined(' · ', parts)}")
