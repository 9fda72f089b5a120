"""Files that came packed: gzip, and the ZIP archive that a KMZ is."""

import gzip
import io
import zipfile
import zlib
from pathlib import Path

from services.directory.exchange.rows import FileError

BYTES_MOST = 256 * 1024 * 1024
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"


def unpacked(path: Path, data: bytes) -> bytes:
    """What is inside, or the data itself where it is not packed. Raises FileError."""
    if data.startswith(GZIP):
        data = _gunzipped(path, data)
    elif data.startswith(ZIP):
        data = _kml_in(path, data)
    if len(data) > BYTES_MOST:
        raise FileError(f"{path} is larger than {BYTES_MOST // 2**20} MiB; import it in parts")
    return data


def _gunzipped(path: Path, data: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            return packed.read(BYTES_MOST + 1)
    except (OSError, EOFError, zlib.error):
        raise FileError(f"{path} is not a whole gzip file") from None


def _kml_in(path: Path, data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            inside = [each for each in packed.namelist() if each.lower().endswith(".kml")]
            if not inside:
                raise FileError(f"{path} is a ZIP archive without KML; a spreadsheet is to be saved as CSV")
            with packed.open(inside[0]) as kml:
                return kml.read(BYTES_MOST + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
        raise FileError(f"{path} is not a whole ZIP archive") from None
