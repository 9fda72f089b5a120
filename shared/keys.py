"""Everything that comes from `DZE_KEY`: keyed hashes, tokens, sealing keys.

One secret, expanded with HKDF (RFC 5869) into one key for each purpose, so that no purpose can be played
against another. A Telegram id has some 33 bits: only the key keeps its hash from being undone.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_LEAST = 32
"""The least length of `DZE_KEY`, in characters."""


_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [one + other for one in _LETTERS for other in _LETTERS]


def base32(data: bytes) -> str:
    """Lower-case base 32 without padding (RFC 4648): safe in addresses, keys and speech."""
    pairs = _PAIRS
    if len(data) == 8:  # every keyed hash of a person: 64 bits and a bit of padding, six pairs and a letter
        n = int.from_bytes(data) << 1
        return (
            pairs[n >> 55]
            + pairs[n >> 45 & 1023]
            + pairs[n >> 35 & 1023]
            + pairs[n >> 25 & 1023]
            + pairs[n >> 15 & 1023]
            + pairs[n >> 5 & 1023]
            + _LETTERS[n & 31]
        )
    letters = -(-len(data) * 8 // 5)
    bits = (letters + letters % 2) * 5
    n = int.from_bytes(data) << bits - len(data) * 8
    return "".join([pairs[n >> shift & 1023] for shift in range(bits - 10, -1, -10)])[:letters]


def new_secret() -> str:
    """A fresh `DZE_KEY`: 256 bits, as 64 hexadecimal digits."""
    return os.urandom(32).hex()


@dataclass(frozen=True)
class Keys:
    """Keys derived from the deployment's secret. Never logged: `repr` shows nothing."""

    secret: str

    def __post_init__(self) -> None:
        if len(self.secret) < KEY_LEAST:
            raise ValueError(f"DZE_KEY needs at least {KEY_LEAST} characters; `dze key` makes one")

    def __repr__(self) -> str:
        return "Keys(...)"

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose, always the same."""
        return HKDF(SHA256(), 32, salt=b"dze", info=purpose.encode()).derive(self.secret.encode())

    @cached_property
    def _people(self) -> bytes:
        return self.derive("people")

    @cached_property
    def _routes(self) -> bytes:
        return self.derive("routes")

    @cached_property
    def _seal(self) -> ChaCha20Poly1305:
        return ChaCha20Poly1305(self.derive("seal"))

    @cached_property
    def _purposes(self) -> dict[str, bytes]:
        """Keys already derived: purposes are few, and deriving takes longer than hashing."""
        return {}

    def person(self, telegram_id: int) -> str:
        """The keyed hash under which a person, chat or reviewer is known: 64 bits, 13 characters."""
        return base32(_keyed(self._people, str(telegram_id).encode(), 8))

    def route(self, key: str) -> bytes:
        """8 bytes that stand for a message key in Redis; the partition is taken from them."""
        return _keyed(self._routes, key.encode(), 8)

    def token(self, purpose: str, text: str, size: int = 16) -> str:
        """A keyed hash of `text` for a purpose of its own, in base 32."""
        key = self._purposes.get(purpose) or self._purposes.setdefault(purpose, self.derive(purpose))
        return base32(_keyed(key, text.encode(), size))

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt; `context` (a stream's or key's name) must be the same when opening."""
        nonce = os.urandom(12)
        return nonce + self._seal.encrypt(nonce, plain, context.encode())

    def unseal(self, sealed: bytes, context: str) -> bytes:
        """Raises `cryptography.exceptions.InvalidTag` for another key, context or a changed text."""
        return self._seal.decrypt(sealed[:12], sealed[12:], context.encode())


def _keyed(key: bytes, data: bytes, size: int) -> bytes:
    return hashlib.blake2b(data, key=key, digest_size=size).digest()


def same(left: str, right: str) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
