"""Everything for people: pages, prints, static files, the basemap, copies and what other sites use."""

from fastapi import APIRouter

from services.gateway.web import (
    assets,
    basemap,
    embed,
    exports,
    feeds,
    mirror,
    offline,
    pages,
    places,
    prints,
    source,
    submit,
    tiles,
)

router = APIRouter(include_in_schema=False)
for part in (
    assets,
    basemap,
    embed,
    exports,
    feeds,
    mirror,
    offline,
    pages,
    places,
    prints,
    source,
    submit,
    tiles,
):
    router.include_router(part.router)
