"""All listings of a query at once, as columns: smaller on the wire than GeoJSON, for maps that keep them.

Neighbours on the ground are neighbours in the columns, so that places are small differences.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.answers import OBJECT, answer
from services.gateway.api.params import Filters
from services.gateway.context import Ctx
from services.gateway.problems import Problem
from shared.contracts.listings import PublicListing

router = APIRouter(prefix="/api/v1", tags=["listings"])
LISTINGS_MOST = 20_000
SCALE = 100_000
"""Places are whole hundred-thousandths of a degree, about a metre; a courtyard is shown to 50 m."""


@router.get("/listings.columns", response_class=Response, responses=OBJECT)
async def columns(request: Request, ctx: Ctx, params: Annotated[Filters, Query()]) -> Response:
    """Listings as columns of equal length, at most 20,000; beyond it the answer is 422.

    `lat` and `lon` begin with a value in 1/100,000 degree and go on with differences. `kind`, `flag` and
    `area` are numbers of `kinds`, `flags` and `areas`; `area` is the smallest area, or null. `link` is what
    follows `https://t.me/`, or null while it is not shown. `members` is null when unknown or below
    `members_below`. `gone` lists the numbers of those whose link led nowhere when it was last looked at,
    `hidden` of those under whose link another chat was found than the listed one.
    """
    query = params.query()
    if ctx.model.count(query) > LISTINGS_MOST:
        raise Problem(422, f"More than {LISTINGS_MOST} listings match: ask for a smaller bbox.")
    return answer(request, as_columns(ctx.model.everything(query)))


def as_columns(listings: Sequence[PublicListing]) -> dict[str, Any]:
    kinds, flags, areas = Numbers(), Numbers(), Numbers()
    return {
        "total": len(listings),
        "scale": SCALE,
        "id": [one.id for one in listings],
        "name": [one.name for one in listings],
        "link": [one.link.url.removeprefix("https://t.me/") if one.link else None for one in listings],
        "lat": _differences([round(one.place.lat * SCALE) for one in listings]),
        "lon": _differences([round(one.place.lon * SCALE) for one in listings]),
        "members": [one.members for one in listings],
        "members_below": next((one.members_below for one in listings if one.members_below is not None), None),
        "kind": [kinds.of(one.kind.value) for one in listings],
        "flag": [flags.of(one.flag) for one in listings],
        "area": [areas.of(one.areas[-1]) if one.areas else None for one in listings],
        "gone": [number for number, one in enumerate(listings) if one.dead_since is not None],
        "hidden": [number for number, one in enumerate(listings) if one.link_hidden_since is not None],
        "kinds": list(kinds),
        "flags": list(flags),
        "areas": list(areas),
    }


class Numbers(dict[str, int]):
    """Words with the numbers they got as they came."""

    def of(self, word: str) -> int:
        return self.setdefault(word, len(self))


def _differences(values: list[int]) -> list[int]:
    return values[:1] + [after - before for before, after in pairwise(values)]
