"""Proposals from programs and from the page's script. The form without JavaScript is a page of its own."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.gateway.context import Ctx
from services.gateway.domain.proposal import REASON_LENGTH, Bad, Invalid
from services.gateway.intake import Status, Work
from services.gateway.problems import Problem
from shared.contracts.listings import DESCRIPTION_LENGTH, NAME_LENGTH, Kind, ListingId, Precision
from shared.contracts.submissions import Action

router = APIRouter(prefix="/api/v1", tags=["submissions"])
JSON_TYPES = ("application/json", "text/json")
UNSTORED = {"Cache-Control": "no-store"}
DEPTH_MOST = 8
POLL_SECONDS = 5
"""How often the status is worth asking for."""


class ProposalBody(BaseModel):
    """What is proposed. A change may leave out what stays; a removal needs no more than the listing's id."""

    action: Action
    challenge: str = Field(description="`<challenge>:<nonce>`, the solution of GET /api/v1/challenge")
    listing_id: ListingId | None = Field(None, description="for change and remove")
    name: str | None = Field(None, max_length=NAME_LENGTH)
    link: str | None = Field(None, description="t.me address or @name, in any of its spellings")
    kind: Kind | None = None
    lat: float | None = Field(None, ge=-90, le=90)
    lon: float | None = Field(None, ge=-180, le=180)
    precision: Precision = Precision.COURTYARD
    description: str | None = Field(None, max_length=DESCRIPTION_LENGTH)
    languages: list[str] = Field([], description="codes such as be, ru, en")
    flag: str = Field("wrw", description="id of a flag, see /flags")
    reason: str | None = Field(None, max_length=REASON_LENGTH, description="a note to the reviewers")


class ChallengeAnswer(BaseModel):
    challenge: str
    bits: int = Field(description="SHA-256 of `<challenge>:<nonce>` must begin with so many zero bits")
    algorithm: str = "sha-256"
    expires_at: str


class ReceiptAnswer(BaseModel):
    receipt: str
    status_url: str


class StatusAnswer(BaseModel):
    receipt: str
    action: Action
    state: str
    reasons: list[str]
    listing_id: str | None
    changed_at: str


PROPOSAL = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ProposalBody"}}},
    }
}


@router.get("/challenge", response_model=ChallengeAnswer)
async def challenge(ctx: Ctx) -> Response:
    """A proof of work to solve for one proposal: find a nonce (up to 32 characters) and send
    `challenge: "<challenge>:<nonce>"`. It can be used once, until it expires.
    """
    made = await ctx.intake.challenge()
    answer = ChallengeAnswer(challenge=made.text, bits=made.bits, expires_at=made.expires.isoformat())
    return JSONResponse(answer.model_dump(), headers=UNSTORED)


@router.post("/submissions", status_code=202, response_model=ReceiptAnswer, openapi_extra=PROPOSAL)
async def submit(
    request: Request, ctx: Ctx, idempotency_key: Annotated[str | None, Header(max_length=255)] = None
) -> Response:
    """Propose to add, change or remove a listing. 202 once it is on disk; the receipt is shown only here.

    The same `Idempotency-Key` with the same proposal gives the same receipt, with another one 422.
    """
    raw = await _json(request)
    receipt = await ctx.intake.submit(raw, Work(raw.get("challenge")), idempotency_key or None)
    url = f"/api/v1/submissions/{receipt}"
    answer = ReceiptAnswer(receipt=receipt, status_url=ctx.settings.public_url + url)
    return JSONResponse(answer.model_dump(), 202, UNSTORED | {"Location": url})


@router.get("/submissions/{receipt}", response_model=StatusAnswer)
async def status(ctx: Ctx, receipt: str) -> Response:
    """Where it stands: received, in_review, accepted, refused, duplicate or withdrawn."""
    return _status(receipt, await ctx.intake.status(receipt))


@router.delete("/submissions/{receipt}", status_code=202, response_model=StatusAnswer, responses={409: {}})
async def withdraw(ctx: Ctx, receipt: str) -> Response:
    """Take it back, while it is not decided. Answers where it stood."""
    return _status(receipt, await ctx.intake.withdraw(receipt), 202)


def _status(receipt: str, found: Status | None, code: int = 200) -> Response:
    if found is None:
        raise Problem(404, "No such receipt.")
    answer = StatusAnswer(
        receipt=receipt,
        action=found.action,
        state=found.state,
        reasons=list(found.reasons),
        listing_id=found.listing_id,
        changed_at=found.changed_at.isoformat(),
    )
    return JSONResponse(answer.model_dump(), code, UNSTORED | {"Retry-After": str(POLL_SECONDS)})


def _is_deep(body: Any) -> bool:
    """Whether lists and objects are nested deeper than any field of ours; what follows would fail on them."""
    level = [body]
    for _ in range(DEPTH_MOST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return any(isinstance(inner, dict | list) for inner in level)


async def _json(request: Request) -> dict[str, Any]:
    """The body as an object. Raises Problem and Invalid."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in JSON_TYPES:
        raise Problem(415, "The body must be application/json.")
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise Problem(400, "The body is not JSON.") from None
    if _is_deep(body):
        raise Problem(400, f"The body is nested more than {DEPTH_MOST} deep.")
    if not isinstance(body, dict):
        raise Invalid((Bad("body", "type", "must be an object"),))
    return body
