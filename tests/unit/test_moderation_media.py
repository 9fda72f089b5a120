"""Pictures by hour, role and trust, with a grace; traces that wait for an alert; what is due later."""

import random
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.moderation.domain.due import ALERT_PATIENCE, OWN, Due, Wait, verdict
from services.moderation.domain.settings import ChatSettings
from tests.moderation import (
    ADMIN,
    ALES,
    CHAT,
    NOW,
    STRANGER,
    decided,
    deleted,
    file,
    membership,
    message,
    person,
    photo,
    state,
    update,
    user,
)
from tests.sure import sure

HOUR, DAY = 3600, 86400
PICTURES = {"media.photo": "delete"}
LINKED, OTHER = -1_009, -1_008


def clock(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Minsk")).timestamp())


@pytest.mark.parametrize(
    ("hours", "at", "goes"),
    [
        ("always", "2026-11-22T12:00", True),
        ("22:00-07:00", "2026-11-22T12:00", False),
        ("22:00-07:00", "2026-11-22T23:00", True),
        ("22:00-07:00", "2026-11-23T06:59", True),
    ],
)
def test_pictures_go_by_the_hour_in_the_chats_zone(hours: str, at: str, goes: bool) -> None:
    now = clock(at)
    made = decided(
        state({**PICTURES, "media.hours": hours}), update(message(1, at=now, photo=photo())), now=now
    )
    assert deleted(made) == ([1] if goes else [])


def test_an_edit_counts_at_the_hour_of_the_edit() -> None:
    morning, night = clock("2026-11-22T12:00"), clock("2026-11-22T23:00")
    body = message(1, at=morning, photo=photo(), edit_date=night)
    made = decided(
        state({**PICTURES, "media.hours": "22:00-07:00"}), update(body, "edited_message"), now=night
    )
    assert deleted(made) == [1]


@pytest.mark.parametrize(
    ("whom", "joined", "days", "goes"),
    [
        ("everyone", None, 9, True),
        ("untrusted", None, 1, True),
        ("untrusted", None, 3, False),
        ("newcomers", NOW - DAY, 5, True),
        ("newcomers", None, 0, False),
    ],
)
def test_pictures_go_by_trust(whom: str, joined: int | None, days: int, goes: bool) -> None:
    chat = state({**PICTURES, "media.for": whom})
    chat.days[person(ALES)] = days
    chat.seen[person(ALES)] = NOW
    if joined is not None:
        chat.joined[person(ALES)] = joined
    assert deleted(decided(chat, update(message(1, photo=photo())))) == ([1] if goes else [])


@pytest.mark.parametrize(
    ("setting", "more", "expected"),
    [
        ({}, {"sender_chat": {"id": LINKED}, "is_automatic_forward": True}, []),
        ({"media.linked": "delete"}, {"sender_chat": {"id": LINKED}, "is_automatic_forward": True}, [7]),
        ({}, {"sender_chat": {"id": OTHER}}, [7]),
        ({"media.for": "newcomers"}, {"sender_chat": {"id": OTHER}}, [7]),
        ({}, {"sender_chat": {"id": CHAT}}, []),
        ({"media.admins": "delete"}, {"sender_chat": {"id": CHAT}}, [7]),
        ({}, {"who": ADMIN}, []),
        ({"media.admins": "delete"}, {"who": ADMIN}, [7]),
        ({}, {"via_bot": user(9, is_bot=True)}, [7]),
    ],
)
def test_pictures_go_by_the_role_of_the_sender(
    setting: dict[str, str], more: dict[str, Any], expected: list[int]
) -> None:
    made = decided(state({**PICTURES, **setting}), update(message(7, photo=photo(), **more)))
    assert deleted(made) == expected


def test_the_linked_channel_is_known_by_its_posts_also_when_it_writes_itself() -> None:
    first = message(1, sender_chat={"id": LINKED}, is_automatic_forward=True, photo=photo())
    made = decided(
        state(PICTURES), update(first), update(message(2, sender_chat={"id": LINKED}, photo=photo()))
    )
    assert deleted(made) == []
    assert made.changes.linked


@pytest.mark.parametrize("seed", range(20))
def test_an_album_goes_as_a_whole_however_its_parts_arrive_and_are_spread(seed: int) -> None:
    """Parts in any order, in any number of batches, each replica seeing what the one before it stored."""
    shuffle = random.Random(seed)
    parts = [
        message(n, media_group_id="g", **({"photo": photo()} if n == 3 else {"video": file()}))
        for n in range(1, 7)
    ]
    shuffle.shuffle(parts)
    chat, gone = state(PICTURES), []
    while parts:
        count = shuffle.randint(1, len(parts))
        decided(chat, *(update(body) for body in parts[:count]))
        gone += deleted(chat)
        parts, albums = parts[count:], chat.albums
        chat = state(PICTURES)
        chat.albums = albums
    assert sorted(gone) == [1, 2, 3, 4, 5, 6]


ALBUM = tuple(range(1, 7))


@given(
    st.permutations(ALBUM),
    st.dictionaries(st.sampled_from(ALBUM), st.integers(0, 12), min_size=1, max_size=3),
    st.sets(st.integers(1, 12)),
    st.sampled_from(["text", "number"]),
)
def test_an_album_in_which_an_edit_puts_a_picture_goes_as_a_whole(
    order: list[int], edits: dict[int, int], cuts: set[int], token: str
) -> None:
    """Videos in any order; some become pictures after they came; each cut ends a replica's batch."""
    album: dict[str, Any] = {"media_group_id": "7" if token == "text" else 7}
    stream = [update(message(n, video=file(), **album)) for n in order]
    for part, after in edits.items():
        body = message(part, photo=photo(), edit_date=NOW, **album)
        stream.insert(max(after, order.index(part) + 1), update(body, "edited_message"))
    chat, gone = state(PICTURES), set[int]()
    for at, one in enumerate(stream):
        decided(chat, one)
        if at in cuts:
            gone, albums = gone | set(deleted(chat)), chat.albums
            chat = state(PICTURES)
            chat.albums = albums
    assert gone | set(deleted(chat)) == set(ALBUM)


def test_with_a_grace_a_picture_goes_later_and_never_too_late() -> None:
    chat = state({**PICTURES, "media.grace": "15"})
    decided(
        chat, update(message(1, photo=photo())), update(message(2, at=NOW - 48 * HOUR + 60, photo=photo()))
    )
    assert deleted(chat) == []
    assert [(one.delete.message_id, one.at) for one in chat.changes.held] == [(1, NOW + 900)]


def test_a_late_part_of_a_doomed_album_has_the_same_grace() -> None:
    chat = state({**PICTURES, "media.grace": "15"})
    decided(chat, *(update(message(n, photo=photo(), media_group_id="g")) for n in (1, 2)))
    assert [one.delete.message_id for one in chat.changes.held] == [1, 2]


# Alerts.


def test_a_trace_of_a_new_owner_waits_for_the_alert() -> None:
    body = message(5, who=ADMIN, chat_owner_changed={"new_owner": user(STRANGER)})
    made = decided(state({"service.owner": "delete"}), update(body))
    (alert,) = made.changes.alerts
    assert (alert.kind, alert.who.id) == ("owner_changed", STRANGER)
    assert (sure(alert.by).id, sure(alert.trace).message_id) == (ADMIN, 5)
    assert deleted(made) == []


def test_an_owner_who_leaves_and_a_trace_that_is_kept() -> None:
    made = decided(state(), update(message(5, who=ADMIN, chat_owner_left={})))
    assert [(a.kind, a.trace) for a in made.changes.alerts] == [("owner_left", None)]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("member", "administrator", "admin_added"),
        ("left", "administrator", "admin_added"),
        ("administrator", "member", "admin_removed"),
        ("administrator", "kicked", "admin_removed"),
        ("member", "restricted", None),
        ("left", "member", None),
        ("administrator", "administrator", None),
    ],
)
def test_a_change_among_the_admins_is_an_alert(before: str, after: str, kind: str | None) -> None:
    made = decided(state(), update(membership(user(STRANGER), before, after), "chat_member"))
    assert [alert.kind for alert in made.changes.alerts] == ([] if kind is None else [kind])
    silent = state({"alert.rights": "off"})
    assert (
        decided(silent, update(membership(user(STRANGER), before, after), "chat_member")).changes.alerts == []
    )


def test_other_rights_of_an_admin_are_an_alert() -> None:
    body = membership(user(STRANGER), "administrator", "administrator")
    body["new_chat_member"]["can_promote_members"] = True
    made = decided(state(), update(body, "chat_member"))
    assert [alert.kind for alert in made.changes.alerts] == ["admin_rights"]


# What is due.

ACTING = ChatSettings({"dryrun": "off", **PICTURES, "service.owner": "delete"})


@pytest.mark.parametrize(
    ("due", "settings", "now", "alerted", "expected"),
    [
        (Due("c", "media.photo", 1, NOW), ACTING, NOW + 900, False, True),
        (Due("c", "media.photo", 1, NOW), ChatSettings(PICTURES), NOW + 900, False, False),
        (Due("c", "media.video", 1, NOW), ACTING, NOW + 900, False, False),
        (Due("c", "media.photo", 1, NOW), ACTING, NOW + 48 * HOUR, False, False),
        (Due("c", "gone.setting", 1, NOW), ACTING, NOW, False, False),
        (Due("c", "service.owner", 1, NOW, ("a",)), ACTING, NOW + 5, True, True),
        (Due("c", "service.owner", 1, NOW, ("a",)), ACTING, NOW + 5, False, Wait(NOW + 10)),
        (Due("c", "service.owner", 1, NOW, ("a",)), ACTING, NOW + ALERT_PATIENCE, False, False),
        (Due("c", OWN, 1, NOW), ACTING, NOW + HOUR, False, True),
        (Due("c", OWN, 1, NOW), ACTING, NOW + 60, False, Wait(NOW + HOUR)),
        (Due("c", OWN, 1, NOW), ACTING.with_value(OWN, "0"), NOW + HOUR, False, False),
        (Due("c", OWN, 1, NOW), ChatSettings(), NOW + HOUR, False, False),
    ],
)
def test_what_is_due_goes_by_the_settings_of_that_moment(
    due: Due, settings: ChatSettings, now: int, alerted: bool, expected: bool | Wait
) -> None:
    assert verdict(due, settings, now, alerted=alerted) == expected
