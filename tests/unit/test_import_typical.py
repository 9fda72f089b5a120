"""Fourteen files as people and programs make them, each taken in right and with its report."""

import json
from pathlib import Path

import pytest

from services.directory.exchange import FileError
from tests.imported import checked, fields_of, taken, zipped

GOOGLE_FORM = """Отметка времени,Ваше имя,Ваш Telegram для связи,Название чата,Ссылка на чат,"Где это
(координаты или ссылка на карту)",Сколько участников?,Комментарий
"1.09.2020 12:00:01",Иван Петров,@ivan_petrov,"Двор, Садовая 5",t.me/dzedemo_sad,"53.9, 27.5","1,2 тыс.",
"1.09.2020 12:05:12",Мария,+375 29 123-45-67,Сухарево,t.me/joinchat/AAAAAE123456789abc,MAP,"12 000",@masha_k
"1.09.2020 12:06:40",Олег,@oleg_minsk,Лошица,нет ссылки,53.85 27.57,,
""".replace("MAP", "https://yandex.by/maps/?ll=27.43%2C53.88&z=15")


def test_answers_of_a_google_form_publish_the_chats_and_nobody(tmp_path: Path) -> None:
    file = taken(tmp_path, "form.csv", GOOGLE_FORM)
    assert file.names == ["Двор, Садовая 5", "Сухарево"]
    assert file.links == ["dzedemo_sad", "AAAAAE123456789abc"]
    assert file.places == [(53.9, 27.5), (53.88, 27.43)]
    assert [row.members for row in file.rows] == [1200, 12000]
    assert file.reasons == [(4, "link.not_telegram")]
    for word in ("Иван", "ivan", "Мария", "masha", "123-45", "Олег", "oleg"):
        assert word not in file.published
    columns = fields_of(checked(tmp_path, "form.csv", GOOGLE_FORM))
    assert [name for name, field in columns.items() if field == "person"] == [
        "Ваше имя", "Ваш Telegram для связи",
    ]  # fmt: skip


def test_answers_of_a_yandex_form_have_semicolons_and_their_own_columns(tmp_path: Path) -> None:
    text = (
        "ID;Время создания;Как вас зовут?;Электронная почта;Как называется ваш чат?;Дайте ссылку на чат;"
        "Широта;Долгота;Кто может вступить?\r\n"
        "1234;2020-09-01 10:00:00;Анна;anna@example.org;Каменная Горка 3;https://t.me/dzedemo_kg;53,907;27,43;Все\r\n"
        "1235;2020-09-01 10:10:00;Пётр;;Зелёный Луг;@dzedemo_luh;53,95;27,61;Соседи\r\n"
    )
    file = taken(tmp_path, "answers.csv", text.encode("cp1251"))
    assert file.names == ["Каменная Горка 3", "Зелёный Луг"]
    assert file.links == ["dzedemo_kg", "dzedemo_luh"]
    assert file.places == [(53.91, 27.43), (53.95, 27.61)]
    assert not file.skipped
    assert "Анна" not in file.published
    assert "example.org" not in file.published


def test_a_table_of_gdal_keeps_its_lists(tmp_path: Path) -> None:
    text = (
        "X,Y,id,name,link,kind,languages,members\n"
        '27.5,53.9,,Двор,https://t.me/dzedemo_a,group,"[ ""en"", ""be"" ]",88\n'
        "27.6,53.8,,Сад,https://t.me/dzedemo_b,channel,[ ],\n"
    )
    file = taken(tmp_path, "gdal.csv", text)
    assert file.places == [(53.9, 27.5), (53.8, 27.6)]
    assert [row.content.languages for row in file.rows] == [("en", "be"), ()]
    assert "languages" not in file.rows[1].given
    assert not file.notes


def test_geojson_of_qgis_says_its_system(tmp_path: Path) -> None:
    document = {
        "type": "FeatureCollection",
        "name": "chats",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        "features": [
            {
                "type": "Feature",
                "properties": {"fid": 1, "nazva": "Двор", "telegram": "t.me/dzedemo_a", "kol": None},
                "geometry": {"type": "MultiPoint", "coordinates": [[27.5, 53.9]]},
            },
            {"type": "Feature", "properties": {"fid": 2, "nazva": "Сад", "telegram": None}, "geometry": None},
        ],
    }
    file = taken(tmp_path, "qgis.geojson", json.dumps(document))
    assert (file.links, file.places, file.reasons) == (["dzedemo_a"], [(53.9, 27.5)], [(2, "link.empty")])
    document["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    document["features"][0]["geometry"]["coordinates"] = [[3061286, 7150980]]  # type: ignore[index]
    assert taken(tmp_path, "web.geojson", json.dumps(document)).places == [(53.9, 27.5)]
    document["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32635"}}
    with pytest.raises(FileError, match="WGS 84"):
        taken(tmp_path, "utm.geojson", json.dumps(document))


MY_MAPS = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Чаты Минска</name><description/>
<Style id="icon"><IconStyle><scale>1</scale></IconStyle></Style>
<Folder><name>Дворы</name>
<Placemark><name>Двор на Садовой</name>
<description><![CDATA[Ваше имя: Иван Петров<br>Ссылка: t.me/dzedemo_sad<br>Заметка: Чат]]></description>
<styleUrl>#icon</styleUrl>
<ExtendedData><Data name="Ваше имя"><value>Иван Петров</value></Data>
<Data name="Ссылка"><value>https://t.me/dzedemo_sad</value></Data>
<Data name="Заметка"><value>Чат двора</value></Data></ExtendedData>
<Point><coordinates>
  27.5,53.9,0
</coordinates></Point></Placemark>
<Placemark><name>Иван Петров</name><ExtendedData><Data name="Ваше имя"><value>Иван Петров</value></Data>
<Data name="Ссылка"><value>@dzedemo_two</value></Data></ExtendedData>
<Point><coordinates>27.6, 53.8, 0</coordinates></Point></Placemark>
</Folder></Document></kml>"""


@pytest.mark.parametrize("name", ["map.kml", "map.kmz"])
def test_a_map_of_google_my_maps_names_chats_and_nobody(tmp_path: Path, name: str) -> None:
    content = MY_MAPS if name == "map.kml" else zipped({"doc.kml": MY_MAPS, "images/icon.png": b"\x89PNG"})
    file = taken(tmp_path, name, content)
    assert file.names == ["Двор на Садовой", "@dzedemo_two"]
    assert file.links == ["dzedemo_sad", "dzedemo_two"]
    assert file.places == [(53.9, 27.5), (53.8, 27.6)]
    assert "Иван" not in file.published


def test_a_umap_gives_the_features_of_all_its_layers(tmp_path: Path) -> None:
    def layer(name: str, link: str, lat: float) -> dict[str, object]:
        feature = {
            "type": "Feature",
            "properties": {"name": name, "description": f"[[https://t.me/{link}|чат]]", "_umap_options": {}},
            "geometry": {"type": "Point", "coordinates": [27.5, lat]},
        }
        return {"type": "FeatureCollection", "features": [feature], "_umap_options": {"name": name}}

    document = {
        "type": "umap",
        "uri": "https://umap.example/m/1",
        "properties": {"name": "Чаты", "zoom": 11},
        "geometry": {"type": "Point", "coordinates": [27.5, 53.9]},
        "layers": [layer("Двор", "dzedemo_a", 53.9), layer("Сад", "dzedemo_b", 53.8)],
    }
    file = taken(tmp_path, "map.umap", json.dumps(document))
    assert (file.names, file.links) == (["Двор", "Сад"], ["dzedemo_a", "dzedemo_b"])
    document["datalayers"] = document.pop("layers")
    assert taken(tmp_path, "old.umap", json.dumps(document)).links == ["dzedemo_a", "dzedemo_b"]


def test_overpass_gives_nodes_ways_and_relations_with_tags(tmp_path: Path) -> None:
    def tagged(**more: object) -> dict[str, object]:
        tags = {"name": "Двор", "contact:telegram": f"dzedemo_{more['id']}", "phone": "+375 17 123-45-67"}
        return {"tags": tags, **more}

    document = {
        "version": 0.6,
        "generator": "Overpass API",
        "osm3s": {"timestamp_osm_base": "2020-09-01T00:00:00Z"},
        "elements": [
            tagged(type="node", id=10, lat=53.9, lon=27.5),
            tagged(type="way", id=11, nodes=[1, 2, 1]),
            tagged(type="way", id=12, center={"lat": 53.8, "lon": 27.6}),
            tagged(
                type="relation",
                id=13,
                bounds={"minlat": 53.7, "minlon": 27.3, "maxlat": 53.9, "maxlon": 27.5},
            ),
            tagged(type="way", id=14, geometry=[{"lat": 53.9, "lon": 27.5}, {"lat": 53.9, "lon": 27.6}]),
            tagged(type="relation", id=15, members=[]),
            {"type": "node", "id": 1, "lat": 53.95, "lon": 27.55},
            {"type": "node", "id": 2, "lat": 53.85, "lon": 27.45},
        ],
    }
    file = taken(tmp_path, "export.json", json.dumps(document))
    assert file.links == ["dzedemo_10", "dzedemo_11", "dzedemo_12", "dzedemo_13", "dzedemo_14"]
    assert file.places == [(53.9, 27.5), (53.9, 27.5), (53.8, 27.6), (53.8, 27.4), (53.9, 27.55)]
    assert file.names == ["Двор"] * 5
    assert file.reasons == [(6, "place.missing")]
    assert "123" not in file.published
    told = checked(tmp_path, "export.json", json.dumps(document)).report.found
    assert "2 elements without tags" in told["overpass.untagged"]


def test_an_export_of_mongodb_gives_points_and_wrapped_values(tmp_path: Path) -> None:
    line = {
        "_id": {"$oid": "5f4d"},
        "title": "Двор",
        "url": "https://t.me/dzedemo_a",
        "location": {"type": "Point", "coordinates": [{"$numberDouble": "27.5"}, 53.9]},
        "members": {"$numberInt": "1234"},
        "owner": {"name": "Иван", "telegram": "@ivan_petrov"},
        "createdAt": {"$date": "2020-09-01T00:00:00Z"},
    }
    line["location"] = {"type": "Point", "coordinates": [27.5, 53.9]}
    second = line | {"url": "https://t.me/dzedemo_b", "location": [27.6, 53.8]}
    text = "\n".join(map(json.dumps, (line, second)))
    file = taken(tmp_path, "chats.json", text)
    assert (file.names, file.links) == (["Двор", "Двор"], ["dzedemo_a", "dzedemo_b"])
    assert file.places == [(53.9, 27.5), (53.8, 27.6)]
    assert [row.members for row in file.rows] == [1234, 1234]
    assert "ivan" not in file.published.lower()


def test_a_table_that_excel_saved_has_a_sep_line(tmp_path: Path) -> None:
    text = (
        "sep=;\r\nНазва;Спасылка;Шырата;Даўгата;Удзельнікаў\r\nДвор; t.me/dzedemo_a ;53,9;27,5;1\xa0234\r\n"
    )
    file = taken(tmp_path, "excel.csv", text.encode("cp1251", "replace"))
    assert (file.names, file.links, file.places) == (["Двор"], ["dzedemo_a"], [(53.9, 27.5)])
    assert (file.rows[0].number, file.rows[0].members) == (3, 1234)


def test_an_old_dump_in_koi8_is_known_by_its_letters(tmp_path: Path) -> None:
    rows = (
        "название\tссылка\tкоординаты",
        "Двор на Садовой\tt.me/dzedemo_a\t53.9 27.5",
        "Лошица\t@dzedemo_b\t53.8 27.6",
    )
    text = "\n".join(rows)
    file = taken(tmp_path, "dump.txt", text.encode("koi8-r"))
    assert file.names == ["Двор на Садовой", "Лошица"]
    assert file.places == [(53.9, 27.5), (53.8, 27.6)]
    assert "KOI8" in checked(tmp_path, "dump.txt", text.encode("koi8-r")).details["encoding"]


def test_a_header_over_two_rows_is_one(tmp_path: Path) -> None:
    text = (
        "Чаты города,,,,\nсобраны в сентябре,,,,\n,,,,\n"
        'Чат,,Координаты,,"Участников,\nпримерно"\nназвание,ссылка,широта,долгота,\n'
        "Двор,t.me/dzedemo_a,53.9,27.5,~500\nИтого:,,,,500\n"
    )
    file = taken(tmp_path, "two.csv", text)
    assert (file.names, file.links, file.places) == (["Двор"], ["dzedemo_a"], [(53.9, 27.5)])
    assert file.rows[0].members == 500
    assert file.rows[0].number == 6
    assert file.reasons == [(7, "row.total")]


def test_a_table_within_a_web_page_is_refused_with_a_word(tmp_path: Path) -> None:
    table = "<table><tr><td>Двор</td><td>t.me/dzedemo_a</td></tr></table>"
    page = f"<!DOCTYPE html><html><body class='wp'>{table}</body></html>"
    with pytest.raises(FileError, match="a web page with a table; copy the table"):
        taken(tmp_path, "chats.html", page)


def test_a_list_of_links_without_places_says_what_is_missing(tmp_path: Path) -> None:
    text = "Чаты Минска:\n\n1. Двор — https://t.me/dzedemo_a\n2) @dzedemo_b Сад\n• https://t.me/+AAAAAE1234567890abcdef\n"
    file = taken(tmp_path, "chats.txt", text)
    assert file.reasons == [
        (1, "link.empty"),
        (3, "place.missing"),
        (4, "place.missing"),
        (5, "place.missing"),
    ]
    placed = "Двор — https://t.me/dzedemo_a 53.9, 27.5\n[Сад](https://t.me/dzedemo_b) https://osm.org/#map=17/53.8/27.6\n"
    file = taken(tmp_path, "placed.txt", placed)
    assert (file.names, file.links) == (["Двор", "Сад"], ["dzedemo_a", "dzedemo_b"])
    assert file.places == [(53.9, 27.5), (53.8, 27.6)]


def test_the_json_of_2020_is_taken_in_as_it_was(tmp_path: Path) -> None:
    marker = {
        "link": "https://t.me/dzedemo_a",
        "lat": 53.9,
        "long": 27.5,
        "name": "А &amp; Б",
        "icon_link": "/x.jpg",
    }
    document = {
        "location": [53.9, 27.5],
        "markers": [marker | {"count_members": 88}],
        "count": 1,
        "count_members": 88,
    }
    file = taken(tmp_path, "dze.json", json.dumps(document))
    assert (file.names, file.links, file.rows[0].members) == (["А & Б"], ["dzedemo_a"], 88)
    for name in ("dze.txt", "dze", "dze.csv"):
        assert taken(tmp_path, name, json.dumps(document)).links == ["dzedemo_a"]
