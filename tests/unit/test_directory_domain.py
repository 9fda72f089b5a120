"""What becomes of a listing: each rule by itself, and all of them together in any order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from services.directory.domain import Book, Change, LinkTaken, accepted, imported, observed, placed
from shared.contracts.directory import ChatObserved, ImportListing
from shared.contracts.listings import Content, Kind, Link, Listing, Place, Precision
from shared.contracts.submissions import SubmissionAccepted
from shared.keys import Keys
from tests.sure import sure

KEYS = Keys("t" * 32)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ident(text: str) -> str:
    return KEYS.token("listing", text, 8)


def link(value: str) -> Link:
    return Link(kind="username", value=value)


def content(value: str = "dzedemo_a", **changes: Any) -> Content:
    fields = {"name": "Двор", "link": link(value), "kind": Kind.GROUP, "place": Place(lat=53.9, lon=27.5)}
    return Content(**(fields | changes))


def proposal(action: str, listing: str, what: Content | None = None) -> SubmissionAccepted:
    return SubmissionAccepted(
        submission_id=KEYS.token("s", listing), listing_id=ident(listing), action=action, content=what,
        accepted_at=NOON,
    )  # fmt: skip


def row(value: str = "dzedemo_a", listing: str | None = None, **changes: Any) -> ImportListing:
    what = changes.pop("content", content(value))
    return ImportListing(listing_id=ident(listing or value), content=what, imported_at=NOON, **changes)


def seen(value: str = "dzedemo_a", *, alive: bool = True, hours: float = 0, **changes: Any) -> ChatObserved:
    return ChatObserved(link=link(value), alive=alive, observed_at=NOON + hours * HOUR, **changes)


def book(*events: ImportListing, areas: tuple[str, ...] = ()) -> Book:
    made = Book(lambda _place: areas)
    for event in events:
        made.note(imported(made, event) if isinstance(event, ImportListing) else accepted(made, event))
    made.changes.clear()
    return made


def told(book: Book, change: Change | None) -> Listing:
    """The listing after a change, noted in the book."""
    assert change is not None
    book.note(change)
    return change.listing


def test_a_new_listing_starts_at_revision_one_with_its_areas() -> None:
    listing = told(made := book(areas=("minsk", "savecki")), accepted(made, proposal("add", "a", content())))
    assert (listing.id, listing.revision, listing.areas) == (ident("a"), 1, ("minsk", "savecki"))
    assert listing.created_at == listing.updated_at == NOON


def test_a_place_is_never_stored_more_exactly_than_its_precision() -> None:
    exact = content(place=Place(lat=53.912345, lon=27.543219, precision=Precision.QUARTER))
    listing = told(made := book(), accepted(made, proposal("add", "a", exact)))
    assert (listing.place.lat, listing.place.lon) == (53.91, 27.54)


def test_adding_what_is_listed_meanwhile_changes_that_listing() -> None:
    made = book(row())
    change = sure(accepted(made, proposal("add", "other", content(name="Новы двор"))))
    assert (change.listing.id, change.listing.name, change.event().change) == (
        ident("dzedemo_a"), "Новы двор", "changed",
    )  # fmt: skip


def test_a_change_that_says_the_same_is_no_change() -> None:
    assert accepted(book(row()), proposal("change", "dzedemo_a", content())) is None


@pytest.mark.parametrize("action", ["change", "remove"])
def test_what_is_gone_is_neither_changed_nor_removed(action: str) -> None:
    assert accepted(book(), proposal(action, "gone", content())) is None


def test_a_proposal_without_content_is_an_error() -> None:
    with pytest.raises(ValueError, match="without content"):
        accepted(book(), proposal("add", "a"))


def test_no_change_takes_the_link_of_another_listing() -> None:
    with pytest.raises(LinkTaken):
        accepted(
            book(row("dzedemo_a"), row("dzedemo_b")), proposal("change", "dzedemo_a", content("dzedemo_b"))
        )


def test_a_new_link_is_not_dead_yet() -> None:
    made = book(row())
    for hours in range(3):
        made.note(observed(made, seen(alive=False, hours=hours)))
    listing = told(made, accepted(made, proposal("change", "dzedemo_a", content("dzedemo_new"))))
    assert listing.dead_since is None
    made.note(observed(made, seen("dzedemo_new", alive=False, hours=4)))
    assert sure(made.record(ident("dzedemo_a"))).misses == 1


def test_an_unknown_flag_becomes_the_plain_one() -> None:
    made = book()
    assert told(made, imported(made, row(content=content(flag="nope")))).flag == "wrw"


@pytest.mark.parametrize(
    ("count", "shown"), [(19, (None, 20)), (20, (20, None)), (0, (None, 20)), (None, (None, None))]
)
def test_counts_below_twenty_are_hidden(count: int | None, shown: tuple[int | None, ...]) -> None:
    listing = told(made := book(), imported(made, row(members=count)))
    assert (listing.members, listing.members_below) == shown


def test_an_import_does_not_undo_what_was_seen_later() -> None:
    made = book(row(members=100, checked_at=NOON))
    made.note(observed(made, seen(hours=9, members=250)))
    assert imported(made, row(members=100, checked_at=NOON)) is None
    newer = told(made, imported(made, row(members=300, checked_at=NOON + 10 * HOUR)))
    assert newer.members == 300


def test_what_a_file_says_of_the_future_is_not_taken() -> None:
    """Else no look of ours would be newer, and a chat that is gone would never be marked."""
    later = row(members=100, checked_at=NOON.replace(year=9999), dead_since=NOON + 25 * HOUR)
    listing = told(made := book(), imported(made, later))
    assert (listing.members, listing.checked_at, listing.dead_since) == (100, None, None)
    assert told(made, observed(made, seen(hours=7, members=50))).members == 50
    ahead = told(made := book(), imported(made, row(checked_at=NOON + 23 * HOUR)))
    assert ahead.checked_at == NOON + 23 * HOUR, (
        "a file from another zone, or a clock that is not quite right"
    )


def test_an_import_without_a_count_keeps_the_one_that_is_known() -> None:
    made = book(row(members=100))
    assert imported(made, row()) is None
    assert sure(made.record(ident("dzedemo_a"))).listing.members == 100


def test_an_import_without_a_real_name_keeps_the_one_that_is_known() -> None:
    made = book(row())
    assert imported(made, row(content=content(name="@dzedemo_a"))) is None


def test_a_title_replaces_a_name_that_was_only_the_link() -> None:
    made = book(row(content=content(name="@dzedemo_a")), row("dzedemo_b"))
    assert told(made, observed(made, seen(title="Двор\u202e ля ракі"))).name == "Двор ля ракі"
    assert told(made, observed(made, seen("dzedemo_b", title="Чужая назва"))).name == "Двор"


def test_looking_often_publishes_rarely() -> None:
    made = book(row())
    shown = 0
    for minutes in range(0, 13 * 60, 10):
        change = observed(made, seen(hours=minutes / 60, members=50))
        made.note(change)
        shown += change is not None and change.visible
    assert shown == 3


def test_an_older_observation_is_ignored() -> None:
    made = book(row())
    made.note(observed(made, seen(hours=5, members=50)))
    assert observed(made, seen(hours=4, members=90)) is None


def test_one_good_look_between_bad_ones_keeps_a_listing_alive() -> None:
    made = book(row())
    for hours, alive in enumerate([False, False, True, False, False]):
        made.note(observed(made, seen(alive=alive, hours=hours)))
    assert sure(made.record(ident("dzedemo_a"))).listing.dead_since is None


def test_a_dead_link_keeps_the_date_of_the_first_look_that_missed_it() -> None:
    made = book(row())
    for hours in range(30):
        made.note(observed(made, seen(alive=False, hours=hours)))
    assert sure(made.record(ident("dzedemo_a"))).listing.dead_since == NOON


def test_a_chat_that_is_not_listed_is_not_observed() -> None:
    assert observed(book(), seen()) is None


def test_new_areas_are_taken_over_and_the_same_areas_are_no_change() -> None:
    made = book(row(), areas=("minsk",))
    assert placed(made, ident("dzedemo_a"), NOON) is None
    made.locate = lambda _place: ("minsk", "losyca")
    assert told(made, placed(made, ident("dzedemo_a"), NOON)).areas == ("minsk", "losyca")
    assert placed(made, ident("gone"), NOON) is None


VALUES = st.sampled_from(["dzedemo_a", "dzedemo_b", "dzedemo_c"])
CONTENTS = st.builds(content, VALUES, name=st.sampled_from(["Двор", "Дом", "@dzedemo_a"]))
EVENTS = st.one_of(
    st.builds(proposal, st.sampled_from(["add", "change", "remove"]), st.sampled_from("abc"), CONTENTS),
    st.builds(row, VALUES, st.sampled_from("abc"), members=st.none() | st.integers(0, 50)),
    st.builds(seen, VALUES, alive=st.booleans(), hours=st.integers(0, 40), members=st.integers(0, 50)),
)


def decide(book: Book, event: ChatObserved | ImportListing | SubmissionAccepted) -> Change | None:
    match event:
        case SubmissionAccepted():
            try:
                return accepted(book, event)
            except LinkTaken:
                return None
        case ImportListing():
            return imported(book, event)
        case _:
            return observed(book, event)


@hypothesis_settings(max_examples=150, deadline=None)
@given(st.lists(EVENTS, max_size=25))
def test_in_any_order_links_stay_single_and_revisions_rise(events: list[Any]) -> None:
    made, last = Book(lambda _place: ()), dict[str, int]()
    for event in events:
        change = decide(made, event)
        assert decide(made, event) == change
        made.note(change)
        if change is None or not change.visible:
            continue
        published = change.event()
        assert published.revision == last.get(published.listing_id, 0) + 1
        last[published.listing_id] = published.revision
        assert published.listing is None or (published.listing.members or 20) >= 20
    records = [record for each in "abc" if (record := made.record(ident(each)))]
    assert len({record.listing.link.key for record in records}) == len(records)
    assert all(made.owner(record.listing.link) == record.listing.id for record in records)
