"""`dze import` as an operator types it: a dry look, exit codes, reports for people and programs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.imported import saved

KEY = "0123456789abcdef" * 4
FORM = (
    "Отметка времени,Ваше имя,Название чата,Имя,Ссылка на чат,Telegram,lat,lon\n"
    "1,Иван,Двор,Иван,t.me/dzedemo_a,@ivan_petrov,53.9,27.5\n"
    "2,Мария,Сад,Мария,t.me/dzedemo_b,@masha,53.8,27.6\n"
    "3,Олег,Луг,Олег,нет,@oleg,53.8,27.6\n"
)


def dze(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DZE_")}
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        capture_output=True,
        text=True,
        timeout=100,
        env=clean | environment,
        check=False,
    )


@pytest.fixture
def resting(tmp_path: Path) -> dict[str, str]:
    """A folder where nothing runs."""
    return {"DZE_DATA": str(tmp_path / "data")}


def test_a_dry_look_without_a_deployment_shows_all_and_leaves_nothing_behind(
    tmp_path: Path, resting: dict[str, str]
) -> None:
    path = saved(tmp_path, "form.csv", FORM)
    done = dze("import", "--check", str(path), **resting)
    assert (done.returncode, done.stderr) == (0, "")
    for text in (
        "CSV",
        "UTF-8",
        "comma",
        "row 1",
        "Двор",
        "t.me/dzedemo_a",
        "53.9, 27.5",
        "Nothing was written",
    ):
        assert text in done.stdout
    assert "“Ваше имя”: about a person" in done.stdout
    assert "3 rows: 2 can be listed (nothing runs" in done.stdout
    assert "row 4: not the address of a Telegram chat" in done.stdout
    assert "ivan" not in done.stdout
    assert not (tmp_path / "data").exists()


def test_a_dry_look_for_programs_is_json(tmp_path: Path, resting: dict[str, str]) -> None:
    told = json.loads(
        dze("import", "--check", "--json", str(saved(tmp_path, "f.csv", FORM)), **resting).stdout
    )
    assert (told["format"], told["rows"], told["added"], told["skipped"]) == ("CSV", 3, 2, 1)
    assert told["known_listings_compared"] is False
    assert told["skipped_rows"][0]["code"] == "link.not_telegram"
    fields = {column["name"]: column["field"] for column in told["columns"]}
    assert (fields["Ваше имя"], fields["Имя"], fields["Telegram"]) == ("person", "person", "person")
    assert [row["name"] for row in told["first_rows"]] == ["Двор", "Сад"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.csv", "name,link,lat,lon\n", "it holds no rows"),
        (
            "x.csv",
            "name,link,lat,lon\nДвор,нет,53.9,27.5\n",
            "1 of 1 rows: not the address of a Telegram chat",
        ),
        ("x.csv", "name,link,lat,lon\nДвор,@dzedemo_a,,\n", "1 of 1 rows: no coordinates"),
        ("x.txt", "t.me/dzedemo_a\nt.me/dzedemo_b\n", "2 of 2 rows: no coordinates"),
        ("x.geojson", '{"type":"FeatureCollection","features":[]}', "it holds no rows"),
        ("x.pdf", "%PDF-1.7\n", "is a PDF"),
    ],
)
@pytest.mark.parametrize("check", [["--check"], []])
def test_where_nothing_is_found_the_reason_is_true_and_the_code_is_two(
    tmp_path: Path, resting: dict[str, str], name: str, content: str, says: str, check: list[str]
) -> None:
    done = dze("import", *check, str(saved(tmp_path, name, content)), **resting)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr
    assert "Traceback" not in done.stderr


def test_an_import_is_told_as_changed_and_known_in_a_second_look(
    tmp_path: Path, resting: dict[str, str]
) -> None:
    first = saved(tmp_path, "one.csv", FORM)
    done = dze("import", str(first), "--json", **resting)
    told = json.loads(done.stdout)
    assert (done.returncode, told["added"], told["changed"], told["unchanged"], told["skipped"]) == (
        0,
        2,
        0,
        0,
        1,
    )
    second = saved(tmp_path, "two.csv", FORM.replace("Сад", "Новы сад").replace("нет", "t.me/dzedemo_c"))
    done = dze("import", str(second), **resting)
    assert "3 listings: 1 added, 1 changed, 1 there already, 0 skipped." in done.stdout
    out = tmp_path / "out.csv"
    assert dze("export", str(out), **resting).returncode == 0
    text = out.read_text(encoding="utf-8-sig")
    assert "Новы сад" in text
    assert not any(word in text for word in ("Иван", "ivan", "Мария", "masha", "Олег", "oleg"))


def test_a_dry_look_compares_with_the_deployment_that_runs(tmp_path: Path, redis_url: str) -> None:
    deployed = {"DZE_REDIS_URL": redis_url, "DZE_KEY": KEY, "DZE_DATA": str(tmp_path / "data")}
    done = dze("import", "--check", str(saved(tmp_path, "one.csv", FORM)), **deployed)
    assert "3 rows: 2 would be added, 0 changed, 0 are there already, 1 would be skipped." in done.stdout


def test_an_area_that_was_set_holds_for_files_as_for_the_form(
    tmp_path: Path, resting: dict[str, str]
) -> None:
    path = saved(
        tmp_path, "x.csv", "name,link,lat,lon\nДвор,@dzedemo_a,53.9,27.5\nБрэст,@dzedemo_b,52.1,23.7\n"
    )
    done = dze("import", "--check", str(path), **resting)
    assert "2 can be listed" in done.stdout
    assert "listed all the same" in done.stdout
    city = '{"area": [26.9, 53.55, 28.3, 54.25]}'
    done = dze("import", "--check", str(path), DZE_CITY=city, **resting)
    assert "1 can be listed" in done.stdout
    assert "row 3: outside the service area" in done.stdout
    done = dze("import", "--check", "--outside", str(path), DZE_CITY=city, **resting)
    assert "2 can be listed" in done.stdout


def test_areas_and_addresses_have_a_dry_look_too(tmp_path: Path, resting: dict[str, str]) -> None:
    ring = [[27.5, 53.9], [27.6, 53.9], [27.6, 54.0], [27.5, 53.9]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"name": "Луг"}, "geometry": shape}
    document = {"type": "FeatureCollection", "features": [feature, {}]}
    areas = saved(tmp_path, "a.geojson", json.dumps(document))
    done = dze("areas", "import", "--check", str(areas), **resting)
    assert "2 areas: 1 can be taken, 1 would be skipped." in done.stdout
    table = "Адрес;Широта;Долгота\nулица Кветак 2;53,9;27,5\nмежду домами;53,9;27,5\n".encode("cp1251")
    done = dze("addresses", "import", "--check", "--json", str(saved(tmp_path, "h.csv", table)), **resting)
    told = json.loads(done.stdout)
    assert (told["added"], told["skipped"]) == (1, 1)
    assert not (tmp_path / "data").exists()
