"""Files of ids."""

import random
import time
from pathlib import Path

import pytest

from services.moderation.lists.ids import IdLists
from shared.keys import Keys
from tests.powerless import powerless

KEYS = Keys("k" * 64)


def lists(folder: Path, **files: str) -> IdLists:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    found = IdLists(folder, KEYS)
    found.refresh()
    return found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cas__csv", "5284995823\n8046042909\n"),
        ("cas__csv", "user_id,messages,added\n5284995823,3,2024-01-01\n8046042909,1,x\n"),
        ("lols__txt", "5284995823\r\n8046042909\r\n"),
        ("lols__txt", "# remark\n\n 5284995823 # why\n8046042909\n"),
        ("lols__csv", '"5284995823";"x"\n"8046042909";"y"\n'),
        ("lols__json", '{"banned_users": [5284995823, 8046042909]}'),
        ("lols__json", '[5284995823, 8046042909, true, "x", null]'),
    ],
)
def test_the_formats_of_cas_and_lols_are_read(tmp_path: Path, name: str, text: str) -> None:
    found = lists(tmp_path / "lists", **{name: text})
    assert found.naming(5284995823) == 1
    assert found.naming(8046042909) == 1
    assert found.naming(5284995824) == 0
    assert list(found.sizes().values()) == [2]


@pytest.mark.parametrize("text", ["", "abc", "-5", "1e9", "9" * 40, "\x00", "5.5", "{", "[", "12 34"])
def test_what_is_no_id_is_passed_over(tmp_path: Path, text: str) -> None:
    for name in ("a__csv", "a__json"):
        found = lists(tmp_path / name, **{name: text})
        assert sum(found.sizes().values()) == 0
        assert found.naming(5) == 0


def test_each_list_counts_once(tmp_path: Path) -> None:
    found = lists(tmp_path / "lists", a__csv="7\n7\n7\n", b__txt="7\n", c__txt="8\n")
    assert found.naming(7) == 2


def test_a_changed_file_is_read_again_and_a_removed_one_forgotten(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    found = lists(folder, a__csv="7\n")
    (folder / "a.csv").write_text("8\n9\n")
    found.refresh()
    assert (found.naming(7), found.naming(8)) == (0, 1)
    (folder / "a.csv").unlink()
    found.refresh()
    assert found.naming(8) == 0
    assert list((folder / ".sorted").iterdir()) == []


def test_lists_in_a_folder_that_cannot_be_written_to_are_read_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "a.csv").write_text("7\n")
    (folder / ".sorted").write_text("in the way, as a read-only file system would be, also for root")
    found = IdLists(folder, KEYS)
    found.refresh()
    (folder / "b.csv").write_text("7\n8\n")
    found.refresh()
    assert (found.naming(7), found.naming(8)) == (2, 1)
    (folder / "a.csv").unlink()
    found.refresh()
    assert (found.naming(7), found.naming(8)) == (1, 1)


def test_a_list_that_may_not_be_read_takes_no_other_along(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text("7\n")
    (tmp_path / "a.csv").chmod(0)
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    with powerless():
        found = IdLists(Path(), KEYS)
        found.refresh()
        assert found.naming(7) == 1


def test_what_lies_on_disk_besides_the_list_tells_nobody_an_id(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    lists(folder, a__csv="5284995823\n")
    (kept,) = (folder / ".sorted").iterdir()
    assert kept.stat().st_size == 8
    assert kept.read_bytes() not in {(5284995823).to_bytes(8, "little"), (5284995823).to_bytes(8)}
    other = IdLists(folder, Keys("o" * 64))
    other.refresh()
    assert other.naming(5284995823) == 0


def test_a_million_ids_are_looked_up_in_microseconds(tmp_path: Path) -> None:
    rng = random.Random(7)
    ids = [rng.randrange(1, 9_000_000_000) for _ in range(300_000)]
    found = lists(tmp_path / "lists", cas__csv="\n".join(map(str, ids)))
    assert all(found.naming(one) for one in ids[:1000])
    began = time.perf_counter()
    for one in range(1000):
        found.naming(one)
    assert (time.perf_counter() - began) / 1000 < 100e-6
