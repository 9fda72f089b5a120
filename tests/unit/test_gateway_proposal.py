"""Proposals from strangers: cleaned, coarsened, and every bad field named at once."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.proposal import FIELDS, Invalid, Proposal, digest_text, parse
from services.gateway.domain.query import Box
from shared.contracts.listings import Kind, Precision
from tests.gateway import shown

AREA = Box(26.9, 53.55, 28.3, 54.25)
KNOWN = shown(7, name="Стары двор", members=50, lat=53.9, lon=27.5)
GOOD: dict[str, Any] = {
    "action": "add",
    "name": "Двор на Лынькова",
    "link": "https://t.me/Lynkova_Dvor",
    "kind": "group",
    "lat": 53.912345,
    "lon": 27.512345,
}


def check(raw: dict[str, Any]) -> Proposal:
    return parse(raw, AREA, {KNOWN.id: KNOWN}.get)


def bad(**changes: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        check(GOOD | changes)
    return {error.field: error.code for error in caught.value.errors}


def errors(raw: dict[str, Any]) -> set[str] | None:
    try:
        check(raw)
    except Invalid as invalid:
        return {error.field for error in invalid.errors}
    return None


def test_a_good_one_is_cleaned_and_coarsened() -> None:
    proposal = check(GOOD | {"name": "  Двор\u202e на\nЛынькова ", "languages": ["be", "ru", "be"]})
    content = proposal.content
    assert content is not None
    assert content.name == "Двор на Лынькова"
    assert content.link.key == "u:lynkova_dvor"
    assert (content.place.lat, content.place.lon) == (53.9125, 27.5125)
    assert (content.languages, content.flag, content.description) == (("be", "ru"), "wrw", "")


def test_a_form_sends_everything_as_text() -> None:
    form = {name: str(value) for name, value in GOOD.items()}
    empty = dict.fromkeys(("precision", "flag", "description", "languages", "reason"), "")
    assert check(form | empty) == check(GOOD)


def test_every_bad_field_is_named_at_once() -> None:
    everything = bad(
        name="\u200b", link="https://bit.ly/2abc", kind="planet", lat="north", lon=181, precision="exact",
        description="x" * 501, languages=["xx1"], flag="pirate", reason=5,
    )  # fmt: skip
    assert set(everything) == set(FIELDS) - {"action", "listing_id"}


def test_an_empty_proposal_names_what_it_needs() -> None:
    with pytest.raises(Invalid) as caught:
        check({"action": "add"})
    missing = {error.field for error in caught.value.errors if error.code == "missing"}
    assert missing == {"name", "link", "kind", "lat", "lon"}
    with pytest.raises(Invalid) as caught:
        check({})
    assert [error.field for error in caught.value.errors] == ["action"]


@pytest.mark.parametrize(
    "value", ["nan", "inf", "-inf", math.nan, math.inf, True, None, [], {}, "5" * 400, 10**400, "1,5"]
)
def test_degrees_are_numbers_on_earth(value: Any) -> None:
    assert "lat" in bad(lat=value)


def test_a_place_elsewhere_is_outside() -> None:
    assert bad(lat=55.75, lon=37.62) == {"lat": "outside", "lon": "outside"}


@pytest.mark.parametrize("action", ["", "drop", 5, None, ["add"], {"add": 1}])
def test_an_unknown_action_is_refused(action: Any) -> None:
    assert "action" in bad(action=action)


def test_a_change_takes_from_the_listing_what_it_leaves_out() -> None:
    proposal = check({"action": "change", "listing_id": KNOWN.id, "name": "Новы двор", "precision": "street"})
    assert proposal.content is not None
    assert proposal.content.name == "Новы двор"
    assert proposal.content.link == KNOWN.link
    assert proposal.content.place.precision is Precision.STREET
    assert proposal.listing_id == KNOWN.id


def test_a_description_can_be_emptied_by_a_change() -> None:
    known = KNOWN.model_copy(update={"description": "стары", "languages": ("be",)})
    raw = {"action": "change", "listing_id": known.id, "description": "", "languages": []}
    proposal = parse(raw, AREA, {known.id: known}.get)
    assert proposal.content is not None
    assert (proposal.content.description, proposal.content.languages) == ("", ())


def test_a_removal_needs_only_the_listing() -> None:
    proposal = check({"action": "remove", "listing_id": KNOWN.id, "reason": " закрыты ", "lat": "junk"})
    assert proposal == Proposal("remove", None, KNOWN.id, "закрыты")


@pytest.mark.parametrize("listing_id", ["", "nope", "a" * 13, 5, None, "../../etc"])
def test_what_is_not_listed_cannot_be_changed(listing_id: Any) -> None:
    with pytest.raises(Invalid) as caught:
        check({"action": "remove", "listing_id": listing_id})
    assert [error.field for error in caught.value.errors] == ["listing_id"]


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=3)


RAW = st.dictionaries(st.sampled_from(FIELDS) | st.text(), VALUES)


@given(RAW | RAW.map(lambda changes: GOOD | changes))
def test_whatever_is_sent_is_taken_or_refused_by_name(raw: dict[str, Any]) -> None:
    wrong = errors(raw)
    assert wrong is None or (wrong and wrong <= set(FIELDS))
    assert digest_text(raw) == digest_text(dict(reversed(raw.items())))


@given(st.text(min_size=1))
def test_a_name_is_stored_as_one_visible_line_or_not_at_all(name: str) -> None:
    try:
        content = check(GOOD | {"name": name}).content
    except Invalid:
        return
    assert content is not None
    assert content.name
    assert content.name == " ".join(content.name.split())


def test_the_digest_changes_with_each_field_and_not_with_the_proof() -> None:
    assert digest_text(GOOD | {"challenge": "a"}) == digest_text(GOOD)
    assert digest_text(GOOD | {"reason": "x"}) != digest_text(GOOD)


def test_all_kinds_can_be_proposed() -> None:
    for kind in Kind:
        found = check(GOOD | {"kind": kind.value}).content
        assert found is not None
        assert found.kind is kind


def test_codes_of_a_link_do_not_repeat_the_name_of_the_field() -> None:
    assert bad(link="viber://chat?number=1")["link"] == "viber"
    assert bad(link="https://t.me/joinchat/x")["link"] == "invite"
