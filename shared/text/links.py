"""Telegram links from people: whatever the spelling, one canonical link, or a reason why not.

Only the user name or the hash of an invite is kept and the link is rebuilt from it, so nothing that stood
around it (tracking parameters, message numbers, another host) survives. Forms are those of Telegram's own
page on deep links.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from shared.contracts.listings import Link
from shared.text.lookalikes import skeleton

LENGTH_MOST = 512

TELEGRAM_HOSTS = frozenset({"t.me", "telegram.me", "telegram.dog"})
WEB_HOST = "web.telegram.org"
OFFICIAL = frozenset({"telegram.org", "core.telegram.org", "desktop.telegram.org", "telegram.com"})
SHORTENERS = frozenset({
    "bit.ly", "clck.ru", "cutt.ly", "goo.gl", "goo.su", "is.gd", "lnkd.in", "ow.ly", "rb.gy", "rebrand.ly",
    "shorturl.at", "shrtco.de", "surl.li", "t-do.ru", "t.co", "t.ly", "taplink.cc", "tele.click", "teleg.run",
    "tg.pe", "tgclick.com", "tglink.ru", "tiny.cc", "tinyurl.com", "tlgg.ru", "u.to", "v.gd", "vk.cc",
})  # fmt: skip
"""Addresses that lead on to another one; where they lead can be changed later, so they are not listed."""
RESERVED = frozenset({
    "addemoji", "addlist", "addstickers", "addtheme", "auction", "bg", "boost", "call", "confirmphone",
    "contact", "giftcode", "invoice", "iv", "login", "m", "msg", "newbot", "nft", "passport", "proxy",
    "resolve", "setlanguage", "share", "socks", "stickers", "tonsite",
})  # fmt: skip
"""First parts of a path that Telegram keeps for itself; they are no user names."""

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

_SHORT_CODE = re.compile(r"(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{4,9}", re.IGNORECASE | re.ASCII)
"""The whole path of an unknown host being a few letters and digits is the mark of a shortener."""
_USERNAME = re.compile(r"[a-z](?:_?[a-z0-9])*", re.ASCII)
_USERNAME_LENGTH = range(4, 33)
"""Telegram gives out names from 5 characters on; those of 4 are sold by auction."""
_INVITE = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
_PHONE = re.compile(r"\d{7,15}", re.ASCII)
_ADDRESS = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*):(?://)?)?(?P<host>[^/?#]*)(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_AROUND = " \t\r\n\v\f\u00a0\u3000\"'`.,;:!?()[]{}<>«»“”„‘’…—–"
"""What text puts around a link."""
_TELEGRAM_WORDS = ("telegram", "telegrarn", "joinchat")


class LinkError(ValueError):
    """The text is no link that can be listed. `code` is one of `CODES`; the text itself is not repeated."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code}: {CODES[code]}")
        self.code = code


@dataclass(frozen=True)
class _Address:
    """A link taken apart; `parts` of the path are percent-decoded."""

    scheme: str
    host: str
    parts: tuple[str, ...]
    query: dict[str, str]
    fragment: str


def parse_link(text: str) -> Link:
    """The canonical link: user name in lower case, or invite hash as it is.

    Takes `@name` and the http, https, tg and scheme-less forms of t.me, telegram.me, telegram.dog,
    name.t.me and web.telegram.org. Raises LinkError.
    """
    plain = _INVISIBLE.sub("", text[: LENGTH_MOST * 2]).strip(_AROUND)
    if not plain:
        raise LinkError("link.empty")
    if len(plain) > LENGTH_MOST or re.search(r"[\s\\]", plain):
        raise LinkError("link.not_telegram")
    if plain.startswith("@"):
        return _username(plain[1:].rstrip("/"))
    return _link(_take_apart(plain))


def _take_apart(plain: str) -> _Address:
    match = _ADDRESS.fullmatch(plain)
    if match is None:  # pragma: no cover - the pattern takes any text
        raise LinkError("link.not_telegram")
    scheme, host = (match["scheme"] or "").lower(), match["host"].lower()
    if scheme and "." in scheme:  # `t.me:443/name` has no scheme but a port
        scheme, host = "", f"{scheme}:{host}"
    rest, _, fragment = match["rest"].partition("#")
    path, _, query = rest.partition("?")
    parts = tuple(unquote(part) for part in path.split("/") if part)
    values = {
        name: found[0] for name, found in parse_qs(query, keep_blank_values=True, max_num_fields=None).items()
    }
    return _Address(scheme, host.removeprefix("www."), parts, values, fragment)


def _link(address: _Address) -> Link:
    if address.scheme == "tg":
        return _from_app(address)
    if address.host == "viber" or address.scheme == "viber" or _within(address.host, "viber.com"):
        raise LinkError("link.viber")
    if _within(address.host, "whatsapp.com") or address.host == "wa.me" or address.scheme == "whatsapp":
        raise LinkError("link.whatsapp")
    if address.scheme not in ("", "http", "https"):
        raise LinkError("link.not_telegram")
    if address.host in TELEGRAM_HOSTS:
        return _from_path(address.parts)
    if address.host == WEB_HOST:
        return _from_web(address.fragment)
    if address.host.endswith(".t.me") and address.host.isascii() and address.host.count(".") == 2:
        return _username(address.host.removesuffix(".t.me"))
    raise LinkError(_why_not(address))


def _from_path(parts: tuple[str, ...]) -> Link:
    first, second = (*parts, "", "")[:2]
    if not first or ".." in parts or "." in parts:
        raise LinkError("link.reserved")
    if first.startswith("+"):
        return _invite(first[1:])
    match first.lower():
        case "joinchat":
            return _invite(second.removeprefix("+"))
        case "c":
            raise LinkError("link.message")
        case "s" if second:
            return _username(second)
        case name:
            return _username(name.removeprefix("@"))


def _from_app(address: _Address) -> Link:
    """`tg://resolve?domain=name` and `tg://join?invite=hash`; the command stands where a host would."""
    match address.host:
        case "resolve" if "phone" in address.query:
            raise LinkError("link.phone")
        case "resolve":
            return _username(address.query.get("domain", ""))
        case "join":
            return _invite(address.query.get("invite", ""))
        case "privatepost" | "openmessage":
            raise LinkError("link.message")
        case _:
            raise LinkError("link.reserved")


def _from_web(fragment: str) -> Link:
    """The address bar of Telegram's web client: `#@name`, or a number that opens for members only."""
    if fragment.startswith("@"):
        return _username(fragment[1:].partition("/")[0])
    raise LinkError("link.message" if fragment.lstrip("-").partition("_")[0].isdigit() else "link.reserved")


def _username(name: str) -> Link:
    value = name.lower() if name.isascii() else ""
    if value in RESERVED:
        raise LinkError("link.reserved")
    if len(value) not in _USERNAME_LENGTH or not _USERNAME.fullmatch(value):
        raise LinkError("link.username")
    return Link(kind="username", value=value)


def _invite(value: str) -> Link:
    if _PHONE.fullmatch(value):
        raise LinkError("link.phone")
    if not _INVITE.fullmatch(value):
        raise LinkError("link.invite")
    return Link(kind="invite", value=value)


def _within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _why_not(address: _Address) -> str:
    """The code for a host that is not Telegram's."""
    if address.host in OFFICIAL:
        return "link.reserved"
    if _pretends(address.host):
        return "link.lookalike"
    if address.host in SHORTENERS or (len(address.parts) == 1 and _SHORT_CODE.fullmatch(address.parts[0])):
        return "link.short"
    return "link.not_telegram"


def _pretends(host: str) -> bool:
    """Telegram's name with something around it, or written in other letters: to a reader it is the same."""
    bare = host.rpartition("@")[2].partition(":")[0]
    if "@" in host or bare in TELEGRAM_HOSTS or not host.isascii() or "xn--" in host:
        return True
    drawn = skeleton(bare)
    if any(drawn == skeleton(known) or drawn.startswith(f"{skeleton(known)}.") for known in TELEGRAM_HOSTS):
        return True
    return any(skeleton(word) in drawn for word in _TELEGRAM_WORDS) or bare.startswith(
        ("t-me.", "t.me-", "tme.")
    )
