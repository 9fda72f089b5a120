"""Ways from a chat into the bot's private talk: t.me links that say which chat it is about.

A link gives nobody anything: rights are looked up when it is opened, as with buttons.
"""

import re

CODE = re.compile(r"[0-9a-z]{1,12}")
SETTINGS, NEWS, COPY = "s", "n", "c"
"""What the link opens: a chat's settings, what waits for its admins, copying its settings."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
IDS_MOST = 2**52


def to_private(username: str, what: str, chat_id: int) -> str:
    """The address of a link that opens the bot."""
    return f"https://t.me/{username}?start={what}{chat_code(chat_id)}"


def read_start(payload: str) -> tuple[str, int]:
    """What to open and for which chat; `("", 0)` for anything else."""
    what, code = payload[:1], payload[1:]
    chat_id = chat_of(code)
    return (what, chat_id) if what in {SETTINGS, NEWS, COPY} and chat_id else ("", 0)


def chat_code(chat_id: int) -> str:
    """A group's id, short: ids of groups are negative."""
    return base36(-chat_id)


def chat_of(code: str) -> int:
    """0 for what is no code of a group."""
    number = int(code, 36) if CODE.fullmatch(code) else 0
    return -number if number < IDS_MOST else 0


def base36(number: int) -> str:
    """Raises ValueError for a negative number."""
    if number < 0:
        raise ValueError("a negative number has no code")
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"
