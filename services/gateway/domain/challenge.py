"""Proof that a proposal cost something: work for programs, time and care for people without JavaScript.

Both are stateless: what was handed out is signed and says itself when it ends. That each is used once is
kept in Redis until then.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

WORK_LASTS = timedelta(minutes=15)
FORM_LASTS = timedelta(hours=12)
"""Long enough for a page left open over night."""
FORM_LEAST = timedelta(seconds=3)
"""Nobody fills the form in faster."""
EXTRA_BITS = 4
"""Added to the work, step by step, as the quota of all proposals together runs low."""
NONCE_LENGTH = 32
LENGTH_MOST = 200


class Unproven(ValueError):  # noqa: N818  # named as what it tells
    """The proof does not hold; `code` says why: bad, expired, weak, early or used."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Challenge:
    """To be solved by a nonce with which SHA-256 of `text:nonce` begins with `bits` zero bits."""

    text: str
    bits: int
    expires: datetime


@dataclass(frozen=True)
class Proven:
    """`source` is the same however often one proof is sent; `expires` is when it ends to be accepted."""

    source: str
    expires: datetime


def make_challenge(key: bytes, *, salt: str, bits: int, now: datetime) -> Challenge:
    """`salt` is random hex. The text is `w1.<end>.<bits>.<salt>.<signature>`, the end in Unix seconds."""
    end = int((now + WORK_LASTS).timestamp())
    signed = f"w1.{end}.{bits}.{salt}"
    expires = datetime.fromtimestamp(end, tz=now.tzinfo)
    return Challenge(f"{signed}.{_signature(key, signed)}", bits, expires)


def check_work(key: bytes, proof: str, now: datetime) -> Proven:
    """Check `<challenge>:<nonce>`. Raises Unproven."""
    challenge, colon, nonce = proof.partition(":")
    end, bits, _ = _opened(key, challenge, "w1")
    if not colon or not nonce or len(nonce) > NONCE_LENGTH:
        raise Unproven("bad")
    expires = _until(end, now)
    if zero_bits(hashlib.sha256(proof.encode()).digest()) < bits:
        raise Unproven("weak")
    return Proven(challenge, expires)


def make_form_token(key: bytes, *, salt: str, now: datetime) -> str:
    """`f1.<made>.0.<salt>.<signature>`, made in Unix milliseconds."""
    signed = f"f1.{int(now.timestamp() * 1000)}.0.{salt}"
    return f"{signed}.{_signature(key, signed)}"


def check_form(key: bytes, token: str, honeypot: str, now: datetime) -> Proven:
    """Check a form's token and that the field that no person sees is empty. Raises Unproven."""
    made, _, _ = _opened(key, token, "f1")
    if honeypot:
        raise Unproven("bad")
    age = timedelta(milliseconds=int(now.timestamp() * 1000) - made)
    if age < FORM_LEAST:
        raise Unproven("early")
    if age > FORM_LASTS:
        raise Unproven("expired")
    return Proven(token, now - age + FORM_LASTS)


def bits_for(base: int, left: float) -> int:
    """Zero bits to ask for while the share `left` (0 to 1) of the quota is left."""
    return base + round(EXTRA_BITS * (1 - min(1.0, max(0.0, left))))


def zero_bits(digest: bytes) -> int:
    """Leading zero bits."""
    return len(digest) * 8 - int.from_bytes(digest).bit_length()


def _opened(key: bytes, text: str, version: str) -> tuple[int, int, str]:
    """The signed parts. Raises Unproven for whatever we have not signed."""
    if len(text) > LENGTH_MOST or not text.isascii():
        raise Unproven("bad")
    signed, _, signature = text.rpartition(".")
    if not hmac.compare_digest(signature, _signature(key, signed)) or not signed.startswith(f"{version}."):
        raise Unproven("bad")
    _, moment, bits, salt = signed.split(".")
    return int(moment), int(bits), salt


def _until(end: int, now: datetime) -> datetime:
    expires = datetime.fromtimestamp(end, tz=now.tzinfo)
    if now > expires:
        raise Unproven("expired")
    return expires


def _signature(key: bytes, signed: str) -> str:
    return hmac.new(key, signed.encode(), hashlib.sha256).hexdigest()[:32]
