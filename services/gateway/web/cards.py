"""The guide: Markdown files, one for each card and language. The first line is the title, then the lead."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

FOLDER = Path(__file__).parent / "guide"
ORDER = (
    "start",
    "safety",
    "own-chat",
    "actions",
    "petition",
    "carpool",
    "brazier",
    "print",
    "infiltrators",
    "photos",
    "detained",
    "blocked",
    "bot",
)
FALLBACK = "be"
MARKDOWN = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Card:
    slug: str
    title: str
    lead: str
    text: str
    """The rest, as Markdown."""


@cache
def cards(language: str) -> tuple[Card, ...]:
    """All cards in reading order; one that is not translated stands in Belarusian."""
    return tuple(_read(language, slug) for slug in ORDER)


@cache
def body(language: str, slug: str, suffix: str = "") -> Markup:
    """The card as HTML; HTML in the Markdown is shown as text. `suffix` (`lang=ru`) goes to our own links."""

    def address(href: str) -> str:
        return f"{href}{'&' if '?' in href else '?'}{suffix}" if suffix else href

    return rendered(language, slug, address)


def rendered(language: str, slug: str, address: Callable[[str], str]) -> Markup:
    """The card as HTML, where our own links go through `address`."""
    card = next(card for card in cards(language) if card.slug == slug)
    tokens = MARKDOWN.parse(card.text)
    for token in tokens:
        for child in token.children or ():
            href = str(child.attrGet("href") or "")
            if href.startswith("/"):
                child.attrSet("href", address(href))
    return Markup(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))  # noqa: S704  # our own files


def _read(language: str, slug: str) -> Card:
    path = FOLDER / language / f"{slug}.md"
    if not path.is_file():
        path = FOLDER / FALLBACK / f"{slug}.md"
    title, lead, text = path.read_text(encoding="utf-8").split("\n\n", 2)
    return Card(slug, title.removeprefix("# ").strip(), " ".join(lead.split()), text)
