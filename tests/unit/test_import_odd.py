"""Odd files, each of a kind: encodings, titles, quotation marks, coordinates, links, spreadsheets."""

from pathlib import Path

import pytest

from cli.reports import show_preview
from services.directory.exchange import FileError
from services.directory.exchange.reading.encodings import detect
from services.directory.exchange.reading.lines import lines
from services.directory.exchange.values.coordinates import position_of, position_of_two
from services.directory.exchange.values.links import leads_of
from services.directory.exchange.values.mojibake import mended
from services.directory.exchange.values.numbers import count_of
from tests.imported import CITY, checked, taken

HEADER = "Название;Ссылка;Широта;Долгота\n"
ROW = "Двор на Садовой;t.me/dzedemo_a;53.9;27.5\n"
INVITE = "https://t.me/+AAAAAE1234567890abcdef"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Grüne Höfe Straße", "mac-roman"),
        ("Komşular Üsküdar ğış", "cp1254"),
        ("Γείτονες", "cp1253"),
        ("الجيران", "cp1256"),
    ],
)
def test_letters_that_make_no_words_are_refused(tmp_path: Path, text: str, encoding: str) -> None:
    with pytest.raises(FileError, match="save the file as UTF-8"):
        taken(tmp_path, "x.csv", f"name;link;lat;lon\n{text};t.me/dzedemo_a;53.9;27.5\n".encode(encoding))


def test_one_byte_in_a_text_of_ascii_costs_only_itself(tmp_path: Path) -> None:
    text = b"name,link,lat,lon\nYard \xe9 one,t.me/dzedemo_a,53.9,27.5\n"
    assert taken(tmp_path, "x.csv", text).names == ["Yard \ufffd one"]


def test_a_name_of_lost_characters_is_none(tmp_path: Path) -> None:
    text = (HEADER + ROW * 9).encode() + "Лошица;t.me/dzedemo_b;53.8;27.5\n".encode("cp1251")
    found = taken(tmp_path, "x.csv", text)
    assert (found.names, found.links) == (["Двор на Садовой", "@dzedemo_b"], ["dzedemo_a", "dzedemo_b"])
    assert "text.broken" in found.notes


_READINGS = (("utf-8", "latin-1"), ("utf-8", "koi8-r"), ("cp1251", "cp1252"), ("koi8-r", "cp1251"))
WRONG = [
    (text, wrote, read)
    for text in ("Двор на Садовой", "ЖК Минск-Мир, дом 5", "Чаты Подол", "Лошица 10/2")
    for wrote, read in _READINGS
] + [
    ("Паўднёвы двор", "utf-8", "cp1251"), ("Паўднёвы двор", "cp1251", "latin-1"),
    ("ОБЩИЙ ЧАТ", "cp1251", "latin-1"), ("Двор на Садовой", "koi8-r", "latin-1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wrote", "read"), WRONG)
def test_what_was_read_in_a_wrong_encoding_is_put_right(text: str, wrote: str, read: str) -> None:
    assert mended(text.encode(wrote).decode(read)) == text


@pytest.mark.parametrize(
    "text",
    ["Grüße aus Öhringen", "Été à Paris — Noël", "Čiurlionio kaimynai", "кРУТОЙ чат", "йЦУКЕН", "Þórður",
     "100%25", "İstanbul ğüş", "Ñandú", "СССР"],
)  # fmt: skip
def test_what_is_right_stays(text: str) -> None:
    assert mended(text) == text


def test_names_that_were_written_for_an_address_are_read() -> None:
    assert mended("%D0%94%D0%B2%D0%BE%D1%80") == "Двор"


def test_a_long_run_of_letters_is_no_word() -> None:
    """Looking for the words outside ASCII must not take longer than in proportion: 20 s a piece otherwise."""
    assert detect([b"x" * 60_000 + "Двор ".encode("cp1251")] * 200).codec == "cp1251"


def test_lines_may_end_as_unicode_ends_them_where_nothing_else_does() -> None:
    assert list(lines(["a\u2028b\u2028c"])) == ["a", "b", "c"]
    assert list(lines(["a\u2028b\nc"])) == ["a\u2028b", "c"]


@pytest.mark.parametrize(
    "above",
    [
        "Чаты города\nКонтакт: Иван +375 29 123 45 67\n\n",
        "Все чаты: t.me/dzedemo_main\n",
        "Чаты;;;\nавтор: Иван Петров @ivan_p;;;\n",
        "sep=;\n",
        "Обновлено;12.09.2020;;\n",
        ";;;\n",
    ],
)
def test_titles_above_a_header_are_no_rows(tmp_path: Path, above: str) -> None:
    found = taken(tmp_path, "x.csv", above + HEADER + ROW)
    assert (found.links, found.skipped) == (["dzedemo_a"], [])
    assert "Иван" not in found.published


def test_a_table_without_a_header_may_begin_with_a_sep_line(tmp_path: Path) -> None:
    assert taken(tmp_path, "x.csv", "sep=|\nДвор|t.me/dzedemo_a|53.9|27.5\n").links == ["dzedemo_a"]


@pytest.mark.parametrize(
    "text",
    [
        "name,link,lat,lon\nДвор,t.me/dzedemo_a,53,9,27,5\n",
        "name,link,coords\nДвор,t.me/dzedemo_a,53.9,27.5\n",
        "name;link;lat;lon\nДвор;t.me/dzedemo_a;53.900.000;27.500.000\n",
        "@id\t@lat\t@lon\tname\tcontact:telegram\tcontact:phone\n1\t53.9\t27.5\tДвор\tdzedemo_a\t+375291234567\n",
        'name,link,lat,lon\n"=HYPERLINK(""https://t.me/dzedemo_a"";""Двор"")",,53.9,27.5\n',
    ],
)
def test_tables_that_programs_spoil_are_read(tmp_path: Path, text: str) -> None:
    found = taken(tmp_path, "x.csv", text)
    assert (found.names, found.links, found.places) == (["Двор"], ["dzedemo_a"], [(53.9, 27.5)])


def test_a_row_that_lost_its_order_is_listed_only_where_its_place_is_ours(tmp_path: Path) -> None:
    text = "name,link,lat,lon\nДвор,t.me/dzedemo_a,53.9,27.5,more\nДвор,t.me/dzedemo_b,5,9,27,5,1\n"
    found = taken(tmp_path, "x.csv", text)
    assert (found.links, found.reasons) == (["dzedemo_a"], [(3, "row.ragged")])


@pytest.mark.parametrize(
    ("text", "count"),
    [("12,000", 12_000), ("12.000", 12_000), ("1,234.00", 1_234), ("1.234,00", 1_234), ("12,5", None),
     ("12 тыс.", 12_000), ("1.2k", 1_200), ("100-200", None)],
)  # fmt: skip
def test_counts_have_separators(text: str, count: int | None) -> None:
    assert count_of(text) == count


@pytest.mark.parametrize(
    "text",
    ["Minsk 53.9, 27.5", "53.9, 27.5 (двор)", "дом 5, 53.9 27.5", "53.9&#176; 27.5&#176;", "53,9; 27,5",
     "53°54′00″N 27°30′00″E", "geo:53.9,27.5"],
)  # fmt: skip
def test_a_place_may_stand_among_words(text: str) -> None:
    found = position_of(text, "x", CITY)
    assert found is not None
    assert (round(found.lat, 2), round(found.lon, 2)) == (53.9, 27.5)


@pytest.mark.parametrize(
    "text", ["встреча 12.09 18.30", "53.9; 27.5; 53.8; 27.6", "дом 5.1 5.2", "53.900.000"]
)
def test_other_numbers_are_no_place(text: str) -> None:
    assert position_of(text, "x", CITY) is None


def test_a_spreadsheet_may_have_taken_decimals_for_thousands() -> None:
    found = position_of_two("53.900.000", "27.500.000")
    assert found is not None
    assert (found.lat, found.lon) == (53.9, 27.5)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("админ @ivan_p, чат @dzedemo_a", ["dzedemo_a"]),
        ("@dzedemo_a (админ @ivan_p)", ["dzedemo_a"]),
        ("Чат: t.me/dzedemo_a, админ t.me/ivan_p", ["dzedemo_a"]),
        ("@dzedemo_a, админ @ivan_p", ["dzedemo_a"]),
        ("админ t.me/ivan_p", []),
        ("админы: @ivan_p и @olga_p", []),
        ("админ чата @ivan_p", []),
        ("t.me/dzedemo_a;t.me/dzedemo_b", ["dzedemo_a", "dzedemo_b"]),
        ("<https://t.me/dzedemo_a>", ["dzedemo_a"]),
        ("![x](https://example.org/i.png) [t](t.me/dzedemo_a)", ["dzedemo_a"]),
    ],
)
def test_of_several_accounts_those_of_people_are_left_out(text: str, values: list[str]) -> None:
    assert [link.value for link in leads_of(text).links] == values


@pytest.mark.parametrize(
    "coordinates",
    ["27.5,53.9", "\n 27.5 , 53.9 , 0 \n", "27.5 53.9 0", "27,5,53,9", "27.5;53.9", "53.9,27.5"],
)
def test_a_point_of_kml_is_read_in_any_writing(tmp_path: Path, coordinates: str) -> None:
    point = f"<Point><coordinates>{coordinates}</coordinates></Point>"
    text = f"<kml><Placemark><description>t.me/dzedemo_a</description>{point}</Placemark></kml>"
    assert taken(tmp_path, "x.kml", text).places == [(53.9, 27.5)]


def test_a_list_of_links_in_markdown_is_no_json(tmp_path: Path) -> None:
    text = "[Двор](https://t.me/dzedemo_a) 53.9, 27.5\n[Сад](https://t.me/dzedemo_b) 53.8, 27.5\n"
    assert taken(tmp_path, "x.md", text).names == ["Двор", "Сад"]


def test_of_a_person_within_an_entry_nothing_is_concluded_about_the_entry(tmp_path: Path) -> None:
    fields = {"Name": "Двор", "Link": "t.me/dzedemo_a", "Lat": 53.9, "Lng": 27.5}
    fields["Added by"] = {"name": "Иван", "email": "ivan@example.org"}
    document = str({"records": [{"id": "rec1", "fields": fields}]}).replace("'", '"')
    found = taken(tmp_path, "x.json", document)
    assert (found.names, found.links) == (["Двор"], ["dzedemo_a"])


def test_nothing_in_a_file_reaches_the_terminal_as_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "\x1b]0;x\x07Название,Ссылка,lat,lon\nДвор\x1b[31m,\x1b[2Jx,53.9,27.5\nСад,@dzedemo_a,53.9,\x1b[0m\n"
    )
    preview = checked(tmp_path, "x.csv", text)
    assert preview.report.skipped
    show_preview(preview, tmp_path / "x.csv")
    assert not {"\x1b", "\x07"} & set(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Лошица @dzedemo_a", "Лошица"), ("https://t.me/dzedemo_a", "@dzedemo_a"), ("@ivan_p", "@dzedemo_a"),
     ("Двор t.me/dzedemo_a", "Двор")],
)  # fmt: skip
def test_what_is_only_an_account_is_no_name(tmp_path: Path, name: str, shown: str) -> None:
    text = f"name,link,lat,lon\n{name},t.me/dzedemo_a,53.9,27.5\n"
    assert taken(tmp_path, "x.csv", text).names == [shown]
