"""When many join at once."""

from collections.abc import Iterable

import pytest

from services.moderation.domain.raids import ANSWERS, Door, Join, Terms, company, harder, step, wave

NOW = 1_790_000_000
TERMS = Terms(joins=10, minutes=10, quiet=30)


def joins(count: int, *, every: int = 20, last: int = NOW, name: str = "p") -> list[Join]:
    return [Join(last - n * every, f"{name}{n}") for n in range(count)]


@pytest.mark.parametrize(
    ("count", "every", "usual", "found"),
    [
        (9, 10, 0, 0),
        (10, 10, 0, 10),
        (10, 66, 0, 10),  # just within ten minutes
        (10, 67, 0, 0),
        (10, 10, 100, 10),  # 0.7 are usual in ten minutes
        (10, 10, 500, 0),  # a chat that grows by itself
        (40, 10, 500, 40),
    ],
)
def test_a_wave_is_many_joins_and_many_more_than_usual(
    count: int, every: int, usual: int, found: int
) -> None:
    assert len(wave(joins(count, every=every), usual, TERMS, NOW)) == found


def test_waves_are_not_watched_where_that_is_switched_off() -> None:
    assert wave(joins(500, every=1), 0, Terms(0, 10, 30), NOW) == ()


def test_the_door_closes_once_and_everybody_in_the_wave_is_named_once() -> None:
    first = step(joins(10), frozenset(), Door(), TERMS, NOW, usual=0)
    assert first.closes
    assert len(first.newcomers) == 10
    assert first.door == Door(NOW, NOW + 1800, 10)
    known = frozenset(one.person for one in first.newcomers)
    more = [*joins(10), Join(NOW + 5, "late")]
    second = step(more, known, first.door, TERMS, NOW + 5, usual=0)
    assert not second.closes
    assert [one.person for one in second.newcomers] == ["late"]
    assert second.door.came == 11
    assert second.door.until == NOW + 5 + 1800


def test_a_wave_is_answered_anew_only_where_more_was_chosen_than_was_done() -> None:
    assert [(did, wanted) for did in ANSWERS for wanted in ANSWERS if harder(did, wanted)] == [
        ("tell", "restrict"),
        ("tell", "requests"),
        ("restrict", "requests"),
    ]


def test_who_trickles_in_belongs_to_the_wave_but_does_not_keep_the_door_closed() -> None:
    door = Door(NOW - 1200, NOW + 600, 10, "restrict")
    found = step([Join(NOW, "one")], frozenset(), door, TERMS, NOW, usual=0)
    assert [one.person for one in found.newcomers] == ["one"]
    assert found.door == Door(NOW - 1200, NOW + 600, 11, "restrict")


def test_a_door_whose_time_is_over_closes_anew_at_the_next_wave() -> None:
    old = Door(NOW - 90_000, NOW - 80_000, 30)
    assert step([Join(NOW, "one")], frozenset(), old, TERMS, NOW, usual=0).newcomers == ()
    again = step(joins(12), frozenset({"p1"}), old, TERMS, NOW, usual=0)
    assert again.closes
    assert again.door.came == 12


def names(found: Iterable[Join]) -> set[str]:
    return {one.person for one in found}


def test_five_within_a_quarter_of_an_hour_came_in_company_and_each_later_one_is_named_alone() -> None:
    four = joins(4, every=60, last=NOW - 60)
    assert company(four, four, 0) == frozenset()
    fifth, sixth = Join(NOW, "fifth"), Join(NOW + 30, "sixth")
    assert names(company([*four, fifth], [fifth], 0)) == {"p0", "p1", "p2", "p3", "fifth"}
    assert names(company([*four, fifth, sixth], [sixth], 0)) == {"sixth"}
    assert len(company([*four, fifth, sixth], [fifth, sixth], 0)) == 6


@pytest.mark.parametrize(("every", "usual", "found"), [(224, 0, 5), (226, 0, 0), (60, 70, 5), (60, 100, 0)])
def test_company_comes_close_together_and_is_more_than_usual(every: int, usual: float, found: int) -> None:
    five = joins(5, every=every)
    assert len(company(five, five[:1], usual)) == found


def test_one_who_leaves_and_comes_again_is_no_company() -> None:
    again = [Join(NOW - n * 60, "one") for n in range(8)]
    assert company(again, again[:1], 0) == frozenset()


def test_a_raid_of_hundreds_names_each_of_them_a_few_times_at_most() -> None:
    named: dict[str, int] = {}
    everybody: list[Join] = []
    for n in range(400):
        everybody.append(Join(NOW + n, f"p{n}"))
        for one in company(everybody, everybody[-1:], 0):
            named[one.person] = named.get(one.person, 0) + 1
    assert len(named) == 400
    assert max(named.values()) == 1
