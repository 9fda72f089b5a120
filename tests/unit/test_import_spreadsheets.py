"""Spreadsheets: which sheet, what lies on a cell, what is merged, and what nobody was meant to see."""

from pathlib import Path

import pytest

from services.directory.exchange import FileError
from tests.imported import checked, sheet, taken, workbook, zipped

HEAD = ("Название", "Ссылка", "Широта", "Долгота")
ROW = ("Двор", "t.me/dzedemo_a", "53.9", "27.5")


def test_numbers_and_texts_are_read(tmp_path: Path) -> None:
    numbers = ('<c r="C2"><v>53.9</v></c>', '<c r="D2"><v>2.7500000000000000E1</v></c>')
    found = taken(tmp_path, "x.xlsx", workbook({"Чаты": sheet(HEAD, (*ROW[:2], *numbers))}))
    assert (found.names, found.links, found.places) == (["Двор"], ["dzedemo_a"], [(53.9, 27.5)])


def test_a_link_that_lies_on_a_cell_counts(tmp_path: Path) -> None:
    lying = '<hyperlinks><hyperlink ref="B2" r:id="r1"/><hyperlink ref="A2" r:id="r2"/></hyperlinks>'
    content = sheet(HEAD, ("Двор", "чат", *ROW[2:])) + lying
    relations = (
        '<Relationships><Relationship Id="r1" Target="https://t.me/dzedemo_a" TargetMode="External"/>'
        '<Relationship Id="r2" Target="https://example.org/x" TargetMode="External"/></Relationships>'
    )
    more = {"xl/worksheets/_rels/sheet1.xml.rels": relations}
    found = taken(tmp_path, "x.xlsx", workbook({"Чаты": content}, more))
    assert (found.names, found.links) == (["Двор"], ["dzedemo_a"])


def test_a_link_in_a_formula_counts(tmp_path: Path) -> None:
    cell = '<c r="B2" t="str"><f>HYPERLINK("https://t.me/dzedemo_a","чат")</f><v>чат</v></c>'
    found = taken(tmp_path, "x.xlsx", workbook({"Чаты": sheet(HEAD, ("Двор", cell, *ROW[2:]))}))
    assert (found.names, found.links) == (["Двор"], ["dzedemo_a"])


def test_a_cell_over_several_rows_counts_for_each(tmp_path: Path) -> None:
    merged = (
        '<mergeCells><mergeCell ref="A1:D1"/><mergeCell ref="C3:C4"/><mergeCell ref="D3:D4"/></mergeCells>'
    )
    rows = sheet(("Район",), HEAD, ROW, ("Сад", "t.me/dzedemo_b", "", ""), ("Луг", "t.me/dzedemo_c", "", ""))
    found = taken(tmp_path, "x.xlsx", workbook({"Чаты": rows + merged}))
    assert (found.links, found.places) == (["dzedemo_a", "dzedemo_b"], [(53.9, 27.5)] * 2)
    assert found.reasons == [(5, "place.missing")]


def test_what_is_hidden_is_not_published_and_told(tmp_path: Path) -> None:
    rows = sheet(HEAD, ("Тайна", "t.me/dzedemo_secret", "53.9", "27.5"), ROW)
    rows = rows.replace('<row r="2">', '<row r="2" hidden="1">')
    hidden = workbook({"Админы": sheet(HEAD, ROW), "Чаты": rows}, hidden=("Админы",))
    found = taken(tmp_path, "x.xlsx", hidden)
    assert (found.links, found.reasons) == (["dzedemo_a"], [(2, "row.hidden")])
    column = '<cols><col min="1" max="1" hidden="1"/></cols>'
    assert taken(tmp_path, "y.xlsx", workbook({"Чаты": column + sheet(HEAD, ROW)})).names == ["@dzedemo_a"]
    with pytest.raises(FileError, match="that can be seen"):
        taken(tmp_path, "z.xlsx", workbook({"Чаты": sheet(HEAD, ROW)}, hidden=("Чаты",)))


def test_the_first_sheet_with_a_table_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    sheets = {"Инструкция": sheet(("Пишите Ивану @ivan_p",)), "Чаты": sheet(HEAD, ROW)}
    preview = checked(tmp_path, "x.xlsx", workbook(sheets))
    assert preview.details["sheet"] == "Чаты"
    assert "“Инструкция”" in preview.report.found["sheets"]
    assert [row.content.link.value for row in preview.first] == ["dzedemo_a"]


def test_an_opendocument_table_has_links_hidden_rows_and_merged_cells(tmp_path: Path) -> None:
    def cell(text: str, more: str = "") -> str:
        return f'<table-cell value-type="string"{more}><p>{text}</p></table-cell>'

    def row(*cells: str, more: str = "") -> str:
        return f"<table-row{more}>{''.join(cells)}</table-row>"

    over = ' number-rows-spanned="2"'
    rows = (
        row(*map(cell, HEAD)),
        row(
            cell("Двор"),
            cell('<a href="https://t.me/dzedemo_a">чат</a>'),
            cell("53,9", over),
            cell("27,5", over),
        ),
        row(cell("Сад"), cell("t.me/dzedemo_b"), "<covered-table-cell/>", "<covered-table-cell/>"),
        row(*map(cell, ("Тайна", "t.me/dzedemo_c", "53.9", "27.5")), more=' visibility="collapse"'),
    )
    content = f'<document-content><table name="Чаты">{"".join(rows)}</table></document-content>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    found = taken(tmp_path, "x.ods", zipped({"mimetype": kind, "content.xml": content}))
    assert (found.links, found.places) == (["dzedemo_a", "dzedemo_b"], [(53.9, 27.5)] * 2)
    assert found.reasons == [(4, "row.hidden")]
