"""Lists shared between operators: signed, with an end, every entry revocable.

People are hashes keyed with a secret that the operators of one list share. Whoever has that secret can find
out within hours whether any given Telegram id is on the list: the secret is all the protection there is.
"""

import base64
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import orjson
import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.keys import Keys, base32
from shared.settings import SettingsError

log = structlog.get_logger()
FORMAT = "dze-list/1"
ENTRIES_MOST = 200_000
KEY_LEAST = 32
SUBSCRIBED = "shared.toml"
Use = Literal["preview", "notify"]


class BadList(Exception):  # noqa: N818 - reads better where it is caught
    """Not a list of this issuer, or changed, or past its end. The text is one line."""


@dataclass(frozen=True)
class Document:
    """Times are unix seconds; `entries` maps a person's shared hash to the end of the entry."""

    name: str
    issued: int
    expires: int
    entries: Mapping[str, int]
    revoked: frozenset[str] = frozenset()

    def names(self, person: str, now: int) -> bool:
        return now < self.expires and self.entries.get(person, 0) > now and person not in self.revoked


def person_in(shared_key: bytes, user_id: int) -> str:
    """The hash of a person that all operators of one list compute."""
    return base32(hashlib.blake2b(str(user_id).encode(), key=shared_key[:64], digest_size=16).digest())


def signer(keys: Keys) -> Ed25519PrivateKey:
    """The deployment's own key for signing lists."""
    return Ed25519PrivateKey.from_private_bytes(keys.derive("signing of lists"))


def public(private: Ed25519PrivateKey) -> str:
    return base32(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def write(document: Document, private: Ed25519PrivateKey) -> bytes:
    """The file: JSON with the signature over everything else in it."""
    body: dict[str, Any] = {
        "format": FORMAT,
        "name": document.name,
        "issued": document.issued,
        "expires": document.expires,
        "entries": dict(document.entries),
        "revoked": sorted(document.revoked),
    }
    return orjson.dumps(
        body | {"signature": base32(private.sign(_signed(body)))}, option=orjson.OPT_SORT_KEYS
    )


def read(data: bytes, issuer: str) -> Document:
    """Raises BadList unless this is a list that the issuer has signed."""
    try:
        body = orjson.loads(data)
        signature = _unbase32(body.pop("signature"))
        Ed25519PublicKey.from_public_bytes(_unbase32(issuer)).verify(signature, _signed(body))
        entries = {str(person): int(until) for person, until in body["entries"].items()}
        found = Document(
            str(body["name"]), int(body["issued"]), int(body["expires"]), entries, frozenset(body["revoked"])
        )
    except InvalidSignature:
        raise BadList("the signature is not of this issuer, or the list was changed") from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadList("not a list") from None
    if body.get("format") != FORMAT or len(entries) > ENTRIES_MOST:
        raise BadList(f"not in the format {FORMAT}, or too long")
    return found


def _signed(body: Mapping[str, Any]) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def _unbase32(text: str) -> bytes:
    return base64.b32decode(text.upper() + "=" * (-len(text) % 8))


@dataclass(frozen=True)
class Subscription:
    """`publishes`: admins' bans of this deployment go into the list, for so many days."""

    name: str
    key: bytes
    file: Path | None = None
    issuer: str = ""
    use: Use = "preview"
    publishes: int = 0


def subscriptions(folder: Path) -> tuple[Subscription, ...]:
    """What `shared.toml` says. Raises SettingsError with the list that is wrong."""
    path = folder / SUBSCRIBED
    if not path.is_file():
        return ()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("list", [])
        return tuple(_subscription(folder, table) for table in tables)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from None
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise SettingsError(f"{path}: {error}") from None


def _subscription(folder: Path, table: Mapping[str, Any]) -> Subscription:
    name, use, days = str(table["name"]), table.get("use", "preview"), table.get("publish_days", 0)
    key = (folder / str(table["key_file"])).read_bytes().strip()
    if not (name.isascii() and name.replace("-", "").isalnum() and len(name) <= 40):
        raise ValueError(f"{name!r}: a list's name is letters, digits and -, at most 40")
    if len(key) < KEY_LEAST:
        raise ValueError(f"{name}: the shared key needs at least {KEY_LEAST} characters")
    if use not in {"preview", "notify"}:
        raise ValueError(f"{name}: use is preview or notify")
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= 366:
        raise ValueError(f"{name}: publish_days is a number of days")
    file = folder / str(table["file"]) if "file" in table else None
    if file is not None and len(str(table.get("issuer", ""))) != 52:
        raise ValueError(f"{name}: issuer is what `dze lists key` shows there, 52 characters")
    return Subscription(name, key, file, str(table.get("issuer", "")), cast("Use", use), days)


@dataclass
class SharedLists:
    """The lists of others, read when they change; an older one never takes the place of a newer one."""

    subscribed: tuple[Subscription, ...]
    _read: dict[str, Document] = field(default_factory=dict)
    _seen: dict[str, tuple[int, int]] = field(default_factory=dict)

    def refresh(self) -> None:
        for one in self.subscribed:
            if one.file is None or not one.file.is_file():
                continue
            about = one.file.stat()
            version = (about.st_mtime_ns, about.st_size)
            if self._seen.get(one.name) != version:
                self._seen[one.name] = version
                self._take(one, one.file)

    def _take(self, one: Subscription, file: Path) -> None:
        try:
            found = read(file.read_bytes(), one.issuer)
        except BadList as error:
            log.warning("shared_list_refused", list=one.name, reason=str(error))
            return
        before = self._read.get(one.name)
        if before is not None and found.issued < before.issued:
            log.warning("shared_list_refused", list=one.name, reason="older than the one at hand")
            return
        self._read[one.name] = found

    def naming(self, user_id: int, now: int) -> dict[str, Use]:
        """Lists that name this person, and what each is used for."""
        return {
            one.name: one.use
            for one in self.subscribed
            if one.name in self._read and self._read[one.name].names(person_in(one.key, user_id), now)
        }
