"""Text out of HTML, Markdown and uMap's markup, and where its links lead."""

import html
import re

from selectolax.lexbor import LexborHTMLParser

READ = 10_000
"""Characters of a text that are read; a description of a listing has 500."""
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>")
_BLOCK = re.compile(r"</?(?:br|p|div|li|tr|table|ul|ol|h[1-6]|hr|dl|dt|blockquote)\b", re.IGNORECASE)
_CELL = re.compile(r"<(?:td|th|dd)\b", re.IGNORECASE)
_WIKI = re.compile(r"\[\[([^\[\]|\s]{1,500})(?:\|([^\[\]\n]{0,300}))?\]\]")
"""As uMap writes links: `[[https://t.me/name|text]]`."""
_FORMULA = re.compile(
    r"=\s*(?:HYPERLINK|ГИПЕРССЫЛКА|ГІПЕРПОСИЛАННЯ|HIPERŁĄCZE|LIEN_HYPERTEXTE|HIPERVINCULO|HIPERSAITE)\(\s*"
    r"\"([^\"]{1,500})\"\s*(?:[;,]\s*\"([^\"]{0,300})\"\s*)?\)?",
    re.IGNORECASE,
)
"""As spreadsheets write links: `=HYPERLINK("https://t.me/name";"text")`."""
_AUTOMATIC = re.compile(r"<((?:https?:|tg:|t\.me/|telegram\.me/|mailto:)[^<>\s]{1,500})>", re.IGNORECASE)
"""An address in angle brackets, which is a link in Markdown and no tag."""
_PICTURE = re.compile(r"\{\{\{?[^{}\n]{0,500}\}?\}\}")
"""As uMap shows pictures and frames."""
_MARKDOWN = re.compile(r"!?\[([^\[\]\n]{0,300})\]\(\s*<?([^()\s<>]{1,500})>?[^()\n]{0,100}\)")


def without_markup(text: str) -> tuple[str, list[str]]:
    """What a reader would see, each block on a line and each cell behind a tab; and the targets of links."""
    text = text[:READ]
    if text.lstrip().startswith("=") and (linked := _FORMULA.match(text.strip())):
        return linked[2] or "", [linked[1]]
    if "<" not in text and "[" not in text and "&" not in text and "{{" not in text:
        return text, []
    text = _PICTURE.sub(" ", _AUTOMATIC.sub(r" \1 ", text))
    links = [found[1] for found in _WIKI.finditer(text)] + [found[2] for found in _MARKDOWN.finditer(text)]
    if links:
        text = _MARKDOWN.sub(r"\1", _WIKI.sub(lambda found: found[2] or found[1], text))
    if _TAG.search(text):
        tree = LexborHTMLParser(_CELL.sub("\t\\g<0>", _BLOCK.sub("\n\\g<0>", text)))
        for silent in tree.css("script, style, title, template, noscript"):
            silent.decompose()
        links += [node.attributes.get("href") or "" for node in tree.css("a[href]")]
        text = tree.body.text(separator="") if tree.body else ""
    return html.unescape(text) if "&" in text else text, links
