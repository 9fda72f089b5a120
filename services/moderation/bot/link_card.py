"""What a reviewer reads when another chat is found under a listed link: what was listed, what is there."""

from services.moderation.bot.i18n import Html, Speech, joined
from services.moderation.bot.review_card import content_lines, sighting
from shared.contracts.links import LinkChanged
from shared.settings import Settings


def card(settings: Settings, event: LinkChanged, speech: Speech) -> Html:
    """Parts with an empty line between, everything of strangers escaped, the link not to be touched."""
    question = event.question
    returned = question is not None and question.returned
    parts = [speech("question.title_returned" if returned else "question.title")]
    if question is not None:
        parts.append(sighting(question.seen, speech))
    if event.listed is not None:
        kind = speech.word("kind", event.listed_type or event.listed.kind.value)
        parts.append(
            joined(
                "\n", [speech("question.listed", type=kind), content_lines(settings, event.listed, speech)]
            )
        )
    parts.append(Html(f"<code>{event.listing_id[:6]}</code>"))
    return joined("\n\n", parts)
