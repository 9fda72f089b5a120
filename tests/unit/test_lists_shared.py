"""Lists shared between operators."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from services.moderation.lists.shared import (
    BadList,
    Document,
    SharedLists,
    person_in,
    public,
    read,
    signer,
    subscriptions,
    write,
)
from shared.keys import Keys
from shared.settings import SettingsError

NOW, DAY = 1_790_000_000, 86_400
OURS, THEIRS = signer(Keys("o" * 64)), signer(Keys("t" * 64))
KEY = b"k" * 40
VICTIM = 5_000_000_007


def document(**more: Any) -> Document:
    given: dict[str, Any] = {
        "issued": NOW,
        "expires": NOW + 30 * DAY,
        "entries": {person_in(KEY, VICTIM): NOW + 9 * DAY},
    }
    return Document(name="minsk", **(given | more))


def subscribed(folder: Path, use: str = "notify", key: bytes = KEY) -> SharedLists:
    folder.mkdir(exist_ok=True)
    (folder / "minsk.key").write_bytes(key)
    (folder / "shared.toml").write_text(
        f'[[list]]\nname = "minsk"\nkey_file = "minsk.key"\nfile = "minsk.dzelist"\n'
        f'issuer = "{public(THEIRS)}"\nuse = "{use}"\n'
    )
    return SharedLists(subscriptions(folder))


def test_a_list_reads_back_as_it_was_signed() -> None:
    given = document(revoked=frozenset({"x"}))
    assert read(write(given, THEIRS), public(THEIRS)) == given


def test_another_issuer_or_a_changed_entry_is_refused() -> None:
    data = write(document(), THEIRS)
    with pytest.raises(BadList):
        read(data, public(OURS))
    changed = orjson.loads(data)
    changed["entries"]["someone"] = NOW + DAY
    with pytest.raises(BadList):
        read(orjson.dumps(changed), public(THEIRS))
    longer = orjson.loads(data) | {"expires": NOW + 900 * DAY}
    with pytest.raises(BadList):
        read(orjson.dumps(longer), public(THEIRS))


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", b'{"signature": 5}', b'{"signature": "!!"}', b"\xff"]
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(BadList):
        read(data, public(THEIRS))


def test_entries_end_and_so_does_the_list() -> None:
    person = person_in(KEY, VICTIM)
    assert document().names(person, NOW)
    assert not document().names(person, NOW + 10 * DAY)
    assert not document(entries={person: NOW + 99 * DAY}).names(person, NOW + 31 * DAY)
    assert not document(revoked=frozenset({person})).names(person, NOW)
    assert not document().names(person_in(KEY, VICTIM + 1), NOW)


def test_a_subscribed_list_names_people_and_is_previewed_unless_chosen_otherwise(tmp_path: Path) -> None:
    lists = subscribed(tmp_path / "lists")
    assert lists.naming(VICTIM, NOW) == {}
    (tmp_path / "lists" / "minsk.dzelist").write_bytes(write(document(), THEIRS))
    lists.refresh()
    assert lists.naming(VICTIM, NOW) == {"minsk": "notify"}
    assert lists.naming(VICTIM + 1, NOW) == {}
    assert lists.naming(VICTIM, NOW + 10 * DAY) == {}
    text = (tmp_path / "lists" / "shared.toml").read_text().replace('use = "notify"\n', "")
    (tmp_path / "lists" / "shared.toml").write_text(text)
    quiet = SharedLists(subscriptions(tmp_path / "lists"))
    quiet.refresh()
    assert quiet.naming(VICTIM, NOW) == {"minsk": "preview"}


def test_an_older_or_forged_list_does_not_take_the_place_of_a_newer_one(tmp_path: Path) -> None:
    lists, file = subscribed(tmp_path / "lists"), tmp_path / "lists" / "minsk.dzelist"
    file.write_bytes(write(document(revoked=frozenset({person_in(KEY, VICTIM)})), THEIRS))
    lists.refresh()
    for data in (write(document(issued=NOW - 5), THEIRS), write(document(issued=NOW + 5), OURS), b"junk"):
        file.write_bytes(data)
        lists.refresh()
        assert lists.naming(VICTIM, NOW) == {}


def test_without_the_shared_key_hashes_say_nothing() -> None:
    assert person_in(KEY, VICTIM) != person_in(b"other" * 8, VICTIM)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"minsk.key"', '"nowhere.key"'),
        ('use = "notify"', 'use = "remove"'),
        ('name = "minsk"', 'name = "a:b"'),
        (public(THEIRS), "short"),
        ("[[list]]", "[[list"),
        ("use =", "publish_days = -1\nuse ="),
    ],
)
def test_what_is_wrong_in_the_subscriptions_stops_the_start(tmp_path: Path, old: str, new: str) -> None:
    subscribed(tmp_path / "lists")
    path = tmp_path / "lists" / "shared.toml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(SettingsError):
        subscriptions(tmp_path / "lists")


def test_a_short_shared_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        subscribed(tmp_path / "lists", key=b"short")
