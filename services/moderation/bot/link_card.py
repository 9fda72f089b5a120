"""What a reviewer reads when another chat is found under a listed link: what was listed, what is there."""

from services.moderation.bot.i18n import Html, Speech, html, joined
from services.moderation.bot.review_card import content_lines
from shared.contracts.links import LinkChanged, Sighting
from shared.settings import Settings


def card(settings: Settings, event: LinkChanged, speech: Speech) -> Html:
    """Parts with an empty line between, everything of strangers escaped, the link not to be touched."""
    question = event.question
    returned = question is not None and question.returned
    parts = [speech("question.title_returned" if returned else "question.title")]
    if question is not None:
        parts.append(_found(question.seen, speech))
    if event.listed is not None:
        kind = speech.word("kind", event.listed_type or event.listed.kind.value)
        parts.append(
            joined(
                "\n", [speech("question.listed", type=kind), content_lines(settings, event.listed, speech)]
            )
        )
    parts.append(Html(f"<code>{event.listing_id[:6]}</code>"))
    return joined("\n\n", parts)


def _found(seen: Sighting, speech: Speech) -> Html:
    if seen.identity is None:
        return speech("question.now_banned")
    known = [html(seen.title or "—"), speech.word("kind", seen.chat_type or "other")]
    if seen.members is not None:
        known.append(speech("question.members", members=seen.members))
    return speech("question.now", what=joined(" · ", known))
