"""Who is suspicious, and how much."""

import pytest

from services.moderation.domain.standing import (
    ADVISE,
    EVIDENCE,
    REMOVE,
    Seen,
    Standing,
    judge,
    observe,
    score,
    signals,
)

NOW = 1_790_000_000
HOUR, DAY = 3600, 86400


def place(n: int) -> tuple[float, float]:
    """Places some five kilometres from each other."""
    return (53.80 + 0.05 * n, 27.50)


def joined(
    standing: Standing, count: int, *, apart: bool = True, every: int = 60, mapped: bool = True
) -> Standing:
    for n in range(count):
        where = (place(n) if apart else place(0)) if mapped else None
        observe(standing, Seen(f"c{n}", -n - 1, "joined", (), NOW - (count - 1 - n) * every, where))
    return standing


def total(standing: Standing, chat: str = "c0", *, listed: bool = False) -> float:
    return score(signals(standing, chat, NOW, listed=listed))


@pytest.mark.parametrize(
    ("count", "every", "apart", "mapped", "advised", "removed"),
    [
        (1, 60, True, True, False, False),
        (3, 60, True, True, False, False),  # a mover looks around
        (4, 60, True, True, True, True),  # all over the map within minutes
        (4, 2 * DAY, True, True, False, False),
        (5, 2 * DAY, True, True, True, False),  # slowly all over the map
        (6, 2 * DAY, True, True, True, True),
        (4, 60, False, True, False, False),  # one neighbourhood
        (6, 60, False, True, False, False),  # a new neighbour takes everything around
        (8, 60, False, True, True, True),
        (6, 60, True, False, True, False),
        (8, 60, True, False, True, True),  # nothing known of the places
    ],
)
def test_one_account_in_many_chats_far_apart_or_in_a_short_time(
    count: int, every: int, apart: bool, mapped: bool, advised: bool, removed: bool
) -> None:
    found = total(joined(Standing(), count, every=every, apart=apart, mapped=mapped))
    assert (found >= ADVISE, found >= REMOVE) == (advised, removed)


@pytest.mark.parametrize(
    ("reasons", "advised", "removed"),
    [
        ((), False, False),
        (("new_message.invite",), True, True),
        (("new_message.link",), True, True),
        (("new_message.forward",), True, True),
        (("first_message.invite",), True, True),
        (("first_message.link",), True, False),  # may have lived there for years
        (("first_message.forward",), False, False),
        (("lookalike.forged",), True, True),
        (("lookalike.name",), False, False),  # a namesake who was here before us
        (("lookalike.short",), False, False),  # many people are called Anna
        (("lookalike.username",), True, False),
        (("lookalike.name", "lookalike.username"), True, True),
        (("something.unknown",), False, False),
    ],
)
def test_what_one_chat_noticed(reasons: tuple[str, ...], advised: bool, removed: bool) -> None:
    standing = Standing()
    observe(standing, Seen("c0", -1, "wrote", reasons, NOW))
    found = total(standing)
    assert (found >= ADVISE, found >= REMOVE) == (advised, removed)


@pytest.mark.parametrize(
    ("chats", "advised", "removed"), [(1, True, False), (2, True, True), (5, True, True)]
)
def test_the_block_list_needs_more_than_one_chats_word(chats: int, advised: bool, removed: bool) -> None:
    standing = Standing()
    for n in range(1, chats + 1):
        observe(standing, Seen(f"c{n}", -n, "banned", (), NOW - 90 * DAY))
    observe(standing, Seen("c0", -99, "joined", (), NOW))
    found = total(standing)
    assert (found >= ADVISE, found >= REMOVE) == (advised, removed)


def test_the_operators_list_is_enough() -> None:
    assert total(joined(Standing(), 1), listed=True) >= REMOVE


def test_a_ban_that_was_taken_back_is_on_no_list() -> None:
    standing = Standing()
    for n in (1, 2):
        observe(standing, Seen(f"c{n}", -n, "banned", (), NOW))
        observe(standing, Seen(f"c{n}", -n, "trusted", (), NOW + 1))
    observe(standing, Seen("c0", -99, "joined", (), NOW))
    assert total(standing) < ADVISE


def test_what_another_chat_noticed_counts_in_part() -> None:
    standing = joined(Standing(), 2, apart=False)
    observe(standing, Seen("c0", -1, "wrote", ("new_message.invite",), NOW))
    here, there = total(standing, "c0"), total(standing, "c1")
    assert here >= REMOVE
    assert there < ADVISE
    assert there > total(joined(Standing(), 2, apart=False), "c1")


def test_an_admins_word_outweighs_the_map() -> None:
    standing = joined(Standing(), 6)
    observe(standing, Seen("c0", -1, "trusted", (), NOW))
    assert total(standing, "c0") < ADVISE <= total(standing, "c5")


def test_long_and_even_presence_counts_in_favour() -> None:
    standing = joined(Standing(), 5, every=2 * DAY)
    for day in range(20, 0, -2):
        observe(standing, Seen("c0", -1, "wrote", (), NOW - day * DAY))
    standing.chats["c0"].joined = NOW - 25 * DAY
    assert total(standing, "c0") < ADVISE


def test_each_chat_is_told_once_for_each_level() -> None:
    standing = joined(Standing(), 4)
    first = judge(standing, "c3", NOW)
    assert {one.chat_id for one in first} == {-1, -2, -3, -4}
    assert first[0].chat_id == -4
    assert judge(standing, "c3", NOW) == []
    observe(standing, Seen("c4", -5, "joined", (), NOW, place(4)))
    worse = judge(standing, "c4", NOW)
    assert next(one.chat_id for one in worse) == -5
    assert all(one.score > (one.before or 0) + 1 for one in worse if one.chat_id != -5)
    assert judge(standing, "c4", NOW) == []


def test_a_chat_that_was_left_is_not_told() -> None:
    standing = joined(Standing(), 5)
    observe(standing, Seen("c0", -1, "left", (), NOW))
    told = {one.chat_id for one in judge(standing, "c3", NOW)}
    assert told
    assert -1 not in told


def test_somebody_who_comes_back_is_told_of_again() -> None:
    standing = Standing()
    observe(standing, Seen("c0", -1, "wrote", ("new_message.invite",), NOW))
    assert judge(standing, "c0", NOW)
    observe(standing, Seen("c0", -1, "left", (), NOW + 10))
    observe(standing, Seen("c0", -1, "joined", (), NOW + 20))
    assert judge(standing, "c0", NOW + 20)


def test_an_observation_told_twice_changes_nothing() -> None:
    once, twice = Standing(), Standing()
    seen = Seen("c0", -1, "joined", (), NOW, place(0))
    observe(once, seen)
    observe(twice, seen)
    observe(twice, seen)
    assert once == twice


def test_what_is_long_past_is_forgotten() -> None:
    standing = joined(Standing(), 4)
    observe(standing, Seen("new", -99, "joined", (), NOW + 31 * DAY))
    assert set(standing.chats) == {"new"}
    assert [chat for _, chat in standing.joins] == ["new"]


def test_nobody_fills_the_memory() -> None:
    standing = joined(Standing(), 500, every=1)
    assert len(standing.chats) <= 200
    assert len(standing.joins) <= 200


def test_shape_alone_stays_within_its_cap_and_every_signal_has_a_reason() -> None:
    found = signals(joined(Standing(), 60, every=1), "c59", NOW)
    shape = [one for one in found if one.name not in EVIDENCE]
    assert sum(one.weight for one in shape) == pytest.approx(6.0, abs=0.01)
    assert {one.name for one in shape} == {"chats.far_apart", "chats.many", "joins.hour"}
    assert next(one for one in shape if one.name == "chats.far_apart").detail["places"] >= 6


def test_what_a_text_looked_like_in_one_chat_is_no_reason_by_itself_in_another() -> None:
    standing = Standing()
    observe(standing, Seen("c1", -2, "wrote", ("spam.text", "trait.emoji", "trait.links"), NOW - HOUR))
    observe(standing, Seen("c2", -3, "wrote", ("a code of a later version",), NOW - HOUR))
    observe(standing, Seen("c0", -1, "wrote", (), NOW))
    found = {one.name: dict(one.detail) for one in signals(standing, "c0", NOW)}
    assert found["elsewhere"]["chats"] == 1
    assert not [name for name in found if name.startswith("trait.")]
