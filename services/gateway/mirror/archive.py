"""The archive around the files: fixed order and times, a manifest with hashes, its signature."""

import hashlib
import json
import zipfile
from collections.abc import Iterable
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.keys import Keys

MANIFEST, SIGNATURE, KEY = "manifest.json", "manifest.sig", "key.pem"
FORMAT = "dze-mirror-1"
NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The first moment that the format knows: times of files would make two builds differ."""
UNIX = 3
File = tuple[str, bytes]


def signing_key(keys: Keys) -> bytes:
    """The seed of the deployment's Ed25519 key (RFC 8032)."""
    return keys.derive("mirror")


def public_key(seed: bytes) -> str:
    """As hexadecimal digits, to be shown and compared."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def write(
    out: BinaryIO, files: Iterable[File], about: dict[str, Any], *, seed: bytes, made: date, until: date
) -> None:
    """Write everything. Raises ValueError when two files have one name."""
    hashes: dict[str, str] = {}
    private = Ed25519PrivateKey.from_private_bytes(seed)
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, body in chain(files, [(KEY, pem)]):
            if name in hashes:
                raise ValueError(f"two files are named {name}")
            hashes[name] = hashlib.sha256(body).hexdigest()
            _put(archive, name, body)
        manifest = {
            "format": FORMAT,
            **about,
            "made": made.isoformat(),
            "until": until.isoformat(),
            "public_key": public_key(seed),
            "files": dict(sorted(hashes.items())),
        }
        body = json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n"
        _put(archive, MANIFEST, body)
        _put(archive, SIGNATURE, private.sign(body))


def manifest_of(path: Path) -> dict[str, Any]:
    """The manifest of an archive. Raises ValueError or OSError when it is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            found: Any = json.loads(archive.read(MANIFEST))
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError("not a mirror") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError("not a mirror")
    return found


def _put(archive: zipfile.ZipFile, name: str, body: bytes) -> None:
    info = zipfile.ZipInfo(name, NO_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = UNIX
    info.external_attr = 0o644 << 16
    archive.writestr(info, body, compresslevel=9)
