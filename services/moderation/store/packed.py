"""A time with a small number in one score of a sorted set: one member for each person, trimmed by time.

Scores are doubles: unix seconds take 32 bits until 2106, and four decimals 14 of the 53 that are exact.
"""

SCALE = 10_000


def pack(at: int, number: int) -> str:
    """`number` up to 9,999 stands behind the point."""
    return f"{at}.{min(number, SCALE - 1):04d}"


def unpack(score: float) -> tuple[int, int]:
    return divmod(round(score * SCALE), SCALE)
