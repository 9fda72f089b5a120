"""What is said of people in a text, and the text without it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from services.directory.exchange.columns.names import words_of
from services.directory.exchange.columns.people import is_label_of_person
from services.directory.exchange.columns.words import words
from shared.text.found import telegram_addresses
from shared.text.targets import TargetKind, target_of

DIGITS_LEAST, DIGITS_MOST = 9, 15
"""Digits of a telephone number with its area code (E.164 has 15 at most)."""
NEAR = 4
"""Words before and behind a name of an account that tell whose it is."""
NAME_LEAST = 4
"""Letters of a person's name from which it is looked for in other texts."""
_HINT = re.compile(
    r"(?:\d\D{0,3}){5}|[@:=\t/]|\s[-–—]\s|собака|сабака|\bat\b|[\[(]\s?a\s?[\])]|звон|дз[ва][ов]н|тел|тэл",
    re.IGNORECASE,
)
"""What stands in every text of which something is left out."""
_PHONE = re.compile(
    r"(?<![\w/=#@.\-])(?:\+|00)?\(?\d(?:[ \u00a0\u2009\u202f().\u2010-\u2013\-]{0,3}\d){8,14}(?![\w@])"
)
_LABELLED = re.compile(
    r"\b(?:тел(?:ефон)?|тэл(?:ефон)?|моб|phone|tel|call|звон\w*|дзван\w*|дзвон\w*)\b"
    r"(?:\W{0,5}|[^\n\d]{0,60}[:\s])\+?\d[\d \-()]{3,20}\d",
    re.IGNORECASE,
)
_NO_PHONE = re.compile(r"\d\.\d{4,}|\d{4}-\d\d-\d\d|\d\d\.\d\d\.\d{4}")
_AT = r"(?:\s?@\s?|\s?[\[(]\s?(?:at?|собака|сабака)\s?[\])]\s?|\s(?:собака|сабака)\s)"
_DOT = r"(?:\.|\s?[\[(]\s?(?:dot|точка|кропка|крапка)\s?[\])]\s?|\s(?:точка|кропка|крапка)\s)"
_EMAIL = re.compile(
    rf"(?<![\w.+\-])[\w.+\-]{{1,64}}{_AT}[\w\-]{{1,63}}(?:{_DOT}[\w\-]{{2,63}}){{1,4}}", re.IGNORECASE
)
_PERSONAL = re.compile(
    r"(?:https?://)?(?:www\.|m\.)?(?:wa\.me/\+?\d|(?:api\.|web\.)?whatsapp\.com/send|vk\.com/id\d|ok\.ru/profile|"
    r"facebook\.com/profile|signal\.me/)\S*|skype:[\w.:\-]{3,64}|(?:tel|mailto|skype|sms|viber|whatsapp|tg):(?://)?"
    r"(?:user|openmessage|chat\?number|resolve\?phone|\+?\d|[\w.+\-]{1,64}@|send\?phone|msg_url|contact)\S*",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(?<![\w@./])@[A-Za-z]\w{3,31}|(?:https?://)?(?:t|telegram)\.(?:me|dog)/@?[A-Za-z]\w{3,31}(?![\w/?+])"
)
_CLOSED = re.compile(r".*[,;)](?=.)")
BEFORE, BEHIND = 80, 60
"""Characters around an account that are looked at."""
_SENTENCE = re.compile(r"\n|(?<=[.!?;])\s+")
_LABEL = re.compile(r"([^:\t=\n]{1,80}?) ?(?:[:=\t]| [–—-] )(.*)")
_SPACES = re.compile(r"[ \u00a0]+")
_PART = re.compile(r"[^\W\d_]{2,40}")
LETTERS_LEAST = 3
_ENDINGS = "аеёиіоуыэюяйьaeiouy"
PARTS_MOST = 5
"""Words of a person's name that are looked for in any order."""


@dataclass(frozen=True)
class Cleaned:
    """A text, and whether something of a person was left out of it."""

    text: str
    has_changed: bool


def is_personal(text: str) -> bool:
    """Whether a value is nothing but somebody's number, address or account."""
    cleaned = without_people(text)
    return cleaned.has_changed and not any(map(str.isalnum, cleaned.text))


def without_people(text: str, names: Iterable[str] = (), own: str = "") -> Cleaned:
    """The text without numbers, e-mail addresses and accounts of people, and sentences labelled as theirs.

    `names` are those people whom other columns of the row name; `own` is the user name of the chat itself.
    """
    kept = text
    if _HINT.search(text):
        kept = _without_telegram(_without_labels(text, is_label_of_person), own)
        for pattern in (_PERSONAL, _EMAIL, _LABELLED):
            kept = pattern.sub(" ", kept)
        kept = _PHONE.sub(_unless_no_phone, kept)
    for name in names:
        kept = _without_name(kept, name)
    has_changed = "".join(kept.split()) != "".join(text.split())
    return Cleaned(kept if has_changed else text, has_changed)


def without_fields(text: str, names: Iterable[str]) -> str:
    """The text without sentences that only repeat a field of the row, as Google's maps write descriptions."""
    known = {name.casefold().strip() for name in names}
    return _without_labels(text, known.__contains__) if known else text


def near_person(text: str, start: int, end: int) -> bool:
    """Whether what stands there belongs to a person, by the words around it.

    The nearest words before it tell: `admin @ann, chat @yard`, or `admins: @ann and @bob`; else those behind.
    """
    before = words_of(text[max(0, start - BEFORE) : start])[-NEAR:]
    asked = max((at for at, word in enumerate(before) if words("person.asked").fullmatch(word)), default=-1)
    if asked >= 0:
        return not any(map(words("into").fullmatch, before[asked + 1 :]))
    for part in reversed(_ACCOUNT.split(text[max(0, start - BEFORE) : start])):
        found = words_of(part)[-NEAR:]
        if any(map(is_label_of_person, found)):
            return True
        if any(map(words("chat").fullmatch, found)):
            return False
    return any(map(is_label_of_person, words_of(_behind(text[end : end + BEHIND]))[:2]))


def _behind(text: str) -> str:
    """The words behind an account that are not the next one's: `(admin), chat @yard`, not `, admin @ann`."""
    line = text.partition("\n")[0]
    following = _ACCOUNT.search(line)
    return line if following is None else (_CLOSED.match(line[: following.start()]) or [""])[0]


def _unless_no_phone(found: re.Match[str]) -> str:
    """Dates, coordinates and rows of house numbers look like telephone numbers and are none."""
    text = found[0]
    groups = [int(group) for group in re.findall(r"\d+", text)]
    houses = not text.startswith(("+", "(")) and len(groups) > 3 and all(a < b for a, b in pairwise(groups))
    return text if houses or _NO_PHONE.search(text) else " "


def _without_labels(text: str, is_left_out: Callable[[str], object]) -> str:
    """Without the parts whose label is left out, and the part behind a label that stands alone."""
    kept, goes_on = list[str](), False
    for part in _SENTENCE.split(text):
        label = _LABEL.match(_SPACES.sub(" ", part).strip(" "))
        if label and is_left_out(label[1].strip().casefold()):
            goes_on = not label[2].strip()
            continue
        if not goes_on or label:
            kept.append(part)
        goes_on = goes_on and not part.strip()
    return "\n".join(kept)


def _without_telegram(text: str, own: str) -> str:
    """Accounts by number, and those that the words around them give to a person."""
    for address in telegram_addresses(text):
        if target_of(address).kind is TargetKind.PHONE:
            text = text.replace(address, " ")

    def put(found: re.Match[str]) -> str:
        name = found[0].rpartition("/")[2].removeprefix("@").casefold()
        return " " if name != own and near_person(text, found.start(), found.end()) else found[0]

    return _ACCOUNT.sub(put, text)


def _without_name(text: str, name: str) -> str:
    plain = name.strip()
    if len(plain) < NAME_LEAST or len(plain) > 200:
        return text
    text = re.sub(rf"(?<!\w){re.escape(plain)}(?!\w)", " ", text, flags=re.IGNORECASE)
    stems = dict.fromkeys(_stem(part) for part in _PART.findall(plain)[:PARTS_MOST])
    if len(stems) < 2:
        return text
    part = rf"(?>(?:{'|'.join(map(re.escape, stems))})\w{{0,3}}(?!\w))"
    several = rf"(?<!\w){part}(?:[ ,\u00a0]{{1,3}}(?:{part}|[^\W\d_]\.))++"
    return re.sub(several, " ", text, flags=re.IGNORECASE)


def _stem(part: str) -> str:
    """Of a name in any case: `Петров` of `Петрова`, `Анн` of `Анной`."""
    return part[:-1] if len(part) > LETTERS_LEAST and part[-1].casefold() in _ENDINGS else part
