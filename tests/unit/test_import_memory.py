"""Bombs: small files that grow, and large ones that are made to cost. Each is read in bounded memory."""

import gzip
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

PEAK_MOST = 192
"""MiB of one import at most, of which 90 are the program itself."""
MIB = 1024 * 1024
READ = """
import sys
from pathlib import Path
from services.directory.exchange import FileError, check_areas, check_file
from shared.settings import City
for read in (lambda path: check_file(path, City()).report, check_areas):
    try:
        report = read(Path(sys.argv[1]))
        print(report.rows, "rows,", report.listed, "listed")
    except FileError as error:
        print(error)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
Write = Callable[[Path], None]


def many(piece: bytes, size: int) -> Iterator[bytes]:
    block = piece * (MIB // len(piece) + 1)
    for _ in range(0, size, len(block)):
        yield block


def plain(before: bytes, piece: bytes, after: bytes, size: int) -> Write:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.writelines((before, *many(piece, size), after))

    return write


def packed(before: bytes, piece: bytes, after: bytes, size: int) -> Write:
    def write(path: Path) -> None:
        with gzip.open(path, "wb", 6) as file:
            file.writelines((before, *many(piece, size), after))

    return write


def zipped(name: str, before: bytes, piece: bytes, after: bytes, size: int) -> Write:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as file:
            file.writelines((before, *many(piece, size), after))

    return write


def named(template: bytes, before: bytes, after: bytes, count: int) -> Write:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.writelines((before, *(template % n for n in range(count)), after))

    return write


HEADER = b"name,link,lat,lon\n"
FEATURE = (
    b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"a","link":"@dzedemo_a"},'
    b'"geometry":{"type":"LineString","coordinates":[[27,53]'
)
SMALL = {
    "zeros.csv.gz": packed(b"", b"0", b"", 255 * MIB),
    "objects.json.gz": packed(b"[", b"{},", b"{}]", 255 * MIB),
    "rows.csv.gz": packed(HEADER, b"a,@dzedemo_a,53.9,27.5\n", b"", 255 * MIB),
    "tags.kmz": zipped("doc.kml", b"<kml>", b"<a/>", b"</kml>", 255 * MIB),
    "text.kmz": zipped("doc.kml", b"<kml><Placemark><name>", b"x", b"</name></Placemark></kml>", 255 * MIB),
    "table.zip": zipped("a.csv", HEADER, b"a,@dzedemo_a,53.9,27.5\n", b"", 255 * MIB),
}
"""Some hundred kilobytes that grow to 255 MiB, below the bound for a file."""
SHEET = b"<worksheet><sheetData>"
CELLS = b'<row><c t="inlineStr"><is><t>a</t></is></c><c t="s"><v>1</v></c></row>'


def spreadsheet(part: str, before: bytes, pieces: Callable[[], Iterable[bytes]], after: bytes) -> Write:
    """A file of .xlsx in which one part is large; stored, so that no ratio stops it."""
    sheet = b'<workbook><sheets><sheet name="a" id="r1"/></sheets></workbook>'
    related = b'<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
    files = {"xl/workbook.xml": sheet, "xl/_rels/workbook.xml.rels": related}
    files["xl/worksheets/sheet1.xml"] = SHEET + CELLS + b"</sheetData></worksheet>"

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for name, content in files.items():
                if name != part:
                    archive.writestr(name, content)
            with archive.open(part, "w") as file:
                file.writelines((before, *pieces(), after))

    return write


ONE = "xl/worksheets/sheet1.xml"
LARGE = {
    "rows.xlsx": spreadsheet(ONE, SHEET, lambda: [CELLS] * 40_000, b"</sheetData></worksheet>"),
    "merged.xlsx": spreadsheet(
        ONE,
        SHEET,
        lambda: (b'<mergeCell ref="A%d:A9999999"/>' % n for n in range(200_000)),
        b"</sheetData></worksheet>",
    ),
    "links.xlsx": spreadsheet(
        "xl/worksheets/_rels/sheet1.xml.rels",
        b"<Relationships>",
        lambda: (
            b'<Relationship Id="r%d" Target="t.me/dzedemo_%d?%s"/>' % (n, n, b"x" * 400)
            for n in range(100_000)
        ),
        b"</Relationships>",
    ),
    "strings.xlsx": spreadsheet(
        "xl/sharedStrings.xml",
        b"<sst>",
        lambda: (b"<si><t>text %d</t></si>" % n for n in range(300_000)),
        b"</sst>",
    ),
    "objects.json": plain(b"[", b"{},", b"{}]", 2 * MIB),
    "lists.json": plain(b"[", b"[],", b"[]]", 2 * MIB),
    "text.json": plain(b'[{"name":"', b"x", b'"}]', 60 * MIB),
    "spaces.json": plain(b"[", b" ", b"]", 60 * MIB),
    "deep.json": plain(b"", b"[", b"", 10 * MIB),
    "ids.json": named(b'"k%d":{"name":"a","lat":1,"lon":2},', b"{", b'"z":{}}', 120_000),
    "properties.json": named(b'"k%d":1,', b"[{", b'"link":"@dzedemo_a"}]', 500_000),
    "shape.geojson": plain(FEATURE, b",[27.5,53.9]", b"]}}]}", 6 * MIB),
    "tags.kml": plain(b"<kml>", b"<a/>", b"</kml>", 3 * MIB),
    "names.kml": named(b"<t%d/>", b"<kml>", b"</kml>", 1_000_000),
    "attribute.kml": plain(b'<kml a="', b"x", b'"/>', 60 * MIB),
    "placemark.kml": plain(b"<kml><Placemark>", b"<a>x</a>", b"</Placemark></kml>", 3 * MIB),
    "positions.kml": plain(
        b"<kml><Placemark><Point><coordinates>",
        b"1,1 ",
        b"</coordinates></Point></Placemark></kml>",
        10 * MIB,
    ),
    "line.csv": plain(HEADER, b"x", b",@dzedemo_a,53.9,27.5\nb,@dzedemo_b,53.9,27.5\n", 100 * MIB),
    "columns.csv": plain(HEADER[:-1], b",c", b"\na,@dzedemo_a,53.9,27.5\n", 10 * MIB),
    "commas.csv": plain(HEADER, b"," * 999_999 + b"\n", b"", 20 * MIB),
    "quote.csv": plain(HEADER + b'"', b"a,@dzedemo_a,53,27\n", b"", MIB),
}
"""What is made to cost many times its size in memory: 2 MiB of `{},` are 50 MiB of Python's objects."""


def read(path: Path) -> tuple[str, float]:
    """What was said, and the peak of memory in MiB: of the process itself, not of the one that started it."""
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True, timeout=300
    )
    *said, peak = done.stdout.strip().splitlines()
    return "\n".join(said), int(peak.split()[1]) / 1024


@pytest.mark.parametrize("name", SMALL)
def test_a_small_file_that_grows_is_refused_in_a_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    SMALL[name](path)
    assert path.stat().st_size < 2 * MIB
    said, peak = read(path)
    assert peak < PEAK_MOST
    assert said.count("unpacks to more than 200 times its size") == 2
    assert said.count("\n") == 1


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", LARGE)
def test_no_file_costs_more_memory_than_is_stated(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    LARGE[name](path)
    _, peak = read(path)
    path.unlink()
    assert peak < PEAK_MOST
