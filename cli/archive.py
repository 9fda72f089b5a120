"""The file that `dze backup` writes: batches of records, compressed, then encrypted one by one.

A line that names the format, 16 bytes of salt, then for each batch its length (4 bytes, big-endian) and
ciphertext. The key comes from the salt and `DZE_KEY`, which is not in the file. A batch is bound to its
number and to whether it is the last, so that none can be changed, left out, moved or cut off unseen.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cli.errors import MISUSED, Stop
from shared.keys import Keys

MAGIC = b"DZE-BACKUP-1\n"
SALT = 16
LENGTH = struct.Struct(">I")
RECORD = struct.Struct(">IqI")
BATCH_MOST = 1 << 30


@dataclass(frozen=True)
class Record:
    """One Redis key. `expires` is in milliseconds since 1970; 0: never. `dump` is what DUMP answers."""

    key: bytes
    expires: int
    dump: bytes


def write(file: IO[bytes], keys: Keys, salt: bytes, batches: Iterable[list[Record]]) -> int:
    """Write an archive and answer how many records it holds; the last batch is an empty one."""
    file.write(MAGIC + salt)
    cipher = _cipher(keys, salt)
    number = count = 0
    for batch in batches:
        _put(file, cipher, number, _pack(batch), last=False)
        number, count = number + 1, count + len(batch)
    _put(file, cipher, number, b"", last=True)
    return count


def read(file: IO[bytes], keys: Keys) -> Iterator[list[Record]]:
    """The batches of an archive. Raises Stop for another key, and for a file that is damaged or cut off."""
    if file.read(len(MAGIC)) != MAGIC:
        raise Stop("this file was not written by `dze backup`", MISUSED)
    cipher = _cipher(keys, file.read(SALT))
    number = 0
    while plain := _take(file, cipher, number):
        yield list(_unpack(plain))
        number += 1


def _cipher(keys: Keys, salt: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=salt, info=b"batch").derive(keys.derive("backup")))


def _nonce(number: int, *, last: bool) -> bytes:
    return bytes(7) + bytes([last]) + LENGTH.pack(number)


def _put(file: IO[bytes], cipher: ChaCha20Poly1305, number: int, plain: bytes, *, last: bool) -> None:
    sealed = cipher.encrypt(_nonce(number, last=last), plain, MAGIC)
    file.write(LENGTH.pack(len(sealed)) + sealed)


def _take(file: IO[bytes], cipher: ChaCha20Poly1305, number: int) -> bytes:
    """The next batch; empty after the last one."""
    head = file.read(LENGTH.size)
    length = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else 0
    sealed = file.read(length) if length <= BATCH_MOST else b""
    for last in (False, True):
        try:
            plain = cipher.decrypt(_nonce(number, last=last), sealed, MAGIC)
        except InvalidTag:
            continue
        if len(sealed) != length or (last and file.read(1)):
            break
        return plain
    raise Stop("the backup does not open: it is damaged, or was made with another DZE_KEY", MISUSED)


def _pack(batch: list[Record]) -> bytes:
    parts = (RECORD.pack(len(r.key), r.expires, len(r.dump)) + r.key + r.dump for r in batch)
    return zlib.compress(b"".join(parts), 6)


def _unpack(plain: bytes) -> Iterator[Record]:
    data = zlib.decompress(plain)
    at = 0
    while at < len(data):
        key, expires, dump = RECORD.unpack_from(data, at)
        at += RECORD.size
        yield Record(data[at : at + key], expires, data[at + key : at + key + dump])
        at += key + dump
