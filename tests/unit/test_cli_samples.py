"""Files of messages are read as they come, and what is no text is said instead of learnt."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.errors import Stop
from cli.samples import LINE_MOST, labelled, lines, messages
from cli.spam import Files, train

TEXT = "Заработок на дому, пишите\n"
HAM = "Сосед, во сколько завтра собрание?\n"


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Any]:
    def write(content: bytes, name: str = "file.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def test_plain_and_compressed_files_say_the_same(put: Callable[..., Any]) -> None:
    plain, packed = put(TEXT.encode() * 3, "a"), put(gzip.compress(TEXT.encode() * 3), "b")
    assert list(lines(plain)) == list(lines(packed))
    assert [line.text for line in lines(plain)] == [TEXT.strip()] * 3


def test_a_mark_at_the_start_and_other_ends_of_lines_are_no_part_of_a_message(
    put: Callable[..., Any],
) -> None:
    file = put("\ufeffраз\r\nдва\u2028три\n\nчетыре".encode())
    assert [line.text for line in lines(file)] == ["раз", "два\u2028три", "", "четыре"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ((TEXT * 12).encode("cp1251"), "is not text in UTF-8"),
        ((TEXT * 4).encode("cp1251"), "is not text in UTF-8"),
        (TEXT.encode("utf-16"), "is text in UTF-16"),
        (bytes(range(256)) * 500, "is not text in UTF-8"),
        (gzip.compress(TEXT.encode() * 500, mtime=0)[:-20], "what is compressed in it is damaged"),
        (gzip.compress(TEXT.encode(), mtime=0)[:10] + b"x" * 50, "what is compressed in it is damaged"),
    ],
    ids=["Windows", "few lines of Windows", "wide", "bytes", "cut", "damaged"],
)
def test_what_is_no_text_is_refused_in_one_line(put: Callable[..., Any], content: bytes, said: str) -> None:
    with pytest.raises(Stop, match=said) as refused:
        list(lines(put(content)))
    assert "\n" not in str(refused.value)


def test_a_folder_and_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(Stop, match="cannot read"):
            list(lines(path))


def test_a_few_broken_lines_are_left_out_and_counted(
    put: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    file = put(TEXT.encode() * 40 + b"\xff\xfe broken\n" + b"zero\x00\n" + TEXT.encode())
    assert len(list(messages([file]))) == 41
    assert "2 of 43 lines" in capsys.readouterr().err


def test_the_rest_of_an_endless_line_is_passed_over(put: Callable[..., Any]) -> None:
    long, next_one = lines(put("я".encode() * (2 * LINE_MOST + 5) + b"\nnext"))
    assert len(long.text) == LINE_MOST // 2
    assert not long.broken
    assert next_one.text == "next"


def test_sorted_messages_are_told_apart(put: Callable[..., Any]) -> None:
    found = labelled([put(b"spam\tbuy\tnow\nham\thello\n\nspam\tagain\n")])
    assert found == (["buy\tnow", "again"], ["hello"])


def test_a_line_without_a_label_is_named(put: Callable[..., Any]) -> None:
    with pytest.raises(Stop, match="line 2: neither spam nor ham"):
        labelled([put(b"spam\tbuy\nhello\n")])


def test_sorted_messages_are_not_taken_for_messages_of_one_sort(put: Callable[..., Any]) -> None:
    with pytest.raises(Stop, match="--labelled"):
        list(messages([put(b"spam\tbuy\nham\thello\n" * 3)]))


@pytest.mark.parametrize(
    ("spam", "ham", "alone", "said"),
    [
        (TEXT, "\n \n", False, "no message of ham in ham"),
        (TEXT, TEXT, False, "no message of spam"),
        (TEXT, HAM, True, "--alone needs 20"),
    ],
    ids=["empty", "the same twice", "too few to stand alone"],
)
def test_nothing_is_learnt_where_there_is_nothing_to_tell_apart(
    put: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    spam: str,
    ham: str,
    alone: bool,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    files = Files(
        [put(spam.encode(), "spam").relative_to(tmp_path)],
        [put(ham.encode(), "ham").relative_to(tmp_path)],
        [],
    )
    with pytest.raises(Stop, match=said):
        train(files, out=tmp_path / "x.model", accused=None, alone=alone)
    assert not (tmp_path / "x.model").exists()
