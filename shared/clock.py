"""The clock, at the edge: decisions get the moment as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, UTC, in whole milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
