"""Where commands put what they write: whole or not at all, and one clear line where that cannot be."""

import errno
import os
import stat
from pathlib import Path

import pytest

from cli.errors import FAILED, MISUSED, Stop
from cli.output import output
from tests.powerless import powerless


def test_an_existing_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    with output(file) as out:
        out.write(b"new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"
    with pytest.raises(RuntimeError):
        _fail_half_way(file)
    assert file.read_text() == "new"
    assert list(tmp_path.iterdir()) == [file]


def _fail_half_way(file: Path) -> None:
    with output(file) as out:
        out.write(b"half")
        raise RuntimeError


@pytest.mark.parametrize(("private", "mode"), [(True, 0o600), (False, 0o640)])
def test_a_private_file_is_its_owners_alone_and_others_go_by_the_umask(
    tmp_path: Path, private: bool, mode: int
) -> None:
    before = os.umask(0o027)
    try:
        with output(tmp_path / "file", private=private) as out:
            out.write(b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with output(tmp_path / "link") as out:
        out.write(b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"x"


def test_a_device_is_written_to_and_not_replaced() -> None:
    with output(Path("/dev/null")) as out:
        out.write(b"x")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("missing/file", "No such file or directory"),
        ("folder", "Is a directory"),
        ("file/below", "Not a directory"),
        ("closed/file", "Permission denied"),
        ("n" * 300, "File name too long"),
    ],
)
def test_a_place_where_nothing_can_be_written_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str, reason: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "closed").mkdir(mode=0o500)
    (tmp_path / "file").write_text("old")
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    with powerless(), pytest.raises(Stop) as stopped, output(Path(place)) as out:
        out.write(b"x")
    assert str(stopped.value) == f"cannot write {place}: {reason}"
    assert stopped.value.code == MISUSED
    assert (tmp_path / "file").read_text() == "old"


def test_a_full_disk_is_no_mistake_of_the_operators() -> None:
    with pytest.raises(Stop, match=os.strerror(errno.ENOSPC)) as stopped, output(Path("/dev/full")) as out:
        out.write(b"x")
    assert stopped.value.code == FAILED
