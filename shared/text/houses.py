"""House numbers in names. Chats of one street are told apart by them, so they decide what is a duplicate."""

import re
import unicodedata

_CYRILLIC_LETTERS = str.maketrans("абвгдеёжзик", "abvhdeezzik")
_NUMBER = r"\d{1,3}(?:[а-еa-f](?![^\W_]))?"
_BUILDING = r"(?:,?\s*(?:корп(?:ус)?|кор|к|k)\.?\s*(\d{1,2}(?:[-,]\d{1,2})*)(?![\w%]))"
_ORDINAL = r"-?(?:ый|ой|ий|ій|ы|й|я|го)"
_HOUSE = re.compile(
    rf"(?<!\d)({_NUMBER}(?:(?:[-/_]|[хx](?=\d)){_NUMBER})*)"
    rf"(?:{_BUILDING}|{_ORDINAL})?(?!\d|\s*[%+]|[^\W\d_])"
)
_JOINTS = re.compile(r"[-/_хx]")
_NOT_A_HOUSE = re.compile(r"\bиз\s+97\b|(?<=[^\W\d_])97\b|(?<!\d)\d+\s*[%+]")
"""The `97 %` in the names of 2020, ages such as 18+."""


def houses(text: str) -> frozenset[str]:
    """The numbers that tell places of one name apart: `43`, `7a`, `15k3` (building 3 of house 15).

    Numbers of quarters (`Малиновка 4`, `4-й район`) count the same way. Joined numbers that
    rise (`28/32/34`, `43-45`, `17х23`) are several houses; `26/4` and `11-1` are a house and its building.
    """
    plain = _NOT_A_HOUSE.sub(" ", unicodedata.normalize("NFKC", text.replace("№", " ")).casefold())
    found: set[str] = set()
    for numbers, buildings in _HOUSE.findall(plain):
        found.update(_read(_JOINTS.split(numbers), re.findall(r"\d+", buildings)))
    return frozenset(found)


def same_house(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether both name a house in common; the whole of a house includes each of its buildings."""
    return any(_overlap(one, other) for one in left for other in right)


def _read(parts: list[str], buildings: list[str]) -> set[str]:
    numbers = [part.translate(_CYRILLIC_LETTERS) for part in parts]
    if len(numbers) == 2 and _value(numbers[1]) < _value(numbers[0]):
        return {f"{numbers[0]}k{numbers[1]}"}
    if buildings:
        return {*numbers[:-1], *(f"{numbers[-1]}k{building}" for building in buildings)}
    return set(numbers)


def _value(number: str) -> int:
    return int(number.rstrip("abvhdef"))


def _overlap(one: str, other: str) -> bool:
    if one == other:
        return True
    (base, _, building), (other_base, _, other_building) = one.partition("k"), other.partition("k")
    return base == other_base and not (building and other_building)
