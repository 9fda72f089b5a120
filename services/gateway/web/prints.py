"""What is printed: the QR code, and the sheet with strips to tear off, as PDF and as a page."""

import io
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

import segno
from fastapi import APIRouter, HTTPException, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import Align

from services.gateway.web.render import Page, Site
from shared.contracts.listings import Kind, Link, Listing
from shared.flags import CATALOGUE, DEFAULT, svg

router = APIRouter(include_in_schema=False)
FONTS = Path(__file__).parent / "fonts"
RED = (206, 23, 32)
INK = (26, 24, 22)
GREY = (110, 105, 100)
WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 18.0
STRIPS, STRIP_HEIGHT = 8, 62.0
NAME_LINES = 4
NAME_SIZES = ((40, 2), (34, 2), (28, 3), (23, 4), (19, 4), (16, 4))
"""Points, and how many lines are allowed at that size."""
LINE = 0.42
"""Millimetres of height for each point of a line."""
Colour = tuple[int, int, int]
Style = Literal["", "B"]
TITLE = re.compile("<title>.*?</title>")
"""fpdf logs a warning for each."""


@router.get("/listings/{listing_id}/qr.svg")
async def qr(listing_id: str, site: Page) -> Response:
    """The chat's link as a QR code, black on white so that it can be read in the dark theme too."""
    listing = _listing(site, listing_id)
    headers = {"Cache-Control": "no-cache", "ETag": f'"{listing.link.key}"'}
    return Response(qr_svg(listing.link), media_type="image/svg+xml", headers=headers)


@router.get("/listings/{listing_id}/poster")
async def sheet(listing_id: str, site: Page) -> HTMLResponse:
    """The sheet as a page, printed by the browser."""
    listing = _listing(site, listing_id)
    values = {"kicker": kicker(site, listing), "address": address(listing.link)}
    return site.page("poster.html", listing=listing, **values)


@router.get("/listings/{listing_id}/poster.pdf")
async def poster(listing_id: str, site: Page) -> Response:
    """The sheet as PDF, A4."""
    listing = _listing(site, listing_id)
    words = (kicker(site, listing), site.t("poster.scan"), site.city)
    body = await run_in_threadpool(poster_pdf, listing.name, listing.link, listing.flag, words)
    headers = {
        "Cache-Control": "no-cache",
        "Content-Language": site.language,
        "Content-Disposition": f'inline; filename="dze-{listing.id}.pdf"',
    }
    return Response(body, media_type="application/pdf", headers=headers)


def _listing(site: Site, listing_id: str) -> Listing:
    found = site.gateway.model.listing(listing_id)
    if found is None:
        raise HTTPException(404)
    return found


def kicker(site: Site, listing: Listing) -> str:
    """The line above the name."""
    kind = listing.kind.value if listing.kind in {Kind.GROUP, Kind.CHANNEL} else "other"
    return site.t(f"poster.join.{kind}")


def address(link: Link) -> str:
    """The link as a person types it."""
    return link.url.removeprefix("https://")


def qr_svg(link: Link) -> str:
    """Error correction M: a sheet hangs in the rain."""
    out = io.BytesIO()
    segno.make(link.url, error="m", micro=False).save(
        out, kind="svg", border=3, dark="#000", light="#fff", xmldecl=False, svgclass=None, lineclass=None, omitsize=True
    )
    return out.getvalue().decode()


@lru_cache(maxsize=64)
def poster_pdf(name: str, link: Link, flag: str, words: tuple[str, str, str]) -> bytes:
    """An A4 sheet: flag, name, QR code, address, and strips along the lower edge. Vector throughout."""
    above, scan, city = words
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.set_title(name)
    pdf.set_creator("Dze")
    pdf.set_margin(0)
    shown = _fonts(pdf, name)
    pdf.add_page()
    _flag(pdf, flag, 0, 0, WIDTH, 26)
    _centred(pdf, 38, above.upper(), 12, GREY)
    bottom = _name(pdf, 47, shown)
    side = min(118.0, HEIGHT - STRIP_HEIGHT - 34 - bottom)
    _qr(pdf, link, (WIDTH - side) / 2, bottom + 5, side)
    _centred(pdf, bottom + side + 8, scan, 13, INK)
    _centred(pdf, bottom + side + 15, address(link), 17, RED, "B")
    _strips(pdf, link, shown, city)
    return bytes(pdf.output())


def _fonts(pdf: FPDF, name: str) -> str:
    """Add the fonts; a wide one only for a name that needs it. Returns the name as it can be set."""
    pdf.add_font("Onest", "", FONTS / "Onest-Regular.ttf")
    pdf.add_font("Onest", "B", FONTS / "Onest-Bold.ttf")
    covered = _covered("Onest-Bold.ttf")
    if not all(ord(letter) in covered for letter in name):
        pdf.add_font("Wide", "", FONTS / "DejaVuSans-Bold.ttf")
        pdf.add_font("Wide", "B", FONTS / "DejaVuSans-Bold.ttf")
        pdf.set_fallback_fonts(["Wide"])
    return printable(name) or "Telegram"


@cache
def _covered(file: str) -> frozenset[int]:
    with TTFont(FONTS / file, lazy=True) as font:
        return frozenset(font.getBestCmap())


def printable(name: str) -> str:
    """Without what no font of ours can draw (emoji) and without controls that could turn the line around."""
    known = _covered("Onest-Bold.ttf") | _covered("DejaVuSans-Bold.ttf")
    kept = [
        letter for letter in unicodedata.normalize("NFC", name) if ord(letter) in known and unicodedata.category(letter)[0] not in {"C", "M"}
    ]
    return " ".join("".join(kept).split())


def _name(pdf: FPDF, top: float, name: str) -> float:
    """Set the name as large as fits; returns where it ends."""
    room = WIDTH - 2 * MARGIN
    lines: list[str] = []
    for size, most in NAME_SIZES:
        pdf.set_font("Onest", "B", size)
        lines = _wrapped(pdf, name, room)
        if len(lines) <= most:
            break
    height = pdf.font_size_pt * LINE
    pdf.set_text_color(*INK)
    for number, line in enumerate(lines[:NAME_LINES]):
        pdf.set_xy(MARGIN, top + number * height)
        pdf.cell(room, height, line, align=Align.C)
    return top + min(len(lines), NAME_LINES) * height


def _wrapped(pdf: FPDF, text: str, room: float) -> list[str]:
    """Lines of whole words; a word longer than a line is cut."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if pdf.get_string_width(longer) <= room:
            lines[-1] = longer
            continue
        lines.append("")
        for letter in word:
            if pdf.get_string_width(lines[-1] + letter) > room:
                lines.append("")
            lines[-1] += letter
    return [line for line in lines if line]


def _centred(pdf: FPDF, top: float, text: str, size: float, colour: Colour, style: Style = "") -> None:
    """One line in the middle, smaller when it is too long."""
    pdf.set_font("Onest", style, size)
    if (width := pdf.get_string_width(text)) > WIDTH - 2 * MARGIN:
        pdf.set_font("Onest", style, size * (WIDTH - 2 * MARGIN) / width)
    pdf.set_text_color(*colour)
    pdf.set_xy(MARGIN, top)
    pdf.cell(WIDTH - 2 * MARGIN, size * LINE, text, align=Align.C)


def _flag(pdf: FPDF, flag: str, left: float, top: float, width: float, height: float) -> None:
    """The chosen flag, and its stripes drawn out over the whole width behind it."""
    pdf.set_fill_color(*RED)
    pdf.rect(left, top + height / 3, width, height / 3, style="F")
    drawing = TITLE.sub("", svg(flag if flag in CATALOGUE else DEFAULT))
    across = height * 1.5
    pdf.image(io.BytesIO(drawing.encode()), left + (width - across) / 2, top, across, height)


def _qr(pdf: FPDF, link: Link, left: float, top: float, side: float) -> None:
    """Dark runs of each row as rectangles; a hair of overlap, so that no printer shows seams."""
    matrix = list(segno.make(link.url, error="m", micro=False).matrix)
    module = side / len(matrix)
    pdf.set_fill_color(0, 0, 0)
    for y, row in enumerate(matrix):
        start = None
        for x, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                pdf.rect(left + start * module, top + y * module, (x - start) * module, module + 0.02, style="F")
                start = None


def _strips(pdf: FPDF, link: Link, name: str, city: str) -> None:
    """Strips to tear off, with dotted lines between; their text runs upwards."""
    top, width = HEIGHT - STRIP_HEIGHT, WIDTH / STRIPS
    pdf.set_draw_color(*GREY)
    pdf.set_dash_pattern(dash=1.2, gap=1.2)
    pdf.line(0, top, WIDTH, top)
    for number in range(1, STRIPS):
        pdf.line(number * width, top, number * width, HEIGHT)
    pdf.set_dash_pattern()
    for number in range(STRIPS):
        left = number * width
        _qr(pdf, link, left + 3.5, top + 3.5, width - 7)
        with pdf.rotation(90, left, HEIGHT - 3):
            room = STRIP_HEIGHT - width - 2
            pdf.set_text_color(*INK)
            _short(pdf, left, HEIGHT - 3 + 5, name, 9.5, room, "B")
            pdf.set_text_color(*RED)
            _short(pdf, left, HEIGHT - 3 + 11, address(link), 8.5, room)
            pdf.set_text_color(*GREY)
            _short(pdf, left, HEIGHT - 3 + 16.5, city, 7.5, room)


def _short(pdf: FPDF, left: float, top: float, text: str, size: float, room: float, style: Style = "") -> None:
    """One line, smaller first and then cut, until it fits into `room` millimetres."""
    pdf.set_font("Onest", style, size)
    while size > 5.5 and pdf.get_string_width(text) > room:
        size -= 0.5
        pdf.set_font("Onest", style, size)
    shown = text
    while shown and pdf.get_string_width(shown + "…") > room:
        shown = shown[:-1]
    pdf.set_xy(left, top)
    pdf.cell(room, size * LINE, text if shown == text or pdf.get_string_width(text) <= room else shown + "…")
