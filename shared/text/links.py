"""Telegram links from people: whatever the spelling, one canonical link, or a reason why not.

Only the user name or the hash of an invite is kept and the link is rebuilt from it, so nothing that stood
around it (tracking parameters, message numbers, another host) survives.
"""

import re

from shared.contracts.listings import Link
from shared.text.hosts import is_fake, is_shortened, within
from shared.text.targets import Target, TargetKind, target_of
from shared.text.urls import INVISIBLE, WEB

LENGTH_MOST = 512
INVITE_LEAST, INVITE_MOST = 16, 64
"""Characters in the hash of an invite link; clients take shorter ones too, Telegram makes none."""

CODES: dict[str, str] = {
    "link.empty": "no link given",
    "link.not_telegram": "not the address of a Telegram chat",
    "link.lookalike": "only looks like an address of Telegram",
    "link.short": "a shortened link; the chat's own link is needed",
    "link.viber": "a Viber link",
    "link.whatsapp": "a WhatsApp link",
    "link.message": "a link into a private chat, which opens for its members only",
    "link.phone": "a link to a person's phone number",
    "link.reserved": "an address of Telegram that is no chat",
    "link.username": "not a user name that Telegram allows",
    "link.invite": "not an invite link that Telegram makes",
}
"""Every code that `LinkError` can carry, with its meaning for developers; people get their own texts."""

_AROUND = " \t\r\n\v\f\u00a0\u3000\"'`.,;:!?()[]{}<>«»“”„‘’…—–"
"""What text puts around a link."""
_REFUSED = {
    TargetKind.PRIVATE: "link.message",
    TargetKind.PHONE: "link.phone",
    TargetKind.FOLDER: "link.reserved",
    TargetKind.SHARE: "link.reserved",
    TargetKind.TELEGRAM: "link.reserved",
    TargetKind.NOTHING: "link.not_telegram",
}


class LinkError(ValueError):
    """The text is no link that can be listed. `code` is one of `CODES`; the text itself is not repeated."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code}: {CODES[code]}")
        self.code = code


def parse_link(text: str) -> Link:
    """The canonical link: user name in lower case, or invite hash as it is.

    Takes `@name` and every address that leads to a chat with a user name or is an invite link, see
    `targets.target_of`, also one inside a link for sharing it. Raises LinkError.
    """
    plain = INVISIBLE.sub("", text[: LENGTH_MOST * 2]).strip(_AROUND)
    if not plain:
        raise LinkError("link.empty")
    if len(plain) > LENGTH_MOST or re.search(r"[\s\\]", plain):
        raise LinkError("link.not_telegram")
    target = target_of(plain)
    if target.kind is TargetKind.SHARE and target.inside:
        shared = target_of(target.inside[0])
        target = shared if shared.kind in (TargetKind.CHAT, TargetKind.INVITE) else target
    return _link(target)


def _link(target: Target) -> Link:
    if target.kind is TargetKind.SITE:
        raise LinkError(_why_not(target))
    if not target.url.is_plain and target.kind is not TargetKind.NOTHING:
        raise LinkError("link.lookalike")  # Telegram's host, disguised: who does that means no good
    match target.kind:
        case TargetKind.CHAT if target.username:
            return Link(kind="username", value=target.username)
        case TargetKind.CHAT:
            raise LinkError("link.username")
        case TargetKind.INVITE if INVITE_LEAST <= len(target.code) <= INVITE_MOST:
            return Link(kind="invite", value=target.code)
        case TargetKind.INVITE:
            raise LinkError("link.invite")
    raise LinkError(_REFUSED[target.kind])


def _why_not(target: Target) -> str:
    """The code for a site that is not Telegram's."""
    url = target.url
    if url.host == "viber" or url.scheme == "viber" or within(url.host, "viber.com"):
        return "link.viber"
    if within(url.host, "whatsapp.com") or url.host == "wa.me" or url.scheme == "whatsapp":
        return "link.whatsapp"
    if url.scheme and url.scheme not in WEB:
        return "link.not_telegram"
    if is_fake(url):
        return "link.lookalike"
    return "link.short" if is_shortened(url) else "link.not_telegram"
