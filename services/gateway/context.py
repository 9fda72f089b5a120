"""What every request of the gateway may use: a parameter `ctx: Ctx` of a route."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from services.gateway.domain.finding import Search
from services.gateway.domain.ground.pieces import Ground
from services.gateway.domain.readmodel import ReadModel
from services.gateway.feed import Feed
from services.gateway.intake import Intake
from services.gateway.settings import GatewaySettings
from services.gateway.store import Store
from services.gateway.versions import Versions
from shared.bus import Bus


@dataclass(frozen=True)
class Gateway:
    """The parts of a running gateway."""

    settings: GatewaySettings
    bus: Bus
    store: Store
    model: ReadModel
    """Listings, areas, clusters, submissions, all in memory."""
    search: Search
    """Finds listings, areas, streets and houses by name; follows the same changes."""
    ground: Ground
    """Areas, streets, water and parks, to be drawn beneath the listings."""
    intake: Intake
    """Takes in proposals, from the API and from the form alike."""
    feed: Feed
    """Live changes, for server-sent events."""
    versions: Versions
    """Which version of all this is shown."""

    @classmethod
    def of(cls, settings: GatewaySettings, bus: Bus) -> "Gateway":
        store, model = Store(bus), ReadModel()
        intake = Intake(bus, store, model, settings)
        search = Search(model.listing, model.area, settings.city.contains)
        ground, feed = Ground(), Feed(settings.streams_most)
        versions = Versions(model, ground, bus.now)
        return cls(settings, bus, store, model, search, ground, intake, feed, versions)


async def gateway(connection: HTTPConnection) -> Gateway:
    """A coroutine, because FastAPI runs plain functions in threads."""
    return cast("Gateway", connection.app.state.gateway)


Ctx = Annotated[Gateway, Depends(gateway)]
