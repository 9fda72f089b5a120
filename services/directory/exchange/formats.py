"""Which format a file has, by what is in it; its name only helps to say what it should have been."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from services.directory.exchange.reading import jsons, kml, spreadsheets, tables
from services.directory.exchange.reading.encodings import Encoding, detect
from services.directory.exchange.reading.likeness import (
    is_binary,
    is_noise,
    likeness_of_bytes,
    likeness_of_text,
    root_of,
)
from services.directory.exchange.reading.records import ROWS_MOST, Document, Record
from services.directory.exchange.reading.text import Text
from services.directory.exchange.rows import FileError
from services.directory.exchange.unpacking import ZIP, Source, members, opened

FORMATS_READ = (
    "GeoJSON, KML and KMZ, CSV and other tables (.csv, .tsv, .txt), spreadsheets (.xlsx, .ods), uMap, "
    "Overpass JSON, MongoDB exports, lists in JSON, JSON Lines, the 2020 directory's JSON; as .gz or .zip too"
)
_USABLE = (
    ".csv",
    ".tsv",
    ".json",
    ".geojson",
    ".geojsonl",
    ".ndjson",
    ".jsonl",
    ".umap",
    ".kml",
    ".txt",
    ".tab",
)
_NOT_TABLES = (".json", ".geojson", ".umap", ".kml", ".kmz", ".xlsx", ".ods", ".zip", ".gz")
_JSON = re.compile(r"\{|\[\s*(?:$|[\[{\]\"'\d/#-]|true|false|null|NaN)")
"""How JSON begins, and not a list of links in Markdown."""
_KML_ROOTS = ("kml", "document", "folder", "placemark")
_NAMED_MOST = 5


def open_document(path: Path) -> Document:
    """A file, recognised. Raises FileError for what is none, or in none of the formats that are read."""
    try:
        source = opened(path)
        head = source.head()
        if source.packed is None and head.startswith(ZIP):
            return _archive(path)
        return _document([source], head)
    except FileError as error:
        raise named(path, error) from None


def named(path: Path, error: FileError) -> FileError:
    """The error with the file's name before it."""
    text = str(error)
    return error if str(path) in text else FileError(f"{path}{' ' if text.startswith('is ') else ': '}{text}")


def limited(path: Path, document: Document, most: int = ROWS_MOST) -> Iterator[Record]:
    """The rows of a document. Raises FileError where there are too many, or the file breaks off."""
    try:
        for count, record in enumerate(document.records()):
            _check_count(count, most)
            yield record
    except FileError as error:
        raise named(path, error) from None


def _check_count(count: int, most: int) -> None:
    if count >= most:
        raise FileError(f"more than {most} rows; import the file in parts")


def _archive(path: Path) -> Document:
    """A KMZ, a spreadsheet, or an archive with one file that can be read."""
    found = members(path)
    parts = {source.inner: source for source in found}
    if "xl/workbook.xml" in parts:
        return spreadsheets.read_xlsx(parts)
    if "content.xml" in parts and b"spreadsheet" in parts.get("mimetype", found[0]).head(200):
        return spreadsheets.read_ods(parts)
    if documents := [source for source in found if source.inner.casefold().endswith(".kml")]:
        documents.sort(key=lambda source: (source.inner.casefold() != "doc.kml", source.inner))
        document = _document(documents, documents[0].head())
        document.details["archive"] = ", ".join(source.inner for source in documents[:_NAMED_MOST])
        return document
    usable = [source for source in found if source.inner.casefold().endswith(_USABLE)]
    data = [source for source in usable if not source.inner.casefold().endswith(".txt")] or usable
    if len(data) == 1:
        document = _document(data, data[0].head())
        document.details["archive"] = data[0].inner
        return document
    raise FileError(_no_archive(parts, [source.inner for source in data]))


def _no_archive(parts: dict[str, Source], data: Sequence[str]) -> str:
    if len(data) > 1:
        return f"holds several files ({', '.join(data[:_NAMED_MOST])}); unpack it and import each"
    if any(name.casefold().endswith(".shp") for name in parts):
        return "holds a shapefile; convert it with `ogr2ogr -f GeoJSON out.geojson` and the .shp"
    if "word/document.xml" in parts or any(name.startswith("Pictures/") for name in parts):
        return "is a text document; copy its table into a spreadsheet and save that as CSV"
    return f"is a ZIP archive without a file that can be read; formats are {FORMATS_READ}"


def _document(sources: Sequence[Source], head: bytes) -> Document:
    path = sources[0].path
    if words := likeness_of_bytes(head):
        raise FileError(words)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise FileError("is empty")
    if is_noise(head):
        raise FileError(f"is no text; formats are {FORMATS_READ}")
    encoding = detect(sources[0].chunks())
    start = "".join(Text([head], encoding))
    if is_binary(start):
        raise FileError(f"is no text; formats are {FORMATS_READ}")
    if words := likeness_of_text(start):
        raise FileError(words)
    document = _reader(path, start)(sources, encoding)
    document.details = {"encoding": f"{encoding.shown} ({encoding.why})", **document.details}
    if sources[0].packed is not None and sources[0].member is None:
        document.details["packed"] = "gzip"
    return document


_Reader = Callable[[Sequence[Source], Encoding], Document]


def _reader(path: Path, start: str) -> _Reader:
    begins = start.lstrip("\ufeff \t\r\n\x1e")
    if _JSON.match(begins):
        return lambda sources, encoding: jsons.read(_text(sources[0], encoding))
    if begins.startswith("<"):
        root = root_of(begins)
        if "<!doctype" in begins[:2_000].casefold():
            return _kml  # whose reader refuses it, with the reason
        if root.rpartition(":")[2] not in _KML_ROOTS:
            raise FileError(f"is XML, but no KML{f' (its outermost element is {root})' if root else ''}")
        return _kml
    suffix = Path(path.stem if path.suffix.casefold() == ".gz" else path).suffix.casefold()
    if suffix in _NOT_TABLES and "\n" not in start.strip():
        raise FileError(f"is not what its extension {suffix} says")
    return lambda sources, encoding: tables.read(_text(sources[0], encoding))


def _text(source: Source, encoding: Encoding) -> Callable[[], Text]:
    return lambda: Text(source.chunks(), encoding)


def _kml(sources: Sequence[Source], encoding: Encoding) -> Document:
    """All documents of an archive, one after the other, each in its own encoding and all within one bound."""
    encodings = [encoding, *(detect(source.chunks()) for source in sources[1:])]
    found: dict[str, str] = {}

    def records() -> Iterator[Record]:
        found.clear()
        budget = sources[0].budget()
        texts = (Text(source.chunks(budget), each) for source, each in zip(sources, encodings, strict=True))
        return kml.read(texts, found)

    # Read once as a whole, so that a file that breaks off is refused before anything of it is listed.
    total = sum(1 for _ in records())
    return Document("KML", records, total=total, found=found)
