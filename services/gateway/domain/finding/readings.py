"""What somebody may have meant whose words are found nowhere together."""

from collections.abc import Callable, Iterator

from shared.text.addresses import read_address
from shared.text.sounds import words

WORDS_MOST = 5
"""With more words than this none is left out: each try costs a search."""
_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_CYRILLIC = "йцукенгшщзхъфывапролджэячсмитьбюё"
_KEYS = str.maketrans(_LATIN + _LATIN.upper(), _CYRILLIC + _CYRILLIC.upper())


def readings(text: str, is_known: Callable[[str], bool]) -> Iterator[str]:
    """The likeliest first: the street of a house that nobody knows; Cyrillic typed on Latin keys; without the
    words that nothing has; without one word, the last first.
    """
    address = read_address(text)
    if address is not None and address.house:
        yield address.street
    if text.isascii():
        yield text.translate(_KEYS)
    asked = words(text)
    if not 1 < len(asked) <= WORDS_MOST:
        return
    known = [word for word in asked if is_known(word)]
    if len(known) < len(asked):
        yield " ".join(known)
        return
    for left_out in range(len(asked) - 1, -1, -1):
        yield " ".join(asked[:left_out] + asked[left_out + 1 :])
