"""A listing as the public may see it: without its link while that must not be followed.

The only way from a `Listing` to what is shown, sent or written for others; a `PublicListing` cannot tell what
it does not have.
"""

import re
from functools import lru_cache

from shared.contracts.listings import Content, Entry, Link, Listing, PublicListing

HIDDEN_NAME = "@…"
"""Stands where a name or description repeats a link that is not shown."""
_REST = tuple(name for name in (*Content.model_fields, *Entry.model_fields) if name != "link")


def public(listing: Listing, *, dead_links: bool = False) -> PublicListing:
    """`dead_links`: for the operator, who may know where a chat has moved, with links found dead."""
    shown = listing.link_is_open or (dead_links and listing.link_hidden_since is None)
    values = {name: getattr(listing, name) for name in _REST}
    if not shown:
        values |= {name: without_link(values[name], listing.link) for name in ("name", "description")}
    return PublicListing(**values, link=listing.link if shown else None)


def without_link(text: str, link: Link) -> str:
    """The text with every spelling of the link replaced."""
    return _spellings(link).sub(HIDDEN_NAME, text)


@lru_cache(maxsize=256)
def _spellings(link: Link) -> re.Pattern[str]:
    """Those of Telegram's page on deep links; user names are the same in capitals, invite hashes are not."""
    value = re.escape(link.value)
    if link.kind == "invite":
        return re.compile(rf"(?:https?://)?(?:t|telegram)\.(?:me|dog)/(?:\+|joinchat/){value}|{value}")
    host = r"(?:https?://)?(?:www\.)?(?:t|telegram)\.(?:me|dog)/(?:s/|@)?"
    before = rf"(?:{host}|tg:(?://)?resolve\?domain=|(?<![\w@])@)"
    after = r"(?![a-z0-9_])"
    return re.compile(rf"{before}{value}{after}|(?:https?://)?(?<![\w.-]){value}\.t\.me\b", re.IGNORECASE)
