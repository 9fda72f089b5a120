"""A bot's queue of updates, the limits on sending, and faults."""

from simulator.clock import half_seconds
from simulator.faults import Fault, Faults
from simulator.limits import Limits, Window
from simulator.world.inbox import FIRST_ID, KEPT, Inbox
from simulator.world.makers import FIRST_PERSON, make_bot, make_chat, make_user
from simulator.world.world import World


def filled(count: int = 3) -> Inbox:
    inbox = Inbox()
    for number in range(count):
        inbox.put("message", number, {"n": number}, now=0)
    return inbox


def ids(updates: list[dict[str, int]]) -> list[int]:
    return [update["update_id"] - FIRST_ID for update in updates]


def test_an_offset_confirms_what_is_below_it() -> None:
    inbox = filled()
    assert ids(inbox.take(0, 100, 0)) == [0, 1, 2]
    assert ids(inbox.take(FIRST_ID + 2, 100, 0)) == [2]
    assert ids(inbox.take(0, 100, 0)) == [2]


def test_a_negative_offset_keeps_only_the_last() -> None:
    inbox = filled(5)
    assert ids(inbox.take(-2, 100, 0)) == [3, 4]
    assert ids(inbox.take(0, 100, 0)) == [3, 4]


def test_a_limit_is_kept() -> None:
    assert ids(filled(5).take(0, 2, 0)) == [0, 1]


def test_updates_are_kept_for_a_day() -> None:
    inbox = filled()
    assert ids(inbox.take(0, 100, KEPT - 1)) == [0, 1, 2]
    assert inbox.take(0, 100, KEPT) == []
    assert inbox.dropped == 3


def test_members_and_reactions_come_only_when_named() -> None:
    inbox = Inbox()
    inbox.put("chat_member", 1, {}, 0)
    inbox.put("message_reaction", 1, {}, 0)
    assert not inbox.waiting
    inbox.allow(["chat_member", "nonsense"])
    inbox.put("chat_member", 1, {}, 0)
    inbox.put("message", 1, {}, 0)
    assert [queued.kind for queued in inbox.waiting.values()] == ["chat_member"]
    inbox.allow([])
    inbox.put("chat_member", 1, {}, 0)
    inbox.put("message", 1, {}, 0)
    assert [queued.kind for queued in inbox.waiting.values()] == ["chat_member", "message"]


def test_a_kind_that_nobody_knows_is_delivered() -> None:
    inbox = Inbox()
    inbox.put("hologram", 1, {"x": 1}, 0)
    assert inbox.take(0, 1, 0) == [{"update_id": FIRST_ID, "hologram": {"x": 1}}]


def test_sending_is_limited_for_a_chat_for_a_group_and_overall() -> None:
    limits = Limits.of_telegram()
    assert limits.wait(1, "sendmessage", -5, 0) == 0
    assert limits.wait(1, "sendmessage", -5, 0.5) == 1
    assert limits.wait(1, "sendmessage", 7, 0.5) == 0
    assert limits.wait(1, "deletemessages", -5, 0.5) == 0
    for second in range(1, 20):
        assert limits.wait(1, "sendmessage", -5, second * 1.01) == 0
    assert limits.wait(1, "sendmessage", -5, 21) == 39
    assert [limits.wait(1, "sendmessage", 100 + n, 100) for n in range(31)] == [0] * 30 + [1]


def test_any_method_can_be_limited() -> None:
    limits = Limits(methods={"deletemessages": Window(1, 10)})
    assert limits.wait(1, "deletemessages", -5, 0) == 0
    assert limits.wait(1, "deletemessages", -5, 3) == 7
    assert limits.wait(1, "deletemessages", -6, 3) == 0


def test_a_fault_strikes_its_method_and_chat_so_many_times() -> None:
    faults = Faults()
    faults.add(Fault("html", method="sendMessage", chat_id=-5, times=2))
    assert faults.strike("sendmessage", -6, 0) is None
    assert faults.strike("deletemessage", -5, 0) is None
    assert [faults.strike("sendmessage", -5, 0) is not None for _ in range(3)] == [True, True, False]
    assert faults.active == []


def test_a_timed_fault_says_how_long_is_left() -> None:
    fault = Fault("too_many", until=100)
    assert fault.strikes("any", 1, 90)
    assert fault.wait(90) == 10
    assert not fault.strikes("any", 1, 100)


def test_faults_by_chance_repeat_with_their_seed() -> None:
    def run(seed: int) -> list[bool]:
        fault = Fault("reset", probability=0.3, seed=seed)
        return [fault.strikes("any", 1, 0) for _ in range(50)]

    assert run(7) == run(7)
    assert run(7) != run(8)
    assert 5 < sum(run(7)) < 25


def test_a_world_that_begins_anew_goes_on_counting_where_the_one_before_cannot_have_come() -> None:
    def numbers(first: int) -> tuple[int, int, int, int]:
        world = World(lambda: 0.0, first=first)
        bot = make_bot(world, "7000000001:token", "town_bot")
        owner = make_user(world, "Alena")
        chat = make_chat(world, "supergroup", "Yard", owner)
        yard = make_chat(world, "group", "Yard", owner)
        return bot.inbox.next_id, world.next_message_id(chat), world.next_message_id(yard), owner.id

    before, after = numbers(half_seconds()), numbers(half_seconds() + 100)
    assert all(later > earlier for earlier, later in zip(before, after, strict=True))
    assert numbers(0) == (FIRST_ID, 1, 1, FIRST_PERSON + 1)
