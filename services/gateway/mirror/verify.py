"""Checks a mirror: nothing changed, added or missing, signed by the key that you know, not expired.

    python3 verify.py [--key HEX] [FILE.zip or FOLDER]

Runs alone: hashes need only Python 3.8 or later; the signature needs the package `cryptography`, or OpenSSL 3 as
README.txt says. Without --key it can tell only that nothing was changed after signing, not who signed.
Ends with 0 when all is well, 1 when something is wrong, 2 when it has expired, 3 when the signature was not checked.
"""

import argparse
import hashlib
import json
import sys
import zipfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Set

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
LARGEST = 1 << 30
WELL, WRONG, EXPIRED, UNSIGNED = 0, 1, 2, 3


class Result:
    """`wrong` holds what is wrong, a line each. `signed` is None when the signature could not be checked."""

    def __init__(self) -> None:
        self.wrong: List[str] = []
        self.signed: Optional[bool] = None
        self.expired = False
        self.manifest: Dict[str, Any] = {}

    @property
    def code(self) -> int:
        if self.wrong:
            return WRONG
        if self.expired:
            return EXPIRED
        return WELL if self.signed else UNSIGNED


def verify(path: Path, key: str = "", today: str = "") -> Result:
    """Check an archive or an unpacked folder. `key` is the public key that you know, in hexadecimal digits."""
    result = Result()
    try:
        if path.is_dir():
            names = {each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file()}
            _check(result, names, lambda name: (path / name).read_bytes(), key, today)
        else:
            with zipfile.ZipFile(path) as archive:
                entries = archive.infolist()
                if len({entry.filename for entry in entries}) < len(entries):
                    result.wrong.append("a file is in the archive twice")
                if any(entry.file_size > LARGEST for entry in entries):
                    raise ValueError("a file is larger than any mirror's")
                _check(result, {entry.filename for entry in entries}, archive.read, key, today)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        result.wrong.append("this is not a whole mirror: {}".format(error))
    return result


def _check(result: Result, names: Set[str], read: Callable[[str], bytes], key: str, today: str) -> None:
    body = read(MANIFEST)
    manifest = result.manifest = json.loads(body)
    listed: Dict[str, str] = manifest["files"]
    for name in sorted(set(listed) - names):
        result.wrong.append("missing: {}".format(name))
    for name in sorted(names - set(listed) - {MANIFEST, SIGNATURE}):
        result.wrong.append("not in the manifest: {}".format(name))
    for name in sorted(set(listed) & names):
        if hashlib.sha256(read(name)).hexdigest() != listed[name]:
            result.wrong.append("changed: {}".format(name))
    if key and key.lower() != manifest["public_key"]:
        result.wrong.append("signed with another key: {}".format(manifest["public_key"]))
    result.signed = _signed(manifest["public_key"], read(SIGNATURE), body)
    if result.signed is False:
        result.wrong.append("the signature is not right")
    result.expired = (today or datetime.now(timezone.utc).date().isoformat()) > manifest["until"]


def _signed(key: str, signature: bytes, body: bytes) -> Optional[bool]:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
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
        lines.append("Nothing is changed: {} files.".format(len(result.manifest["files"])))
    if result.signed and not result.wrong:
        told = "the key that you gave" if key else "key {}".format(result.manifest["public_key"])
        lines.append("Signed with {}.".format(told))
        if not key:
            lines.append("Compare this key with the one that you know; --key does it for you.")
    elif result.signed is None:
        lines.append("The signature was NOT checked: install `cryptography`, or see README.txt for OpenSSL.")
    if result.manifest.get("until"):
        state = "It EXPIRED on" if result.expired else "Good until"
        lines.append("Made {}. {} {}.".format(result.manifest.get("made"), state, result.manifest["until"]))
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
