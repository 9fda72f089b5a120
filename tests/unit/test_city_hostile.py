"""Hostile teams in the simulated city: that what they do is looked for, and that it would be found."""

import pytest

from bench import city_hostile
from bench.city_hostile import (
    Attack,
    Harm,
    Life,
    accusations,
    attacks,
    broken,
    heard,
    live,
    table,
    trust,
)
from bench.city_map import DAY, SMALL, START, City, Event, Person, lay_out
from services.moderation.domain.admission import EVERY_CHAT, Admissions
from services.moderation.domain.standing import Seen

LATE = START + 20 * DAY


@pytest.fixture(scope="module")
def city() -> City:
    """The chats, and one person who leads three of them."""
    made = lay_out(SMALL, 1)
    made.people.append(Person(1, "admin", "Вольга", 7))
    made.people[0].events += [Event(START, chat, 1, "leads") for chat in range(3)]
    return made


def home(city: City) -> int:
    """A chat that nobody captures."""
    captured = {chat for attack in attacks(city, heard(city)) for chat in attack.captured}
    return next(n for n, chat in enumerate(city.chats) if chat.key not in captured)


def lives_at(city: City, chat: int) -> list[Seen]:
    """A neighbour who has joined one chat late and written a little."""
    one = city.chats[chat]
    kinds = ("joined", "wrote", "wrote")
    return [Seen(one.key, one.id, kind, (), LATE + n * DAY) for n, kind in enumerate(kinds)]


def lived(city: City, attack: Attack, admissions: Admissions) -> Life:
    """What becomes of the neighbour, elsewhere than in the hostile chats."""
    person = Person(2, "resident", "Алесь", 7_500_000_000)
    seen = [*lives_at(city, home(city)), *accusations(person, attack)]
    found = live(person, seen, admissions)
    return Life(found.advised - set(attack.chats), found.removed - set(attack.chats))


def test_there_are_groups_of_strangers_a_captured_chat_a_captured_team_and_two(city: City) -> None:
    admissions = heard(city)
    found = attacks(city, admissions)
    assert [one.guests for one in found] == [1, 5, 20, 0, 0, 0]
    assert [len(one.captured) for one in found] == [0, 0, 0, 1, 3, 2]
    assert {len({admissions.team(chat) for chat in one.captured}) for one in found[3:5]} == {1}
    assert len({admissions.team(chat) for chat in found[5].captured}) == 2


def test_strangers_reach_nobody_and_would_if_every_chat_were_heard(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(city_hostile, "_moment", lambda *_: LATE + 3600)
    admissions = heard(city)
    for attack in attacks(city, admissions)[:3]:
        assert lived(city, attack, admissions) == Life()
    unguarded = lived(city, attacks(city, admissions)[2], EVERY_CHAT)
    assert unguarded.removed == {city.chats[home(city)].key}


def test_one_captured_team_gives_advice_and_removes_nobody(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(city_hostile, "_moment", lambda *_: LATE + 3600)
    admissions = heard(city)
    for attack in attacks(city, admissions)[3:5]:
        assert lived(city, attack, admissions) == Life({city.chats[home(city)].key})


def test_whoever_is_trusted_by_strangers_is_no_better_off(city: City) -> None:
    admissions, person, here = (
        heard(city),
        Person(3, "everywhere", "Хтосьці", 7_500_000_001),
        city.chats[home(city)],
    )
    seen = [
        Seen(here.key, here.id, "joined", (), LATE),
        Seen(here.key, here.id, "wrote", ("new_message.link", "first_message.link"), LATE + 60),
    ]
    (attack,) = attacks(city, admissions)[2:3]
    assert live(person, seen, admissions).advised == {here.key}
    assert live(person, [*seen, *trust(attack)], admissions).advised >= {here.key}


def test_what_does_not_hold_is_said_and_the_table_adds_cities_up() -> None:
    good = Harm("5 groups of strangers", innocents=4, infiltrators=2)
    team = [Harm(f"one captured team of {n} chats", 4, 3, 0, 2, 1) for n in (3, 5)]
    assert broken([good, *team, Harm("two captured chats", 4, 4, 4, 2, 2)]) == []
    bad = [Harm("1 groups of strangers", shielded=1), Harm("one captured chat", removed=2)]
    assert [one.split(":")[0] for one in broken(bad)] == ["1 groups of strangers", "one captured chat"]
    assert "| one captured team of several chats | 8 | 6 | 0 | 4 | 2 |" in table([good, *team])
