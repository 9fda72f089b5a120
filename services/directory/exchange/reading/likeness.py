"""What a file looks like that is none of those which are read, and what to do with it instead."""

import re

from services.directory.exchange.unpacking import ZIP

_TO_CSV = "save it as CSV"
_OGR = "convert it with `ogr2ogr -f GeoJSON out.geojson`"
_UNPACK = "unpack it first"
_SHAPE = f"is a part of a shapefile; {_OGR} and the .shp"
_SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF", "is a PDF; export the table that it was made from as CSV"),
    (0, b"\xd0\xcf\x11\xe0", "is a file of an older Excel or Word, or a locked one; save it as .xlsx or CSV"),
    (0, b"{\\rtf", "is a text with formatting (RTF); save it as plain text"),
    (0, b"\x89PNG", "is a picture"),
    (0, b"GIF8", "is a picture"),
    (0, b"\xff\xd8\xff", "is a picture"),
    (8, b"WEBP", "is a picture"),
    (4, b"ftyp", "is a picture or a video"),
    (0, b"II*\x00", "is a picture (TIFF)"),
    (0, b"MM\x00*", "is a picture (TIFF)"),
    (0, b"SQLite format 3\x00", f"is a database (SQLite, GeoPackage); {_OGR} and its name"),
    (0, b"\x00\x00\x27\x0a", _SHAPE),
    (0, b"fgb\x03", f"is a FlatGeobuf; {_OGR} and its name"),
    (0, b"PAR1", f"is a Parquet file; {_TO_CSV}"),
    (0, b"PMTiles", "is a basemap (PMTiles), which belongs into DZE_BASEMAP"),
    (4, b"\x0a\x09OSMHeader", "is an extract of OpenStreetMap; export what is needed as GeoJSON"),
    (257, b"ustar", f"is a tar archive; {_UNPACK}"),
    (0, b"\x1f\x8b", f"is packed twice; {_UNPACK}"),
    (0, b"BZh", f"is packed with bzip2; {_UNPACK}"),
    (0, b"\xfd7zXZ", f"is packed with xz; {_UNPACK}"),
    (0, b"\x28\xb5\x2f\xfd", f"is packed with zstd; {_UNPACK}"),
    (0, b"7z\xbc\xaf", f"is a 7z archive; {_UNPACK}"),
    (0, b"Rar!", f"is a RAR archive; {_UNPACK}"),
    (0, b"PK\x05\x06", "is an empty ZIP archive"),
    (0, ZIP, f"is an archive within an archive; {_UNPACK}"),
    (0, b"\x7fELF", "is a program"),
)
_WRITTEN: tuple[tuple[str, str], ...] = (
    (r"BEGIN:VCARD", "is an address book with people's contacts; there are no chats in it"),
    (r"BEGIN:VCALENDAR", "is a calendar"),
    (r"(?:mime-version|received|return-path|content-type):", "is an e-mail or a saved page (MIME)"),
    (r"%!PS", "is a print file (PostScript)"),
    (r"(?:var|let|const|window\.|module\.|export|import|function|\(function)\b[^\n]{0,200}[={(]",
     "looks like JavaScript; keep only what stands between the first { or [ and its end"),
    (r"[A-Za-z_$][\w$.]{0,40}\((?=\s*[\[{])",
     "looks like JSON within a call (JSONP); keep only what stands between the brackets"),
    (r"(?:INSERT INTO|CREATE TABLE|--\s*(?:MySQL|PostgreSQL|phpMyAdmin)|SET\s+\w+\s*=)",
     f"is a dump of a database (SQL); {_TO_CSV} instead"),
    (r"---\s*\n", "looks like YAML; export JSON or CSV instead"),
    (r"#EXTM3U|\[Script Info\]|WEBVTT", "is a list for a player"),
)  # fmt: skip
_ROOTS = {
    "gpx": f"is a GPX track; {_OGR} and its name",
    "osm": f"is XML of OpenStreetMap; export JSON from Overpass, or {_OGR} and its name",
    "svg": "is a picture (SVG)",
    "rss": "is a feed (RSS)",
    "feed": "is a feed (Atom)",
    "rdf": "is a feed (RDF)",
    "workbook": f"is a spreadsheet in XML; save it as .xlsx or {_TO_CSV.removeprefix('save it as ')}",
    "office:document": f"is a document of LibreOffice in XML; {_TO_CSV}",
    "featurecollection": f"is GML; {_OGR} and its name",
    "gml": f"is GML; {_OGR} and its name",
    "plist": "is a settings file (plist)",
    "error": "is an error message of a server: the download failed",
    "exceptionreport": "is an error message of a server: the download failed",
}
_SIGN_IN = re.compile(r"type\s*=\s*[\"']?password|accounts\.google\.com|passport\.yandex", re.IGNORECASE)
_TABLE = re.compile(r"<t(?:able|d)\b", re.IGNORECASE)
_WEB_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body|table|div|script|meta)\b", re.IGNORECASE)
_PROLOGUE = re.compile(r"\s*(?:<\?[^>]{0,500}\?>|<!--.{0,2000}?-->|\s+)", re.DOTALL)
_ROOT = re.compile(r"<((?:\w{1,50}:)?[A-Za-z]{1,50})")
_TEXT_CONTROLS = frozenset(b"\t\n\v\f\r\x1a\x1b\x1e")
_BINARY_MOST = 0.02
"""Share of control characters from which bytes are no text."""


def likeness_of_bytes(head: bytes) -> str | None:
    """What a file that begins so is, in words behind its name; None for what may be text."""
    for at, sign, words in _SIGNS:
        if head.startswith(sign, at):
            return words
    return None


def likeness_of_text(head: str) -> str | None:
    """The same of a file that is text; None for what may be JSON, KML or a table."""
    start = head.lstrip("\ufeff \t\r\n\x1e")
    if start.startswith("<"):
        return _likeness_of_markup(start)
    for pattern, words in _WRITTEN:
        if re.match(pattern, start, re.IGNORECASE):
            return words
    return None


def is_binary(text: str) -> bool:
    """Whether these are no letters: more control characters than any text has, NULs left out."""
    sample = text[:4_096].replace("\0", "")
    odd = sum(1 for char in sample if ord(char) < 0x20 and ord(char) not in _TEXT_CONTROLS)
    return odd > len(sample) * _BINARY_MOST


def is_noise(head: bytes) -> bool:
    """Whether bytes are no text in any encoding: control characters, but few zeros, which UTF-16 has."""
    sample = head[:4_096]
    odd = sum(1 for byte in sample if 0 < byte < 0x20 and byte not in _TEXT_CONTROLS)
    return odd > len(sample) * _BINARY_MOST and sample.count(0) < len(sample) / 5


def root_of(head: str) -> str:
    """Name of the outermost element of XML, in lower case, with its prefix; empty if there is none."""
    at = 0
    while at < len(head) and (prologue := _PROLOGUE.match(head, at)) and prologue.end() > at:
        at = prologue.end()
    root = _ROOT.match(head, at)
    return root[1].casefold() if root else ""


def _likeness_of_markup(start: str) -> str | None:
    at = _PROLOGUE.match(start)
    inner = start[at.end() :] if at else start
    if _WEB_PAGE.match(inner) or _WEB_PAGE.match(start):
        return _likeness_of_page(start)
    root = root_of(start)
    return _ROOTS.get(root, _ROOTS.get(root.rpartition(":")[2]))


def _likeness_of_page(text: str) -> str:
    if _SIGN_IN.search(text):
        return "is a web page that asks to sign in: the download that it came from failed"
    if _TABLE.search(text):
        return "is a web page with a table; copy the table into a spreadsheet and save that as CSV"
    return "is a web page: the download that it came from failed, or wants a login"
