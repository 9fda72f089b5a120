"""The routes of `/sim/...`. A refusal is answered 409 with Telegram's words."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, File, HTTPException, Query, UploadFile
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from simulator.control import looking, models
from simulator.control.doing import DOERS, chat_named, perform
from simulator.faults import Fault, FaultKind
from simulator.hub import Hub
from simulator.limits import Limits, Window
from simulator.page.pictures import placeholder
from simulator.world.errors import Refusal

Json = dict[str, Any]
MOST_UPLOAD = 10 * 1024 * 1024


class NewFault(BaseModel):
    """See `Fault`: `seconds_long` makes it end by the clock, `times` after so many strikes."""

    kind: FaultKind
    method: str = ""
    chat_id: int | None = None
    times: int | None = Field(default=None, ge=1)
    seconds_long: float | None = Field(default=None, gt=0)
    probability: float = Field(default=1.0, gt=0, le=1)
    seed: int = 0
    status: int = Field(default=500, ge=300, le=599)
    text: str = "Internal Server Error"
    retry_after: int = Field(default=1, ge=1)
    seconds: float = Field(default=30.0, ge=0)
    after: bool = False


class NewLimits(BaseModel):
    """`telegram` for the real ones, or each as `[most, seconds]`; nothing switches them off."""

    telegram: bool = False
    overall: tuple[int, float] | None = None
    chat: tuple[int, float] | None = None
    group: tuple[int, float] | None = None
    methods: dict[str, tuple[int, float]] = {}


def router(hub: Hub) -> APIRouter:
    """All of `/sim`."""
    routes = APIRouter(prefix="/sim", tags=["control"])
    _add_deeds(routes, hub)
    _add_views(routes, hub)
    _add_results(routes, hub)
    _add_machinery(routes, hub)
    return routes


def _done(hub: Hub, deed: models.Deed) -> Any:
    try:
        return perform(hub, deed)
    except Refusal as refusal:
        raise HTTPException(409, refusal.description) from None


def _add_deeds(routes: APIRouter, hub: Hub) -> None:
    for model in DOERS:
        name = str(model.model_fields["do"].default)
        routes.post(f"/{name}", summary=name, description=model.__doc__, response_model=None)(
            _endpoint(hub, model)
        )

    @routes.post("/script")
    async def script(deeds: list[models.AnyDeed]) -> list[Any]:
        """Many deeds in one go, in this order. Stops at the first refusal."""
        results = []
        for number, deed in enumerate(deeds):
            results.append(_done(hub, deed))
            if number % 200 == 199:
                await asyncio.sleep(0)
        return results


def _endpoint(hub: Hub, model: type[models.Deed]) -> Callable[..., Any]:
    async def do(deed: Any) -> Any:
        return _done(hub, deed)

    do.__annotations__["deed"] = model
    return do


def _add_views(routes: APIRouter, hub: Hub) -> None:
    @routes.get("/world")
    async def world(user: int = 0) -> Json:
        """Bots, people and chats; `mine` says whether `user` is in a chat."""
        return looking.overview(hub, user)

    @routes.get("/commands")
    async def commands(chat: str, user: int, bot: int = 0) -> list[dict[str, str]]:
        """The commands that the bot shows this person in this chat."""
        try:
            return looking.commands(hub.world, chat_named(hub.world, chat, bot), user, bot)
        except Refusal as refusal:
            raise HTTPException(404, refusal.description) from None

    @routes.get("/chats/{chat}")
    async def chat_state(chat: str, bot: int = 0, since: int = 0) -> Json:
        """A chat with its members and messages; `since` leaves out older message ids."""
        try:
            return looking.chat_state(hub.world, chat_named(hub.world, chat, bot), since)
        except Refusal as refusal:
            raise HTTPException(404, refusal.description) from None


def _add_results(routes: APIRouter, hub: Hub) -> None:
    @routes.get("/calls")
    async def calls(
        method: str = "", chat: int | None = None, since: int = 0, most: Annotated[int, Query(ge=1)] = 1000
    ) -> list[Json]:
        """The newest calls that bots made; successful getUpdates are left out."""
        return [entry.json() for entry in list(hub.journal.find(method, chat, since))[-most:]]

    @routes.get("/queries/{query}")
    async def query(query: str) -> Json:
        """The answer to a pressed button; null while there is none."""
        found = hub.world.queries.get(query)
        if found is None:
            raise HTTPException(404, "no such query")
        return {"data": found.data, "answer": found.answer}

    @routes.get("/events", response_class=StreamingResponse)
    async def events() -> StreamingResponse:
        """Server-sent events: the revision, whenever something changed."""
        return StreamingResponse(_revisions(hub), media_type="text/event-stream")

    @routes.get("/files/{file_id}")
    async def file(file_id: str) -> Response:
        """A picture that was uploaded, or a drawn one in its place."""
        found = hub.world.files.get(file_id)
        safe = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
        if found is not None and found.data:
            return Response(found.data, media_type=found.mime or "application/octet-stream", headers=safe)
        return Response(placeholder(file_id), media_type="image/svg+xml", headers=safe)


async def _revisions(hub: Hub) -> AsyncIterator[str]:
    seen = -1
    while hub.running:
        newest = await hub.after(seen, 15)
        yield f"data: {newest}\n\n" if newest != seen else ": still here\n\n"
        seen = newest
        await asyncio.sleep(0.15)  # several changes in a burst are one for the page


def _add_machinery(routes: APIRouter, hub: Hub) -> None:
    @routes.post("/reset")
    async def reset() -> Json:
        """Begin again from the first scene."""
        await hub.reset()
        return {}

    @routes.post("/files")
    async def upload(file: Annotated[UploadFile, File()]) -> Json:
        """Keep a picture for a message; returns its id."""
        data = await file.read(MOST_UPLOAD + 1)
        if len(data) > MOST_UPLOAD:
            raise HTTPException(413, "at most 10 MB")
        kind = (file.content_type or "").split("/")[0]
        mime = file.content_type or "" if kind in {"image", "video", "audio"} else "application/octet-stream"
        return {"file": hub.world.files.add("photo", mime, file.filename or "", data).id}

    @routes.get("/faults")
    async def faults() -> list[Json]:
        """Faults that are set, with how often each struck."""
        return [_fault_json(fault) for fault in hub.faults.active]

    @routes.post("/faults")
    async def add_fault(new: NewFault) -> Json:
        """Set a fault."""
        fields = new.model_dump(exclude={"seconds_long"})
        until = hub.clock() + new.seconds_long if new.seconds_long else None
        return _fault_json(hub.faults.add(Fault(**fields, until=until)))

    @routes.delete("/faults")
    async def remove_faults(fault: int | None = None) -> Json:
        """Remove one fault, or all."""
        hub.faults.remove(fault)
        return {}

    @routes.put("/limits")
    async def limits(new: NewLimits) -> Json:
        """Switch limits on sending on or off."""
        own = Limits(_window(new.overall), _window(new.chat), _window(new.group))
        hub.limits = Limits.of_telegram() if new.telegram else own
        hub.limits.methods = {name.lower(): Window(*window) for name, window in new.methods.items()}
        return {}


def _window(given: tuple[int, float] | None) -> Window | None:
    return Window(*given) if given else None


def _fault_json(fault: Fault) -> Json:
    names = ("id", "kind", "method", "chat_id", "times", "until", "probability", "after", "struck")
    return {name: getattr(fault, name) for name in names}
