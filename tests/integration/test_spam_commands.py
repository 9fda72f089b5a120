"""`dze train`, `dze classify` and `dze model`, as somebody types them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPAM = [f"Доход {n} долларов в день, пишите в личку, команда {n % 7}" for n in range(40)]
HAM = [f"Сосед, во сколько завтра собрание у подъезда {n}?" for n in range(60)]


def dze(*words: str, data: Path, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DZE_")}
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        input=given, capture_output=True, check=False, timeout=100, cwd=data,
        env=kept | {"DZE_DATA": str(data), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spam")
    (folder / "spam.txt").write_text("\n".join(SPAM) + "\n", encoding="utf-8")
    (folder / "ham1.txt").write_text("\n".join(HAM[:30]), encoding="utf-8")
    (folder / "ham2.txt").write_bytes("\r\n".join(HAM[30:]).encode())
    done = dze("train", "--spam", "spam.txt", "--ham", "ham1.txt", "--ham", "ham2.txt", data=folder)
    assert done.returncode == 0, done.stderr.decode()
    assert b"revision" in done.stdout
    return folder


def test_each_line_gets_one_answer_in_order_also_empty_and_broken_ones(place: Path) -> None:
    given = f"{SPAM[3]}\n\n{HAM[3]}\r\n".encode() + b"\xff\xfe\x00\n" + "a\u2028b\x85c\n".encode() + b"last"
    done = dze("classify", "-", data=place, given=given)
    lines = [line.split("\t") for line in done.stdout.decode().splitlines()]
    assert len(lines) == 6
    assert [label for label, _ in lines][:3] == ["spam", "ham", "ham"]
    assert all(abs(float(score)) < 1e3 for _, score in lines)


def test_a_file_is_read_like_standard_input(place: Path) -> None:
    done = dze("classify", "spam.txt", data=place)
    assert done.stdout.decode().count("\n") == len(SPAM)
    assert done.stdout.decode().count("spam\t") > len(SPAM) * 0.9


def test_a_model_can_be_written_elsewhere_and_named(place: Path) -> None:
    (place / "both.tsv").write_text(
        "".join(f"spam\t{text}\n" for text in SPAM) + "".join(f"ham\t{text}\n" for text in HAM),
        encoding="utf-8",
    )
    done = dze("train", "--labelled", "both.tsv", "--out", "other.model", "--alone", data=place)
    assert done.returncode == 0, done.stderr.decode()
    again = dze("classify", "spam.txt", "--model", "other.model", data=place)
    assert again.returncode == 0
    assert again.stdout.count(b"\n") == len(SPAM)


def test_the_model_can_be_looked_at_and_rolled_back(place: Path) -> None:
    told = json.loads(dze("model", "--json", data=place).stdout)
    assert (told["spam"], told["ham"]) == (40, 60)
    shown = dze("model", "--use", told["revision"], data=place)
    assert told["revision"].encode() in shown.stdout


def test_without_training_the_model_of_the_project_answers(tmp_path: Path) -> None:
    assert dze("classify", "-", data=tmp_path, given="привет\n".encode()).stdout.startswith(b"ham\t")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("train", "--spam", "empty.txt", "--ham", "ham1.txt"), b"no message of spam in empty.txt"),
        (("train", "--ham", "ham1.txt"), b"no message of spam in --spam or --labelled"),
        (("classify", "missing.txt"), b"cannot read missing.txt"),
        (("classify", "spam.txt", "--model", "ham1.txt"), b"no spam model"),
        (("model", "--use", "nonsense"), b"no model nonsense"),
        (("train", "--spam", "spam.txt", "--ham", "ham1.txt", "--out", "no/such/x.model"), b"cannot write"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(place: Path, words: tuple[str, ...], said: bytes) -> None:
    (place / "empty.txt").write_text("\n \n")
    done = dze(*words, data=place)
    assert done.returncode == 2
    assert said in done.stderr
    assert b"Traceback" not in done.stderr
