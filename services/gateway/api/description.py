"""What `/openapi.json` says beside what FastAPI finds out: media types, problems, shared schemas."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from services.gateway.api.submissions import ProposalBody
from services.gateway.problems import MEDIA_TYPE, TITLES

REF = "#/components/schemas/{model}"
LICENSE = {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"}
CONTACT = "The operators of this site"
ALWAYS = (404, 429, 503)
"""Any address may answer these: an unknown one, a limit, a process that is not ready."""
BODIES = (400, 413, 415)
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details; `errors` has one entry for each bad field.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
    },
}
FEATURE: dict[str, Any] = {
    "type": "object",
    "description": "RFC 7946 Feature.",
    "required": ["type", "geometry", "properties"],
    "properties": {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "string"},
        "geometry": {"type": "object", "additionalProperties": True},
        "properties": {"type": "object", "additionalProperties": True},
    },
}
COLLECTION: dict[str, Any] = {
    "type": "object",
    "description": "RFC 7946 FeatureCollection, with numbers of the whole beside the features.",
    "required": ["type", "features"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "features": {"type": "array", "items": {"$ref": "#/components/schemas/Feature"}},
        "total": {"type": "integer"},
        "members": {"type": "integer"},
        "zoom": {"type": "integer"},
        "next": {"type": ["string", "null"]},
        "outside": {"type": ["integer", "null"]},
    },
    "additionalProperties": True,
}


def operation_id(route: APIRoute) -> str:
    """The name of the function, which stays when an address changes."""
    return route.name


def describe(app: FastAPI, site: str = "") -> dict[str, Any]:
    """The whole document, made once; `site` is the public address, where it is set."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            license_info=LICENSE,
            contact={"name": CONTACT} | ({"url": site} if site else {}),
        )
        _add_schemas(document["components"]["schemas"])
        for methods in document["paths"].values():
            for operation in methods.values():
                _add_problems(operation)
        app.openapi_schema = document
    return app.openapi_schema


def _add_schemas(schemas: dict[str, Any]) -> None:
    _, found = models_json_schema([(ProposalBody, "validation")], ref_template=REF)
    for left in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, which nobody gets here
        schemas.pop(left, None)
    schemas |= {**found["$defs"], "Problem": PROBLEM, "Feature": FEATURE, "FeatureCollection": COLLECTION}


def _add_problems(operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    refused = [*ALWAYS, *(BODIES if "requestBody" in operation else ())]
    refused += [422] if "422" in answers or "requestBody" in operation else []
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answers |= {
        str(status): {"description": TITLES[status], "content": problem}
        for status in sorted({*refused, *(int(key) for key in answers if key.startswith(("4", "5")))})
    }
