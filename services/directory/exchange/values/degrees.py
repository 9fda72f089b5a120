"""Latitudes and longitudes as people write them: degrees, minutes, seconds, the letters of a compass."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

READ = 200
"""Characters of a value; longer ones are no coordinates."""
_SIGNS = str.maketrans({
    "º": "°", "˚": "°", "*": "°", "′": "'", "’": "'", "ʼ": "'", "‘": "'", "`": "'", "´": "'", "″": '"',
    "”": '"', "“": '"', "\u2212": "-", "–": "-",
})  # fmt: skip
_TOKEN = re.compile(
    r"(?P<number>[+-]?\d{1,12}(?:[.,]\d{1,20})?)|(?P<mark>°|''|'|\")|(?P<word>[^\W\d_]+)"
    r"|(?P<colon>:(?=\s?\d))|(?P<other>[\s,;/|()\[\]{}=:.]+)"
)
_COMPASS = {
    "lat": (("n", "с", "сш"), ("north", "сев", "пн", "паўн", "півн"), 1),
    "-lat": (("s", "ю", "юш"), ("south", "юж", "пд", "паўд", "півд"), -1),
    "lon": (("e", "в", "вд", "у", "уд"), ("east", "вост", "сх", "усх"), 1),
    "-lon": (("w", "з", "зд"), ("west", "зап", "зах", "зх"), -1),
}
_LABELS = {
    "lat": ("lat", "широт", "шырат", "шир", "szer", "platum", "breite"),
    "lon": ("lon", "lng", "долг", "довг", "даўг", "dług", "ilgum", "garum", "länge"),
}
_BEHIND = re.compile(r"ш|ш[иы]р\w*|д|д[оа][влў]\w*")
"""What follows a compass letter in `с. ш.`, `в. д.`, `паўночнай шыраты`."""
_MARKS = {
    "°": ("d", "deg", "degrees", "гр", "град", "градус", "градуса", "градусов", "градусаў", "градусів"),
    "'": ("min", "мин", "мін", "хв", "минут", "минуты", "хвілін", "хвилин", "m"),
    '"': ("sec", "сек", "секунд", "секунды"),
}
_MARK_OF = {word: mark for mark, words in _MARKS.items() for word in words}


class Degrees(NamedTuple):
    """A number of degrees, and which of the two it is where that is written: `lat`, `lon` or empty."""

    value: float
    axis: str = ""


@dataclass
class _Group:
    """One coordinate while it is read."""

    axis: str = ""
    sign: int = 1
    numbers: list[str] = field(default_factory=list)

    def degrees(self) -> Degrees | None:
        parts = [float(number.replace(",", ".")) for number in self.numbers]
        whole = all(part == int(part) for part in parts[:-1])
        if not 0 < len(parts) <= 3 or not whole or any(not 0 <= part < 60 for part in parts[1:]):
            return None
        size = abs(parts[0]) + sum(part / 60 ** (at + 1) for at, part in enumerate(parts[1:]))
        negative = self.numbers[0].startswith("-")
        if negative and self.sign < 0:
            return None
        return Degrees(-size if negative or self.sign < 0 else size, self.axis)


def degrees_of(text: str) -> list[Degrees]:
    """The one or two coordinates that a text is; none when it is anything else."""
    if len(text) > READ:
        return []
    tokens = list(_tokens(text.translate(_SIGNS).casefold()))
    if not tokens or tokens[-1] is None:
        return []
    known = [token for token in tokens if token is not None]
    kinds = {kind for kind, _ in known}
    split = _by_compass if "compass" in kinds else _by_label if "label" in kinds else _by_mark
    found = [group.degrees() for group in split(known)]
    if len(found) == 3 and kinds == {"number"} and all("." in text for _, text in known[:2]):
        found = found[:2]  # the third is an altitude
    degrees = [each for each in found if each is not None]
    return degrees if len(degrees) == len(found) <= 2 else []


_Token = tuple[str, str]


def _tokens(text: str) -> Iterator[_Token | None]:
    """What the text consists of; ends with None at something that no coordinate has."""
    at, before = 0, ("", "")
    while at < len(text):
        match = _TOKEN.match(text, at)
        kind = match.lastgroup if match else None
        if match is None or kind is None or _is_range(text, at):
            yield None
            return
        at = match.end()
        if kind == "other" or (kind == "word" and before[0] == "compass" and _BEHIND.fullmatch(match[0])):
            continue
        token = _word(match[0], before) if kind == "word" else (kind, match[0].replace("''", '"'))
        yield token
        if token is None:
            return
        before = ("seconds", "") if before == ("mark", "'") and kind == "number" else token


def _is_range(text: str, at: int) -> bool:
    """`12-14` and `53.900.000` are no pairs."""
    if at == 0 or not text[at - 1].isdigit():
        return False
    return text[at] in "+-" or (text[at] == "." and text[at + 1 : at + 2].isdigit())


def _word(word: str, before: _Token) -> _Token | None:
    """A mark, a letter of the compass, or a label."""
    if before[0] == "seconds" and word in ("s", "с"):
        return "mark", '"'
    if word in _MARK_OF and before[0] in ("number", "seconds"):
        return "mark", _MARK_OF[word]
    for axis, starts in _LABELS.items():
        if word.startswith(starts):
            return "label", axis
    for axis, (alone, starts, _) in _COMPASS.items():
        if word in alone or word.startswith(starts):
            return "compass", axis
    return None


def _by_compass(tokens: list[_Token]) -> list[_Group]:
    """Letters stand before all numbers or behind all."""
    groups, leads = [_Group()], tokens[0][0] == "compass"
    for kind, text in tokens:
        if kind == "compass":
            if leads and groups[-1].numbers:
                groups.append(_Group())
            groups[-1].axis = text.removeprefix("-")
            groups[-1].sign = -1 if text.startswith("-") else 1
            if not leads:
                groups.append(_Group())
        elif kind == "number":
            groups[-1].numbers.append(text)
    return [group for group in groups if group.numbers or group.axis]


def _by_label(tokens: list[_Token]) -> list[_Group]:
    groups = [_Group()]
    for kind, text in tokens:
        if kind == "label":
            if groups[-1].numbers:
                groups.append(_Group())
            groups[-1].axis = text
        elif kind == "number":
            groups[-1].numbers.append(text)
    return groups


def _by_mark(tokens: list[_Token]) -> list[_Group]:
    """A number with a degree sign begins a coordinate; so does every number where there are no signs."""
    groups: list[_Group] = []
    marked = any(token == ("mark", "°") for token in tokens)
    for at, (kind, text) in enumerate(tokens):
        if kind != "number":
            continue
        follows = tokens[at + 1] if at + 1 < len(tokens) else ("", "")
        joined = at > 0 and tokens[at - 1][0] == "colon"
        if not groups or (follows == ("mark", "°") if marked else not joined):
            groups.append(_Group())
        groups[-1].numbers.append(text)
    return groups
