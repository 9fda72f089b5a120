"""The files of a mirror: pages in each language, data for the map and the search, what they need."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from services.gateway.mirror.archive import File
from services.gateway.mirror.areas import Areas
from services.gateway.mirror.contents import Contents, public_link, without_invites
from services.gateway.mirror.ground import Ground
from services.gateway.web import cards
from services.gateway.web.assets import ASSETS
from services.gateway.web.book import book
from services.gateway.web.bundle import bundle
from services.gateway.web.drawing import View
from services.gateway.web.i18n import Translator, translator
from services.gateway.web.maps import Mark, listing_mark, outline
from services.gateway.web.pages import texts_of
from services.gateway.web.places import view_of
from services.gateway.web.prints import qr_svg
from services.gateway.web.render import TEMPLATES, named
from shared.contracts.listings import Kind, PublicListing
from shared.flags import CATALOGUE, svg

PAGE = 100
"""Listings on a page of the list."""
FIRST = 60
"""Listings beside the map before scripts run."""
PAGES_MOST = 20_000
"""Listings up to which each has a page and a QR code of its own; with more the list is all there is."""
AREA_MOST = 500
"""Listings on the page of an area."""
Row = tuple[PublicListing, list[str], str]
"""A listing, the names of its areas, the address of its page."""
FILES = {
    "base.css": "base.css",
    "style.css": "style.css",
    "places.css": "places.css",
    "icon.svg": "icon.svg",
    "rushnik.svg": "rushnik.svg",
    "vendor/leaflet/leaflet.css": "leaflet.css",
    "vendor/leaflet/leaflet.js": "leaflet.js",
    "vendor/leaflet/LICENSE.txt": "leaflet-LICENSE.txt",
    "vendor/onest/onest-cyrillic.woff2": "vendor/onest/onest-cyrillic.woff2",
    "vendor/onest/onest-latin.woff2": "vendor/onest/onest-latin.woff2",
    "vendor/onest/LICENSE.txt": "vendor/onest/LICENSE.txt",
}
"""Static files of the site and their names below `files/`."""
VERIFY = Path(__file__).parent / "verify.py"
README = Path(__file__).parent / "README.txt"


def files(contents: Contents) -> Iterator[File]:
    """All files but the manifest, always in the same order."""
    yield "README.txt", README.read_bytes()
    yield "verify.py", VERIFY.read_bytes()
    for source, name in FILES.items():
        yield f"files/{name}", ASSETS.files[source].body
    scripts = {
        name.removeprefix("js/"): asset.body.decode()
        for name, asset in ASSETS.files.items()
        if name.startswith("js/")
    }
    yield "files/copy.js", bundle("copy.js", scripts).encode()
    for flag in CATALOGUE:
        yield f"flags/{flag}.svg", svg(flag).encode()
    removed = translator(contents.languages[0])("mirror.removed_link")
    data = book(contents.listings, contents.areas, removed=removed)
    yield "files/book.js", f"window.DZE_BOOK = {_json(data)};\n".encode()
    if len(contents.listings) <= PAGES_MOST:
        for listing in contents.listings:
            if listing.link and public_link(listing):
                yield f"qr/{listing.id}.svg", qr_svg(listing.link).encode()
    ground, areas = Ground(contents), Areas(contents)
    yield from ground.files()
    yield "index.html", _Language(contents, contents.languages[0], ground, areas).home("")
    for language in contents.languages:
        yield from _Language(contents, language, ground, areas).files()


def _json(value: Any) -> str:
    """JSON that is a script as well: no line separators, no end of a script."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("<", "\\u003c")


class _Language:
    """The pages in one language."""

    def __init__(self, contents: Contents, language: str, ground: Ground, areas: Areas) -> None:
        self._contents = contents
        self._ground, self._places = ground, areas
        self._t: Translator = translator(language)
        self._own_pages = len(contents.listings) <= PAGES_MOST
        self._page = "listings/{id}.html" if self._own_pages else "list-1.html"
        self._removed = self._t("mirror.removed_link")

    def files(self) -> Iterator[File]:
        folder = self._t.language
        yield f"{folder}/index.html", self.home("../")
        every = [self._clean(listing) for listing in self._contents.listings]
        pages = max(1, -(-len(every) // PAGE))
        for number in range(1, pages + 1):
            rows = [self._row(each, number) for each in every[(number - 1) * PAGE : number * PAGE]]
            values = {"rows": rows, "number": number, "pages": pages, "total": len(every)}
            yield f"{folder}/list-{number}.html", self._render("list", "../", f"list-{number}", **values)
        if self._own_pages:
            for listing in every:
                yield f"{folder}/listings/{listing.id}.html", self._listing(listing)
        yield f"{folder}/guide.html", self._render("guide", "../", "guide", cards=cards.cards(folder))
        for card in cards.cards(folder):
            body = cards.rendered(folder, card.slug, self._address)
            path = f"guide/{card.slug}"
            yield f"{folder}/{path}.html", self._render("card", "../../", path, card=card, body=body)
        yield f"{folder}/flags.html", self._render("flags", "../", "flags")
        yield from self._area_files()

    def _area_files(self) -> Iterator[File]:
        folder, t = self._t.language, self._t
        yield f"{folder}/areas.html", self._render("areas", "../", "areas", tree=self._places.tree(t))
        for spot in self._places.spots.values():
            found = [self._clean(one) for one in self._places.listings.get(spot.id, ())]
            view, path = view_of(spot), f"areas/{spot.id}"
            marks = self._places.marks(view, found, t, to="../", page=self._page)
            values = self._places.values(spot, t) | {
                "map": self._ground.drawing(view, t, "../../", marks),
                "around": outline(view, spot.polygon),
                "groups": self._by_kind(found[:AREA_MOST]),
                "shown": min(len(found), AREA_MOST),
                "total": len(found),
            }
            yield f"{folder}/{path}.html", self._render("area", "../../", path, **values)

    def _by_kind(self, listings: list[PublicListing]) -> list[tuple[Kind, list[Row]]]:
        rows = {kind: [self._beside(one) for one in listings if one.kind is kind] for kind in Kind}
        return [(kind, some) for kind, some in rows.items() if some]

    def _beside(self, listing: PublicListing) -> Row:
        """As `_row`, from a folder beside."""
        return (
            listing,
            [name for _, name in self._places.names(listing, self._t.language)],
            f"../{self._page.format(id=listing.id)}",
        )

    def home(self, root: str) -> bytes:
        """The map, from a folder where `root` leads to the top."""
        numbered = [(each, 1 + index // PAGE) for index, each in enumerate(self._contents.listings)]
        numbered.sort(key=lambda pair: -(pair[0].members or 0))
        pages = "" if root else f"{self._t.language}/"
        page = "listings/{id}.html" if self._own_pages else "list-{page}.html#l-{id}"
        city = self._contents.city
        first = [self._row(self._clean(each), number) for each, number in numbered[:FIRST]]
        view = View(city.lat, city.lon, round(city.zoom)).tamed()
        config = {
            "lat": city.lat,
            "lon": city.lon,
            "zoom": float(city.zoom),  # 11 and 11.0 are one zoom, and must be one text
            "whole": True,
            "area": city.area,
            "centre": [city.lat, city.lon],
            "lang": self._t.language,
            "basemap": self._ground.config(root),
            "page": pages + page,
            "flags": root + "flags/{id}.svg",
            "until": self._contents.until.isoformat(),
        }
        return self._render(
            "home",
            root,
            "index",
            pages=pages,
            first=[(listing, names, pages + href) for listing, names, href in first],
            total=len(self._contents.listings),
            kinds=list(Kind),
            config=config,
            texts=texts_of(self._t),
            map=self._ground.drawing(view, self._t, root, self._marks(view, pages)),
        )

    def _marks(self, view: View, pages: str) -> Iterator[Mark]:
        every = map(self._clean, self._contents.listings)
        return self._places.marks(view, every, self._t, to=pages, page=self._page)

    def _listing(self, listing: PublicListing) -> bytes:
        path = f"listings/{listing.id}"
        view = View(listing.place.lat, listing.place.lon, 14, width=720, height=260)
        mark = listing_mark(view, listing, listing.name, "../index.html")
        return self._render(
            "listing",
            "../../",
            path,
            listing=listing,
            places=self._places.names(listing, self._t.language),
            link=public_link(listing),
            map=self._ground.drawing(view, self._t, "../../", [mark]),
        )

    def _row(self, listing: PublicListing, number: int) -> Row:
        href = f"listings/{listing.id}.html" if self._own_pages else f"list-{number}.html#l-{listing.id}"
        return listing, self._names(listing), href

    def _names(self, listing: PublicListing) -> list[str]:
        """Names of its areas, the smallest first."""
        return [name for _, name in self._places.names(listing, self._t.language)]

    def _clean(self, listing: PublicListing) -> PublicListing:
        """Without private links in its texts."""
        cleaned = {
            "name": without_invites(listing.name, self._removed),
            "description": without_invites(listing.description, self._removed),
        }
        return listing.model_copy(update=cleaned)

    def _address(self, href: str) -> str:
        """Where a link of the guide leads in the copy; what needs a server leads to the site or the map."""
        path = href.partition("?")[0]
        if path.startswith("/guide/") and len(path) > len("/guide/"):
            return f"{path.removeprefix('/guide/')}.html"
        known = {
            "/list": "../list-1.html",
            "/areas": "../areas.html",
            "/guide/": "../guide.html",
            "/flags": "../flags.html",
        }
        if path == "/submit" and self._contents.site:
            return self._contents.site + href
        return known.get(path, "../index.html")

    def _render(self, template: str, root: str, path: str, **values: Any) -> bytes:
        contents = self._contents
        city: Mapping[str, str] = contents.city.name
        return (
            TEMPLATES.get_template(f"mirror/{template}.html")
            .render(
                t=self._t,
                root=root,
                path=path,
                here=path,
                city=named(city, self._t.language),
                languages=contents.languages,
                made=self._t.date(_moment(contents.made)),
                until=self._t.date(_moment(contents.until)),
                address=contents.site,
                date=lambda moment: self._t.date(contents.city.local(moment)),
                **values,
            )
            .encode()
        )


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
