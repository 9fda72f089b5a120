"""Entries of `lock.allow`: each has one form, in whatever spelling an admin writes it.

`@name` for a chat, person or bot; `t.me/+hash`, `t.me/addlist/slug` and `t.me/c/id` for what has no name; a
site with or without a path, in letters where it is written in punycode; `t.me` for all of Telegram.
"""

import re

from shared.text.hosts import TELEGRAM_HOSTS
from shared.text.targets import Target, TargetKind, target_of
from shared.text.urls import WEB

ALL_OF_TELEGRAM = "t.me"
ENTRY_MOST = 120
"""Characters of one entry as it is written."""
_SITE = re.compile(r"(?:[\w-]{1,63}\.){1,6}[\w-]{2,63}(?:/[\w./~+-]{1,60})?")
_WITH_KEYS = frozenset({TargetKind.CHAT, TargetKind.INVITE, TargetKind.FOLDER, TargetKind.PRIVATE})


def allowed_entry(text: str) -> str:
    """The one form of an entry; empty for what cannot be allowed."""
    target = target_of(text) if len(text) <= ENTRY_MOST else None
    if target is None or target.url.is_ambiguous:
        return ""
    if target.kind in _WITH_KEYS:
        return target.key
    if target.kind is TargetKind.SITE:
        return _site(target)
    is_home = target.url.host in TELEGRAM_HOSTS and not target.url.segments
    return ALL_OF_TELEGRAM if is_home and target.kind is TargetKind.TELEGRAM else ""


def _site(target: Target) -> str:
    """A host and a path, and nothing else: a query can lead anywhere."""
    url = target.url
    if url.userinfo or url.port or url.query or url.fragment or url.scheme not in {"", *WEB}:
        return ""
    return target.key if _SITE.fullmatch(target.key) else ""
