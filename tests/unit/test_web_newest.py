"""What was added last."""

from services.gateway.domain.newest import Newest


def filled(count: int, kept: int = 5) -> Newest:
    newest = Newest(kept)
    for number in range(count):
        newest.put(f"id{number:02}", number, ("north",) if number % 2 else ("south",))
    return newest


def test_the_newest_come_first_and_the_oldest_are_let_go() -> None:
    assert filled(8).ids(3) == ["id07", "id06", "id05"]
    assert filled(8).ids(100) == ["id07", "id06", "id05", "id04", "id03"]


def test_one_that_is_older_than_all_that_are_kept_is_not_taken() -> None:
    newest = filled(8)
    newest.put("old", 0, ())
    assert "old" not in newest.ids(100)


def test_a_changed_listing_stays_where_it_is_and_a_removed_one_goes() -> None:
    newest = filled(4)
    newest.put("id01", 1, ("centre",))
    newest.drop("id03")
    newest.drop("nobody")
    assert newest.ids(100) == ["id02", "id01", "id00"]
    assert newest.ids(100, "centre") == ["id01"]


def test_an_area_has_its_own() -> None:
    assert filled(5).ids(1, "north") == ["id03"]
    assert filled(5).ids(9, "nowhere") == []
