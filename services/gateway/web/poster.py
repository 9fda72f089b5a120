"""The sheet to print, A4: flag, name, QR code, address, and strips to tear off. Vectors throughout."""

import io
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

import segno
from fpdf import FPDF
from fpdf.enums import Align
from fpdf.fonts import TTFFont

from shared.contracts.listings import Link
from shared.flags import CATALOGUE, DEFAULT, svg

FONTS = Path(__file__).parent / "fonts"
WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 18.0
"""Millimetres."""
ROOM = WIDTH - 2 * MARGIN
STRIPS, STRIP_HEIGHT = 8, 62.0
CODE_MOST = 118.0
LINE = 0.42
"""Millimetres of height for each point of a line."""
NAME_SIZES = ((40, 2), (34, 2), (28, 3), (23, 4), (19, 4), (16, 4))
"""Points, and how many lines are allowed at that size."""
NAME_LINES = 4
TITLE = re.compile("<title>.*?</title>")
"""fpdf logs a warning for each."""


class Style(NamedTuple):
    """How a line is set; `size` in points."""

    size: float
    colour: tuple[int, int, int]
    weight: Literal["", "B"] = ""


RED = (207, 20, 43)
INK = (26, 24, 22)
GREY = (110, 105, 100)
ABOVE, SCAN, ADDRESS = Style(12, GREY), Style(13, INK), Style(17, RED, "B")
STRIP_NAME, STRIP_ADDRESS, STRIP_CITY = Style(9.5, INK, "B"), Style(8.5, RED), Style(7.5, GREY)
SMALLEST = 5.5


class Words(NamedTuple):
    """What the sheet says beside the name, in the reader's language."""

    above: str
    scan: str
    city: str


def address(link: Link) -> str:
    """The link as a person types it."""
    return link.url.removeprefix("https://")


def code(link: Link) -> segno.QRCode:
    """Error correction M: a sheet hangs in the rain."""
    return segno.make_qr(link.url, error="m")


@lru_cache(maxsize=64)
def poster(name: str, link: Link, flag: str, words: Words) -> bytes:
    """The whole sheet as PDF."""
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(0)
    pdf.set_creator("Dze")
    shown = printable(name) or "Telegram"
    pdf.set_title(shown)
    _fonts(pdf, shown)
    pdf.add_page()
    _flag(pdf, flag)
    _centred(pdf, 38, words.above.upper(), ABOVE)
    bottom = _name(pdf, 47, shown)
    side = min(CODE_MOST, HEIGHT - STRIP_HEIGHT - 34 - bottom)
    _code(pdf, link, (WIDTH - side) / 2, bottom + 5, side)
    _centred(pdf, bottom + side + 8, words.scan, SCAN)
    _centred(pdf, bottom + side + 15, address(link), ADDRESS)
    _strips(pdf, link, shown, words.city)
    made = bytes(pdf.output())
    _close(pdf)
    return made


def printable(name: str) -> str:
    """Without what no font of ours can draw (emoji) and without controls that could turn the line around."""
    known = covered("Onest-Bold.ttf") | covered("DejaVuSans-Bold.ttf")
    composed = unicodedata.normalize("NFC", name)
    kept = [sign for sign in composed if ord(sign) in known and unicodedata.category(sign)[0] not in "CM"]
    return " ".join("".join(kept).split())


@cache
def covered(file: str) -> frozenset[int]:
    """Code points that a font can draw."""
    pdf = FPDF()
    pdf.add_font("probe", "", FONTS / file)
    font = pdf.fonts["probe"]
    assert isinstance(font, TTFFont)
    signs = frozenset(font.cmap)
    _close(pdf)
    return signs


def _close(pdf: FPDF) -> None:
    """Close the files of the fonts, which fpdf leaves open."""
    for font in pdf.fonts.values():
        if isinstance(font, TTFFont):
            font.close()


def _fonts(pdf: FPDF, name: str) -> None:
    """Add the fonts; a wide one, slow to read, only for a name that needs it."""
    pdf.add_font("Onest", "", FONTS / "Onest-Regular.ttf")
    pdf.add_font("Onest", "B", FONTS / "Onest-Bold.ttf")
    if not covered("Onest-Bold.ttf").issuperset(map(ord, name)):
        for weight in ("", "B"):
            pdf.add_font("Wide", weight, FONTS / "DejaVuSans-Bold.ttf")
        pdf.set_fallback_fonts(["Wide"])


def _flag(pdf: FPDF, flag: str) -> None:
    """The chosen flag at the top, its red stripe drawn out over the whole width."""
    height = 26.0
    across = height * 1.5
    side = (WIDTH - across) / 2
    pdf.set_fill_color(*RED)
    for left in (0, side + across):
        pdf.rect(left, height / 3, side, height / 3, style="F")
    drawing = TITLE.sub("", svg(flag if flag in CATALOGUE else DEFAULT))
    pdf.image(io.BytesIO(drawing.encode()), side, 0, across, height)


def _name(pdf: FPDF, top: float, name: str) -> float:
    """Set the name as large as fits; returns where it ends."""
    lines: list[str] = []
    for size, most in NAME_SIZES:
        pdf.set_font("Onest", "B", size)
        lines = _wrapped(pdf, name)
        if len(lines) <= most:
            break
    height = pdf.font_size_pt * LINE
    pdf.set_text_color(*INK)
    for number, line in enumerate(lines[:NAME_LINES]):
        _again(pdf)
        pdf.set_xy(MARGIN, top + number * height)
        pdf.cell(ROOM, height, line, align=Align.C)
    return top + min(len(lines), NAME_LINES) * height


def _again(pdf: FPDF) -> None:
    """Name the font once more: a line that ended in the fallback font leaves another one behind."""
    size = pdf.font_size_pt
    pdf.set_font("Onest", "", size)
    pdf.set_font("Onest", "B", size)


def _wrapped(pdf: FPDF, text: str) -> list[str]:
    """Lines of whole words; a word longer than a line is cut."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if pdf.get_string_width(longer) <= ROOM:
            lines[-1] = longer
            continue
        lines.append("")
        for letter in word:
            if pdf.get_string_width(lines[-1] + letter) > ROOM:
                lines.append("")
            lines[-1] += letter
    return [line for line in lines if line]


def _centred(pdf: FPDF, top: float, text: str, style: Style) -> None:
    """One line in the middle, smaller when it is too long."""
    pdf.set_font("Onest", style.weight, style.size)
    if (width := pdf.get_string_width(text)) > ROOM:
        pdf.set_font("Onest", style.weight, style.size * ROOM / width)
    pdf.set_text_color(*style.colour)
    pdf.set_xy(MARGIN, top)
    pdf.cell(ROOM, style.size * LINE, text, align=Align.C)


def _code(pdf: FPDF, link: Link, left: float, top: float, side: float) -> None:
    """Dark runs of each row as rectangles; a hair of overlap, so that no printer shows seams."""
    matrix = code(link).matrix
    module = side / len(matrix)
    pdf.set_fill_color(0, 0, 0)
    for y, row in enumerate(matrix):
        for run in re.finditer(rb"\x01+", bytes(row)):
            width = (run.end() - run.start()) * module
            pdf.rect(left + run.start() * module, top + y * module, width, module + 0.02, style="F")


def _strips(pdf: FPDF, link: Link, name: str, city: str) -> None:
    """Strips to tear off, with dotted lines between; their text runs upwards."""
    top, width = HEIGHT - STRIP_HEIGHT, WIDTH / STRIPS
    pdf.set_draw_color(*GREY)
    pdf.line(0, top, WIDTH, top)
    pdf.set_dash_pattern(dash=1.2, gap=1.2)
    for number in range(1, STRIPS):
        pdf.line(number * width, top, number * width, HEIGHT)
    pdf.set_dash_pattern()
    lines = ((5, name, STRIP_NAME), (11, address(link), STRIP_ADDRESS), (16.5, city, STRIP_CITY))
    for number in range(STRIPS):
        left, low = number * width, HEIGHT - 3
        _code(pdf, link, left + 3.5, top + 3.5, width - 7)
        with pdf.rotation(90, left, low):
            for down, text, style in lines:
                pdf.set_xy(left, low + down)
                _fitted(pdf, text, style, STRIP_HEIGHT - width - 2)


def _fitted(pdf: FPDF, text: str, style: Style, room: float) -> None:
    """One line where the pen stands, made smaller and then cut until it fits into `room` millimetres."""
    pdf.set_font("Onest", style.weight, style.size)
    if (width := pdf.get_string_width(text)) > room:
        pdf.set_font("Onest", style.weight, max(SMALLEST, style.size * room / width))
    shown = text
    while len(shown) > 1 and pdf.get_string_width(shown) > room:
        shown = shown.removesuffix("…")[:-1] + "…"
    pdf.set_text_color(*style.colour)
    pdf.cell(room, style.size * LINE, shown)
