"""Proof that a proposal cost something: work for programs, time and care for people without JavaScript.

Both are stateless: what was handed out is signed and says itself when it ends. That each is used once is
kept in Redis until then.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WORK_LASTS = timedelta(minutes=15)
FORM_LASTS = timedelta(hours=12)
"""Long enough for a page left open over night."""
FORM_LEAST = timedelta(seconds=3)
"""Nobody fills the form in faster."""
EXTRA_BITS = 4
"""Prices above the usual one. Each doubles the work and has a quota of its own: what was solved while it was
cheap, or is cheap to a crowd, takes nothing from those who pay more."""
PATIENT = timedelta(seconds=20)
HOARDED = timedelta(minutes=30)
"""Ages at which a form's token changes its lane: a person is rarely quicker or slower, a program is one of
both or has to wait as long."""
ROOM_LEAST = 0.25
"""Share of a price's quota that must be left for it to be asked."""
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
    """`source` is the same however often one proof is sent; `expires` is when it ends to be accepted.

    `lane` names the quota from which it takes, `bits` are those that were asked for; 0 without work.
    """

    source: str
    expires: datetime
    lane: str
    bits: int = 0


def make_challenge(key: bytes, *, salt: str, bits: int, now: datetime) -> Challenge:
    """`salt` is random hex. The text is `w1.<end>.<bits>.<salt>.<signature>`, the end in Unix seconds."""
    end = int((now + WORK_LASTS).timestamp())
    signed = f"w1.{end}.{bits}.{salt}"
    expires = datetime.fromtimestamp(end, tz=now.tzinfo)
    return Challenge(f"{signed}.{_signature(key, signed)}", bits, expires)


def check_work(key: bytes, proof: str, now: datetime, base: int = 0) -> Proven:
    """Check `<challenge>:<nonce>`, `base` being the usual price now. Raises Unproven."""
    challenge, colon, nonce = proof.partition(":")
    end, bits, _ = _opened(key, challenge, "w1")
    if not colon or not nonce or len(nonce) > NONCE_LENGTH:
        raise Unproven("bad")
    expires = _until(end, now)
    if zero_bits(hashlib.sha256(proof.encode()).digest()) < bits:
        raise Unproven("weak")
    return Proven(challenge, expires, work_lanes()[min(EXTRA_BITS, max(0, bits - base))], max(1, bits))


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
    lane = "form.quick" if age < PATIENT else "form.patient" if age < HOARDED else "form.late"
    return Proven(token, now - age + FORM_LASTS, lane)


def work_lanes() -> list[str]:
    """Names of the quotas for work, by price."""
    return [f"work.{extra}" for extra in range(EXTRA_BITS + 1)]


def bits_for(base: int, left: Sequence[float]) -> int:
    """Zero bits to ask for: the lowest price of whose quota, `left` being the share, a quarter is left."""
    extra = next((n for n, share in enumerate(left) if share >= ROOM_LEAST), EXTRA_BITS)
    return base + extra


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
