"""What waits keeps its order, and the brake knows whose fault it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bus.errors import GiveUp
from shared.bus.held import Held
from shared.bus.retry import BRAKE_LEAST, Brake, frames_of, reason_of
from shared.bus.subscription import Entry


def entry(key: str, n: int) -> Entry:
    return Entry(str(n).encode(), key.encode(), b"")


def test_later_messages_of_a_waiting_key_wait_behind_it_and_others_go_on() -> None:
    held = Held()
    held.wait([entry("a", 1)], due=10)
    assert held.admit([entry("a", 2), entry("b", 3)]) == [entry("b", 3)]
    assert held.take_due(9) == []
    assert held.take_due(10) == [entry("a", 1), entry("a", 2)]
    assert len(held) == 0
    assert held.next_due() is None


def test_what_failed_again_goes_before_what_came_meanwhile() -> None:
    held = Held()
    held.wait([entry("a", 1)], due=0)
    (first,) = held.take_due(0)
    held.wait([first], due=5)
    held.admit([entry("a", 2)])
    held.wait([entry("a", 0)], due=6)
    assert [e.id for e in held.take_due(6)] == [b"0", b"1", b"2"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=60))
def test_no_message_is_lost_or_overtakes_another_of_its_key(steps: list[tuple[str, bool]]) -> None:
    held, out = Held(), []
    for n, (key, fails) in enumerate(steps):
        free = held.admit([entry(key, n)])
        if free and fails:
            held.wait(free, due=n)
        else:
            out += free
    out += held.take_due(float("inf"))
    for key in "abc":
        numbers = [int(e.id) for e in out if e.key == key.encode()]
        assert numbers == [n for n, (k, _) in enumerate(steps) if k == key]


def test_the_brake_comes_on_when_most_fail_and_goes_off_when_they_succeed() -> None:
    brake = Brake()
    for _ in range(BRAKE_LEAST - 1):
        brake.note(good=False)
    assert not brake.on
    brake.note(good=False)
    assert brake.on
    for _ in range(BRAKE_LEAST):
        brake.note(good=True)
    assert not brake.on


def test_a_few_bad_messages_among_good_ones_do_not_brake() -> None:
    brake = Brake()
    for n in range(200):
        brake.note(good=n % 3 != 0)
    assert not brake.on


def test_the_reason_of_an_error_never_holds_its_text_unless_we_wrote_it() -> None:
    assert reason_of(ValueError("Ivan +375291234567")) == "ValueError"
    assert reason_of(GiveUp("listing.unknown")) == "GiveUp: listing.unknown"
    with pytest.raises(ValueError, match="Ivan") as caught:
        int("Ivan")
    assert "Ivan" not in frames_of(caught.value)
    assert "test_bus_held.py" in frames_of(caught.value)


def test_an_occupied_key_is_taken_in_parts_and_what_comes_waits_behind() -> None:
    held = Held()
    held.occupy(b"a", [entry("a", n) for n in range(3)])
    assert [e.id for e in held.take(b"a", 2)] == [b"0", b"1"]
    assert held.admit([entry("a", 3), entry("b", 4)]) == [entry("b", 4)]
    held.put_back([entry("a", 1)], due=5)
    assert held.due(b"a") == 5
    assert [e.id for e in held.take(b"a", 9)] == [b"1", b"2", b"3"]
    assert held.due(b"a") is None
    held.remove(b"a")
    assert held.admit([entry("a", 5)]) == [entry("a", 5)]
    assert len(held) == 0


def test_what_is_put_back_twice_waits_once() -> None:
    held = Held()
    held.wait([entry("a", 1), entry("a", 2)], due=1)
    held.put_back([entry("a", 0), entry("a", 1)], due=2)
    assert [e.id for e in held.remove(b"a")] == [b"0", b"1", b"2"]
    assert len(held) == 0


def test_the_longest_queues_that_wait_for_long_are_named_first() -> None:
    held = Held()
    for key, due, count in (("a", 9, 1), ("b", 9, 3), ("c", 1, 5)):
        held.wait([entry(key, n) for n in range(count)], due)
    assert held.waiting_beyond(5) == [b"b", b"a"]
