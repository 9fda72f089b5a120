"""What somebody proposes, from JSON or from a form: every field checked, every bad one named at once."""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast

from services.gateway.domain.query import Box
from shared.contracts.listings import (
    DESCRIPTION_LENGTH,
    LANGUAGES_MOST,
    NAME_LENGTH,
    Content,
    Kind,
    Link,
    ListingId,
    Place,
    Precision,
    PublicListing,
)
from shared.contracts.submissions import Action
from shared.flags import DEFAULT, is_flag
from shared.geo import coarsen
from shared.text import LinkError, clean_name, clean_text, parse_link
from shared.text.links import CODES as LINK_CODES

REASON_LENGTH = 500
RAW_LENGTH = 4 * DESCRIPTION_LENGTH
"""Longer texts are refused before they are cleaned."""
FIELDS = (
    "action", "listing_id", "name", "link", "kind", "lat", "lon", "precision", "description", "languages",
    "flag", "reason",
)  # fmt: skip
CONTENT_FIELDS = ("name", "link", "kind", "lat", "lon", "precision", "description", "languages", "flag")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,3})?")
"""Digits of ASCII: Python's `float` takes those of every script, and underscores."""
NUMBER_LENGTH = 40
_LISTING_ID = re.compile(r"[a-z2-7]{13}")

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Bad:
    """One field that cannot be taken. `code` is for programs and translations, `detail` is plain English."""

    field: str
    code: str
    detail: str


class Invalid(Exception):  # noqa: N818  # named as what it tells
    """The proposal cannot be taken as it is."""

    def __init__(self, errors: tuple[Bad, ...]) -> None:
        super().__init__(", ".join(f"{bad.field}: {bad.code}" for bad in errors))
        self.errors = errors


Current = Callable[[ListingId], PublicListing | None]
"""A listing as it stands now, None for an id that is not listed."""


@dataclass(frozen=True)
class Proposal:
    """`content` is None only for `remove`; `listing_id` is None only for `add`."""

    action: Action
    content: Content | None
    listing_id: ListingId | None
    reason: str


class _Wrong(ValueError):  # noqa: N818
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def digest_text(raw: Mapping[str, Any]) -> str:
    """The same for the same proposal, whatever order its fields came in."""
    known = {name: raw[name] for name in FIELDS if name in raw}
    return json.dumps(known, sort_keys=True, ensure_ascii=True, default=str)


def parse(raw: Mapping[str, Any], area: Box, current: Current) -> Proposal:
    """Check every field. Raises Invalid.

    `area` is where listings may lie. A change may leave out what stays: it is taken from `current`. A link
    that is not shown must be given, for nobody is told which one stays.
    """
    return _Parser(raw, area, current).proposal()


class _Parser:
    """Gathers what is wrong instead of stopping at the first."""

    def __init__(self, raw: Mapping[str, Any], area: Box, current: Current) -> None:
        self._raw, self._area, self._current = raw, area, current
        self._bad: list[Bad] = []

    def proposal(self) -> Proposal:
        action = self._take("action", _action, None)
        target = self._target() if action in {"change", "remove"} else None
        content = self._content(target) if action in {"add", "change"} else None
        reason = self._take("reason", lambda value: _line(value, REASON_LENGTH), "")
        if self._bad or action is None:
            raise Invalid(tuple(self._bad))
        return Proposal(action, content, None if target is None else target.id, reason or "")

    def _target(self) -> PublicListing | None:
        """The listing to change or remove, which must be in the directory."""
        found = self._take("listing_id", _listing_id, None)
        listing = None if found is None else self._current(found)
        if found is not None and listing is None:
            self._bad.append(Bad("listing_id", "unknown", "no such listing"))
        return listing

    def _content(self, old: PublicListing | None) -> Content | None:
        name = self._take("name", _name, old.name if old else None)
        link = self._take("link", _link, old.link if old else None)
        kind = self._take("kind", lambda value: _one_of(Kind, value), old.kind if old else None)
        place = self._place(old.place if old else None)
        description = self._take(
            "description", lambda v: _line(v, DESCRIPTION_LENGTH), old.description if old else ""
        )
        languages = self._take("languages", _languages, old.languages if old else ())
        flag = self._take("flag", _flag, old.flag if old else DEFAULT)
        if self._bad or name is None or link is None or kind is None or place is None:
            return None
        return Content(
            name=name,
            link=link,
            kind=kind,
            place=place,
            description=description or "",
            languages=languages or (),
            flag=flag or DEFAULT,
        )

    def _place(self, old: Place | None) -> Place | None:
        """Coarsened here, so that nothing exact goes any further."""
        lat = self._take("lat", lambda value: _degrees(value, 90), old.lat if old else None)
        lon = self._take("lon", lambda value: _degrees(value, 180), old.lon if old else None)
        usual = old.precision if old else Precision.COURTYARD
        precision = self._take("precision", lambda value: _one_of(Precision, value), usual)
        if lat is None or lon is None or precision is None:
            return None
        place = coarsen(lat, lon, precision)
        if not self._area.contains(lat, lon):
            self._bad += [
                Bad(name, "outside", "outside the area of this directory") for name in ("lat", "lon")
            ]
        return place

    def _take(self, field: str, check: Callable[[Any], T], otherwise: T | None) -> T | None:
        """The checked value; `otherwise` when it is left out, which is an error when there is none."""
        value = self._raw.get(field)
        if value is None or (value == "" and (otherwise is None or field in {"precision", "flag"})):
            if otherwise is None:
                self._bad.append(Bad(field, "missing", "is required"))
            return otherwise
        try:
            return check(value)
        except _Wrong as wrong:
            self._bad.append(Bad(field, wrong.code, wrong.detail))
            return None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Wrong("type", "must be text")
    if len(value) > RAW_LENGTH:
        raise _Wrong("too_long", f"must be at most {RAW_LENGTH} characters")
    return value


def _line(value: Any, limit: int) -> str:
    cleaned = clean_text(_text(value))
    if len(cleaned) > limit:
        raise _Wrong("too_long", f"must be at most {limit} characters")
    return cleaned


def _name(value: Any) -> str:
    cleaned = clean_name(_text(value), None)
    if not cleaned:
        raise _Wrong("empty", "must have at least one character that can be seen")
    if len(cleaned) > NAME_LENGTH:
        raise _Wrong("too_long", f"must be at most {NAME_LENGTH} characters")
    return cleaned


def _link(value: Any) -> Link:
    try:
        return parse_link(_text(value))
    except LinkError as error:
        raise _Wrong(error.code.removeprefix("link."), LINK_CODES[error.code]) from None


def _action(value: Any) -> Action:
    if value not in ("add", "change", "remove"):
        raise _Wrong("unknown", "must be one of add, change, remove")
    return cast("Action", value)


def _one_of(choices: type[E], value: Any) -> E:
    if not isinstance(value, str) or value not in set(choices):
        raise _Wrong("unknown", f"must be one of {', '.join(choices)}")
    return choices(value)


def _degrees(value: Any, most: float) -> float:
    """A number, or its text from a form."""
    number = None
    if isinstance(value, str):
        number = float(value) if len(value) <= NUMBER_LENGTH and _NUMBER.fullmatch(value.strip()) else None
    elif isinstance(value, int | float) and not isinstance(value, bool):
        with suppress(OverflowError):
            number = float(value)
    if number is None:
        raise _Wrong("type", "must be a number of degrees")
    if not -most <= number <= most:  # also false for NaN
        raise _Wrong("range", f"must be from -{most:g} to {most:g}")
    return number


def _languages(value: Any) -> tuple[str, ...]:
    """A list of codes, or their text with commas from a form; each once."""
    parts = (
        re.split(r"[,\s]+", value.strip()) if isinstance(value, str) and len(value) <= RAW_LENGTH else value
    )
    if not isinstance(parts, list | tuple):
        raise _Wrong("type", "must be a list of language codes")
    codes = [part for part in parts if part != ""]
    if not all(isinstance(code, str) and _LANGUAGE.fullmatch(code) for code in codes):
        raise _Wrong("unknown", "must be codes of two or three small letters, as in be, ru, en")
    if len(set(codes)) > LANGUAGES_MOST:
        raise _Wrong("too_many", f"must be at most {LANGUAGES_MOST}")
    return tuple(dict.fromkeys(codes))


def _flag(value: Any) -> str:
    if not isinstance(value, str) or not is_flag(value):
        raise _Wrong("unknown", "is not a flag of this site; see /flags")
    return value


def _listing_id(value: Any) -> ListingId:
    if not isinstance(value, str) or not _LISTING_ID.fullmatch(value):
        raise _Wrong("unknown", "is not the id of a listing")
    return value
