"""Web addresses taken apart as browsers do it, whatever they lead to (url.spec.whatwg.org).

Nothing is refused here: any text has parts. The host is folded to how people read it, so that one site has
one host in all its spellings.
"""

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

HOST_MOST = 253
"""Characters of a host (RFC 1035); a longer one is left as it is."""
DECODED_MOST = 3
"""Times that percent-encoding is undone; some senders encode what is encoded already."""
WEB = frozenset({"http", "https"})
_WITHOUT_SLASHES = frozenset({
    "data", "intent", "javascript", "mailto", "sms", "tel", "tg", "ton", "tonsite", "viber", "whatsapp",
})  # fmt: skip
"""Schemes that are one without `//` behind them too; anything else before a colon is a host with a port."""
_SCHEME = re.compile(r"([a-z][a-z0-9+-]{0,30}):", re.IGNORECASE | re.ASCII)
_PORT = re.compile(r":([0-9]*)\Z", re.ASCII)
_DROPPED = re.compile(r"[\t\n\r]")
_SLASHES = str.maketrans({"\\": "/"})
INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
"""What nobody sees between two letters."""
DOTS = "\u3002\uff0e\uff61\u2024"
"""Full stops that browsers read as the dot between the parts of a host (UTS 46), and one drawn like it."""
_DOTS = str.maketrans(dict.fromkeys(DOTS, "."))
_PLAIN_HOST = re.compile(r"[a-z0-9._-]*", re.ASCII)
_LABEL_MOST = 63


class Url(NamedTuple):
    """The parts of an address. `host` is folded, see `fold_host`; path, query and fragment are as written."""

    scheme: str
    """In lower case, empty when none is written."""
    userinfo: str
    host: str
    port: str
    path: str
    query: str
    fragment: str
    is_plain: bool
    """Whether the host stands there as it is: no user info, no port but the usual ones, plain letters."""
    is_ambiguous: bool
    """Whether programs differ in where the host ends."""

    @property
    def segments(self) -> tuple[str, ...]:
        """The parts of the path, decoded, without empty ones."""
        return tuple([decoded(part) for part in self.path.split("/") if part])

    @property
    def place(self) -> str:
        """The path as a browser would ask for it, decoded, in lower case, without slashes around it."""
        kept: list[str] = []
        for part in self.segments:
            if part == "..":
                kept = kept[:-1]
            elif part != ".":
                kept.append(part)
        return "/".join(kept).lower()


def split_url(text: str) -> Url:
    """The parts of any text that may be an address. Never raises; linear in the length of the text."""
    text = _DROPPED.sub("", text).strip()
    rest, _, fragment = text.partition("#")
    rest, _, query = rest.partition("?")
    ambiguous = "\\" in rest
    scheme, rest = _scheme(rest.translate(_SLASHES) if ambiguous else rest)
    if scheme in _WITHOUT_SLASHES and scheme != "tg" and not rest.startswith("//"):
        return Url(scheme, "", "", "", rest, query, fragment, is_plain=False, is_ambiguous=False)
    authority, slash, path = rest.lstrip("/").partition("/")
    userinfo, _, host = authority.rpartition("@")
    port = ""
    if ":" in host and (found := _PORT.search(host)):
        host, port = host[: found.start()], found[1]
    folded = fold_host(host)
    plain = not userinfo and not ambiguous and port.lstrip("0") in ("", "80", "443")
    return Url(
        scheme,
        userinfo,
        folded,
        port,
        slash + path,
        query,
        fragment,
        is_plain=plain and _PLAIN_HOST.fullmatch(host.lower()) is not None and "xn--" not in host.lower(),
        is_ambiguous=ambiguous,
    )


def _scheme(text: str) -> tuple[str, str]:
    found = _SCHEME.match(text)
    if found is None:
        return "", text
    name, rest = found[1].lower(), text[found.end() :]
    return (name, rest) if rest.startswith("//") or name in WEB or name in _WITHOUT_SLASHES else ("", text)


def fold_host(host: str) -> str:
    """A host as people read it: small letters, plain dots, punycode as letters, no `www.` or last dot."""
    if len(host) > HOST_MOST:
        return host.lower()
    host = host.lower()
    if not _PLAIN_HOST.fullmatch(host):
        host = unicodedata.normalize("NFKC", INVISIBLE.sub("", decoded(host))).translate(_DOTS).lower()
    if "xn--" in host:
        host = ".".join([_letters(label) for label in host.split(".")])
    host = host.strip(".")
    return host[4:] if host.startswith("www.") and "." in host[4:] else host


def _letters(label: str) -> str:
    """What a label in punycode (RFC 3492) says; itself when it says nothing."""
    if not label.startswith("xn--") or len(label) > _LABEL_MOST:
        return label
    try:
        return unicodedata.normalize("NFKC", label[4:].encode("ascii").decode("punycode")).lower() or label
    except ValueError:  # also for what is not ASCII
        return label


def decoded(text: str) -> str:
    """Text without percent-encoding, however often it was encoded."""
    for _ in range(DECODED_MOST):
        if "%" not in text:
            break
        text = unquote(text)
    return text


def parameters(query: str) -> dict[str, str]:
    """The parameters of a query, decoded; of several of one name the first."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True) if query else ():
        found.setdefault(name, value)
    return found
