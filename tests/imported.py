"""Files of listings made for tests, and what an import makes of them."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.directory.exchange import Preview, Row, Skipped, check_file, open_file
from shared.settings import City

CITY = City()


@dataclass(frozen=True)
class Taken:
    """A file as it was read."""

    rows: list[Row]
    skipped: list[Skipped]

    @property
    def links(self) -> list[str]:
        return [row.content.link.value for row in self.rows]

    @property
    def names(self) -> list[str]:
        return [row.content.name for row in self.rows]

    @property
    def places(self) -> list[tuple[float, float]]:
        return [(round(row.content.place.lat, 2), round(row.content.place.lon, 2)) for row in self.rows]

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(item.number, item.code) for item in self.skipped]

    @property
    def notes(self) -> set[str]:
        return {note.code for row in self.rows for note in row.notes}

    @property
    def published(self) -> str:
        """Every word of people that would be listed."""
        return " ".join(
            f"{row.content.name} {row.content.description} {row.content.link.url}" for row in self.rows
        )


def saved(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def taken(tmp_path: Path, name: str, content: str | bytes, city: City | None = CITY) -> Taken:
    """What is read of a file; all of its rows."""
    items = list(open_file(saved(tmp_path, name, content), city).items)
    rows = [item for item in items if isinstance(item, Row)]
    return Taken(rows, [item for item in items if isinstance(item, Skipped)])


def checked(tmp_path: Path, name: str, content: str | bytes) -> Preview:
    """The dry look at it."""
    return check_file(saved(tmp_path, name, content), CITY)


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def fields_of(preview: Preview) -> dict[str, str | None]:
    """What each column is understood as."""
    return {column.name: column.field for column in preview.report.columns}


def sheet(*rows: tuple[str, ...]) -> str:
    """`sheetData` of .xlsx with these texts; an empty one makes no cell, `<` begins a cell as it is."""
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = [
            value
            if value.startswith("<")
            else f'<c r="{column}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
            for column, value in zip("ABCDEFGH", row, strict=False)
            if value
        ]
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f"<sheetData>{''.join(lines)}</sheetData>"


def workbook(
    sheets: Mapping[str, str], more: Mapping[str, str] | None = None, hidden: tuple[str, ...] = ()
) -> bytes:
    """A file of .xlsx with the content of each sheet by its title; `more` are further files of it."""
    listed = "".join(
        f'<sheet name="{title}" state="{"hidden" if title in hidden else "visible"}" r:id="r{at}"/>'
        for at, title in enumerate(sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="r{at}" Target="worksheets/sheet{at}.xml"/>' for at in range(1, len(sheets) + 1)
    )
    files = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns:r="r"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{related}</Relationships>",
    }
    for at, content in enumerate(sheets.values(), start=1):
        files[f"xl/worksheets/sheet{at}.xml"] = f'<worksheet xmlns:r="r">{content}</worksheet>'
    return zipped(files | dict(more or {}))
