"""Numbers as people and programs write them."""

import math
import re
from datetime import UTC, datetime

_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{0,20})?([eE][+-]?\d{1,3})?", re.ASCII)
_SPACES = re.compile(r"(?<=\d)[\s\u00a0\u202f\u2009'’](?=\d{3}(?!\d))")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_NOTHING_MORE = re.compile(r"^(\d{1,3}(?:,\d{3})+)\.0+$|^(\d{1,3}(?:\.\d{3})+),0+$")
"""`1,234.00` as spreadsheets show whole numbers."""
_BEFORE = re.compile(
    r"(?:[~≈><+]|около|каля|близько|более|больше?|больш за|понад|примерно|прыкладна|прим\.?|ca\.?|about|over)"
    r"\s{0,3}",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\s{0,3}(?:\+|(?:чел|чал|участ|удзельн|учасн|подпис|падпіс|підпис)\w{0,12}\.?|осіб|людей|members?|subscribers?|"
    r"people|osób|os\.|nari\w{0,5})",
    re.IGNORECASE,
)
_SCALED = re.compile(
    r"(\d{1,4}(?:[.,]\d{1,3})?)\s{0,3}(k|к|тыс\w{0,8}|тис\w{0,8}|tys\w{0,8}|thousand|m|млн|mln|million)\.?",
    re.IGNORECASE,
)
_MILLIONS = ("m", "млн", "mln", "million")


def number_of(value: object) -> float | None:
    """A finite number, with a decimal comma if need be; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = value.strip().replace("\u2212", "-").replace(",", ".", 1)
        if not _NUMBER.fullmatch(value):
            return None
    if not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def count_of(value: object) -> int | None:
    """A whole number of things: `12,000`, `12 000`, `12.000`, `12 тыс.`, `1.2k` and `~500 чел.` too."""
    if isinstance(value, str):
        text = _SPACES.sub("", _bare(value.strip()[:60]))
        if scaled := _SCALED.fullmatch(text):
            million = scaled[2].casefold().startswith(_MILLIONS)
            return round(float(scaled[1].replace(",", ".")) * (1_000_000 if million else 1_000))
        text = _NOTHING_MORE.sub(r"\1\2", text)
        value = text.replace(".", "").replace(",", "") if _GROUPED.fullmatch(text) else text
    number = number_of(value)
    return int(number) if number is not None and number >= 0 and number == int(number) else None


def _bare(text: str) -> str:
    """Without words such as `about` and `people` around the number."""
    if before := _BEFORE.match(text):
        text = text[before.end() :]
    behind = next((found for found in _BEHIND.finditer(text) if found.end() == len(text)), None)
    return (text[: behind.start()] if behind else text).strip()


def moment_of(value: object) -> datetime | None:
    """A point in time in ISO 8601; without a zone it is taken as UTC."""
    try:
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None
