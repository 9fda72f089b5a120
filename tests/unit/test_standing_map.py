"""What the map says of a person: how many homes would be needed for the chats that were joined."""

from collections.abc import Sequence

import pytest

from services.moderation.domain.standing import ADVISE, Seen, Standing, judge, observe, score, signals

NOW = 1_790_000_000
HOUR, DAY = 3600, 86400
KM = 1 / 111.195


def north(km: float) -> tuple[float, float]:
    return (53.80 + km * KM, 27.50)


def join(
    standing: Standing, chats: Sequence[tuple[float | None, str]], every: int, road: str = ""
) -> Standing:
    """Chats by kilometres to the north and by precision, the last of them joined now."""
    for n, (km, level) in enumerate(chats):
        at = NOW - (len(chats) - 1 - n) * every
        place = None if km is None else north(km)
        observe(standing, Seen(f"c{n}", -n - 1, "joined", (), at, place, road, level=level))
    return standing


def found(standing: Standing, chat: str = "c0") -> dict[str, dict[str, float]]:
    return {one.name: dict(one.detail) for one in signals(standing, chat, NOW)}


def total(standing: Standing, chat: str = "c0") -> float:
    return score(signals(standing, chat, NOW))


@pytest.mark.parametrize(
    ("level", "apart", "places"),
    [
        ("courtyard", 2.1, 5),
        ("", 2.1, 5),
        ("quarter", 2.1, 5),
        ("courtyard", 1.9, 3),  # every other one
        ("district", 2.1, 0),  # one home lies within reach of three districts' chats: two homes are enough
        ("district", 6.1, 5),
        ("city", 6.1, 0),
    ],
)
def test_how_many_homes_are_needed_depends_on_how_far_a_chats_people_live(
    level: str, apart: float, places: int
) -> None:
    standing = join(Standing(), [(n * apart, level) for n in range(5)], DAY)
    assert found(standing).get("chats.far_apart", {"places": 0})["places"] == places


def test_what_is_for_the_whole_city_says_nothing_of_anybody() -> None:
    standing = join(Standing(), [(n * 0.1, "city") for n in range(12)], 60)
    assert total(standing) == -3.0


@pytest.mark.parametrize(
    ("apart", "count", "name", "advised"),
    [
        (0.1, 5, "joins.hour.near", False),  # a new neighbour takes all around the new home
        (0.1, 6, "joins.hour.near", False),
        (0.1, 7, "joins.hour.near", True),
        (3.0, 4, "joins.hour", True),
        (None, 5, "joins.hour", False),
        (None, 6, "joins.hour", True),
    ],
)
def test_many_joins_at_once_weigh_less_where_one_home_explains_them(
    apart: float | None, count: int, name: str, advised: bool
) -> None:
    chats = [(None if apart is None else n * apart, "courtyard") for n in range(count)]
    standing = join(Standing(), chats, 300)
    assert name in found(standing)
    assert (total(standing) >= ADVISE) is advised


def test_a_day_counts_like_an_hour_when_it_weighs_more() -> None:
    standing = join(Standing(), [(n * 0.1, "quarter") for n in range(8)], 2 * HOUR)
    assert found(standing)["joins.day.near"] == {"chats": 8}


@pytest.mark.parametrize(
    ("level", "apart", "places"),
    [("courtyard", 0.7, 5), ("courtyard", 0.5, 3), ("quarter", 0.7, 0), ("", 0.7, 0)],
)
def test_nobody_lives_in_five_courtyards(level: str, apart: float, places: int) -> None:
    standing = join(Standing(), [(n * apart, level) for n in range(5)], 4 * HOUR)
    assert found(standing).get("courtyards.day", {"places": 0})["places"] in (places, 0)
    assert ("courtyards.day" in found(standing)) is (places >= 4)


def test_a_courier_of_one_district_who_joins_over_weeks_is_not_accused() -> None:
    standing = Standing()
    for n in range(12):
        at = NOW - (12 - n) * 2 * DAY
        place = north((n % 4) * 0.9)
        observe(standing, Seen(f"c{n}", -n - 1, "joined", (), at, place, "public", level="courtyard"))
        assert judge(standing, f"c{n}", at) == []
        observe(standing, Seen(f"c{n}", -n - 1, "wrote", (), at + DAY))


def test_who_leads_listed_chats_may_look_at_many_others() -> None:
    stranger, admin = Standing(), Standing()
    for n in (90, 91, 92):
        observe(admin, Seen(f"c{n}", -n, "noted", ("leads",), NOW - DAY))
    for standing in (stranger, admin):
        join(standing, [(3.0 * n, "quarter") for n in range(5)], 600)
    assert total(stranger) >= ADVISE > total(admin)
    assert found(admin)["leads.elsewhere"] == {"chats": 3, "teams": 3, "voices": 3}


def test_who_is_an_admin_no_more_leads_nothing() -> None:
    standing = Standing()
    observe(standing, Seen("own", -90, "noted", ("leads",), NOW - DAY))
    observe(standing, Seen("own", -90, "wrote", (), NOW - HOUR))
    join(standing, [(0.0, "quarter")], 60)
    assert "leads.elsewhere" not in found(standing)


def test_to_lead_one_chat_does_not_cover_a_walk_through_the_whole_city() -> None:
    standing = Standing()
    observe(standing, Seen("own", -90, "noted", ("leads",), NOW - DAY))
    assert total(join(standing, [(3.0 * n, "courtyard") for n in range(8)], 300)) >= ADVISE


def together(places: Sequence[float | None], noted: str) -> Standing:
    """Somebody who came to chats so many kilometres north with others, a minute apart."""
    standing = Standing()
    for n, far in enumerate(places):
        place = None if far is None else north(far)
        observe(standing, Seen(f"c{n}", -n - 1, "joined", (), NOW - 600 + n * 60, place))
        observe(standing, Seen(f"c{n}", -n - 1, "noted", (noted,), NOW - 500 + n * 60, place))
    return standing


def test_a_few_who_go_from_chat_to_chat_together_are_no_neighbours() -> None:
    assert total(together([0.0, 9.0, 9.5], "company")) >= ADVISE
    assert total(together([0.0, 0.5, 1.0], "company")) < ADVISE
    assert total(together([0.0, 9.0], "company")) < ADVISE  # where the parents live, on the same evening
    assert found(together([0.0, 9.0, 9.5], "company"))["burst.several"] == {
        "chats": 3, "places": 2, "again": 2,
    }  # fmt: skip


def test_who_came_in_a_wave_did_not_come_in_company_besides() -> None:
    both = together([0.0], "company")
    observe(both, Seen("c0", -1, "noted", ("burst",), NOW - 10))
    assert found(both).keys() & {"burst", "company"} == {"burst"}


def test_activists_whom_a_call_brings_to_the_same_chats_are_known_by_where_they_write() -> None:
    called = together([0.0, 9.0, 18.0], "company")
    at = NOW - 20 * DAY
    for n in range(3, 9):
        for day in range(3):
            observe(called, Seen(f"c{n}", -n - 1, "wrote", (), at + day * DAY, north(3.0 * n)))
    assert total(called) < ADVISE <= total(together([0.0, 9.0, 18.0], "company"))


@pytest.mark.parametrize("first", range(4))
def test_it_is_one_home_whichever_chat_was_joined_first(first: int) -> None:
    around = [(0.0, "quarter"), (1.9, "quarter"), (-1.9, "quarter"), (0.9, "quarter")]
    standing = join(Standing(), around[first:] + around[:first], 300)
    assert "joins.hour.near" in found(standing)


def test_waves_in_chats_of_unknown_place_count_by_halves() -> None:
    assert total(together([None] * 3, "burst")) < ADVISE <= total(together([0.0, 6.0, 12.0], "burst"))
    assert total(together([None] * 4, "burst")) >= ADVISE
