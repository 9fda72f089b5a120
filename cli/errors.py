"""How a command ends badly: one clear line, and a code that scripts can tell apart."""

FAILED = 1
"""It was tried and did not work."""
MISUSED = 2
"""A setting, an argument or a file is wrong; trying again changes nothing."""


class Stop(Exception):  # noqa: N818 - it is not always an error of the program
    """End the command with this line and code."""

    def __init__(self, text: str, code: int = FAILED) -> None:
        super().__init__(text)
        self.code = code
