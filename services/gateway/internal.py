"""What is for the operator only: health and metrics on the internal port."""

from fastapi import FastAPI
from starlette.responses import Response

from services.gateway.api import operations
from services.gateway.context import Gateway
from shared.telemetry.metrics import LISTENERS, LISTINGS, render


def create_internal(gateway: Gateway) -> FastAPI:
    """`/livez`, `/readyz`, `/metrics`."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.gateway = gateway
    app.include_router(operations.router)

    @app.get("/metrics")
    async def metrics() -> Response:
        LISTINGS.set(gateway.model.totals().listings)
        LISTENERS.set(gateway.feed.open)
        text, media_type = render()
        return Response(text, headers={"Content-Type": media_type})

    return app
