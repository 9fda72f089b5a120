"""Errors as RFC 9457 problem details: what is wrong, field by field, and when to come back."""

from collections.abc import Iterable
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.gateway.domain.proposal import Bad, Invalid
from services.gateway.intake import Closed, Conflict, TooMany
from shared.bus import Unavailable

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
"""How long somebody should wait for Redis to come back."""
TITLES = {
    400: "This cannot be read",
    404: "There is no such thing here",
    405: "This address does not know that method",
    409: "This is no longer possible",
    413: "This is too large",
    415: "This media type is not understood",
    422: "Some fields are not right",
    429: "Too much at once",
    503: "Not available for a moment",
}


class Problem(Exception):  # noqa: N818  # the RFC's own word
    """Raised anywhere below a route to answer with a problem."""

    def __init__(self, status: int, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.retry_after = status, detail, retry_after


def problem(
    status: int, detail: str = "", *, errors: Iterable[Bad] = (), retry_after: float | None = None
) -> Response:
    """`errors` has one entry for each bad field: `field`, `code`, `detail`."""
    body: dict[str, Any] = {"type": "about:blank", "title": TITLES.get(status, "Error"), "status": status}
    if detail:
        body["detail"] = detail
    if named := [{"field": bad.field, "code": bad.code, "detail": bad.detail} for bad in errors]:
        body["errors"] = named
    headers = {"Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(max(1, round(retry_after + 0.5)))
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def is_api(request: Request) -> bool:
    """Whether an error is to be told to a program; people get a page."""
    return request.url.path.startswith(("/api/", "/telegram/")) or request.url.path == "/openapi.json"


def of_error(error: Exception) -> Response:  # noqa: PLR0911  # one line for each kind
    """The problem that tells an error. Raises it again when it is none of ours."""
    match error:
        case Problem():
            return problem(error.status, error.detail, retry_after=error.retry_after)
        case Invalid():
            return problem(422, errors=error.errors)
        case Conflict():
            return problem(422, "This Idempotency-Key came with another proposal before.")
        case Closed():
            return problem(409, "It is decided already.")
        case TooMany():
            return problem(429, "Too many proposals from all people together.", retry_after=error.after)
        case Unavailable():
            return problem(
                503,
                "The storage cannot be reached. Send the same again; nothing is done twice.",
                retry_after=RETRY_SECONDS,
            )
        case RequestValidationError():
            return problem(422, errors=_fields(error))
        case HTTPException():
            response = problem(error.status_code)
            response.headers.update(error.headers or {})
            return response
    raise error


def _fields(error: RequestValidationError) -> list[Bad]:
    return [
        Bad(
            ".".join(str(part) for part in each["loc"][1:]) or "body",
            each["type"].removesuffix("_error"),
            each["msg"].removeprefix("Value error, "),
        )
        for each in error.errors()
    ]
