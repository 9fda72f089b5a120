"""What speaks for somebody, what is only a bound, and how weights can be changed."""

import pytest

from services.moderation.domain.standing import (
    ADVISE,
    DEFAULT,
    GROUPS,
    REMOVE,
    Facts,
    Seen,
    Standing,
    judge,
    observe,
    of,
    score,
    threshold,
    weigh,
)
from services.moderation.domain.standing.age import bounds, years
from services.moderation.domain.standing.judgement import LEVELS, PER_CENT

NOW, HOUR, DAY = 1_790_000_000, 3600, 86_400


def place(n: int) -> tuple[float, float]:
    return (53.80 + 0.05 * n, 27.50)


def see(standing: Standing, n: int, kind: str, at: int, reasons: tuple[str, ...] = (), **more: str) -> None:
    observe(standing, Seen(f"c{n}", -n, kind, reasons, at, place(n), **more))


def weights(standing: Standing, chat: str = "c0", user_id: int = 0) -> dict[str, float]:
    return {one.name: one.weight for one in of(Facts(standing, chat, NOW, user_id))}


def joiner(count: int, every: int = 60, road: str = "") -> Standing:
    standing = Standing()
    for n in range(count):
        see(standing, n, "joined", NOW - (count - 1 - n) * every, road=road)
    return standing


def test_who_was_here_before_us_and_writes_in_many_chats_is_no_stranger() -> None:
    standing = Standing()
    for n in range(20):
        for day in (3, 2, 1):
            see(standing, n, "wrote", NOW - day * DAY)
    assert score(of(Facts(standing, "c0", NOW))) < ADVISE
    assert not {"chats.far_apart", "chats.many", "joins.hour"} & weights(standing).keys()


def test_somebody_at_home_may_join_many_chats_on_one_evening() -> None:
    stranger, known = joiner(5), joiner(5)
    for n in range(50, 54):
        see(known, n, "wrote", NOW - 2 * DAY)
    assert score(of(Facts(stranger, "c4", NOW))) >= REMOVE
    assert score(of(Facts(known, "c4", NOW))) < ADVISE


def test_who_is_brought_by_members_is_vouched_for() -> None:
    assert weights(joiner(2, road="vouched"))["vouched"] < 0
    assert "vouched" not in weights(joiner(2, road="added"))
    assert weights(joiner(1, road="request"))["approved"] < 0


def test_an_answer_counts_when_it_comes_in_time() -> None:
    for delay, answered in ((HOUR, True), (3 * DAY, False)):
        standing = joiner(1)
        see(standing, 0, "asked", NOW - 4 * DAY)
        see(standing, 0, "wrote", NOW - 4 * DAY + delay)
        assert ("answered" in weights(standing)) is answered


def test_being_asked_is_no_sign_of_life_and_brings_nobody_back() -> None:
    standing = joiner(1)
    see(standing, 0, "left", NOW)
    see(standing, 0, "asked", NOW)
    see(standing, 0, "noted", NOW, ("burst",))
    assert standing.chats["c0"].left
    assert standing.chats["c0"].days == 0


def test_one_wave_is_a_neighbourhood_and_several_far_apart_are_a_gang() -> None:
    one = joiner(3)
    see(one, 0, "noted", NOW, ("burst",))
    several = joiner(3)
    for n in range(3):
        see(several, n, "noted", NOW, ("burst",))
    near = Standing()
    for n in range(3):
        observe(near, Seen(f"c{n}", -n, "joined", (), NOW, (53.8 + n / 1000, 27.5)))
        observe(near, Seen(f"c{n}", -n, "noted", ("burst",), NOW, (53.8 + n / 1000, 27.5)))
    assert "burst.several" not in weights(one)
    assert weights(several)["burst.several"] > weights(several).get("burst", 0)
    assert score(of(Facts(near, "c0", NOW))) < ADVISE < score(of(Facts(several, "c0", NOW)))


def test_changes_of_name_within_a_week_are_counted_and_older_ones_are_not() -> None:
    for spacing, counted in ((DAY, True), (10 * DAY, False)):
        standing = Standing()
        for n, look in enumerate("aabcd"):
            observe(standing, Seen("c0", 0, "wrote", (), NOW - (4 - n) * spacing, None, "", look))
        assert ("names.changed" in weights(standing)) is counted


def test_a_namesake_who_was_here_before_us_is_not_accused_and_a_newcomer_is() -> None:
    settled, came = Standing(), joiner(1)
    see(settled, 0, "wrote", NOW, ("lookalike.name",))
    see(came, 0, "wrote", NOW, ("lookalike.name",))
    assert score(of(Facts(settled, "c0", NOW))) < ADVISE <= score(of(Facts(came, "c0", NOW))) < REMOVE


@pytest.mark.parametrize(
    ("user_id", "young", "old"),
    [
        (50_000_000, False, True),
        (700_000_000, False, True),
        (5_500_000_000, False, False),
        (8_000_000_000, True, False),
        (0, False, False),
        (-5, False, False),
    ],
)
def test_an_id_gives_bounds_and_nothing_more(user_id: int, young: bool, old: bool) -> None:
    assert bool(bounds(user_id).not_before) is young
    assert (years(user_id, NOW) >= 5) is old
    found = weights(joiner(1), user_id=user_id)
    assert abs(sum(found.get(name, 0) for name in ("account.young", "account.old"))) <= 0.5


def test_every_signal_belongs_to_a_group_and_no_group_outweighs_its_cap() -> None:
    everything = [
        (name, {weight.by: 99} if weight.by else {"came": 1}) for name, weight in DEFAULT.table.items()
    ]
    found = weigh(everything, DEFAULT)
    assert {one.name for one in found} == set(DEFAULT.table)
    for name, group in GROUPS.items():
        total = sum(one.weight for one in found if DEFAULT.group(one.name) == name)
        assert abs(total) <= abs(group.cap) + 0.01
        assert total * group.cap >= 0


def test_each_threshold_that_a_chat_may_choose_is_passed_on() -> None:
    assert tuple(threshold(one) for one in PER_CENT) == LEVELS
    told, standing = [], joiner(1)
    for reasons in (("first_message.link",), ("lookalike.name",), ("new_message.link",)):
        see(standing, 0, "wrote", NOW, reasons)
        told += [(one.before, one.score) for one in judge(standing, "c0", NOW)]
    assert [before for before, _ in told] == [None, told[0][1], told[1][1]]


@pytest.mark.parametrize(
    ("name", "value", "weight"),
    [("new_message.link", "2.5", 2.5), ("new_message.link", "x0.5", 2.25), ("chats.far_apart", "x0.5", 2.0)],
)
def test_a_weight_can_be_set_or_scaled(name: str, value: str, weight: float) -> None:
    changed = DEFAULT.changed(name, value)
    assert changed.table[name].of({"places": 9}) == weight
    assert DEFAULT.table[name].of({"places": 9}) != weight


@pytest.mark.parametrize(
    ("name", "value"),
    [("chats.many", "1"), ("nothing", "1"), ("banned", "x"), ("banned", "1e9"), ("prior", "x2")],
)
def test_a_weight_that_makes_no_sense_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        DEFAULT.changed(name, value)
