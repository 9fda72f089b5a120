"""Who looks like an admin."""

from dataclasses import replace
from typing import Any

import pytest

from services.moderation.domain.lookalike import admins_of, likeness
from services.moderation.domain.state import Admins
from services.moderation.domain.update import Person
from tests.moderation import ADMIN, NOW, STRANGER, context, decide, message, person, state, update, user


def known(*users: dict[str, Any]) -> Admins:
    return admins_of([{"status": "administrator", "user": one} for one in users], NOW, person, str)


@pytest.mark.parametrize(
    ("name", "username", "codes"),
    [
        ("Вольга Навіцкая", "", ("lookalike.name",)),
        ("Bольга Навiцкaя", "", ("lookalike.forged",)),
        ("Вольга  Навіцкая.", "", ("lookalike.name",)),
        ("вольга навіцкая", "", ("lookalike.name",)),
        ("Вольга Навіцкая (адмін)", "", ()),
        ("Вольга", "", ()),
        ("Хтосьці", "volha_n", ("lookalike.username",)),
        ("Хтосьці", "v0lha_n", ("lookalike.username",)),
        ("Хтосьці", "volhan", ("lookalike.username",)),
        ("Вольга Навіцкая", "vo1ha_n", ("lookalike.name", "lookalike.username")),
        ("", "", ()),
    ],
)
def test_names_drawn_alike_are_noticed(name: str, username: str, codes: tuple[str, ...]) -> None:
    found = state()
    found.admins = known(user(ADMIN, "Вольга", last_name="Навіцкая", username="Volha_N"))
    assert likeness(found, Person(STRANGER, name, username), str) == codes


def test_a_name_of_one_word_counts_for_less_and_a_very_short_one_for_nothing() -> None:
    found = state()
    found.admins = known(user(1, "Ганна"), user(2, "Аня"))
    assert likeness(found, Person(STRANGER, "Ганна"), str) == ("lookalike.short",)
    assert likeness(found, Person(STRANGER, "Аня"), str) == ()


def test_two_admins_of_one_name_do_not_resemble_each_other_but_who_has_their_name_does() -> None:
    twins = [user(one, "Вольга", last_name="Навіцкая", username=f"volha_{one}") for one in (1, 2)]
    chat = state()
    chat.admins = known(*twins)
    assert chat.admins.people == {person(1), person(2)}
    here = replace(context(), likeness=lambda found, who: likeness(found, who, str))
    for one in (*twins, user(STRANGER, "Вольга", last_name="Навіцкая")):
        decide(update(message() | {"from": one}), chat, here)
    assert [(seen.person.id, seen.reasons) for seen in chat.changes.observed if seen.kind == "wrote"] == [
        (STRANGER, ("lookalike.name",))
    ]


def test_the_name_of_a_bot_accuses_nobody() -> None:
    found = state()
    found.admins = known(user(1, "Сусед Бот", is_bot=True))
    assert likeness(found, Person(STRANGER, "Сусед Бот"), str) == ()


@pytest.mark.parametrize(
    "bad", [[None], [{}], [{"status": "administrator"}], [{"status": "member", "user": user(1)}], ["x"]]
)
def test_what_telegram_says_of_admins_may_be_unreadable(bad: list[dict[str, Any] | str | None]) -> None:
    assert admins_of(bad, NOW, person, str).people == set()


def test_owner_and_admins_are_admins_and_others_are_not() -> None:
    members = [
        {"status": s, "user": user(n)} for n, s in enumerate(["creator", "administrator", "member", "left"])
    ]
    assert admins_of(members, NOW, person, str).people == {person(0), person(1)}
