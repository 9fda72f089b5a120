"""Server-sent events: a listing added, changed, removed."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header
from starlette.responses import StreamingResponse

from services.gateway.api.answers import described, feature
from services.gateway.context import Ctx
from services.gateway.feed import Change, Feed, Full
from services.gateway.problems import Problem
from services.gateway.versions import Versions
from shared.exchange import public
from shared.telemetry.metrics import LIMITED

router = APIRouter(prefix="/api/v1", tags=["changes"])
HEARTBEAT = 15.0
RETRY_MS = 3_000
FULL_SECONDS = 30
STREAM: dict[int | str, dict[str, Any]] = {200: described("text/event-stream", {"type": "string"})[200]}


@router.get("/changes", response_class=StreamingResponse, responses=STREAM)
async def changes(
    ctx: Ctx, last_event_id: Annotated[str | None, Header(max_length=64)] = None
) -> StreamingResponse:
    """Events `added`, `changed` and `removed` with `{id, revision, listing}`, the latter as GeoJSON.

    With `Last-Event-ID` it goes on where it ended. An event `resync` says that changes were missed and all is
    to be loaded anew. `ready` comes first.
    """
    if ctx.feed.full:
        LIMITED.labels("streams").inc()
        raise Problem(503, "Too many streams are open.", retry_after=FULL_SECONDS)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _events(ctx.feed, ctx.versions, last_event_id), media_type="text/event-stream", headers=headers
    )


async def _events(feed: Feed, versions: Versions, last_event_id: str | None) -> AsyncIterator[bytes]:
    try:
        with feed.reading(last_event_id) as reader:
            await versions.settled()  # or who loads everything now would miss what came a moment ago
            yield f"retry: {RETRY_MS}\n".encode()
            if last_event_id is None:
                yield _event("ready", feed.now, {})
            elif reader.missed:
                yield _event("resync", feed.now, {})
                reader.go_on()
            while not feed.closed:
                news = await reader.take(HEARTBEAT)
                if reader.missed:  # too slow: it comes back and loads everything
                    yield _event("resync", feed.now, {})
                    return
                for change in news:
                    yield _changed(feed, change)
                if not news:
                    yield b": still here\n\n"
    except Full:
        yield _event("resync", feed.now, {})


def _changed(feed: Feed, change: Change) -> bytes:
    event = change.event
    listing = None if event.listing is None else feature(public(event.listing))
    data = {"id": event.listing_id, "revision": event.revision, "listing": listing}
    return _event(event.change, feed.event_id(change.number), data)


def _event(name: str, event_id: str, data: dict[str, Any]) -> bytes:
    return b"event: %b\nid: %b\ndata: %b\n\n" % (name.encode(), event_id.encode(), orjson.dumps(data))
