"""Which form of a word goes with a number, by CLDR's rules for whole numbers in our languages."""

from collections.abc import Callable, Sequence


def of_number(language: str, n: int, forms: Sequence[str]) -> str:
    """Of `forms` the one for `n`: one, few, many in be, ru and uk; one and other in English.

    Raises KeyError for a language whose rule is not known.
    """
    return forms[_RULES[language](n)]


def _slavic(n: int) -> int:
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if n % 10 in {2, 3, 4} and n % 100 not in {12, 13, 14} else 2


def _english(n: int) -> int:
    return 0 if n == 1 else 1


_RULES: dict[str, Callable[[int], int]] = {"be": _slavic, "ru": _slavic, "uk": _slavic, "en": _english}
