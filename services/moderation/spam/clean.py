"""A message's text, cleaned once, in the two views from which the model reads.

`written` is what was written, made even: compatibility forms folded, invisible characters gone, links, names,
amounts, phones and hours one sign each. `drawn` is what it looks like to a person: letters of all alphabets
folded into one, letters with gaps between them joined, digits read as the letters they imitate, every other
digit a 0. What a text says is taken from the second, how it hides is counted in the first.
"""

import codecs
import re
import unicodedata
from typing import NamedTuple

from shared.text import skeleton

HEAD, TAIL = 4000, 1000
"""Characters read of a longer text, from its start and its end; Telegram's own limit is 4096."""
LINK, MENTION, PHONE, HOUR, MONEY = "\ue001", "\ue002", "\ue003", "\ue004", "\ue005"
"""Private characters that stand for what they name; strangers' private characters are removed first."""

_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_GONE = frozenset({"Cf", "Cc", "Mn", "Me", "Cs", "Co"})
_ALIKE = {
    "и": "u", "й": "u", "п": "n", "π": "n", "η": "n", "λ": "л", "φ": "ф", "ϕ": "ф", "ᴫ": "л", "ᴨ": "n",
    "ᴎ": "u", "ᴙ": "я", "ɯ": "w", "ʍ": "m", "μ": "m", "µ": "m", "ε": "e", "є": "e", "э": "э", "δ": "6",
    "|": "|", "!": "!",
}  # fmt: skip
"""What spam also writes one for the other, beyond look-alikes that hold for names."""

_ENDS = (
    "ru|com|me|org|net|io|by|info|su|biz|xyz|top|site|online|shop|club|pro|app|ph|cc|ua|kz|link|fun|рф|бел"
)
_LINKS = re.compile(
    rf"(?:https?://|tg://|www\.)\S{{1,500}}|\b(?:[a-z0-9-]{{1,63}}\.){{1,4}}(?:{_ENDS})\b(?:/\S{{0,300}})?|\[LINK\]",
    re.IGNORECASE,
)
_LINK_HINT = re.compile(rf"[.:](?:{_ENDS}|//)")
_HOST = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)
_HOST_KEPT = 16
_MENTIONS = re.compile(r"(?<![\w.])@\w{3,}|\[USERNAME\]")
_PHONES = re.compile(r"(?<!\w)\+?\d[\d\-() ]{8,18}\d(?!\w)|\[PHONE\]")
_PHONE_HINT = re.compile(r"\d[\d\-() ]{8}")
_HOURS = re.compile(r"\b\d{1,2}:\d\d(?:-\d{1,2}:\d\d)?\b|\[TIME\]")
_MONEY = re.compile(
    r"[$€₽₴£¥₸₿]|\b(?:usdt?|eur|rub|byn|uah|руб(?:л(?:ей|я|ь|ёў|і))?|грн|долл?\w{0,7}|бакс\w{0,3}|евро|еўра|злот\w{0,3})\b"
    r"|\[CURRENCY\]",
    re.IGNORECASE,
)
_MONEY_STARTS = (
    "руб", "дол", "бакс", "грн", "злот", "евр", "еўр", "usd", "eur", "rub", "byn", "uah", "[currency]",
)  # fmt: skip
_MONEY_SIGNS = re.compile("[$€₽₴£¥₸₿]")
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_*|]){3,}[^\W\d_](?!\w)")
_SPACED_HINT = re.compile(r"[ .\-_*|][^\W\d_][ .\-_*|][^\W\d_][ .\-_*|][^\W\d_]")
_GAPS = re.compile(r"[ .\-_*|]")
_BREAK = r"(?:[^\w\s\ue001-\ue005]|_)"
_BREAKS = re.compile(_BREAK)
_SPLIT = re.compile(
    rf"(?<![^\W_])[^\W\d_](?:({_BREAK}{{1,2}})[^\W\d_](?:\1[^\W\d_])+|(?:{_BREAK}{{1,2}}[^\W\d_]){{3,}})(?![^\W_])"
)
"""A word with signs or emoji between all its letters; the same one if it has three letters only."""
_RARE = r"[^0-9a-zа-яёіўїєґ\s\ue001-\ue005]"
_SPLIT_HINT = re.compile(rf"{_RARE}[^\W\d_]{_RARE}")
_INSIDE = re.compile(r"(?<=[^\W\d_])[!*|~^+=](?=[^\W\d_])")
_INSIDE_HINT = re.compile(r"[!*|~^+=]")
"""Hints start with a set of characters, which the regular expressions skip to; most texts have none."""
_LEET = re.compile(r"[01346](?:(?=[^\W\d_])|(?<=[^\W\d_].)\b)")
_DIGITS = re.compile(r"\d")
_LETTER_OF = {"0": "o", "1": "l", "3": "з", "4": "ч", "6": "б"}
_NUMERALS = frozenset("123456789")
_USUAL = re.compile(r"[\n -~\u0400-\u0482\u048a-\u04ff«»—–…№’•]*")
"""None of these has to be removed, and most messages have no other; a line feed becomes a space later."""


class _Written(dict[int, str]):
    """Per character: itself, a space for any kind of space, nothing for what cannot be seen."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char.isspace() or char in _BLANK:
            kept = " "
        else:
            kept = "" if unicodedata.category(char) in _GONE else char
        return self.setdefault(code, kept)


class _Drawn(dict[int, str]):
    """Per character: what it is drawn like, for all alphabets; a digit that is one is a 0."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char in _ALIKE or char in _NUMERALS:
            return self.setdefault(code, _ALIKE.get(char, "0"))
        plain = char if char.isdigit() or char.isspace() else skeleton(char)
        return self.setdefault(code, "".join(_ALIKE.get(part, part) for part in plain))


_WRITTEN, _DRAWN = _Written(), _Drawn()
_FREQUENT = "".join(map(chr, range(32, 127))) + (
    f"абвгдежзийклмнопрстуфхцчшщъыьэюяёіўїєґ«»—–’•❗✅❌⚡✨⭐❤✔{LINK}{MENTION}{PHONE}{HOUR}{MONEY}"
)
_TO_BYTES = codecs.charmap_build(f"\0{_FREQUENT:\ufffe<255}")
_FROM_BYTES = f"\0{''.join(_DRAWN[ord(char)] for char in _FREQUENT):\ufffe<255}"
"""A table of a byte each, by which most texts are drawn in a quarter of the time; each is drawn as one."""
_TABLE_MOST = 20_000
"""Distinct characters remembered; somebody who sends every character there is does not fill the memory."""


class Views(NamedTuple):
    """`written` is the text with its case, for counting; n-grams are taken from the other."""

    written: str
    drawn: str
    hidden: int
    """Invisible characters that were removed."""


def cut(text: str) -> str:
    """What is read of a text."""
    return f"{text[:HEAD]} {text[-TAIL:]}" if len(text) > HEAD + TAIL else text


def views(text: str) -> Views:
    """The views of a text of any length, in time linear in what is read of it."""
    text = cut(text)
    if len(_WRITTEN) > _TABLE_MOST:
        _WRITTEN.clear()
        _DRAWN.clear()
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)[: HEAD + TAIL]
    seen = folded if _USUAL.fullmatch(folded) else folded.translate(_WRITTEN)
    marked = _mark(seen)
    return Views(
        written=" ".join(marked.split()),
        drawn=f"\x02 {_draw(marked.lower())} \x03",
        hidden=len(folded) - len(seen),
    )


def _mark(text: str) -> str:
    """Replace what differs each time and means the same; each pass only where its signs occur."""
    lower = text.lower()
    if "www." in lower or "[link]" in lower or _LINK_HINT.search(lower):
        text = _LINKS.sub(_link, text)
    if "@" in text or "[USERNAME]" in text:
        text = _MENTIONS.sub(f" {MENTION} ", text)
    if "[PHONE]" in text or _PHONE_HINT.search(text):
        text = _PHONES.sub(f" {PHONE} ", text)
    if "[TIME]" in text or (":" in text and _DIGITS.search(text)):
        text = _HOURS.sub(f" {HOUR} ", text)
    if any(map(lower.__contains__, _MONEY_STARTS)) or _MONEY_SIGNS.search(text):
        text = _MONEY.sub(f" {MONEY} ", text)
    return text


def _link(match: re.Match[str]) -> str:
    """A link keeps the start of its address: where it leads says more than its parameters."""
    found = match.group()
    return f" {LINK} " if found == "[LINK]" else f" {LINK}{_HOST.sub('', found)[:_HOST_KEPT].lower()} "


def _draw(lower: str) -> str:
    if _SPLIT_HINT.search(lower):
        lower = _SPLIT.sub(lambda match: _BREAKS.sub("", match.group()), lower)
    if _SPACED_HINT.search(lower):
        lower = _SPACED.sub(lambda match: _GAPS.sub("", match.group()), lower)
    if _INSIDE_HINT.search(lower):
        lower = _INSIDE.sub("", lower)
    if _DIGITS.search(lower):
        lower = _LEET.sub(lambda match: _LETTER_OF[match.group()], lower)
    try:
        drawn, _ = codecs.charmap_decode(
            codecs.charmap_encode(lower, "strict", _TO_BYTES)[0], "strict", _FROM_BYTES
        )
    except UnicodeEncodeError:
        drawn = lower.translate(_DRAWN)
    return " ".join(drawn.split())
