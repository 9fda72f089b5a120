"""GeoJSON (RFC 7946) of what the read model answers, and answers that need not be sent twice."""

import hashlib
from collections.abc import Iterable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.domain.clusters import Cluster
from services.gateway.domain.readmodel import ReadModel
from shared.contracts.listings import Area, PublicListing
from shared.geo import MultiPolygon, printed

GEOJSON = "application/geo+json"
JSON = "application/json"


def described(media_type: str, schema: str | dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that makes its answer itself; a text names a shared schema."""
    given = {"$ref": f"#/components/schemas/{schema}"} if isinstance(schema, str) else schema
    content = {media_type: {"schema": given}}
    return {200: {"description": "As described.", "content": content}, 304: {"description": "Not changed."}}


FEATURES = described(GEOJSON, "FeatureCollection")
ONE_FEATURE = described(GEOJSON, "Feature")
OBJECT = described(JSON, {"type": "object", "additionalProperties": True})
BINARY = {"type": "string", "format": "binary"}


def answer(
    request: Request, content: Any, media_type: str = JSON, headers: dict[str, str] | None = None
) -> Response:
    """JSON with an ETag of its content, or 304 when the reader has it already; any gateway gives the same."""
    return answer_bytes(request, orjson.dumps(content), media_type, headers)


def answer_bytes(
    request: Request, body: bytes, media_type: str, headers: dict[str, str] | None = None
) -> Response:
    etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "public, no-cache", **(headers or {})}
    if etag in (known.strip() for known in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def feature(listing: PublicListing) -> dict[str, Any]:
    """One listing. `members` is null when unknown, or below `members_below`; `link` while it is not shown."""
    properties = {
        "name": listing.name,
        "kind": listing.kind,
        "link": listing.link.url if listing.link else None,
        "members": listing.members,
        "members_below": listing.members_below,
        "flag": listing.flag,
        "description": listing.description,
        "languages": listing.languages,
        "precision": listing.place.precision,
        "areas": listing.areas,
        "checked_at": listing.checked_at,
        "dead_since": listing.dead_since,
        "link_hidden_since": listing.link_hidden_since,
        "revision": listing.revision,
        "created_at": listing.created_at,
        "updated_at": listing.updated_at,
        "page": f"/listings/{listing.id}",
    }
    return _point(listing.id, listing.place.lat, listing.place.lon, properties)


def collection(features: Iterable[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", **more, "features": list(features)}


def cluster_features(model: ReadModel, clusters: Iterable[Cluster]) -> Iterable[dict[str, Any]]:
    """A listing that stands alone comes whole, with `count` 1."""
    for cluster in clusters:
        listing = model.listing(cluster.id) if cluster.count == 1 else None
        if listing is not None:
            alone = feature(listing)
            alone["properties"] |= {"cluster": False, "count": 1, "expansion_zoom": None}
            yield alone
        else:
            properties = {
                "cluster": True,
                "count": cluster.count,
                "members": cluster.members,
                "expansion_zoom": cluster.expansion_zoom,
            }
            yield _point(f"cluster-{cluster.id}", cluster.lat, cluster.lon, properties)


def area_feature(area: Area) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": area.id,
        "geometry": {"type": "MultiPolygon", "coordinates": outline(area.polygon)},
        "properties": {"level": area.level, "names": area.names, "parent": area.parent},
    }


def outline(polygon: MultiPolygon) -> list[list[list[tuple[float, float]]]]:
    """The coordinates of a GeoJSON MultiPolygon."""
    return [[[(printed(lon), printed(lat)) for lon, lat in ring] for ring in rings] for rings in polygon]


def _point(feature_id: str, lat: float, lon: float, properties: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [printed(lon), printed(lat)]}
    return {"type": "Feature", "id": feature_id, "geometry": geometry, "properties": properties}
