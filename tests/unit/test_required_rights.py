"""Every setting needs a right that fits what it lets the bot do."""

import pytest

from services.moderation.bot.rights import NO_RIGHT, LacksRight, Rights, of_member
from services.moderation.domain.required import ANY_ADMIN, OF_SETTING, OF_VALUE, Right, required
from services.moderation.domain.settings import LOCKS, SETTINGS, ChatSettings

DELETES, HARMS = Right.DELETE, Right.RESTRICT


def test_every_setting_has_its_right_and_no_other_name_has_one() -> None:
    assert OF_SETTING.keys() | ANY_ADMIN == SETTINGS.keys()
    assert not OF_SETTING.keys() & ANY_ADMIN
    assert all(value in SETTINGS[name].choices for name, value in OF_VALUE)


def test_every_right_has_words_for_who_lacks_it() -> None:
    assert NO_RIGHT.keys() == set(Right)


@pytest.mark.parametrize("name", SETTINGS)
def test_no_value_needs_less_than_its_setting(name: str) -> None:
    order = list(Right)
    for value in SETTINGS[name].choices:
        if (right := required(name, value)) is not None:
            assert order.index(right) >= order.index(OF_SETTING[name])


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("dryrun", "off", HARMS),
        ("dryrun", "on", HARMS),
        ("suspicious", "remove", HARMS),
        ("suspicious.threshold", "50", HARMS),
        ("raid.action", "restrict", HARMS),
        ("raid.action", "requests", HARMS),
        ("spam", "remove", HARMS),
        ("spam", "delete", DELETES),
        ("spam", "off", DELETES),
        ("spam.words", "none", DELETES),
        ("warn.then", "ban", HARMS),
        ("warn.most", "1", HARMS),
        ("night.hours", "22:00-07:00", HARMS),
        ("timezone", "UTC", HARMS),
        ("older.hours", "1", DELETES),
        ("own.minutes", "5", DELETES),
        ("alert.rights", "off", Right.PROMOTE),
        ("language", "be", None),
        ("lock.bot", "delete", HARMS),
        *((f"lock.{kind}", how, HARMS) for kind in LOCKS for how in ("warn", "mute")),
        *((f"lock.{kind}", "delete", DELETES) for kind in LOCKS if kind != "bot"),
        *((name, "delete", DELETES) for name in SETTINGS if name.startswith(("media.", "service."))),
    ],
)
def test_what_lets_the_bot_ban_or_delete_needs_the_right_to_do_so(
    name: str, value: str, right: Right | None
) -> None:
    assert required(name, value) == right


def test_a_value_is_taken_back_by_who_might_have_given_it() -> None:
    assert required("lock.link", "mute", "off") is Right.RESTRICT
    assert required("lock.link", "off", "delete") is Right.DELETE
    assert required("spam", "remove", "advise") is Right.RESTRICT


def test_the_owner_has_every_right_and_a_right_that_is_not_named_is_not_there() -> None:
    assert of_member({"status": "creator"}).given == set(Right)
    assert of_member({"status": "administrator"}).given == set()
    for right in Right:
        assert of_member({"status": "administrator", right.value: True}).given == {right}
        assert of_member({"status": "administrator", right.value: "yes"}).given == set()


@pytest.mark.parametrize("status", ["restricted", "member", "left", "kicked", "", "Creator"])
def test_what_members_may_do_is_no_right_of_an_admin(status: str) -> None:
    """`can_invite_users` is also a permission of a restricted member."""
    found = of_member({"status": status, "is_member": True, **{right.value: True for right in Right}})
    assert found.given == set()
    with pytest.raises(LacksRight, match=r"press\.not_admin"):
        found.require(Right.INVITE)


def test_of_several_missing_rights_the_hardest_is_named_with_its_settings() -> None:
    rights = Rights("administrator", given=frozenset({Right.INVITE}))
    changes = {"media.photo": "delete", "dryrun": "off", "lock.link": "mute", "language": "ru"}
    with pytest.raises(LacksRight) as caught:
        rights.require_for(ChatSettings(), changes)
    assert (caught.value.key, caught.value.names) == ("deed.no_right", ("dryrun", "lock.link"))
    rights.require_for(ChatSettings(), {"language": "ru"})
