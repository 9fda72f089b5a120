"""The bytes of a file, unpacked while they are read: gzip and ZIP, and how much may come out of them.

Nothing is unpacked as a whole, so that a file of a few kilobytes that grows to gigabytes costs a buffer.
"""

import gzip
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from services.directory.exchange.rows import FileError

BYTES_MOST = 256 * 1024 * 1024
"""Bytes that one file may hold, unpacked, all parts of an archive together."""
RATIO_MOST = 200
"""How many times its own size a packed file may hold; tables of real cities come to 20."""
RATIO_FREE = 8 * 1024 * 1024
"""Bytes up to which the ratio does not matter: small files of much the same are harmless."""
ENTRIES_MOST = 10_000
"""Files in one archive; a KMZ has a document and its icons."""
DIRECTORY_MOST = 2 * 1024 * 1024
"""Bytes of an archive's list of files, which zipfile reads as a whole."""
CHUNK = 64 * 1024
HEAD = 64 * 1024
"""Bytes by which a format is told."""
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
_END = struct.Struct("<4s4H2LH")
_END_SIGN, _END_SIGN_64 = b"PK\x05\x06", b"PK\x06\x07"
_LOCATOR_64 = 20
_END_MOST = _END.size + 0xFFFF + _LOCATOR_64
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""Others may ask for gigabytes just to begin (LZMA's dictionary)."""
_LOCKED = 0x1
_PLATFORM = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


class Budget:
    """Counts what comes out of a file in one reading of it. Raises FileError beyond the limits."""

    def __init__(self, path: Path, packed: int | None = None) -> None:
        self._path = path
        self._ratio_most = None if packed is None else max(RATIO_FREE, packed * RATIO_MOST)
        self._left = BYTES_MOST

    def spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise FileError(f"{self._path} is larger than {BYTES_MOST // 2**20} MiB; import it in parts")
        if self._ratio_most is not None and BYTES_MOST - self._left > self._ratio_most:
            raise FileError(
                f"{self._path} unpacks to more than {RATIO_MOST} times its size and is not read further; "
                "if it is meant so, unpack it first"
            )


@dataclass(frozen=True)
class Source:
    """Bytes that can be read any number of times. `inner` names a file of an archive."""

    path: Path
    inner: str = ""
    packed: int | None = None
    """Size on the disk, where what is inside is packed."""
    member: zipfile.ZipInfo | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """By which its extension is known."""
        return self.inner or self.path.name

    def chunks(self, budget: Budget | None = None) -> Iterator[bytes]:
        """The content piece by piece. Raises FileError."""
        budget = budget or self.budget()
        try:
            with self._open() as file:
                while chunk := file.read(CHUNK):
                    budget.spend(len(chunk))
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError):
            raise FileError(f"{self.path} is not a whole {self._kind} file") from None
        except OSError as error:
            raise FileError(f"cannot read {self.path}: {error.strerror}") from None

    def head(self, size: int = HEAD) -> bytes:
        """The first bytes; fewer where there are no more."""
        found = bytearray()
        for chunk in self.chunks():
            found += chunk
            if len(found) >= size:
                break
        return bytes(found[:size])

    def budget(self) -> Budget:
        """A fresh one for one reading of the whole file."""
        return Budget(self.path, self.packed)

    @property
    def _kind(self) -> str:
        return "ZIP" if self.member else "gzip"

    def _open(self) -> AbstractContextManager[IO[bytes]]:
        if self.member is not None:
            return _open_member(self.path, self.member)
        opened: AbstractContextManager[IO[bytes]] = (
            gzip.GzipFile(self.path) if self.packed is not None else self.path.open("rb")  # type: ignore[assignment]
        )
        return opened


class _Member:
    """A file of an archive; the archive is opened with it and closed with it."""

    def __init__(self, path: Path, member: zipfile.ZipInfo) -> None:
        self._archive = zipfile.ZipFile(path)
        self._member = member

    def __enter__(self) -> IO[bytes]:
        return self._archive.open(self._member)

    def __exit__(self, *_: object) -> None:
        self._archive.close()


def _open_member(path: Path, member: zipfile.ZipInfo) -> AbstractContextManager[IO[bytes]]:
    return _Member(path, member)


def opened(path: Path) -> Source:
    """The file itself, through gzip where it is packed so. Raises FileError for what is no file or empty."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise FileError(f"{path} is not a file")
        with path.open("rb") as file:
            start = file.read(len(ZIP))
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}") from None
    if size > BYTES_MOST:
        raise FileError(f"{path} is larger than {BYTES_MOST // 2**20} MiB; import it in parts")
    if start.startswith(GZIP):
        inner = path.name[: -len(path.suffix)] if path.suffix.lower() == ".gz" else path.name
        return Source(path, inner, size)
    return Source(path)


def members(path: Path) -> list[Source]:
    """The files of a ZIP archive, without what systems add of their own. Raises FileError."""
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            found = [each for each in archive.infolist() if not each.is_dir() and not _is_platform(each)]
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, UnicodeDecodeError, ValueError):
        raise FileError(f"{path} is not a whole ZIP archive") from None
    if any(each.flag_bits & _LOCKED for each in found):
        raise FileError(f"{path} is locked with a password; unpack it first")
    if any(each.compress_type not in _METHODS for each in found):
        raise FileError(f"{path} is packed in an unusual way; unpack it first")
    size = path.stat().st_size
    return [Source(path, each.filename, size, each) for each in found]


def _is_platform(member: zipfile.ZipInfo) -> bool:
    """What macOS and Windows put beside people's files."""
    name = member.filename.casefold()
    return any(name.startswith(each) or f"/{each}" in f"/{name}" for each in _PLATFORM) or (
        name.rpartition("/")[2].startswith("._")
    )


def _check_directory(path: Path) -> None:
    """The size of the list of files, before zipfile reads it (APPNOTE.TXT, 4.3.16)."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _END_MOST))
            tail = file.read(_END_MOST)
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}") from None
    at = tail.rfind(_END_SIGN)
    if at < 0 or len(tail) - at < _END.size:
        raise FileError(f"{path} is not a whole ZIP archive")
    _, _, _, _, entries, size, _, _ = _END.unpack_from(tail, at)
    enlarged = tail[max(0, at - _LOCATOR_64) : at].startswith(_END_SIGN_64)
    if enlarged or entries > ENTRIES_MOST or size > DIRECTORY_MOST:
        raise FileError(f"{path} holds more than {ENTRIES_MOST} files; unpack what is needed")
