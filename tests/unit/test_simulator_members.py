"""How bans, restrictions and their ends follow on one another, as in tdlib/telegram-bot-api and tdlib/td."""

from typing import Any

import pytest

from simulator.deeds import members
from simulator.world.rights import EVERYTHING, MEDIA, NOTHING, parse_permissions
from tests.unit.test_simulator_refusals import BOT, GROUP, HOUR, OWNER, PERSON, STRANGER, SUPERGROUP, Town

FOR_EVER = 0


@pytest.fixture
def town() -> Town:
    made = Town()
    made.world.bots[BOT].inbox.allow(["chat_member"])
    return made


def look(town: Town, user_id: int = PERSON) -> dict[str, Any]:
    found: dict[str, Any] = town.call("getChatMember", chat_id=SUPERGROUP, user_id=user_id)
    return found


def restrict(town: Town, permissions: dict[str, bool], seconds: int = 0, user_id: int = PERSON) -> None:
    end = {"until_date": int(town.time) + seconds} if seconds else {}
    town.call("restrictChatMember", chat_id=SUPERGROUP, user_id=user_id, permissions=permissions, **end)


def told(town: Town) -> list[tuple[str, str]]:
    """What the bot was told of memberships since the last look."""
    inbox = town.world.bots[BOT].inbox
    bodies = [one.body["chat_member"] for one in inbox.waiting.values() if one.kind == "chat_member"]
    inbox.clear()
    return [(body["old_chat_member"]["status"], body["new_chat_member"]["status"]) for body in bodies]


def test_a_restriction_ends_a_ban(town: Town) -> None:
    town.call("banChatMember", chat_id=SUPERGROUP, user_id=PERSON)
    restrict(town, NOTHING, HOUR)
    found = look(town)
    assert (found["status"], found["is_member"]) == ("restricted", False)
    assert found["until_date"] == int(town.time) + HOUR
    members.join(town.world, town.world.chat(SUPERGROUP), town.world.users[PERSON])
    found = look(town)
    assert (found["status"], found["is_member"]) == ("restricted", True)


def test_all_permissions_end_a_ban_too_and_whoever_was_out_stays_out(town: Town) -> None:
    town.call("banChatMember", chat_id=SUPERGROUP, user_id=PERSON)
    restrict(town, EVERYTHING)
    assert look(town)["status"] == "left"


def test_with_all_permissions_somebody_is_a_plain_member_and_with_all_but_one_is_not(town: Town) -> None:
    restrict(town, NOTHING)
    restrict(town, EVERYTHING)
    assert look(town) == {"user": look(town)["user"], "status": "member"}
    restrict(town, EVERYTHING | {"can_edit_tag": False})
    assert look(town)["status"] == "restricted"


def test_a_restriction_replaces_the_one_before(town: Town) -> None:
    restrict(town, EVERYTHING | {"can_send_photos": False})
    restrict(town, NOTHING, HOUR)
    town.time += HOUR
    assert look(town)["status"] == "member"


@pytest.mark.parametrize(
    ("seconds", "kept"), [(29, FOR_EVER), (31, 31), (366 * 86400, 366 * 86400), (366 * 86400 + 60, FOR_EVER)]
)
def test_a_restriction_too_short_or_too_long_is_for_ever(town: Town, seconds: int, kept: int) -> None:
    restrict(town, NOTHING, seconds)
    assert look(town)["until_date"] == (int(town.time) + kept if kept else FOR_EVER)


def test_a_restricted_person_who_has_left_stays_restricted(town: Town) -> None:
    restrict(town, NOTHING, HOUR)
    members.leave(town.world, town.world.chat(SUPERGROUP), town.world.users[PERSON])
    found = look(town)
    assert (found["status"], found["is_member"]) == ("restricted", False)
    town.time += HOUR
    assert look(town)["status"] == "left"


def test_who_never_came_can_be_restricted_and_banned_beforehand(town: Town) -> None:
    restrict(town, NOTHING, HOUR, user_id=STRANGER)
    assert look(town, STRANGER)["is_member"] is False
    town.call("banChatMember", chat_id=SUPERGROUP, user_id=STRANGER)
    assert look(town, STRANGER)["status"] == "kicked"


def test_an_unban_puts_a_member_out_and_ends_a_restriction(town: Town) -> None:
    restrict(town, NOTHING, HOUR)
    town.call("unbanChatMember", chat_id=SUPERGROUP, user_id=PERSON, only_if_banned=True)
    assert look(town)["status"] == "restricted"
    town.call("unbanChatMember", chat_id=SUPERGROUP, user_id=PERSON)
    assert look(town)["status"] == "left"


def test_what_changes_nothing_is_told_to_nobody_and_needs_no_right(town: Town) -> None:
    end = int(town.time) + HOUR
    town.call("banChatMember", chat_id=SUPERGROUP, user_id=PERSON, until_date=end)
    restrict(town, NOTHING, HOUR, user_id=STRANGER)
    told(town)
    town.bot_rights(SUPERGROUP)
    town.call("banChatMember", chat_id=SUPERGROUP, user_id=PERSON, until_date=end)
    restrict(town, NOTHING, HOUR, user_id=STRANGER)
    assert told(town) == []


def test_a_shorter_ban_replaces_a_longer_one(town: Town) -> None:
    town.call("banChatMember", chat_id=SUPERGROUP, user_id=PERSON)
    told(town)
    town.call("banChatMember", chat_id=SUPERGROUP, user_id=PERSON, until_date=int(town.time) + HOUR)
    assert told(town) == [("kicked", "kicked")]
    assert look(town)["until_date"] == int(town.time) + HOUR


def test_a_basic_group_keeps_nobody_out(town: Town) -> None:
    town.call("banChatMember", chat_id=GROUP, user_id=PERSON, until_date=int(town.time) + HOUR)
    assert town.call("getChatMember", chat_id=GROUP, user_id=PERSON)["status"] == "left"
    group, person = town.world.chat(GROUP), town.world.users[PERSON]
    members.join(town.world, group, person, by=town.world.users[OWNER])
    assert town.world.member(group, PERSON).status == "member"


@pytest.mark.parametrize(
    ("given", "independent", "expected"),
    [
        ({}, False, NOTHING),
        ({"can_send_messages": True}, True, {"can_send_messages": True, "can_react_to_messages": True}),
        (
            {"can_pin_messages": True},
            True,
            dict.fromkeys(("can_pin_messages", "can_edit_tag", "can_manage_topics"), True),
        ),
        ({"can_send_media_messages": True}, True, dict.fromkeys(MEDIA, True)),
        ({"can_send_media_messages": True, "can_send_photos": False}, True, {}),
        ({"can_send_polls": True}, True, {"can_send_polls": True}),
        ({"can_send_polls": True}, False, {"can_send_polls": True, "can_send_messages": True}),
        (
            {"can_add_web_page_previews": True},
            False,
            dict.fromkeys((*MEDIA, "can_add_web_page_previews", "can_send_messages"), True),
        ),
    ],
)
def test_permissions_that_are_left_out_are_false_or_follow_another(
    given: dict[str, bool], independent: bool, expected: dict[str, bool]
) -> None:
    assert parse_permissions(given, independent=independent) == NOTHING | expected
