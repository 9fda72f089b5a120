"""Files of listings: what is read, what is skipped and why, and that what is written reads back the same."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from services.directory.exchange import FORMATS, FileError, Row, Skipped, open_file, read
from services.directory.exchange.judging import judge
from shared.clock import now
from shared.contracts.listings import Content, Kind, Link, Listing, Precision
from shared.flags import CATALOGUE
from shared.geo import coarsen
from shared.keys import Keys
from shared.settings import City
from shared.text import clean_name, clean_text
from tests.exported import write
from tests.sure import as_a

KEYS = Keys("t" * 32)
DATA_2020 = Path(__file__).parents[3] / "shared" / "data" / "dze-2020-09-16.json"


def marker(**changes: Any) -> dict[str, Any]:
    fields = {"link": "https://t.me/dzedemo_x", "lat": 53.9, "long": 27.5, "name": "Двор", "icon_link": None}
    return fields | {"count_members": 88} | changes


def of_2020(tmp_path: Path, *markers: dict[str, Any]) -> list[Any]:
    path = tmp_path / "file.json"
    path.write_text(json.dumps({"location": 2, "markers": markers, "count": 0, "count_members": 0}))
    return list(read(path, City()))


def rows(path: Path, city: City | None = None) -> list[Row]:
    """What a file gives when nothing in it is skipped."""
    return [as_a(Row, item) for item in read(path, city)]


def listing(name: str = "Двор", value: str = "dzedemo_x", **changes: Any) -> Listing:
    fields = {
        "id": KEYS.token("listing", value, 8),
        "name": name,
        "link": Link(kind="username", value=value),
        "kind": Kind.GROUP,
        "place": coarsen(53.9, 27.5, Precision.COURTYARD),
        "revision": 1,
        "created_at": now(),
        "updated_at": now(),
    }
    return Listing(**(fields | changes))


def test_an_entry_of_2020_becomes_a_listing(tmp_path: Path) -> None:
    (row,) = of_2020(tmp_path, marker(name="A &amp; B"))
    assert row.content.name == "A & B"
    assert (row.content.kind, row.content.flag, row.members) == (Kind.GROUP, "wrw", 88)
    assert (row.content.place.lat, row.content.place.lon) == (53.9, 27.5)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"link": ""}, "link.empty"),
        ({"link": None}, "link.empty"),
        ({"link": [7, {"x": 1}]}, "link.empty"),
        ({"link": "https://invite.viber.com/?g2=x"}, "link.viber"),
        ({"link": "https://bit.ly/abc"}, "link.short"),
        ({"link": "https://example.org/x"}, "link.not_telegram"),
        ({"link": "https://t.me.example.org/x"}, "link.lookalike"),
        ({"link": "javascript:alert(1)"}, "link.not_telegram"),
        ({"lat": None}, "place.missing"),
        ({"lat": "north"}, "place.missing"),
        ({"lat": True}, "place.missing"),
        ({"lat": 0, "long": 0}, "place.missing"),
        ({"lat": "NaN"}, "place.missing"),
        ({"lat": 10**400}, "place.missing"),
        ({"long": 27602739.0}, "place.impossible"),
        ({"lat": -91}, "place.impossible"),
    ],
)
def test_a_row_that_cannot_be_listed_has_its_reason(
    tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    hostile = marker(**changes)
    item = judge(1, hostile, City())
    assert isinstance(item, Skipped)
    assert (item.code, item.number, bool(item.why)) == (code, 1, True)
    assert "\n" not in item.why


@pytest.mark.parametrize("raw", [None, 1, "x", [], [1], True])
def test_what_is_no_entry_is_skipped(raw: Any) -> None:
    assert as_a(Skipped, judge(3, raw, None)).code == "row.unreadable"


def test_a_link_listed_twice_is_taken_once_whatever_its_spelling(tmp_path: Path) -> None:
    spellings = (
        "https://t.me/dzedemo_x",
        "http://telegram.me/DZEDEMO_X/",
        "@dzedemo_x",
        "t.me/s/dzedemo_x?a=1",
    )
    first, *others = of_2020(tmp_path, *(marker(link=each) for each in spellings))
    assert isinstance(first, Row)
    assert [(item.code, item.why) for item in others] == [("link.twice", "the same link stands in row 1")] * 3


def test_entries_without_a_name_are_listed_under_their_link(tmp_path: Path) -> None:
    found = of_2020(tmp_path, marker(name=" "), marker(name="\u200b", link="t.me/joinchat/dzedemoABCDEFGHIJ"))
    assert [row.content.name for row in found] == ["@dzedemo_x", "t.me/+dzedemoABCDE…"]
    assert {row.notes[0].code for row in found} == {"name.missing"}


def test_swapped_coordinates_are_turned_round_only_when_that_leads_into_the_city(tmp_path: Path) -> None:
    found = of_2020(tmp_path, marker(lat=27.5, long=53.9), marker(lat=48.2, long=16.4, link="@dzedemo_w"))
    assert [(row.content.place.lat, row.content.place.lon) for row in found] == [(53.9, 27.5), (48.2, 16.4)]
    assert [[note.code for note in row.notes] for row in found] == [["place.swapped"], ["place.outside"]]


def test_what_we_exported_ourselves_is_never_turned_round(tmp_path: Path) -> None:
    far = listing(place=coarsen(27.5, 53.9, Precision.COURTYARD))
    write(tmp_path / "x.csv", [far])
    (row,) = rows(tmp_path / "x.csv", City())
    assert (row.content.place, row.notes) == (far.place, ())


def test_places_are_coarsened_while_they_are_read(tmp_path: Path) -> None:
    (row,) = of_2020(tmp_path, marker(lat=53.90012345, long=27.50012345))
    assert (row.content.place.lat, row.content.place.lon) == (53.9, 27.5)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, None),
        (None, None),
        (-3, None),
        (1.5, None),
        ("1 234", 1234),
        (10**9, None),
        ("many", None),
        (7, 7),
    ],
)
def test_counts_that_cannot_be_are_unknown(
    tmp_path: Path, count: float | str | None, shown: int | None
) -> None:
    (row,) = of_2020(tmp_path, marker(count_members=count))
    assert row.members == shown


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "\u202egnp.exe", "a\x00b\x1f", "'; DROP TABLE x", "{{7*7}}", "é" * 5000],
)
def test_hostile_names_are_cleaned_and_kept(tmp_path: Path, name: str) -> None:
    (row,) = of_2020(tmp_path, marker(name=name))
    assert 0 < len(row.content.name) <= 120
    assert not set(row.content.name) & set("\u202e\x00\x1f\n")


def save(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_tables_of_any_usual_make_are_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    lines = (("Название", "Ссылка", "Широта", "Долгота"), ("Двор, мой", "t.me/dzedemo_x", "53,9", "27.5"))
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    (row,) = rows(save(tmp_path, "file.csv", text.encode(encoding)))
    assert (row.number, row.content.name, row.content.place.lat) == (2, "Двор, мой", 53.9)


def test_a_table_without_the_needed_columns_says_which(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="lat, lon"):
        open_file(save(tmp_path, "file.csv", "name,link\nx,t.me/dzedemo_x\n"))


def test_a_row_with_an_endless_cell_is_skipped_and_the_next_one_read(tmp_path: Path) -> None:
    text = f"name,link,lat,lon\n{'x' * 200_000},@dzedemo_x,1,1\nДвор,@dzedemo_y,53.9,27.5\n"
    first, *rest = read(save(tmp_path, "file.csv", text))
    assert as_a(Skipped, first).code == "row.unreadable"
    assert [row.content.link.value for row in rest if isinstance(row, Row)] == ["dzedemo_y"]


def test_geojson_with_strange_features_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [27.5, 53.9]}
    good = {"type": "Feature", "geometry": point, "properties": {"title": "Двор", "url": "@dzedemo_x"}}
    strange = [
        None,
        5,
        {"geometry": None},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": "x"}},
    ]
    line = {"type": "Feature", "properties": {"link": "@dzedemo_z"}, "geometry": {"type": "LineString"}}
    path = save(
        tmp_path, "x.geojson", json.dumps({"type": "FeatureCollection", "features": [*strange, line, good]})
    )
    *others, last = read(path)
    skipped, row = [as_a(Skipped, item) for item in others], as_a(Row, last)
    assert skipped[-1].code == "place.missing"
    assert (row.number, row.content.name) == (6, "Двор")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.csv", "", "empty"),
        ("x.csv", b"\xef\xbb\xbf", "empty"),
        ("x.json", "{", "not valid JSON"),
        ("x.json", "[" * 200_000, "not valid JSON"),
        ("x.json", '{"a": 1}', "without `features`"),
        ("x.json", "plain", "not what its extension"),
        ("x.pdf", "%PDF", "formats are"),
        ("x.kml", "<kml><a></kml>", "not valid XML"),
        ("x.csv", b"\xff\xfe\x00", "neither UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_in_one_line(
    tmp_path: Path, name: str, content: bytes | str, says: str
) -> None:
    with pytest.raises(FileError, match=says) as error:
        list(read(save(tmp_path, name, content)))
    assert "\n" not in str(error.value)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(FileError):
            open_file(path)


def test_an_xml_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE kml [<!ENTITY e0 "ha">{entities}]><kml><Placemark><name>&e9;</name></Placemark></kml>'
    outside = '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml>&x;</kml>'
    for text in (bomb, outside):
        with pytest.raises(FileError, match="entities"):
            list(read(save(tmp_path, "x.kml", text)))


def test_kml_of_others_gives_its_link_from_the_description(tmp_path: Path) -> None:
    text = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>Двор</name>
    <description><![CDATA[<b>Чат</b> <a href="https://t.me/dzedemo_x">тут</a>]]></description>
    <Point><coordinates>27.5,53.9,0</coordinates></Point></Placemark></kml>"""
    (row,) = rows(save(tmp_path, "x.kml", text))
    assert row.content.link.value == "dzedemo_x"
    assert "<" not in row.content.description


def test_a_table_never_hands_a_formula_to_a_spreadsheet(tmp_path: Path) -> None:
    names = ["=1+1", "+375", "-x", "@dzedemo_x", "'=1", "''=1"]
    path = tmp_path / "x.csv"
    write(path, [listing(name, f"dzedemo_{n}") for n, name in enumerate(names)])
    assert sorted(row.content.name for row in rows(path)) == sorted(names)
    assert not any(f",{start}" in path.read_text("utf-8-sig") for start in ("=", "+", "@"))


NAMES = st.text(min_size=1, max_size=60).map(clean_name).filter(bool)
MOMENTS = st.datetimes(timezones=st.just(now().tzinfo)).filter(lambda m: m.year > 1970) | st.none()


@st.composite
def some_listing(draw: st.DrawFn) -> Listing:
    count = draw(st.none() | st.integers(20, 10**7))
    precision = draw(st.sampled_from(Precision))
    return listing(
        draw(NAMES),
        "dzedemo" + draw(st.from_regex(r"_[a-z0-9]{4,12}", fullmatch=True)),
        kind=draw(st.sampled_from(Kind)),
        place=coarsen(draw(st.floats(1, 80)), draw(st.floats(-179, 179)), precision),
        description=clean_text(draw(st.text(max_size=60)), 500),
        languages=tuple(draw(st.lists(st.sampled_from(["be", "ru", "en", "pl"]), unique=True))),
        flag=draw(st.sampled_from(sorted(CATALOGUE))),
        members=count,
        members_below=None if count else draw(st.sampled_from([None, 20])),
        checked_at=draw(MOMENTS),
        dead_since=draw(MOMENTS),
    )


def back(row: Row) -> Listing:
    return Listing(
        **dict(row.content), id=row.listing_id, members=row.members, members_below=row.members_below,
        checked_at=row.checked_at, dead_since=row.dead_since, revision=1, created_at=now(), updated_at=now(),
    )  # fmt: skip


@pytest.mark.parametrize("suffix", FORMATS)
@hypothesis_settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(found=st.lists(some_listing(), max_size=4, unique_by=(lambda x: x.link.key, lambda x: x.id)))
def test_what_is_written_is_read_back_and_written_the_same(
    tmp_path: Path, suffix: str, found: list[Listing]
) -> None:
    first, second = tmp_path / f"one{suffix}", tmp_path / f"two{suffix}"
    assert write(first, found) == len(found)
    items = rows(first, City())
    assert [item for item in items if item.notes] == []
    write(second, [back(item) for item in items])
    assert second.read_bytes() == first.read_bytes()
    assert {path.suffix for path in tmp_path.iterdir()} == {suffix}


@pytest.mark.skipif(not DATA_2020.exists(), reason="the 2020 directory's data is not on this machine")
def test_all_of_2020_that_can_be_listed_is_and_every_other_row_has_its_reason() -> None:
    items = list(read(DATA_2020, City()))
    rows = [item for item in items if isinstance(item, Row)]
    reasons = Counter(item.code for item in items if isinstance(item, Skipped))
    assert reasons == {"link.twice": 12, "link.viber": 8, "link.short": 4, "place.impossible": 1}
    assert len(rows) == 1125
    assert 700 < sum(City().contains(row.content.place.lat, row.content.place.lon) for row in rows) < 800


def test_ids_of_a_file_are_kept_but_never_given_to_two_rows(tmp_path: Path) -> None:
    ident = KEYS.token("listing", "x", 8)
    first, second, third = of_2020(
        tmp_path, marker(id=ident), marker(id=ident, link="@dzedemo_y"), marker(id="../x", link="@dzedemo_z")
    )
    assert (first.listing_id, second.listing_id, third.listing_id) == (ident, None, None)


def test_content_is_what_the_contract_says(tmp_path: Path) -> None:
    (row,) = of_2020(
        tmp_path, marker(kind="spaceship", flag="red", languages="be; RU, xx1 be", precision="?")
    )
    assert isinstance(row.content, Content)
    assert (row.content.kind, row.content.flag, row.content.languages) == (Kind.OTHER, "wrw", ("be", "ru"))
    assert row.content.place.precision is Precision.QUARTER
    assert {note.code for note in row.notes} == {"kind.unknown", "flag.unknown", "precision.unknown"}
