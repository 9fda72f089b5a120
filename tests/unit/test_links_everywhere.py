"""A link is the same wherever it comes in: form, API, file."""

from typing import Any

import pytest

from services.directory.exchange import Row
from services.directory.exchange.fields import link_in
from services.directory.exchange.judging import judge
from services.gateway.domain.proposal import Invalid, parse
from services.gateway.domain.query import Box
from shared.text import LinkError, parse_link
from shared.text.targets import TargetKind
from tests import spellings
from tests.spellings import HASH, NAME, Spelling

AREA = Box(26.9, 53.55, 28.3, 54.25)
BARE = Spelling(NAME, TargetKind.NOTHING)
"""A user name without anything is one in a column of a file; in the form it needs its @."""
FAKES = ("https://дзе.бел", "ann@example.org", "vk.com/minsk24", "t-me.xyz", "t.me@evil.example", "т.me/x")


def outcome(text: str) -> str:
    try:
        return parse_link(text).key
    except LinkError as error:
        return error.code


def proposed(text: str) -> str:
    raw: dict[str, Any] = {"action": "add", "name": "Двор", "kind": "group", "lat": 53.9, "lon": 27.5}
    try:
        made = parse(raw | {"link": text}, AREA, lambda _: None)
    except Invalid as invalid:
        (bad,) = invalid.errors
        return f"{bad.field}.{bad.code}"
    assert made.content is not None
    return made.content.link.key


def imported(text: str) -> str:
    item = judge(1, {"link": text, "name": "Двор", "lat": 53.9, "lon": 27.5}, None)
    return item.content.link.key if isinstance(item, Row) else item.code


@pytest.mark.parametrize(
    "one",
    [one for one in spellings.ALL if one.text.strip() and one != BARE],
    ids=lambda one: one.text[:60],
)
def test_form_and_file_take_and_refuse_the_same(one: Spelling) -> None:
    assert proposed(one.text) == imported(one.text) == outcome(one.text)


@pytest.mark.parametrize("text", FAKES)
def test_form_and_file_give_the_same_reason(text: str) -> None:
    assert proposed(text) == imported(text) == outcome(text)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["Двор", f"наш чат: https://t.me/+{HASH}, прыходзьце"], f"https://t.me/+{HASH}"),
        (["t.me/addlist/abc", f"t.me/share/url?url=t.me/{NAME}"], f"t.me/share/url?url=t.me/{NAME}"),
        (["https://t.me/proxy?server=x t.me/c/5/6", 7, None], "https://t.me/proxy?server=x"),
        ([f"{NAME}.t.me", f"tg://resolve?domain={NAME}"], f"{NAME}.t.me"),
        (["https://example.org", "ann@example.org"], ""),
    ],
)
def test_a_row_without_a_column_for_links_has_the_first_one_that_leads_to_a_chat(
    values: list[object], found: str
) -> None:
    assert link_in(values) == found
