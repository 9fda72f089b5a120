"""The form for a proposal and the page of its receipt. Taking it in is the business of `Intake`."""

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from services.gateway.domain.ground.picture import EDGE, UNITS
from services.gateway.domain.ground.svg import STYLE
from services.gateway.domain.proposal import REASON_LENGTH, Bad, Invalid
from services.gateway.intake import OPEN, Closed, Conflict, Form, TooMany, Work
from services.gateway.problems import RETRY_SECONDS
from services.gateway.web.basemap import Basemap, basemap, tile_body
from services.gateway.web.drawing import View
from services.gateway.web.maps import Drawing
from services.gateway.web.pages import draw_view, home_view, script_config, script_texts
from services.gateway.web.render import TEMPLATES, Page, Site
from services.gateway.web.tiles import ZOOM_MOST, painter
from shared.bus import Unavailable
from shared.contracts.listings import DESCRIPTION_LENGTH, NAME_LENGTH, Kind, Precision, PublicListing
from shared.contracts.submissions import State
from shared.flags import DEFAULT
from shared.geo import printed

router = APIRouter(include_in_schema=False)
PICKER = 288
"""Edge of the map without scripts, in CSS pixels: what fits a screen of 320, and is never scaled, so that the
place pressed is the place meant."""
PICKED_ZOOM = 15
TEXT_FIELDS = (
    "action",
    "listing_id",
    "name",
    "link",
    "kind",
    "lat",
    "lon",
    "precision",
    "description",
    "flag",
    "reason",
)
LANGUAGE_CHOICES = ("be", "ru", "en", "uk", "pl", "lt")
PRIVATE = {"Cache-Control": "no-store"}
LIMITS = {"name": NAME_LENGTH, "description": DESCRIPTION_LENGTH, "reason": REASON_LENGTH, "link": 200}
STEPS = (State.RECEIVED, State.IN_REVIEW, State.ACCEPTED)
AFTER_SECONDS = 8
"""How often the page of an open submission refreshes itself without scripts."""

Text = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True)
class Filled:
    """What stands in the form."""

    values: Mapping[str, str]
    languages: tuple[str, ...] = ()
    token: str = ""
    view: View | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    """What is wrong with the whole of it."""

    @property
    def action(self) -> str:
        action = self.values.get("action", "")
        return action if action in {"add", "change", "remove"} else "add"


@router.get("/submit")
async def form(
    site: Page, action: Text = "add", listing: Text = "", flag: Text = "", at: Text = ""
) -> HTMLResponse:
    """An empty form, or one filled with the listing that is to be changed."""
    known = site.gateway.model.listing(listing) if action in {"change", "remove"} else None
    if known is not None:
        return await _show(site, _of_listing(known, action), known)
    view = View.parse(at, home_view(site))
    values = {
        "action": "add",
        "precision": Precision.COURTYARD.value,
        "kind": Kind.GROUP.value,
        "flag": flag or DEFAULT,
    }
    return await _show(site, Filled(values, languages=(site.language,), view=view))


@router.post("/submit")
async def send(site: Page, request: Request) -> Response:
    """Take it in and lead to the receipt; or show the form again, with what is wrong or the place picked."""
    posted = await request.form(max_files=0, max_fields=60)
    filled = _of_form(site, posted)
    if "pick.x" in posted or "zoom" in posted:
        return await _show(site, _moved(filled, posted))
    proof = _proof(posted)
    raw = _raw(filled)
    try:
        receipt = await site.gateway.intake.submit(raw, proof)
    except Invalid as invalid:
        return await _show(site, _refused(site, filled, invalid.errors), status=422)
    except Conflict:
        return await _show(site, replace(filled, token="", notice=site.t("submit.expired")), status=422)
    except TooMany as many:
        return await _busy(site, filled, 429, "submit.too_many", many.after)
    except Unavailable:
        return await _busy(site, filled, 503, "submit.busy", RETRY_SECONDS)
    return RedirectResponse(site.link(f"/submissions/{receipt}"), status_code=303, headers=PRIVATE)


@router.get("/submissions/{receipt}")
async def submission(receipt: str, site: Page) -> HTMLResponse:
    """Where a proposal stands."""
    status = await site.gateway.intake.status(receipt)
    if status is None:
        return site.page("error.html", status=404, key="receipt.unknown", headers=PRIVATE)
    listed = (
        status.listing_id if status.listing_id and site.gateway.model.listing(status.listing_id) else None
    )
    return site.page(
        "submission.html",
        headers=PRIVATE,
        receipt=receipt,
        status_=status,
        open_=status.state in OPEN,
        steps=STEPS,
        reached=STEPS.index(status.state) if status.state in STEPS else -1,
        reasons=[text for code in status.reasons if (text := _reason(site, code))],
        listed=listed,
        seconds=AFTER_SECONDS,
    )


@router.post("/submissions/{receipt}/withdraw")
async def withdraw(receipt: str, site: Page) -> Response:
    """Take it back. One that is decided already stays so, which its page tells."""
    with suppress(Closed):
        if await site.gateway.intake.withdraw(receipt) is None:
            return site.page("error.html", status=404, key="receipt.unknown", headers=PRIVATE)
    return RedirectResponse(site.link(f"/submissions/{receipt}"), status_code=303, headers=PRIVATE)


def _of_listing(known: PublicListing, action: str) -> Filled:
    values = {
        "action": action,
        "listing_id": known.id,
        "name": known.name,
        "link": known.link.url if known.link else "",
        "kind": known.kind.value,
        "lat": str(printed(known.place.lat)),
        "lon": str(printed(known.place.lon)),
        "precision": known.place.precision.value,
        "description": known.description,
        "flag": known.flag,
    }
    return Filled(values, known.languages, view=View(known.place.lat, known.place.lon, PICKED_ZOOM))


def _of_form(site: Site, posted: FormData) -> Filled:
    values = {name: _one(posted, name) for name in TEXT_FIELDS}
    languages = tuple(value for value in posted.getlist("languages") if isinstance(value, str))
    view = View.parse(_one(posted, "at"), home_view(site))
    return Filled(values, languages, token=_one(posted, "form"), view=view)


def _one(posted: FormData, name: str) -> str:
    value = posted.get(name)
    return value if isinstance(value, str) else ""


def _raw(filled: Filled) -> dict[str, Any]:
    """As the API takes it; fields of other actions are left out."""
    if filled.action == "remove":
        return {name: filled.values[name] for name in ("action", "listing_id", "reason")}
    raw: dict[str, Any] = {name: value for name, value in filled.values.items() if name != "listing_id"}
    raw["languages"] = ",".join(filled.languages)
    if filled.action == "change":
        raw["listing_id"] = filled.values["listing_id"]
    return raw


def _proof(posted: FormData) -> Work | Form:
    """Work done by the page's script, or else the form's own token."""
    if solved := _one(posted, "challenge"):
        return Work(solved)
    return Form(_one(posted, "form"), _one(posted, "website"))


def _moved(filled: Filled, posted: FormData) -> Filled:
    """The map without scripts was pressed: pick the place, or come nearer."""
    view = replace(filled.view, width=PICKER, height=PICKER) if filled.view else None
    assert view is not None
    x, y = _one(posted, "pick.x"), _one(posted, "pick.y")
    if (x + y).isascii() and x.isdecimal() and y.isdecimal() and len(x + y) < 12:
        lat, lon = view.place(min(int(x), PICKER), min(int(y), PICKER))
        values = {**filled.values, "lat": f"{lat:.5f}", "lon": f"{lon:.5f}"}
        return replace(
            filled, values=values, view=view.at(lat, lon, max(view.zoom + 1, min(PICKED_ZOOM, view.zoom + 2)))
        )
    return replace(filled, view=view.zoomed(1 if _one(posted, "zoom") == "in" else -1))


def _refused(site: Site, filled: Filled, bad: tuple[Bad, ...]) -> Filled:
    """Each error beside its field, in the reader's language; those of the form itself above it."""
    errors: dict[str, str] = {}
    notice, token = "", filled.token
    for each in bad:
        if each.field in {"form", "challenge"}:
            notice = site.t("submit.too_fast" if each.code == "early" else "submit.expired")
            token = token if each.code == "early" else ""
        else:
            name = "place" if each.field in {"lat", "lon"} else each.field
            errors.setdefault(name, _told(site, name, each.code))
    return replace(filled, errors=errors, notice=notice, token=token)


def _told(site: Site, name: str, code: str) -> str:
    code = "required" if code in {"missing", "empty"} else code
    if name == "place" and code == "type":
        code = "required"
    keys = (f"field.{name}.{code}", f"field.{code}", f"field.{name}.invalid", "field.invalid")
    return site.t.either(*keys, n=LIMITS.get(name, 0))


def _reason(site: Site, code: str) -> str:
    """Codes that have no text for people are left out rather than shown raw."""
    return site.t(f"reason.{code}") if site.t.has(f"reason.{code}") else ""


async def _busy(site: Site, filled: Filled, status: int, key: str, after: float) -> HTMLResponse:
    headers = {"Retry-After": str(max(1, round(after + 0.5)))}
    return await _show(site, replace(filled, notice=site.t(key)), status=status, headers=headers)


async def _show(
    site: Site,
    filled: Filled,
    known: PublicListing | None = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    if known is None and filled.values.get("listing_id"):
        known = site.gateway.model.listing(filled.values["listing_id"])
    view = replace(filled.view or home_view(site), width=PICKER, height=PICKER)
    used = basemap(site.gateway.settings.basemap)
    suffix = "" if filled.action == "add" else f"_{filled.action}"
    return site.page(
        "submit.html",
        status=status,
        headers=PRIVATE | dict(headers or {}),
        filled=filled,
        values={name: filled.values.get(name, "") for name in TEXT_FIELDS},
        errors=filled.errors,
        known=known,
        title=site.t(f"submit.title{suffix}"),
        intro=site.t(f"submit.intro{suffix}"),
        token=filled.token or site.gateway.intake.form_token(),
        view=view,
        picker=""
        if filled.action == "remove"
        else await picker(site, view, picked=bool(filled.values.get("lat"))),
        kinds=list(Kind),
        precisions=list(Precision),
        language_choices=dict.fromkeys((*LANGUAGE_CHOICES, *filled.languages)),
        limits=LIMITS,
        basemap=used,
        config=script_config(site, view),
        texts=script_texts(site),
    )


async def picker(site: Site, view: View, *, picked: bool) -> str:
    """The map to press as a `data:` address: no second request tells anybody where somebody looked."""
    drawing = draw_view(site, view, [])
    used = basemap(site.gateway.settings.basemap)
    if used.kind == "raster":
        drawing, insides = _inlined(used, drawing), []
    else:
        tiles = [(z, x, y) for z, x, y, *_ in view.tiles(ZOOM_MOST, EDGE)]
        insides = await painter(site.request, site.gateway).insides(site.language, tiles)
    text = TEMPLATES.get_template("picker.svg").render(
        map=drawing, picked=picked, insides=insides, style=STYLE, units=UNITS
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(text.encode()).decode()}"


def _inlined(used: Basemap, drawing: Drawing) -> Drawing:
    """With the images themselves in place of their addresses."""
    images = [(_inline(used, *href.split("/")[2:]), x, y, edge) for href, x, y, edge in drawing.tiles]
    return replace(drawing, tiles=[image for image in images if image[0]])


def _inline(used: Basemap, z: str, x: str, y: str) -> str:
    body = tile_body(used, int(z), int(x), int(y))
    return f"data:{used.mime};base64,{base64.b64encode(body).decode()}" if body else ""
