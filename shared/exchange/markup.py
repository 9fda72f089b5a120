"""Text for XML 1.0, which cannot hold every character (its section 2.2)."""

_KEPT = {0x9, 0xA, 0xD}
_NEVER = dict.fromkeys([*(set(range(0x20)) - _KEPT), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF])


def holdable(text: str) -> str:
    """The text without what no XML document may hold, not even as a reference."""
    return text.translate(_NEVER)
