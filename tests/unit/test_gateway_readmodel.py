"""The read model: changes in any order of keys, repeats, pages that hold while the directory changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.filters import WORDS_MOST, words_of
from services.gateway.domain.query import BadCursor, Box, Cursor, Order, Query
from services.gateway.domain.readmodel import ReadModel
from shared.contracts.directory import AreaChanged
from shared.contracts.listings import Area, AreaLevel, Kind, Listing
from shared.contracts.submissions import State, SubmissionChanged
from shared.exchange import public
from tests.gateway import MOMENT, added, listing, listing_id, removed

STEPS = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.sampled_from(["put", "remove", "look"]),
        st.sampled_from([53.9, 53.9005, 54.0]),
        st.sampled_from(list(Kind)),
        st.sampled_from(["Двор", "Дом", "Сад"]),
    ),
    max_size=40,
)


@given(STEPS)
def test_changes_one_by_one_give_what_a_fresh_model_would(
    steps: list[tuple[int, str, float, Kind, str]],
) -> None:
    model = ReadModel()
    alive: dict[int, Listing] = {}
    revisions: dict[int, int] = {}
    for number, step, lat, kind, name in steps:
        if step == "put":
            revisions[number] = revisions.get(number, 0) + 1
            alive[number] = listing(number, lat=lat, kind=kind, name=name, revision=revisions[number])
            assert model.apply_listing(added(alive[number]))
        elif step == "remove" and number in alive:
            assert model.apply_listing(removed(alive.pop(number)))
            revisions.pop(number)
        else:
            model.clusters(Query(), 10)  # makes the columns anew
    fresh = ReadModel()
    for one in alive.values():
        fresh.apply_listing(added(one))
    for query in (
        Query(),
        Query(text="двор"),
        Query(kinds=frozenset({Kind.GROUP})),
        Query(Box(27, 53.9, 28, 53.95)),
    ):
        for order in Order:
            assert model.listings(query, order=order) == fresh.listings(query, order=order)
        assert model.clusters(query, 12) == fresh.clusters(query, 12)
    assert model.totals() == fresh.totals()
    assert in_order(model)


def in_order(model: ReadModel) -> bool:
    """The invariant everything rests on."""
    table = model._index.current()
    codes, ids = table.columns.codes[: table.base].tolist(), table.columns.ids[: table.base].tolist()
    pairs = list(zip(codes, ids, strict=True))
    return pairs == sorted(pairs)


def test_a_repeat_and_an_older_revision_change_nothing() -> None:
    model = ReadModel()
    new = listing(1, name="Новы", revision=3)
    assert model.apply_listing(added(new))
    version = model.version
    assert not model.apply_listing(added(new))
    assert not model.apply_listing(added(listing(1, name="Стары", revision=2)))
    assert not model.apply_listing(removed(listing(2)))
    assert model.version == version
    assert model.listing(new.id) == public(new)


def test_a_listing_that_comes_back_after_its_removal_begins_a_new_life() -> None:
    model = ReadModel()
    model.apply_listing(added(listing(1, revision=9)))
    model.apply_listing(removed(listing(1, revision=9)))
    assert model.apply_listing(added(listing(1, revision=1)))
    assert model.count(Query()) == 1


def paged(model: ReadModel, order: Order, limit: int = 3) -> list[str]:
    seen: list[str] = []
    cursor = None
    while True:
        page = model.listings(Query(), limit=limit, cursor=cursor, order=order)
        seen += [one.id for one in page.items]
        if page.next is None:
            return seen
        cursor = page.next


@pytest.mark.parametrize("order", list(Order))
def test_pages_hold_every_listing_once(order: Order) -> None:
    model = ReadModel()
    for number in range(20):
        model.apply_listing(
            added(listing(number, name=f"Двор {number % 3}", members=number % 4 * 10 or None))
        )
    seen = paged(model, order)
    assert sorted(seen) == sorted(listing_id(number) for number in range(20))


def test_most_members_come_first_and_unknown_counts_last() -> None:
    model = ReadModel()
    for number, members in enumerate([None, 30, 500, 20]):
        model.apply_listing(added(listing(number, members=members)))
    assert [one.members for one in model.listings(Query(), order=Order.MEMBERS).items] == [500, 30, 20, None]


def test_a_page_goes_on_where_it_ended_though_that_listing_is_gone() -> None:
    model = ReadModel()
    for number in range(6):
        model.apply_listing(added(listing(number, name=f"Дом {number}")))
    first = model.listings(Query(), limit=3)
    model.apply_listing(removed(first.items[-1]))
    model.apply_listing(added(listing(50, name="Дом 0 а")))
    second = model.listings(Query(), limit=10, cursor=first.next)
    assert [one.name for one in second.items] == ["Дом 3", "Дом 4", "Дом 5"]


@pytest.mark.parametrize(
    "text",
    ["", "?", "AAAA", "W10", "e30", "bnVsbA", "WzEsMiwzXQ", "🙂", "[" * 2000, "MTIz", "WyJuYW1lIiwxLCJhIl0"],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        ReadModel().listings(Query(), cursor=text)


def test_a_cursor_belongs_to_its_order() -> None:
    with pytest.raises(BadCursor):
        Cursor.parse(Cursor(Order.NAME, "dom", "a").text(), Order.MEMBERS)


@given(st.text() | st.integers(), st.text())
def test_cursors_survive_any_name(key: str | int, name: str) -> None:
    order = Order.NAME if isinstance(key, str) else Order.MEMBERS
    cursor = Cursor(order, key, name)
    assert Cursor.parse(cursor.text(), order) == cursor


def area(names: dict[str, str], name: str = "uruchcha") -> Area:
    ring = [(27.6, 53.9), (27.7, 53.9), (27.7, 54.0), (27.6, 53.9)]
    return Area(id=name, level=AreaLevel.QUARTER, names=names, polygon=[[ring]])


def changed(one: Area | None) -> AreaChanged:
    return AreaChanged(area_id="uruchcha", area=one, changed_at=MOMENT)


def test_listings_are_found_by_the_names_of_their_areas_whenever_these_come() -> None:
    model = ReadModel()
    model.apply_listing(added(listing(1, areas=("uruchcha",))))
    assert model.count(Query(text="Уручье")) == 0
    model.apply_area(changed(area({"be": "Уручча", "ru": "Уручье"})))
    assert model.count(Query(text="уручье")) == 1
    assert model.count(Query(area="uruchcha")) == 1
    model.apply_area(changed(None))
    assert model.count(Query(text="уручье")) == 0
    assert not model.apply_area(changed(None))


@pytest.mark.parametrize("text", ["менск двор", "Dvor mensk", "ДВОР", "house_1", "дзіця"])
def test_every_word_may_stand_anywhere_in_any_spelling(text: str) -> None:
    model = ReadModel()
    model.apply_listing(added(listing(1, name="Двор Менск", description="для дзіцяці")))
    assert model.count(Query(text=text)) == 1
    assert model.count(Query(text=f"{text} няма")) == 0


def test_an_emoji_is_found_as_it_is() -> None:
    model = ReadModel()
    model.apply_listing(added(listing(1, name="🚗 Разам")))
    assert model.count(Query(text="🚗")) == 1
    assert model.count(Query(text="🚲")) == 0


def test_submissions_go_by_revision_and_are_forgotten() -> None:
    model = ReadModel()

    def step(state: State, revision: int) -> SubmissionChanged:
        return SubmissionChanged(
            submission_id="a" * 26, action="add", state=state, revision=revision, changed_at=MOMENT
        )

    assert model.apply_submission(step(State.IN_REVIEW, 2))
    assert not model.apply_submission(step(State.RECEIVED, 1))
    found = model.submission("a" * 26)
    assert found is not None
    assert found.state is State.IN_REVIEW
    assert model.apply_submission(step(State.FORGOTTEN, 3))
    assert model.submission("a" * 26) is None
    assert not model.apply_submission(step(State.FORGOTTEN, 3))


def test_beginning_anew_forgets_everything() -> None:
    model = ReadModel()
    model.apply_listing(added(listing(1, areas=("uruchcha",))))
    model.apply_area(changed(area({"be": "Уручча"})))
    model.forget_listings()
    model.forget_areas()
    model.forget_submissions()
    assert (model.totals().listings, model.areas(), model.clusters(Query(), 3)) == (0, (), ())
    assert model.apply_listing(added(listing(1)))


def test_a_question_has_few_different_words_however_long_it_is() -> None:
    assert len(words_of("а б а б " * 40)) == 2
    assert len(words_of(" ".join("абвгдежзіклмнопрст"))) == WORDS_MOST
