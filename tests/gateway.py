"""What tests of the gateway share: listings made up for a purpose, and a running application."""

import asyncio
import hashlib
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from services.gateway.app import create_app
from services.gateway.context import Gateway
from services.gateway.serving import PublicServer, config
from services.gateway.settings import GatewaySettings
from shared.bus import Bus
from shared.contracts.directory import DirectoryChanged
from shared.contracts.listings import Kind, Link, Listing, Place, Precision, PublicListing
from shared.exchange import public
from shared.keys import base32
from tests.conftest import eventually

MOMENT = datetime(2026, 11, 22, tzinfo=UTC)


def listing_id(number: int) -> str:
    return base32(number.to_bytes(8))


def listing(number: int = 1, **values: Any) -> Listing:
    """A listing; what a test does not care about is made up from the number."""
    place = Place(lat=values.pop("lat", 53.9), lon=values.pop("lon", 27.56), precision=Precision.COURTYARD)
    usual: dict[str, Any] = {
        "id": listing_id(number),
        "name": f"Дом {number}",
        "link": Link(kind="username", value=f"house_{number}"),
        "kind": Kind.GROUP,
        "place": place,
        "revision": 1,
        "created_at": MOMENT,
        "updated_at": MOMENT,
    }
    return Listing(**(usual | values))


def shown(number: int = 1, **values: Any) -> PublicListing:
    """The same as the public may see it."""
    return public(listing(number, **values))


def added(one: Listing) -> DirectoryChanged:
    change = "added" if one.revision == 1 else "changed"
    return DirectoryChanged(
        listing_id=one.id, change=change, revision=one.revision, listing=one, changed_at=MOMENT
    )


def removed(one: Listing | PublicListing) -> DirectoryChanged:
    return DirectoryChanged(listing_id=one.id, change="removed", revision=one.revision + 1, changed_at=MOMENT)


@dataclass
class Site:
    """A running gateway, the Redis it uses, and a client for it."""

    gateway: Gateway
    http: httpx.AsyncClient

    async def publish(self, *events: Any) -> None:
        """Publish as the owner of the stream would, and wait until the model has it."""
        before = self.gateway.model.version
        await self.gateway.bus.publish(*events)
        await eventually(lambda: self.gateway.model.version >= before + len(events))
        await self.gateway.versions.settled()

    async def solved(self) -> str:
        challenge = (await self.http.get("/api/v1/challenge")).json()
        return solve(challenge["challenge"], challenge["bits"])


def solve(challenge: str, bits: int) -> str:
    for nonce in itertools.count():
        proof = f"{challenge}:{nonce}"
        if int.from_bytes(hashlib.sha256(proof.encode()).digest()) >> (256 - bits) == 0:
            return proof
    raise AssertionError


@asynccontextmanager
async def running(settings: GatewaySettings) -> AsyncIterator[Site]:
    bus = Bus("gateway", settings)
    app = create_app(settings, bus)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://dze.test") as http,
    ):
        await eventually(lambda: bus.readiness().ready)
        yield Site(app.state.gateway, http)


@asynccontextmanager
async def served(settings: GatewaySettings, port: int) -> AsyncIterator[Site]:
    """The same on a real socket."""
    bus = Bus("gateway", settings)
    app = create_app(settings, bus)
    server = PublicServer(config(app, "127.0.0.1", port), app.state.gateway.feed.close)
    task = asyncio.create_task(server.serve())
    await eventually(lambda: server.started and bus.readiness().ready)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http:
        yield Site(app.state.gateway, http)
    server.should_exit = True
    await task
