"""What every request of the gateway may use, as `Depends(gateway)` or `app.state.gateway`."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from services.gateway.domain.readmodel import ReadModel
from services.gateway.feed import Feed
from services.gateway.intake import Intake
from services.gateway.settings import GatewaySettings


@dataclass(frozen=True)
class Gateway:
    """The parts of a running gateway."""

    settings: GatewaySettings
    model: ReadModel
    """Listings, areas, clusters, search, submissions, all in memory."""
    intake: Intake
    """Takes in proposals, from the API and from the form alike."""
    feed: Feed
    """Live changes, for server-sent events."""


def gateway(connection: HTTPConnection) -> Gateway:
    return cast("Gateway", connection.app.state.gateway)


Ctx = Annotated[Gateway, Depends(gateway)]
