"""Which format a file has, and the formats by name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.directory.exchange.rows import FileError
from services.directory.exchange.unpacking import BYTES_MOST, unpacked

ROWS_MOST = 2_000_000
_TABLES = {".csv", ".tsv", ".txt", ""}
_SNIFFED = 4_096
_WEB_PAGE = re.compile(rb"<(?:!doctype )?html\b", re.IGNORECASE)


@dataclass(frozen=True)
class Records:
    """Rows as they stand in a file: number and fields. `total` is exact or a good guess."""

    total: int
    rows: Iterator[tuple[int, Any]]


def load(path: Path) -> bytes:
    """The file's content, unpacked. Raises FileError for what is no file, too large or empty."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise FileError(f"{path} is not a file")
        if size > BYTES_MOST:
            raise FileError(f"{path} is larger than {BYTES_MOST // 2**20} MiB; import it in parts")
        data = path.read_bytes()
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}") from None
    data = unpacked(path, data)
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise FileError(f"{path} is empty")
    return data


def family(path: Path, data: bytes) -> str:
    """`json`, `kml` or `table`: by what the file begins with, else by its extension. Raises FileError."""
    start = data[:_SNIFFED].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x1e")
    if start[:1] in (b"{", b"["):
        return "json"
    if _WEB_PAGE.match(start):
        raise FileError(f"{path} is a web page: the download it came from failed, or wants a login")
    if start[:1] == b"<":
        return "kml"
    suffix = Path(path.stem if path.suffix.lower() == ".gz" else path).suffix.lower()
    if suffix in _TABLES:
        return "table"
    if suffix in (".json", ".geojson", ".kml"):
        raise FileError(f"{path} is not what its extension {suffix} says")
    raise FileError(f"{path}: formats are GeoJSON, CSV, KML and the 2020 directory's JSON, not {suffix}")
