"""Which messages go and which stay."""

from datetime import datetime
from typing import Any

import pytest

from services.moderation.domain import content
from services.moderation.domain.settings import SETTINGS
from services.moderation.domain.update import ANONYMOUS_ADMIN, CHANNEL_BOT, SERVICE_NOTICES
from tests.moderation import (
    ADMIN,
    ALES,
    CHAT,
    NOW,
    STRANGER,
    context,
    decided,
    deleted,
    file,
    membership,
    message,
    needs_admins,
    person,
    photo,
    state,
    update,
    user,
)
from tests.unit.test_moderation_content import MEDIA

DAY = 86400


@pytest.mark.parametrize("field", content.SERVICE)
@pytest.mark.parametrize("value", ["keep", "delete"])
def test_service_messages_go_by_kind(field: str, value: str) -> None:
    name = f"service.{content.SERVICE[field]}"
    fields: dict[str, Any] = {field: {}}
    found = decided(state({name: value, "alert.rights": "off"}), update(message(7, **fields)))
    assert deleted(found) == ([7] if value == "delete" else [])


def test_by_default_only_traces_of_who_came_and_went_are_erased() -> None:
    erased = {name for name, setting in SETTINGS.items() if setting.default == "delete"}
    assert erased == {"service.joined", "service.left"}


def test_an_admins_join_message_goes_like_everybodys() -> None:
    found = decided(state(), update(message(7, who=ADMIN, new_chat_members=[user(ADMIN)])))
    assert deleted(found) == [7]
    assert found.changes.observed == []


@pytest.mark.parametrize("kind", MEDIA)
def test_media_go_by_kind_and_only_that_kind(kind: str) -> None:
    kinds = [one.name for one in SETTINGS.values() if one.choices == ("keep", "delete")]
    others = {name: "delete" for name in kinds if name.startswith("media.") and name != f"media.{kind}"}
    body = message(7, **MEDIA[kind])
    assert deleted(decided(state({f"media.{kind}": "delete"}), update(body))) == [7]
    assert deleted(decided(state(others), update(body))) == []


def test_nothing_known_of_new_media_still_lets_them_be_deleted() -> None:
    found = decided(state({"media.other": "delete"}), update(message(7, hologram=file())))
    assert deleted(found) == [7]


def test_in_dry_run_nothing_goes_and_all_of_it_is_told() -> None:
    found = state({"dryrun": "on", "media.photo": "delete"})
    decided(
        found,
        update(message(photo=photo())),
        update(message(photo=photo())),
        update(message(left_chat_member=user())),
    )
    assert deleted(found) == []
    assert found.changes.would == {"media.photo": 2, "service.left": 1}


@pytest.mark.parametrize(
    "fields",
    [
        {"from": user(ADMIN)},
        {"from": user(ANONYMOUS_ADMIN), "sender_chat": {"id": CHAT}},
        {"from": user(SERVICE_NOTICES), "sender_chat": {"id": -100777}, "is_automatic_forward": True},
    ],
)
def test_pictures_of_admins_and_of_the_linked_channel_stay(fields: dict[str, Any]) -> None:
    found = decided(state({"media.photo": "delete"}), update(message(7, photo=photo()) | fields))
    assert deleted(found) == []


def test_pictures_of_another_channel_go() -> None:
    body = message(7, photo=photo()) | {"from": user(CHANNEL_BOT), "sender_chat": {"id": -100999}}
    found = decided(state({"media.photo": "delete"}), update(body))
    assert deleted(found) == [7]
    assert found.changes.observed == []


def test_where_the_admins_are_not_known_no_persons_message_goes() -> None:
    found = decided(state({"media.photo": "delete"}, admins=None), update(message(7, photo=photo())))
    assert deleted(found) == []


def test_a_message_older_than_telegram_deletes_is_left_alone() -> None:
    found = decided(state({"media.photo": "delete"}), update(message(7, photo=photo(), at=NOW - 2 * DAY)))
    assert deleted(found) == []


def test_an_edit_that_adds_a_picture_is_deleted() -> None:
    found = state({"media.photo": "delete"})
    decided(found, update(message(7)), update(message(7, photo=photo(), edit_date=NOW), "edited_message"))
    assert deleted(found) == [7]


def test_an_album_goes_as_a_whole_when_its_last_part_must_go() -> None:
    parts = [
        update(message(1, photo=photo(), media_group_id="a")),
        update(message(3, photo=photo(), media_group_id="b")),
        update(message(2, video=file(), media_group_id="a")),
        update(message(4, photo=photo(), media_group_id="a")),
    ]
    found = decided(state({"media.video": "delete"}), *parts)
    assert deleted(found) == [1, 2, 4]
    assert found.changes.albums == {"a", "b"}


def test_parts_of_an_album_seen_in_an_earlier_batch_go_too() -> None:
    found = state({"media.video": "delete"})
    decided(found, update(message(1, photo=photo(), media_group_id="a")))
    later = state({"media.video": "delete"})
    later.albums = found.albums
    decided(later, update(message(2, video=file(), media_group_id="a")))
    assert deleted(later) == [1, 2]


def test_an_edit_that_adds_a_video_takes_its_whole_album() -> None:
    found = state({"media.video": "delete"})
    decided(
        found,
        update(message(1, photo=photo(), media_group_id="a")),
        update(message(2, photo=photo(), media_group_id="a")),
        update(message(1, video=file(), media_group_id="a", edit_date=NOW), "edited_message"),
    )
    assert deleted(found) == [1, 2]


def test_a_message_is_deleted_once_however_often_it_is_edited() -> None:
    found = state({"media.photo": "delete"})
    body = message(7, photo=photo())
    decided(found, update(body), update(body | {"caption": "x"}, "edited_message"))
    assert deleted(found) == [7]


def test_every_message_is_indexed_under_its_sender() -> None:
    found = decided(
        state(), update(message(1)), update(message(2, who=STRANGER)), update(message(3, photo=photo()))
    )
    assert [entry[:2] for entry in found.changes.index] == [
        (1, person(ALES)),
        (2, person(STRANGER)),
        (3, person(ALES)),
    ]


def test_a_person_is_told_of_once_a_day_and_not_for_each_message() -> None:
    found = decided(state(), update(message()), update(message()), update(message(at=NOW + DAY)))
    assert [seen.kind for seen in found.changes.observed] == ["wrote", "wrote"]


@pytest.mark.parametrize(
    ("timezone", "first", "second", "days"),
    [
        ("Europe/Minsk", "2027-12-31T20:59:59Z", "2027-12-31T21:00:00Z", 2),  # midnight in Minsk
        ("Europe/Minsk", "2027-12-31T23:59:59Z", "2028-01-01T00:00:00Z", 1),  # midnight in UTC
        ("Pacific/Auckland", "2026-06-30T20:00:00Z", "2026-07-01T08:00:00Z", 1),  # a morning and an evening
        ("America/Los_Angeles", "2028-02-29T08:00:00Z", "2028-03-01T07:59:59Z", 1),  # all of 29 February
        ("Europe/Warsaw", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", 1),  # a day of 25 hours
    ],
)
def test_days_on_which_somebody_wrote_are_days_of_the_chat(
    timezone: str, first: str, second: str, days: int
) -> None:
    found = state({"timezone": timezone})
    for text in (first, second):
        at = int(datetime.fromisoformat(text).timestamp())
        decided(found, update(message(who=ALES, at=at)), now=at)
    assert found.days[person(ALES)] == days


@pytest.mark.parametrize(
    ("fields", "reasons"),
    [
        ({"text": "t.me/+abcdef"}, ("invite",)),
        ({"text": "http://a.b"}, ("link",)),
        ({"text": "x", "forward_origin": {"type": "user"}}, ("forward",)),
        ({"text": "t.me/+abcdef", "forward_date": 1}, ("invite", "forward")),
        ({"text": "hello"}, ()),
    ],
)
@pytest.mark.parametrize(("joined", "word"), [(None, "first"), (NOW - 60, "new"), (NOW - 30 * DAY, "first")])
def test_links_and_forwards_count_in_a_first_message(
    fields: dict[str, Any], reasons: tuple[str, ...], joined: int | None, word: str
) -> None:
    found = state()
    if joined is not None:
        found.joined[person(STRANGER)] = joined
    decided(found, update(message(who=STRANGER, **fields)))
    assert found.changes.observed[0].reasons == tuple(f"{word}_message.{reason}" for reason in reasons)


def test_a_link_in_a_later_message_is_nobodys_business() -> None:
    found = state()
    found.seen[person(ALES)] = NOW - 3 * DAY
    decided(found, update(message(text="t.me/+abcdef")))
    assert found.changes.observed[0].reasons == ()


@pytest.mark.parametrize("who", [ADMIN, SERVICE_NOTICES, ANONYMOUS_ADMIN, CHANNEL_BOT])
def test_admins_and_telegrams_own_accounts_are_never_observed(who: int) -> None:
    found = decided(
        state(),
        update(message(who=who, text="t.me/+abcdef")),
        update(membership(user(who), "left", "member"), "chat_member"),
    )
    assert found.changes.observed == []


def test_bots_are_never_observed() -> None:
    robot = user(99, is_bot=True)
    found = decided(
        state(), update(message(text="t.me/+a") | {"from": robot}), update(message(new_chat_members=[robot]))
    )
    assert found.changes.observed == []


def test_a_join_told_twice_is_observed_once() -> None:
    found = decided(
        state(),
        update(membership(user(STRANGER), "left", "member"), "chat_member"),
        update(message(who=STRANGER, new_chat_members=[user(STRANGER)])),
    )
    assert [seen.kind for seen in found.changes.observed] == ["joined"]


def test_somebody_who_leaves_is_told_of_without_any_look_up() -> None:
    leaving = update(membership(user(STRANGER), "member", "left"), "chat_member")
    found = state(admins=None)
    assert not needs_admins(leaving, found, context())
    assert [seen.kind for seen in decided(found, leaving).changes.observed] == ["left"]


@pytest.mark.parametrize(
    ("body", "kind", "settings", "needed"),
    [
        (message(text="x"), "message", {}, True),
        (message(photo=photo()), "message", {"media.photo": "delete"}, True),
        (message(photo=photo()), "edited_message", {}, False),
        (message(photo=photo()), "edited_message", {"media.photo": "delete"}, True),
        (message(pinned_message={}), "message", {}, False),
        (message(new_chat_members=[user(STRANGER)]), "message", {}, True),
        (message(text="x", where=7) | {"chat": {"id": 7, "type": "private"}}, "message", {}, False),
        (membership(user(STRANGER), "left", "member"), "chat_member", {}, True),
        (membership(user(STRANGER), "member", "administrator"), "chat_member", {}, False),
    ],
)
def test_admins_are_looked_up_only_where_it_matters(
    body: dict[str, Any], kind: str, settings: dict[str, str], needed: bool
) -> None:
    assert needs_admins(update(body, kind), state(settings), context()) is needed
