"""Pages from templates: the language of a request, addresses that keep it, what every template may call."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from services.gateway.context import Ctx, Gateway
from services.gateway.web.assets import ASSETS
from services.gateway.web.i18n import NATIVE, Translator, choose, offered, translator
from shared.contracts.listings import AreaId, AreaLevel, PublicListing
from shared.flags import CATALOGUE

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals.update(asset=ASSETS.url, native=NATIVE, flags=CATALOGUE)
TEMPLATES.globals["critical"] = Markup(ASSETS.critical)  # noqa: S704  # our own style sheet

SUGGEST_TEXTS = (
    "suggest.label", "suggest.count", "suggest.none", "suggest.house", "members.count", "members.below",
    "members.unknown", "near.me", "near.sorted", "near.failed", "near.away", "near.away_km",
    *(f"level.{level.value}" for level in AreaLevel),
)  # fmt: skip
Values = Mapping[str, str | int | float | None]


@dataclass(frozen=True)
class Site:
    """One request as the pages see it."""

    request: Request
    gateway: Gateway
    t: Translator
    asked: bool
    """Whether the address names the language; links keep it only then."""

    @property
    def language(self) -> str:
        return self.t.language

    @property
    def languages(self) -> list[str]:
        """Those of the settings that there are texts for."""
        return offered(self.gateway.settings.languages)

    def link(self, path: str, **values: str | float | None) -> str:
        """An address on this site, with the language if it was asked for; empty values are left out."""
        kept = {name: value for name, value in values.items() if value not in {None, ""}}
        if self.asked:
            kept["lang"] = self.language
        return f"{path}?{urlencode(kept)}" if kept else path

    def in_language(self, language: str) -> str:
        """This page in another language."""
        pairs = [pair for pair in self.request.query_params.multi_items() if pair[0] != "lang"]
        return f"{self.request.url.path}?{urlencode([*pairs, ('lang', language)])}"

    @property
    def origin(self) -> str:
        """Where residents find us, without a slash. Never taken from a request, which may name any host."""
        settings = self.gateway.settings
        return settings.public_url or f"http://{settings.host}:{settings.port}"

    @property
    def city(self) -> str:
        names = self.gateway.settings.city.name
        return names.get(self.language) or next(iter(names.values()), "")

    @property
    def clock(self) -> str:
        """Hours and minutes where the city is: from when a page is."""
        return self._there.strftime("%H:%M")

    @property
    def ahead(self) -> int:
        """Minutes by which clocks in the city are ahead of UTC now, for scripts that tell the time."""
        offset = self._there.utcoffset()
        return round(offset.total_seconds() / 60) if offset else 0

    @property
    def _there(self) -> datetime:
        """This moment where the city is."""
        return self.gateway.settings.city.local(self.gateway.bus.now())

    def day(self, moment: datetime) -> str:
        """The date where the city is, as 2026-11-22."""
        return self.gateway.settings.city.local(moment).date().isoformat()

    def date(self, moment: datetime) -> str:
        """The date where the city is, in words."""
        return self.t.date(self.gateway.settings.city.local(moment))

    def area_names(self, listing: PublicListing) -> list[str]:
        """Names of the areas a listing lies in, the smallest first."""
        return [name for area in reversed(listing.areas) if (name := self.area_name(area))]

    def area_links(self, listing: PublicListing) -> list[tuple[str, str]]:
        """Address and name of each area and street a listing lies in, the largest first."""
        streets = self.gateway.search.streets
        named_areas = [(area, self.area_name(area)) for area in listing.areas]
        streeted = [
            (area, name or (named(street.names, self.language) if (street := streets.get(area)) else ""))
            for area, name in named_areas
        ]
        return [(self.link(f"/areas/{area}"), name) for area, name in streeted if name]

    @property
    def suggesting(self) -> dict[str, Any]:
        """What the scripts beside a search field must know."""
        suffix = f"lang={self.language}" if self.asked else ""
        return {"texts": self.t.raw(SUGGEST_TEXTS), "language": self.language, "suffix": suffix}

    def area_name(self, area_id: AreaId) -> str:
        area = self.gateway.model.area(area_id)
        return "" if area is None else named(area.names, self.language)

    def members(self, listing: PublicListing) -> str:
        return members(self.t, listing)

    def page(
        self, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> HTMLResponse:
        """Render. Pages are checked again each time (`no-cache`) and differ by the browser's language."""
        text = TEMPLATES.get_template(template).render(site=self, t=self.t, link=self.link, **values)
        standard = {"Content-Language": self.language, "Vary": "Accept-Language", "Cache-Control": "no-cache"}
        return HTMLResponse(text, status_code=status, headers=standard | dict(headers or {}))


def site(request: Request, gateway: Ctx) -> Site:
    return site_of(request, gateway)


def site_of(request: Request, gateway: Gateway) -> Site:
    asked = request.query_params.get("lang")
    chosen = choose(asked, request.headers.get("accept-language", ""), gateway.settings.languages)
    return Site(request, gateway, translator(chosen), asked=asked == chosen)


def error_page(request: Request, gateway: Gateway, status: int) -> HTMLResponse:
    """A page for a status that has no page of its own; the application's error handlers use it."""
    here = site_of(request, gateway)
    key = (
        f"error.{status}"
        if here.t.has(f"error.{status}")
        else "error.500"
        if status >= 500
        else "error.title"
    )
    return here.page("error.html", status=status, key=key, headers={"Cache-Control": "no-store"})


def members(t: Translator, listing: PublicListing) -> str:
    """The count in words, or why there is none."""
    if listing.members is not None:
        return t.many("members.count", listing.members)
    if listing.members_below is not None:
        return t("members.below", n=listing.members_below)
    return t("members.unknown")


def named(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or names.get("be") or next(iter(names.values()), "")


def for_script(values: Mapping[str, Any]) -> Markup:
    """JSON for a `data-` attribute; quoted for HTML by Jinja's own rules."""
    return Markup.escape(json.dumps(values, ensure_ascii=False, separators=(",", ":")))


TEMPLATES.filters["for_script"] = for_script
TEMPLATES.globals["members"] = members
Page = Annotated[Site, Depends(site)]
