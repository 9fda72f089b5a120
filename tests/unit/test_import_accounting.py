"""Every row of a file is told once: listed, or skipped with a reason."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.directory.exchange import FileError, Row, Skipped, open_file
from services.directory.exchange.formats import open_document
from tests.imported import CITY, checked, saved

CELLS = st.sampled_from([
    "", "Двор", "t.me/dzedemo_a", "@dzedemo_b", "https://t.me/+AAAAAE1234567890abcdef", "53.9", "27,5", "-",
    "53.9, 27.5", "нет", "Итого", "=1+1", "'", '"', "a;b", "a\nb", "\u202e", "12 тыс.", "0", "1e400", "NaN",
    "https://yandex.by/maps/?ll=27.5%2C53.9", "POINT(27.5 53.9)", "<a href='t.me/dzedemo_c'>x</a>", "\ufffd",
    "+375291234567",
]) | st.text(max_size=20)  # fmt: skip
NAMES = st.sampled_from([
    "name", "Название чата", "link", "Ссылка", "Telegram", "lat", "lon", "Координаты", "Ваше имя", "members",
    "languages", "flag", "id", "", "Описание", "address", "x", "email",
])  # fmt: skip
SHAPES = st.sampled_from([
    "features", "properties", "geometry", "type", "coordinates", "elements", "tags", "markers", "layers",
    "center",
])  # fmt: skip
HYPOTHESIS = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)


def told(path: Path) -> str:
    """Each row of the file is told once, and in one line; returns why a whole file was refused."""
    try:
        _tell(path)
    except FileError as error:
        return str(error).replace(str(path), "")
    return ""


def _tell(path: Path) -> None:
    records = [record.number for record in open_document(path).records()]
    items = list(open_file(path, CITY).items)
    assert [item.number for item in items] == records
    assert len(set(records)) == len(records)
    assert all(item.code and item.why and "\n" not in item.why for item in items if isinstance(item, Skipped))
    assert all(item.content.name and item.given for item in items if isinstance(item, Row))


@HYPOTHESIS
@given(
    header=st.lists(NAMES, min_size=1, max_size=7),
    rows=st.lists(st.lists(CELLS, max_size=8), max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1251"]),
)
def test_every_row_is_told_once_whatever_stands_in_a_file(
    tmp_path: Path, header: list[str], rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    path = saved(tmp_path, "x.csv", text.getvalue().encode(encoding, "replace"))
    assert "\n" not in told(path)


@HYPOTHESIS
@given(st.text(max_size=300) | st.binary(max_size=300))
def test_no_file_of_any_text_or_bytes_breaks_the_reading(tmp_path: Path, content: str | bytes) -> None:
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    assert "\n" not in told(saved(tmp_path, "file", data))


JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | CELLS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | SHAPES, inner, max_size=5),
    max_leaves=25,
)


@HYPOTHESIS
@given(JSON_VALUES)
def test_json_of_any_shape_is_read_or_refused_in_a_line(tmp_path: Path, document: Any) -> None:
    assert "\n" not in told(saved(tmp_path, "x.json", json.dumps(document)))


@pytest.mark.parametrize("name", ["x.csv", "x.json", "x.kml"])
def test_the_sums_of_a_report_are_the_rows_of_the_file(tmp_path: Path, name: str) -> None:
    good = {"name": "Двор", "link": "@dzedemo_a", "lat": 53.9, "lon": 27.5}
    rows: list[dict[str, object]] = [
        good,
        good,
        good | {"link": "нет"},
        good | {"link": "@dzedemo_b", "lat": ""},
        {},
    ]
    content = {
        "x.csv": "name,link,lat,lon\n"
        + "".join(",".join(str(v) for v in row.values()) + "\n" for row in rows[:4]),
        "x.json": json.dumps(rows),
        "x.kml": "<kml>" + "".join(map(placemark, rows)) + "</kml>",
    }[name]
    report = checked(tmp_path, name, content).report
    assert (report.listed, report.rows) == (1, 4 if name == "x.csv" else 5)
    assert report.rows == report.added + report.changed + report.unchanged + report.skipped_count
    assert sum(count for _, count, _ in report.reasons()) == report.skipped_count == len(report.skipped)


def placemark(row: dict[str, object]) -> str:
    if not row:
        return "<Placemark/>"
    point = f"<Point><coordinates>{row['lon']},{row['lat']}</coordinates></Point>"
    link = f"<description>t.me/{str(row['link'])[1:]}</description>"
    return f"<Placemark><name>{row['name']}</name>{link}{point}</Placemark>"
