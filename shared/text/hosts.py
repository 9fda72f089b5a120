"""Whose host an address has: Telegram's, one that leads on to it, a fake of it, a shortener's, any other."""

import re

from shared.text.lookalikes import skeleton
from shared.text.urls import HOST_MOST, Url

TELEGRAM_HOSTS = frozenset({
    "t.me", "telegram.me", "telegram.dog", "web.t.me", "a.t.me", "k.t.me", "z.t.me",
})  # fmt: skip
"""Hosts with the same paths. The last four are the web clients' own."""
WEB_HOSTS = frozenset({"web.telegram.org", "weba.telegram.org", "webk.telegram.org", "webz.telegram.org"})
NAME_HOST = "t.me"
"""Stands behind a user name, as in `name.t.me`."""
_OFFICIAL = ("t.me", "telegram.me", "telegram.dog", "telegram.org", "telegram.com")
_RELAYS = frozenset({
    "t-do.ru", "tele.click", "teleg.run", "tg.pe", "tgclick.com", "tglink.ru", "tlgg.ru",
})  # fmt: skip
"""They lead on to the same path of t.me."""
_SHORTENERS = _RELAYS | frozenset({
    "bit.ly", "clck.ru", "cutt.ly", "goo.gl", "goo.su", "is.gd", "lnkd.in", "ow.ly", "rb.gy", "rebrand.ly",
    "shorturl.at", "shrtco.de", "surl.li", "t.co", "t.ly", "taplink.cc", "tiny.cc", "tinyurl.com", "u.to",
    "v.gd", "vk.cc",
})  # fmt: skip
"""Addresses that lead on to another one; where they lead can be changed later."""
_SITES = frozenset({
    "facebook.com", "github.com", "instagram.com", "ok.ru", "threads.net", "tiktok.com", "twitter.com",
    "vk.com", "vk.ru", "x.com", "youtu.be", "youtube.com",
})  # fmt: skip
"""Sites whose paths are short by themselves."""
_SHORT_CODE = re.compile(r"(?=[0-9])(?=[0-9]*[a-f])[0-9a-f]{5,9}", re.ASCII)
"""A whole path of a few hexadecimal digits is made by a machine: the mark of a shortener nobody knows."""
_DRAWN_HOSTS = tuple(skeleton(host) for host in ("t.me", "telegram.me", "telegram.dog"))
_DRAWN_WORDS = tuple(skeleton(word) for word in ("telegram", "joinchat"))
_LIKE_USER = re.compile(r"(?<![a-z0-9-])(?:t\.me|telegram\.(?:me|dog|org|com))(?![a-z0-9-])")
"""As in `t.me@example.org`; somebody's name in an e-mail address may well be `telegram`."""
_LIKE_HOST = re.compile(r"(?:^|\.)(?:t\.me[.-]|t-?me\.)")


def is_official(host: str) -> bool:
    """Whether a host, as `urls.fold_host` gives it, is Telegram's own or below it."""
    return host.endswith(_OFFICIAL) and host.isascii() and any(within(host, one) for one in _OFFICIAL)


def is_relay(host: str) -> bool:
    """Whether what stands behind this host is a path of t.me."""
    return host in _RELAYS


def is_fake(url: Url) -> bool:
    """Whether an address that is not Telegram's looks like Telegram's to a reader.

    Its name with something around it, in other letters, or in front of an `@`.
    """
    return _looks_like(url.host) or _LIKE_USER.search(skeleton(url.userinfo[:HOST_MOST])) is not None


def _looks_like(text: str) -> bool:
    drawn = skeleton(text[:HOST_MOST])
    if _LIKE_HOST.search(drawn) or any(word in drawn for word in _DRAWN_WORDS):
        return True
    if any(within(drawn, host) or drawn.startswith(f"{host}.") for host in _DRAWN_HOSTS):
        return True
    return len(text) == len("t.me") and text.endswith(".me") and not text.isascii()


def is_shortened(url: Url) -> bool:
    """Whether a site leads on to an address that cannot be seen from its own."""
    if url.host in _SHORTENERS:
        return True
    return url.host not in _SITES and _SHORT_CODE.fullmatch(url.path.strip("/")) is not None


def within(host: str, domain: str) -> bool:
    """Whether a host is a domain or one below it."""
    return host == domain or host.endswith(f".{domain}")
