"""The report of the simulated cities: what share was advised on within which time since the first join."""

from bench.city_habits import BEYOND, HABITS
from bench.city_map import DAY, HOUR
from bench.city_people import BUSY
from bench.city_report import SPANS, Result, over_time

FIRST, *OTHERS = HABITS


def result(group: str, *delays: int | None, seed: int = 1) -> Result:
    """One person for each delay since the first join; None: never advised on."""
    made = Result("city", seed, group)
    for delay in delays:
        made.add(delay, (0, 0, 0), beyond=False)
    return made


def cells(results: list[Result], row: str) -> list[str]:
    """The shares in one row, by the first cell of it."""
    table = [line.strip("| ").split(" | ") for line in over_time(results).splitlines()]
    (found,) = [shares for name, *shares in table if name == row]
    return found


def test_the_head_names_every_span_and_each_habit_has_one_row() -> None:
    head, rule, *rows = over_time([result(FIRST, 0)]).splitlines()
    assert head.strip("| ").split(" | ")[1:] == [name for _, name in SPANS]
    assert {line.count("|") for line in (head, rule, *rows)} == {len(SPANS) + 2}
    names = [row.strip("| ").split(" | ")[0] for row in rows]
    assert names == [*(f"infiltrators: {habit}" for habit in HABITS), "all of these"]


def test_a_share_counts_all_who_were_advised_on_by_then_and_the_limit_itself() -> None:
    found = [result(FIRST, 0, HOUR, HOUR + 1, 25 * HOUR, 20 * DAY)]
    assert cells(found, f"infiltrators: {FIRST}") == [
        "40.0 %", "60.0 %", "60.0 %", "80.0 %", "80.0 %", "80.0 %",
    ]  # fmt: skip


def test_whom_nobody_ever_advised_on_counts_among_the_people() -> None:
    found = [result(FIRST, 60, None, None)]
    assert cells(found, f"infiltrators: {FIRST}") == ["33.3 %"] * len(SPANS)


def test_the_last_row_weighs_each_person_and_not_each_habit() -> None:
    found = [result(FIRST, None), result(OTHERS[0], 0, 0, 2 * DAY)]
    assert cells(found, "all of these") == ["50.0 %", "50.0 %", "50.0 %", "75.0 %", "75.0 %", "75.0 %"]


def test_cities_are_added_up_and_nobody_else_is_in_the_shares() -> None:
    innocent, patient = result(BUSY[0], 0, 0), result(BEYOND[0], 0, 0)
    found = [result(FIRST, 0), result(FIRST, None, None, None, seed=2), innocent, patient]
    assert cells(found, f"infiltrators: {FIRST}")[0] == cells(found, "all of these")[0] == "25.0 %"


def test_a_habit_without_people_has_no_share() -> None:
    assert cells([result(FIRST, 0)], f"infiltrators: {OTHERS[0]}") == ["-"] * len(SPANS)
    assert cells([], "all of these") == ["-"] * len(SPANS)
