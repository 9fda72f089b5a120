"""Errors say what to do next. Any other exception is tried again with back-off, then dead-lettered."""


class TryLater(Exception):  # noqa: N818
    """Not now: a thing that this depends on is not there yet. Does not count as a failed try.

    `after` is in seconds. `reason` must carry no personal data.
    """

    def __init__(self, reason: str, after: float = 1.0) -> None:
        super().__init__(reason)
        self.after = after


class GiveUp(Exception):  # noqa: N818
    """Never: straight to the dead letters. `reason` must carry no personal data."""


class Unavailable(Exception):  # noqa: N818
    """Redis cannot be reached, so nothing was accepted."""
