"""Names that a chat allows count as the chats that had them."""

import pytest

from services.moderation.domain.watched import (
    AGAIN,
    LATER,
    MISSES,
    Watched,
    found,
    missed,
    names,
    unknown,
    without,
)

NOW = 1_790_000_000
OURS = Watched("ours", NOW)


def test_names_are_told_from_sites_and_taken_off_alone() -> None:
    allowed = "@neighbours @news_of_ours example.org t.me/other"
    assert names(allowed) == ["neighbours", "news_of_ours"]
    assert without(allowed, ["neighbours"]) == "@news_of_ours example.org t.me/other"
    assert without("@neighbours", ["neighbours"]) == "none"
    assert names("none") == []


def test_the_first_look_fixes_whose_name_it_is_and_another_one_ends_it() -> None:
    assert found(Watched(), "ours", NOW) == Watched("ours", NOW + AGAIN)
    assert found(Watched("ours", NOW, 2), "ours", NOW) == Watched("ours", NOW + AGAIN)
    assert found(OURS, "theirs", NOW) is None


def test_a_chat_that_gave_its_name_up_loses_it_here_after_some_looks() -> None:
    known: Watched | None = OURS
    for miss in range(1, MISSES):
        assert known is not None
        known = missed(known, NOW)
        assert known == Watched("ours", NOW + LATER, miss)
    assert known is not None
    assert missed(known, NOW) is None


@pytest.mark.parametrize("looks", [1, 5])
def test_nothing_is_concluded_of_a_name_that_may_be_a_persons(looks: int) -> None:
    known: Watched | None = Watched()
    for _ in range(looks):
        assert known is not None
        known = missed(known, NOW)
    assert known == Watched("", NOW + AGAIN)


def test_a_look_that_fails_is_made_again() -> None:
    assert unknown(Watched("ours", NOW, 1), NOW) == Watched("ours", NOW + LATER, 1)
