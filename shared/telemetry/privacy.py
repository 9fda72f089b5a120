"""What keeps people out of the logs: names of fields that are dropped, patterns that are blotted out.

A pure last line of defence. The first is not to log such a thing at all.
"""

import re
import traceback
from collections.abc import Mapping
from typing import Any

PERSONAL = frozenset(
    {
        "address", "body", "caption", "chat", "chat_id", "client", "client_addr", "content",
        "cookie", "data", "description", "email", "first_name", "forwarded", "from", "from_user",
        "full_name", "headers", "host_addr", "input", "invite", "invite_link", "ip", "key",
        "last_name", "lat", "link", "lon", "member", "message", "message_id", "name", "new_name",
        "params", "password", "payload", "peer", "phone", "query", "raw", "receipt", "referer",
        "remote", "remote_addr", "reply", "secret", "sender", "sender_chat", "text", "title",
        "token", "update", "url", "user", "user_agent", "user_id", "username", "webhook_secret",
        "x_forwarded_for",
    }
)  # fmt: skip
"""Fields that never reach a log, whatever they hold."""

LEFT_OUT = "[left out]"
PATTERNS = (
    re.compile(r"(?<!\d)\d{5,}:[A-Za-z0-9_-]{30,}"),  # a bot token
    re.compile(
        r"(?:[\w-]+\.)?(?:t\.me|telegram\.(?:me|dog|org))[/:?#]\S+|\btg:\S+|\b\w{4,}\.t\.me\b", re.IGNORECASE
    ),
    re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b(?!\.\d)"),  # IPv4
    re.compile(r"\b(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{0,4}\b"),  # IPv6
    re.compile(r"[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4})*::(?:[0-9a-fA-F:]*)"),  # IPv6, shortened
    re.compile(r"(?<![\w/])@[A-Za-z]\w{3,}"),
    re.compile(
        r"(?<![\w.])-?\d{6,}(?![\w.]|-\d)"
    ),  # a Telegram id; not an entry id of a stream, as in 1732281234567-0
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),
)
LOOPBACK = re.compile(r"^(?:127\.0\.0\.1|0\.0\.0\.0)$")


def scrub(text: str) -> str:
    """`text` without what looks like an address, a Telegram id, a user name, a link to a chat or a token."""
    for pattern in PATTERNS:
        text = pattern.sub(_blot, text)
    return text


def _blot(found: re.Match[str]) -> str:
    return found[0] if LOOPBACK.match(found[0]) else LEFT_OUT


def without_people(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a log line that may be written."""
    return {name: _clean(value) for name, value in fields.items() if name.lower() not in PERSONAL}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        return without_people(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item) for item in value]
    if isinstance(value, bool | int | float) or value is None:
        return value
    return scrub(str(value))


def frames(error: BaseException) -> str:
    """Where an error came from: its type and the lines of code, without its text.

    The text of an error of a library often quotes what it was given, and so a person.
    """
    lines = []
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        lines.append(f"{type(link).__module__}.{type(link).__qualname__}")
        lines += [
            f"  {frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(link.__traceback__)
        ]
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\n".join(lines)
