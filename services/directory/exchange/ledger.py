"""Which link stands in which row of a file, in little memory: two million rows take some 300 MB."""

from array import array
from collections.abc import Iterator

Digest = int


def digest(text: str) -> Digest:
    """64 bits of a text, the same within this process only; two million rows clash in one of 10^7 files."""
    return hash(text)


class Ledger:
    """Rows by their links, in the order of the file."""

    def __init__(self) -> None:
        self._places: dict[Digest, int] = {}
        self._numbers = array("q")
        self._ids = array("q")

    def __len__(self) -> int:
        return len(self._numbers)

    def enter(self, key: str, number: int) -> int | None:
        """The number of the row that has this link already; None where it is the first."""
        place = self._places.setdefault(digest(key), len(self._numbers))
        if place < len(self._numbers):
            return self._numbers[place]
        self._numbers.append(number)
        return None

    def identify(self, listing_id: str) -> None:
        """The id proposed for the next row that has none yet, in the order in which they were entered."""
        self._ids.append(digest(listing_id))

    def place(self, key: str) -> int | None:
        """Where the link stands among all, counted from 0."""
        return self._places.get(digest(key))

    def rows(self) -> Iterator[tuple[int, Digest]]:
        """Number and digest of the id of each."""
        return zip(self._numbers, self._ids, strict=True)
