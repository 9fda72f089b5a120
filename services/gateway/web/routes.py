"""Everything for people: pages, prints, static files, the basemap."""

from fastapi import APIRouter

from services.gateway.web import assets, basemap, pages, prints, submit

router = APIRouter(include_in_schema=False)
for part in (assets, basemap, pages, prints, submit):
    router.include_router(part.router)
