"""Taking proposals in, for the API and for the form alike: checked, proven, on disk, then answered.

Nothing is decided here. The receipt is known to the proposer alone; everybody else sees a keyed hash of it.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.gateway.domain.challenge import (
    Challenge,
    Proven,
    Unproven,
    bits_for,
    check_form,
    check_work,
    make_challenge,
    make_form_token,
    work_lanes,
)
from services.gateway.domain.proposal import Bad, Invalid, Proposal, digest_text, parse
from services.gateway.domain.query import Box
from services.gateway.domain.readmodel import ReadModel
from services.gateway.limits import Quota
from services.gateway.settings import GatewaySettings
from services.gateway.store import Store, Taken
from shared.bus import Bus, Commit, Outcome, Unavailable
from shared.contracts.submissions import (
    Action,
    State,
    SubmissionChanged,
    SubmissionId,
    SubmissionReceived,
    SubmissionWithdrawn,
)
from shared.telemetry.metrics import LIMITED

RECEIPT = re.compile(r"[a-z2-7]{26}")
OPEN = frozenset({State.RECEIVED, State.IN_REVIEW})
"""States in which a submission can still be withdrawn."""
UNPROVEN_MOST = 500
"""Open proposals without work, of everybody together: reviewers must be able to see the end of them."""
FULL_SECONDS = 600.0
WORDS = {
    "missing": "is required; GET /api/v1/challenge gives one",
    "bad": "is not what was handed out",
    "expired": "has expired; ask for a new one",
    "weak": "does not solve the challenge",
    "early": "was sent too quickly; wait some seconds",
    "used": "was used already; ask for a new one",
}


class Conflict(Exception):  # noqa: N818  # named as what it tells
    """The same `Idempotency-Key` came before with another proposal."""


class TooMany(Exception):  # noqa: N818
    """The quota of all proposals together is used up for now; `after` is in seconds."""

    def __init__(self, after: float) -> None:
        super().__init__(f"again in {after:.0f} s")
        self.after = after


class Closed(Exception):  # noqa: N818
    """The submission is decided, so it can no longer be withdrawn."""


@dataclass(frozen=True)
class Work:
    """`<challenge>:<nonce>`, whatever a stranger sent in its place."""

    proof: object


@dataclass(frozen=True)
class Form:
    """The token that the page carried, and the field that no person sees."""

    token: str
    honeypot: str


@dataclass(frozen=True)
class Request:
    """What tells a repeated request: keyed hashes of the proposal and of the proof, and the client's key."""

    digest: str
    proof: str
    key: str | None


@dataclass(frozen=True)
class Status:
    """Where a submission stands, for the holder of its receipt. `reasons` are codes."""

    action: Action
    state: State
    reasons: tuple[str, ...]
    listing_id: str | None
    changed_at: datetime


class Intake:
    """`submit` and `status` are all that pages need."""

    def __init__(self, bus: Bus, store: Store, model: ReadModel, settings: GatewaySettings) -> None:
        self._bus, self._store, self._model = bus, store, model
        self._area = Box(*settings.city.area)
        self._bits = settings.challenge_bits
        self._work_key = bus.keys.derive("gateway.work")
        self._form_key = bus.keys.derive("gateway.form")
        self._quota = Quota(store, settings.submissions_per_minute)
        self._in_hand: dict[str, asyncio.Lock] = {}
        self._unproven: set[SubmissionId] = set()

    def note(self, event: SubmissionChanged) -> None:
        """Keep count of the open proposals that came without work."""
        if not event.proven and event.state in OPEN:
            self._unproven.add(event.submission_id)
        else:
            self._unproven.discard(event.submission_id)

    def forget(self) -> None:
        """All of them are told again."""
        self._unproven.clear()

    async def challenge(self) -> Challenge:
        """A fresh one; the more proposals come, the more work it asks for."""
        try:
            left = await self._quota.left(work_lanes())
        except Unavailable:
            left = []  # nothing can be sent anyway
        bits = bits_for(self._bits, left) if left else self._bits
        return make_challenge(self._work_key, salt=os.urandom(12).hex(), bits=bits, now=self._bus.now())

    def form_token(self) -> str:
        """For a hidden field of the form: good for one proposal, some seconds to some hours from now."""
        return make_form_token(self._form_key, salt=os.urandom(12).hex(), now=self._bus.now())

    async def submit(
        self, raw: Mapping[str, Any], proof: Work | Form, idempotency_key: str | None = None
    ) -> str:
        """Take a proposal in; the answer is its receipt, given only once everything is on disk.

        Raises Invalid (every bad field, also `challenge` or `form`), Conflict, TooMany, and Unavailable,
        after which the same request may simply be sent again: a proof or an idempotency key always leads
        to the same receipt, so that nothing is taken in twice.
        """
        proposal, bad = self._parsed(raw)
        proven, unproven = self._proven(proof)
        source = _source(proof, proven, idempotency_key)
        request = Request(
            self._bus.keys.token("digest", digest_text(raw)), self._mark(proof), idempotency_key
        )
        try:
            if source and (receipt := await self._repeated(source, request, proven, unproven)):
                return receipt
        except Unavailable:
            if not bad:
                raise  # what is wrong with the fields can be told without Redis
        if proposal is None or proven is None or source is None:
            raise Invalid((*bad, *unproven))
        async with self._alone(proven.source):
            return await self._once(proposal, proven, source, request)

    async def _once(self, proposal: Proposal, proven: Proven, source: str, request: Request) -> str:
        """Nothing is spent on a proof that was used, however often it is sent."""
        if await self._store.is_used(proven.source):
            if repeated := await self._repeated(source, request, proven, ()):
                return repeated
            raise Invalid((_used(proven.source),))
        await self._spend(proven)
        try:
            return await self._take(proposal, proven, source, request)
        except Invalid:
            self._quota.give_back(proven.lane)
            raise

    @asynccontextmanager
    async def _alone(self, source: str) -> AsyncIterator[None]:
        """One request after the other with the same proof."""
        lock = self._in_hand.setdefault(source, asyncio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.locked():
                self._in_hand.pop(source, None)

    def _mark(self, proof: Work | Form) -> str:
        """A keyed hash of the proof's signed part, whatever a stranger sent in its place."""
        return self._bus.keys.token("used", _source(proof, None, None) or "")

    async def status(self, receipt: str) -> Status | None:
        """None for an unknown or forgotten receipt. Raises Unavailable."""
        submission_id = self._submission_id(receipt)
        if submission_id is None:
            return None
        if (known := self._model.submission(submission_id)) is not None:
            return _as_status(known)
        taken = await self._store.taken(submission_id)
        return None if taken is None else Status(taken.action, State.RECEIVED, (), None, taken.at)

    async def withdraw(self, receipt: str) -> Status | None:
        """Take it back; answers where it stood, None if unknown. Raises Closed and Unavailable."""
        status = await self.status(receipt)
        submission_id = self._submission_id(receipt)
        if status is None or submission_id is None:
            return None
        if status.state is State.WITHDRAWN:
            return status
        if status.state not in OPEN:
            raise Closed
        if not await self._store.is_withdrawn(submission_id):
            write, unless = self._store.withdraw(submission_id)
            event = SubmissionWithdrawn(submission_id=submission_id, withdrawn_at=self._bus.now())
            await self._bus.commit(Commit.of(writes=[write], events=[event], expect=[unless]))
        return status

    def _submission_id(self, receipt: str) -> SubmissionId | None:
        return self._bus.keys.token("submission", receipt) if RECEIPT.fullmatch(receipt) else None

    def _parsed(self, raw: Mapping[str, Any]) -> tuple[Proposal | None, tuple[Bad, ...]]:
        try:
            return parse(raw, self._area, self._model.listing), ()
        except Invalid as invalid:
            return None, invalid.errors

    def _proven(self, proof: Work | Form) -> tuple[Proven | None, tuple[Bad, ...]]:
        field, now = "challenge" if isinstance(proof, Work) else "form", self._bus.now()
        try:
            if isinstance(proof, Form):
                return check_form(self._form_key, proof.token, proof.honeypot, now), ()
            if proof.proof is None:
                raise Unproven("missing")  # noqa: TRY301  # one place makes the field's error
            text = proof.proof if isinstance(proof.proof, str) else ""
            return check_work(self._work_key, text, now, self._bits), ()
        except Unproven as why:
            return None, (Bad(field, why.code, WORDS[why.code]),)

    async def _repeated(
        self, source: str, request: Request, proven: Proven | None, unproven: tuple[Bad, ...]
    ) -> str | None:
        """The receipt, when this very proposal was taken in before; Conflict or Invalid for another one.

        A key may be guessed, a proof may not: it comes with the proof that came first, expired since or not,
        or else with a good one, which is used up.
        """
        receipt = self._receipt(source)
        taken = await self._store.taken(self._bus.keys.token("submission", receipt))
        if taken is None:
            return None
        if request.key is not None and taken.proof != request.proof:
            if proven is None:
                raise Invalid(unproven)
            await self._use_up(proven)
        if taken.digest == request.digest:
            return receipt
        if request.key is not None:
            raise Conflict
        raise Invalid((_used(source),))

    async def _use_up(self, proven: Proven) -> None:
        used = self._store.use(proven.source, proven.expires - self._bus.now())
        commit = Commit.of(writes=used, expect=[self._store.not_used(proven.source)])
        if await self._bus.commit(commit) is Outcome.CONFLICT:
            raise Invalid((_used(proven.source),))

    def _receipt(self, source: str) -> str:
        """Unguessable without our key, and the same for the same source."""
        return self._bus.keys.token("receipt", source)

    async def _spend(self, proven: Proven) -> None:
        full = not proven.bits and len(self._unproven) >= UNPROVEN_MOST
        if after := FULL_SECONDS if full else await self._quota.take(proven.lane):
            LIMITED.labels(proven.lane.partition(".")[0]).inc()
            raise TooMany(after)

    async def _take(self, proposal: Proposal, proven: Proven, source: str, request: Request) -> str:
        moment = self._bus.now()
        receipt = self._receipt(source)
        submission_id = self._bus.keys.token("submission", receipt)
        commit = Commit.of(
            writes=[
                *self._store.take(
                    submission_id, Taken(proposal.action, request.digest, moment, request.proof)
                ),
                *self._store.use(proven.source, proven.expires - moment),
            ],
            events=[
                SubmissionReceived(
                    submission_id=submission_id,
                    action=proposal.action,
                    content=proposal.content,
                    listing_id=proposal.listing_id,
                    reason=proposal.reason,
                    work=proven.bits,
                    received_at=moment,
                )
            ],
            expect=[self._store.not_taken(submission_id), self._store.not_used(proven.source)],
        )
        if await self._bus.commit(commit) is Outcome.CONFLICT:
            # The same request, sent twice at once, was quicker; or the proof was used for something else.
            if repeated := await self._repeated(source, request, proven, ()):
                self._quota.give_back(proven.lane)
                return repeated
            raise Invalid((_used(proven.source),))
        return receipt


def _source(proof: Work | Form, proven: Proven | None, idempotency_key: str | None) -> str | None:
    """What the receipt is made from: the client's own key, or else the proof, even one expired since."""
    if idempotency_key is not None:
        return f"key:{idempotency_key}"
    if proven is not None:
        return proven.source
    if isinstance(proof, Form):
        return proof.token
    return proof.proof.partition(":")[0] if isinstance(proof.proof, str) else None


def _used(source: str) -> Bad:
    return Bad("form" if source.startswith("f1.") else "challenge", "used", WORDS["used"])


def _as_status(known: SubmissionChanged) -> Status:
    return Status(known.action, known.state, known.reasons, known.listing_id, known.changed_at)
