"""What an address leads to: the one parser for links of Telegram, whatever their spelling.

The forms are those of core.telegram.org/api/links, read as leniently as Telegram's own clients and the
browsers that hand over to them do (tdlib/td, LinkManager.cpp). Left out is what nobody can press, as
`t . me / name` or `t[.]me`.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from shared.text.found import addresses, telegram_addresses
from shared.text.hosts import (
    NAME_HOST,
    TELEGRAM_HOSTS,
    WEB_HOSTS,
    is_fake,
    is_official,
    is_relay,
)
from shared.text.urls import INVISIBLE, WEB, Url, decoded, parameters, split_url

RESERVED = frozenset({
    "addemoji", "addlist", "addstickers", "addstyle", "addtheme", "auction", "auth", "bg", "boost", "call",
    "confirmphone", "contact", "giftcode", "invoice", "iv", "joinchat", "login", "m", "msg", "newbot", "nft",
    "oauth", "passport", "proxy", "resolve", "setlanguage", "share", "socks", "stickers", "tonsite", "web",
})  # fmt: skip
"""First parts of a path that Telegram keeps for itself; they are no user names."""
SUPERGROUPS = 1_000_000_000_000
"""The Bot API's id of a supergroup or channel is minus the sum of this and the id that stands in links."""
DEEPEST = 3
"""How often an address is looked for inside another one."""
TARGETS_MOST = 30
CARRIED_LEAST = len("/t.me/+a")

_USERNAME = re.compile(r"[a-z](?:_?[a-z0-9])*", re.ASCII)
_USERNAME_LENGTH = range(4, 33)
"""Telegram gives out names from 5 characters on; those of 4 are sold by auction."""
_HOST = re.compile(r"[\w~-]+(?:\.[\w~-]+)+")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,32}", re.ASCII)
_ID = re.compile(r"[0-9]{1,15}", re.ASCII)
_WEB_CHAT = re.compile(r"(?:-|c|g)([0-9]{1,15})(?:[_/]([0-9]{1,15}))?(?![0-9])", re.ASCII)
_SPACE = re.compile(r"&|(?<!/)\+")
"""What parts the words of a query; the plus of an invite link follows a slash."""
_TRIMMED = " \t\r\n\v\f\u00a0\u3000"


class TargetKind(StrEnum):
    """What an address leads to."""

    CHAT = "chat"
    """A chat, person or bot with a user name, or a message there; `username` is empty if it cannot be one."""
    PRIVATE = "private"
    """A chat by its internal id, or a message there: opens for members only."""
    INVITE = "invite"
    """An invite link; `code` is its hash, empty if it cannot be one."""
    FOLDER = "folder"
    """A folder of chats to join; `code` is its slug."""
    PHONE = "phone"
    """A person by the phone number in `code`."""
    SHARE = "share"
    """Passes on the addresses in `inside` and leads nowhere by itself."""
    TELEGRAM = "telegram"
    """Anything else of Telegram's: a boost, a proxy, stickers, a setting."""
    SITE = "site"
    NOTHING = "nothing"
    """No address."""


INVITATIONS = frozenset({TargetKind.INVITE, TargetKind.FOLDER})
"""What brings who follows it into chats that cannot be seen from outside."""


class Target(NamedTuple):
    """What an address leads to; `url` are its parts as written."""

    kind: TargetKind
    url: Url
    username: str = ""
    """In lower case."""
    chat: int = 0
    """The internal id, as it stands in `t.me/c/<id>`; 0 for none."""
    message: int = 0
    code: str = ""
    inside: tuple[str, ...] = ()
    """Addresses that this one carries in its path, query or fragment."""

    @property
    def key(self) -> str:
        """The same for all spellings, and an address itself; empty where there is no such form."""
        match self.kind:
            case TargetKind.CHAT:
                return f"@{self.username}" if self.username else ""
            case TargetKind.PRIVATE:
                return f"t.me/c/{self.chat}" if self.chat else ""
            case TargetKind.SITE:
                return f"{self.url.host}/{self.url.place}".rstrip("/")
        before = _BEFORE_CODE.get(self.kind)
        return f"{before}{self.code}" if before and self.code else ""


_BEFORE_CODE = {
    TargetKind.INVITE: "t.me/+",
    TargetKind.PHONE: "t.me/+",
    TargetKind.FOLDER: "t.me/addlist/",
}


def internal_id(chat_id: int) -> int:
    """The id in links of a chat that has this one in the Bot API."""
    return -chat_id - SUPERGROUPS if chat_id <= -SUPERGROUPS else -chat_id


def target_of(text: str) -> Target:
    """What an address leads to. Never raises; linear in the length of the text."""
    return _target(text, DEEPEST)


def targets_of(text: str) -> list[Target]:
    """What an address leads to, and what the addresses that it carries lead to; at most `TARGETS_MOST`."""
    waiting, found, seen = [(text, DEEPEST)], list[Target](), set[str]()
    while waiting and len(found) < TARGETS_MOST:
        address, depth = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        target = _target(address, depth)
        found.append(target)
        if depth:
            waiting += [(one, depth - 1) for one in target.inside]
    return found


def _target(text: str, depth: int) -> Target:
    text = (text if text.isascii() else INVISIBLE.sub("", text)).strip(_TRIMMED)
    url = split_url(text)
    if text.startswith("@"):
        return Target(TargetKind.CHAT, url, username=_username(text[1:].rstrip("/")))
    found = _led(url, depth)
    if found.kind is TargetKind.NOTHING or not depth:
        return found
    carried = _carried(url)
    if found.kind is TargetKind.CHAT and "attach=" in url.query:
        carried += _attached(url)
    return found._replace(inside=found.inside + carried) if carried else found


def _led(url: Url, depth: int) -> Target:
    if url.scheme == "tg":
        return _of_app(url)
    if url.scheme in WEB or not url.scheme:
        if url.host in TELEGRAM_HOSTS:
            return _of_path(url, _without_preview(url.segments))
        if url.host in WEB_HOSTS:
            return _of_web(url, depth)
        if is_official(url.host):
            name, _, above = url.host.partition(".")
            named = above == NAME_HOST
            return _of_path(url, (name, *url.segments)) if named else Target(TargetKind.TELEGRAM, url)
    if not url.scheme and (not _HOST.fullmatch(url.host) or _is_email(url)):
        return Target(TargetKind.NOTHING, url)
    return _of_site(url)


def _is_email(url: Url) -> bool:
    return bool(url.userinfo) and ":" not in url.userinfo and not url.path and not is_fake(url)


def _carried(url: Url) -> tuple[str, ...]:
    """Addresses of Telegram that stand behind the host."""
    if len(url.path) < CARRIED_LEAST and not url.query and not url.fragment:
        return ()
    behind = _SPACE.sub(" ", f"{url.query} {url.fragment}")
    return tuple(telegram_addresses(decoded(f"{url.path} {behind}"))[:TARGETS_MOST])


def _attached(url: Url) -> tuple[str, ...]:
    """A bot that is to be used in the chat to which a link leads."""
    bot = _username(parameters(url.query).get("attach", ""))
    return (f"@{bot}",) if bot else ()


def _of_site(url: Url) -> Target:
    """A site; one that stands for t.me, as a relay or a fake, carries the address that it stands for."""
    if len(url.path) < 2 or not (is_relay(url.host) or is_fake(url)):
        return Target(TargetKind.SITE, url)
    rest = f"{url.path}?{url.query}" if url.query else url.path
    return Target(TargetKind.SITE, url, inside=(f"https://t.me{rest}",))


# Paths of t.me.


def _without_preview(parts: tuple[str, ...]) -> tuple[str, ...]:
    """`/s/name` is the preview for browsers; clients take off every `s`."""
    first = next((at for at, part in enumerate(parts) if part != "s"), len(parts))
    return parts[first:] or parts


def _of_path(url: Url, parts: tuple[str, ...]) -> Target:
    if not parts or ".." in parts or "." in parts:
        return Target(TargetKind.TELEGRAM, url)
    first, rest = parts[0].removeprefix("@"), parts[1:]
    if first[:1] in ("+", " "):
        return _invite(url, first[1:])
    low = first.lower()
    if (form := _PATHS.get(low)) is not None:
        return form(url, *(*rest, "", "", "")[:3])
    if low in RESERVED or low[:1] in ("", "$"):
        return Target(TargetKind.TELEGRAM, url)
    return Target(TargetKind.CHAT, url, username=_username(first), message=_message(*(*rest, "", "")[:2]))


def _message(post: str, in_topic: str) -> int:
    """`5`, or `2/5` in a topic."""
    first = _number(post)
    return (_number(in_topic) or first) if first else 0


def _private(url: Url, chat: str, post: str, in_topic: str) -> Target:
    return Target(TargetKind.PRIVATE, url, chat=_chat(chat), message=_message(post, in_topic))


def _boost(url: Url, name: str, *_: str) -> Target:
    return _boosted(url, name, parameters(url.query).get("c", ""))


def _boosted(url: Url, name: str, chat: str) -> Target:
    return Target(TargetKind.TELEGRAM, url, username=_username(name), chat=_chat(chat))


def _share(url: Url, *_: str) -> Target:
    given = parameters(url.query)
    address, text = given.get("url", "").strip(), given.get("text", "")
    inside = (*((address,) if address else ()), *addresses(text)[:TARGETS_MOST])
    return Target(TargetKind.SHARE, url, inside=inside)


def _folder(url: Url, slug: str, *_: str) -> Target:
    return Target(TargetKind.FOLDER, url, code=_code(slug))


def _invite(url: Url, value: str, *_: str) -> Target:
    value = value.removeprefix("+")
    if _DIGITS.fullmatch(value):
        return Target(TargetKind.PHONE, url, code=value)
    return Target(TargetKind.INVITE, url, code=_code(value))


_PATHS: dict[str, Callable[..., Target]] = {
    "joinchat": _invite,
    "addlist": _folder,
    "c": _private,
    "boost": _boost,
    "share": _share,
    "msg": _share,
    "iv": _share,
}
"""Reads the next three parts of a path by its first one."""


# Commands of the apps, and the web clients.


def _of_app(url: Url) -> Target:
    """`tg://resolve?domain=name` and `tg:join?invite=hash`; the command stands where a host would."""
    given = defaultdict(str, parameters(url.query))
    form = _COMMANDS.get(url.host)
    return form(url, given) if form is not None else Target(TargetKind.TELEGRAM, url)


def _resolve(url: Url, given: Mapping[str, str]) -> Target:
    if given["domain"] or not given["phone"]:
        return Target(
            TargetKind.CHAT, url, username=_username(given["domain"]), message=_number(given["post"])
        )
    phone = given["phone"].strip("+ ")
    return Target(TargetKind.PHONE, url, code=phone if _DIGITS.fullmatch(phone) else "")


_COMMANDS: dict[str, Callable[[Url, Mapping[str, str]], Target]] = {
    "resolve": _resolve,
    "join": lambda url, given: _invite(url, given["invite"].strip()),
    "addlist": lambda url, given: _folder(url, given["slug"]),
    "privatepost": lambda url, given: _private(url, given["channel"], given["post"], ""),
    "openmessage": lambda url, given: _private(url, given["chat_id"], given["message_id"], ""),
    "boost": lambda url, given: _boosted(url, given["domain"], given["channel"]),
    "msg_url": lambda url, _: _share(url),
    "msg": lambda url, _: _share(url),
    "share": lambda url, _: _share(url),
}
"""Reads the parameters of a link for the apps by its command."""


def _of_web(url: Url, depth: int) -> Target:
    """The address bar of a web client: `#?tgaddr=tg%3A%2F%2F...`, `#@name`, `#-100...`, `#/im?p=@name`."""
    head, _, query = url.fragment.partition("?")
    given = parameters(url.query) | parameters(query)
    if address := given.get("tgaddr", ""):
        address = decoded(address)
        inner = address if ":" in address.partition("?")[0] else f"tg://{address}"
        return _target(inner, depth - 1) if depth else Target(TargetKind.TELEGRAM, url)
    shown = given.get("p", "") or decoded(head).strip("/")
    if shown.startswith("@"):
        name, _, rest = shown[1:].partition("/")
        return Target(TargetKind.CHAT, url, username=_username(name), message=_number(rest))
    if found := _WEB_CHAT.match(shown):
        return _private(url, found[1], found[2] or "", "")
    if shown[:1].isdigit():
        return Target(TargetKind.PRIVATE, url)
    return Target(TargetKind.TELEGRAM, url)


# Values.


def _username(name: str) -> str:
    value = name.lower() if name.isascii() else ""
    fits = len(value) in _USERNAME_LENGTH and value not in RESERVED and _USERNAME.fullmatch(value)
    return value if fits else ""


def _code(value: str) -> str:
    return value if _CODE.fullmatch(value) else ""


def _number(text: str) -> int:
    return int(text) if _ID.fullmatch(text) else 0


def _chat(text: str) -> int:
    """An internal id, also where it was written as in the Bot API."""
    number = _number(text.removeprefix("-"))
    return number - SUPERGROUPS if number > SUPERGROUPS else number
