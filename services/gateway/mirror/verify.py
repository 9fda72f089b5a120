"""Checks a mirror: nothing changed, added or missing, signed by the key that you know, not expired.

    python3 verify.py [--key HEX] [FILE.zip or FOLDER]

Runs alone: the hashes need only Python 3.8 or later; the signature needs the package `cryptography`, or
OpenSSL 3 as README.txt says. Without --key it can tell only that nothing was changed since, not who signed.
Ends with 0: all is well, 1: something is wrong, 2: expired, 3: the signature was not checked.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zipfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable  # noqa: UP035  # as Python 3.8 has it

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
LARGEST = 1 << 30
WELL, WRONG, EXPIRED, UNSIGNED = 0, 1, 2, 3


class Result:
    """`wrong` holds what is wrong, a line each. `signed` is None when the signature could not be checked."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.signed: bool | None = None
        self.expired = False
        self.manifest: dict[str, Any] = {}

    @property
    def code(self) -> int:
        if self.wrong:
            return WRONG
        if self.expired:
            return EXPIRED
        return WELL if self.signed else UNSIGNED


def verify(path: Path, key: str = "", today: str = "") -> Result:
    """Check an archive or an unpacked folder. `key` is the public key that you know, in hexadecimal."""
    result = Result()
    try:
        if path.is_dir():
            names = {each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file()}
            _check(result, names, lambda name: (path / name).read_bytes(), key, today)
        else:
            _check_archive(result, path, key, today)
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RuntimeError,
        zipfile.BadZipFile,
    ) as error:
        result.wrong.append(f"this is not a whole mirror: {error}")
    return result


def _check_archive(result: Result, path: Path, key: str, today: str) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if len({entry.filename for entry in entries}) < len(entries):
            result.wrong.append("a file is in the archive twice")
        if any(entry.file_size > LARGEST for entry in entries):
            result.wrong.append("a file is larger than any mirror's")
            return
        _check(result, {entry.filename for entry in entries}, archive.read, key, today)


def _check(result: Result, names: set[str], read: Callable[[str], bytes], key: str, today: str) -> None:
    body = read(MANIFEST)
    manifest = json.loads(body)
    listed: dict[str, str] = manifest["files"]
    result.manifest = manifest
    result.wrong += [f"missing: {name}" for name in sorted(set(listed) - names)]
    result.wrong += [
        f"not in the manifest: {name}" for name in sorted(names - set(listed) - {MANIFEST, SIGNATURE})
    ]
    for name in sorted(set(listed) & names):
        if hashlib.sha256(read(name)).hexdigest() != listed[name]:
            result.wrong.append(f"changed: {name}")
    if key and key.strip().lower() != manifest["public_key"]:
        result.wrong.append(f"signed with another key: {manifest['public_key']}")
    result.signed = _signed(manifest["public_key"], read(SIGNATURE), body)
    if result.signed is False:
        result.wrong.append("the signature is not right")
    # This script is copied into each mirror and runs alone, so it has no clock but the machine's.
    today = today or datetime.now(timezone.utc).date().isoformat()  # noqa: TID251, UP017  # as Python 3.8 has it
    result.expired = today > manifest["until"]


def _signed(key: str, signature: bytes, body: bytes) -> bool | None:
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  # may be missing where this runs
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    except ImportError:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, body)
    except InvalidSignature:
        return False
    return True


def report(result: Result, key: str = "") -> str:
    """What was found, for people."""
    lines = list(result.wrong)
    if not result.wrong:
        lines.append(f"Nothing is changed: {len(result.manifest['files'])} files.")
    if result.signed and not result.wrong:
        told = "the key that you gave" if key else f"key {result.manifest['public_key']}"
        lines.append(f"Signed with {told}.")
        if not key:
            lines.append("Compare this key with the one that you know; --key does it for you.")
    elif result.signed is None and result.manifest:
        lines.append("The signature was NOT checked: install `cryptography`, or see README.txt for OpenSSL.")
    if result.manifest.get("until"):
        state = "It EXPIRED after" if result.expired else "Good until"
        lines.append(f"Made {result.manifest.get('made')}. {state} {result.manifest['until']}.")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("path", nargs="?", type=Path, default=Path(__file__).parent, help="archive or folder")
    parser.add_argument("--key", default="", help="the public key that you know")
    asked = parser.parse_args()
    result = verify(asked.path, asked.key)
    sys.stdout.write(report(result, asked.key))
    return result.code


if __name__ == "__main__":
    sys.exit(main())
