"""Whatever code a service answers with, a person reads a sentence."""

import re
from pathlib import Path

import pytest

from services.gateway.web.i18n import LANGUAGES, translator
from services.submissions import domain
from shared.text.links import CODES

SUBMISSIONS = Path(domain.__file__).parents[1]
ADVICE = {"house.same", "name.same", "name.similar"}
"""Hints on the reviewers' card; they are never the reason of a decision."""


def codes() -> set[str]:
    """All codes that stand in the source of the service: texts with one dot, as `place.outside`."""
    found: set[str] = set()
    for path in SUBMISSIONS.rglob("*.py"):
        found |= set(re.findall(r'"([a-z]+\.[a-z_]+)"', path.read_text(encoding="utf-8")))
    return found - ADVICE


def test_the_walk_finds_the_codes() -> None:
    assert {
        "link.duplicate",
        "review.other_chosen",
        "place.outside",
        "review.refused",
        "content.missing",
    } <= codes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_a_decision_has_a_text(language: str) -> None:
    t = translator(language)
    assert [code for code in sorted(codes()) if not t.has(f"reason.{code}")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_of_a_link_has_a_text(language: str) -> None:
    t = translator(language)
    known = {code.replace("empty", "required") for code in CODES}
    assert [code for code in sorted(known) if not t.has(f"field.{code}")] == []
