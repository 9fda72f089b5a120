"""Files of other cities, as people and programs make them: what can be read is read, and why not the rest."""

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from services.directory.exchange import FileError, Row, Skipped, read
from shared.contracts.listings import Kind
from shared.settings import City

CITY = City()
KML = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><Folder>
<Placemark><name>Двор</name><description><![CDATA[<a href="https://t.me/dzedemo_a">чат</a>]]></description>
<Point><coordinates> 27.5,53.9,0 </coordinates></Point></Placemark></Folder>
<Placemark><name>Дарога</name>
<ExtendedData><Data name="Спасылка"><value>t.me/dzedemo_b</value></Data></ExtendedData>
<LineString><coordinates>27.5,53.9,0 27.6,54.0,0</coordinates></LineString></Placemark>
</Folder></Document></kml>"""


def rows(tmp_path: Path, name: str, content: str | bytes) -> list[Row]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = list(read(path, CITY))
    assert not [item for item in found if isinstance(item, Skipped)]
    return [item for item in found if isinstance(item, Row)]


def told(row: Row) -> tuple[str, str, float, float]:
    place = row.content.place
    return row.content.name, row.content.link.value, round(place.lat, 2), round(place.lon, 2)


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": {"name": "Двор", **properties}}


def test_columns_are_known_by_a_word_of_their_names(tmp_path: Path) -> None:
    header = "Название чата;Ссылка на чат;Широта;Долгота;Участников;Категория"
    table = f"{header}\nДвор;@dzedemo_a;53,9;27,5;~1 234;канал\n"
    (row,) = rows(tmp_path, "x.csv", table.encode("cp1251"))
    assert told(row) == ("Двор", "dzedemo_a", 53.9, 27.5)
    assert (row.members, row.content.kind) == (1234, Kind.CHANNEL)
    (row,) = rows(tmp_path, "x.txt", "chat_name|username|lat_wgs|lon_wgs\nДвор|dzedemo_a|53.9|27.5\n")
    assert told(row) == ("Двор", "dzedemo_a", 53.9, 27.5)


@pytest.mark.parametrize(
    "place",
    ["53.9, 27.5", "53,9; 27,5", "(53.9 27.5)", "POINT(27.5 53.9)", "27.5,53.9"],
)
def test_a_place_may_stand_in_one_column(tmp_path: Path, place: str) -> None:
    (row,) = rows(tmp_path, "x.csv", f'name,url,coordinates\nДвор,https://t.me/dzedemo_a,"{place}"\n')
    assert told(row) == ("Двор", "dzedemo_a", 53.9, 27.5)


def test_a_street_address_is_no_link_and_an_empty_column_gives_way(tmp_path: Path) -> None:
    table = "name,address,link,url,lat,lon\nДвор,Садовая 5,,t.me/dzedemo_a,53.9,27.5\n"
    (row,) = rows(tmp_path, "x.csv", table)
    assert told(row) == ("Двор", "dzedemo_a", 53.9, 27.5)


def test_a_link_is_found_wherever_it_stands(tmp_path: Path) -> None:
    table = "name,notes,lat,lon\nДвор,пишите в https://t.me/dzedemo_a,53.9,27.5\n"
    assert told(rows(tmp_path, "x.csv", table)[0]) == ("Двор", "dzedemo_a", 53.9, 27.5)
    with pytest.raises(FileError, match="none for link"):
        rows(tmp_path, "x.csv", "name,notes,lat,lon\nДвор,няма,53.9,27.5\n")


@pytest.mark.parametrize(
    ("geometry", "lat", "lon", "notes"),
    [
        ({"type": "Point", "coordinates": [27.5, 53.9, 200]}, 53.9, 27.5, []),
        ({"type": "Point", "coordinates": ["27.5", "53.9"]}, 53.9, 27.5, []),
        ({"type": "MultiPoint", "coordinates": [[27.5, 53.9]]}, 53.9, 27.5, []),
        ({"type": "LineString", "coordinates": [[27.5, 53.9], [27.6, 54.0]]}, 53.95, 27.55, ["place.middle"]),
        (
            {"type": "Polygon", "coordinates": [[[27.5, 53.9], [27.6, 53.9], [27.6, 54.0], [27.5, 53.9]]]},
            53.95,
            27.55,
            ["place.middle"],
        ),
        (
            {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [27.5, 53.9]}]},
            53.9,
            27.5,
            [],
        ),
    ],
)
def test_every_shape_has_a_place(
    tmp_path: Path, geometry: dict[str, Any], lat: float, lon: float, notes: list[str]
) -> None:
    document = {
        "type": "FeatureCollection",
        "features": [feature(geometry, **{"contact:telegram": "@dzedemo_a"})],
    }
    (row,) = rows(tmp_path, "x.geojson", json.dumps(document))
    assert told(row) == ("Двор", "dzedemo_a", lat, lon)
    assert [note.code for note in row.notes] == notes


def test_json_of_any_make_is_read(tmp_path: Path) -> None:
    entry = {
        "name": {"ru": "Имя", "be": "Двор"},
        "links": ["t.me/dzedemo_a"],
        "location": {"lat": 53.9, "lng": 27.5},
    }
    point = feature({"type": "Point", "coordinates": [27.5, 53.9]}, link="@dzedemo_a")
    line = json.dumps(entry)
    for content in (
        json.dumps({"status": "ok", "data": [entry]}),
        json.dumps([entry]),
        json.dumps(point),
        f"{line}\n{line.replace('dzedemo_a', 'dzedemo_b')}\n",
        f"\x1e{line}\n\x1e{line.replace('dzedemo_a', 'dzedemo_b')}\n",
    ):
        assert told(rows(tmp_path, "x.json", content)[0]) == ("Двор", "dzedemo_a", 53.9, 27.5)


def test_kml_in_folders_and_packed_is_read(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("doc.kml", KML)
    for name, content in (
        ("x.kml", KML.encode()),
        ("x.kmz", packed.getvalue()),
        ("x.gz", gzip.compress(KML.encode(), mtime=0)),
    ):
        one, two = rows(tmp_path, name, content)
        assert told(one) == ("Двор", "dzedemo_a", 53.9, 27.5)
        assert told(two) == ("Дарога", "dzedemo_b", 53.95, 27.55)


def test_a_packed_table_is_read_as_a_table(tmp_path: Path) -> None:
    table = gzip.compress(b"name,link,lat,lon\nx,@dzedemo_a,53.9,27.5\n", mtime=0)
    assert told(rows(tmp_path, "x.csv.gz", table)[0]) == ("x", "dzedemo_a", 53.9, 27.5)


def test_places_elsewhere_are_listed_and_named(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, "x.csv", "name,link,lat,lon\nБрэст,@dzedemo_a,52.09,23.7\n")
    assert [note.code for note in row.notes] == ["place.outside"]


def zipped(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "x")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.csv", b"<!DOCTYPE html><html><body>404</body></html>", "web page"),
        ("x.kml", b"<HTML>", "web page"),
        ("x.xlsx", zipped("xl/workbook.xml"), "not valid XML"),
        ("x.zip", zipped("x.docx"), "without a file that can be read"),
        ("x.kmz", b"PK\x03\x04broken", "not a whole ZIP"),
        ("x.csv.gz", gzip.compress(bytes(range(256)) * 9, mtime=0)[:100], "not a whole gzip"),
        ("x.csv", gzip.compress(b"", mtime=0), "empty"),
        ("x.csv", b"a,b,c\n1,2,3\n", "none for link, lat, lon"),
        ("x.json", b'{"a": [1, 2]}', "without `features`"),
        ("x.json", b'{"a": 1}\nplain', "not valid JSON"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    with pytest.raises(FileError, match=says) as refused:
        rows(tmp_path, name, content)
    assert "\n" not in str(refused.value)


def test_what_grows_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.directory.exchange.unpacking.BYTES_MOST", 1_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", "0" * 100_000)
    for name, content in (("x.csv.gz", gzip.compress(b"0" * 100_000, mtime=0)), ("x.kmz", packed.getvalue())):
        with pytest.raises(FileError, match="larger than"):
            rows(tmp_path, name, content)
