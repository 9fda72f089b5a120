"""A picture as SVG. Colours are in a style of its own, so that a tile is dark where its page is."""

from html import escape

from services.gateway.domain.ground.labels import Label
from services.gateway.domain.ground.looks import CASED_FROM, Look, width
from services.gateway.domain.ground.picture import EDGE, UNITS, Picture

STREETS = (Look.LANE, Look.STREET, Look.AVENUE)
LINES = (*STREETS, Look.RIVER, Look.RAIL)
EDGE_WIDTH = 1.4
"""Pixels by which the edge of a street stands out, both sides together."""
STYLE = (
    ".n,.k6,.k8,.k9,.k10,.k11,.k12,.k13,.k14{fill:none}.k6,.k8,.k9,.k10,.c8,.c9,.c10{fill:none;"
    "stroke-linejoin:round;stroke-linecap:round}"
    ".l{fill:#f4f2ed}.k0{fill:#e8e4dc}.k1{fill:#efece5;stroke:#bfb7a8}.k2{fill:#ece8df;stroke:#c9c1b2}"
    ".k3{fill:#f1eee6;stroke:#c9c1b2}.k4{fill:#dbe5cd}.k5{fill:#bcd5e0}.k6{stroke:#bcd5e0}.k7{fill:#e0dbd0}"
    ".k8,.k9{stroke:#fff}.k10{stroke:#fffdf6}.c8,.c9{stroke:#d6cfc1}.c10{stroke:#cfc4ad}"
    ".k11{stroke:#c5bdb1;stroke-dasharray:9 7;stroke-linecap:butt}"
    ".k12,.k13,.k14{stroke:#b3aa99;stroke-dasharray:4 7;stroke-width:2}"
    "text{font-family:Onest,Roboto,'Noto Sans',sans-serif;text-anchor:middle;fill:#5f584c;paint-order:stroke;"
    "stroke:#fbfaf7;stroke-width:5px;stroke-linejoin:round}.t4{fill:#4d6336;stroke:#dbe5cd}"
    ".t5,.t6{fill:#35667c;stroke:#d5e5ec;font-style:italic}"
    "@media(prefers-color-scheme:dark){.l{fill:#232120}.k0{fill:#1a1918}.k1{fill:#262422;stroke:#5a544b}"
    ".k2{fill:#2a2826;stroke:#46413a}.k3{fill:#272523;stroke:#46413a}.k4{fill:#27301f}.k5{fill:#1d333e}"
    ".k6{stroke:#1d333e}.k7{fill:#302d2a}.k8,.k9{stroke:#3b3833}.k10{stroke:#4a463f}.c8,.c9,.c10{stroke:#1b1a18}"
    ".k11{stroke:#4b463f}.k12,.k13,.k14{stroke:#5f584d}text{fill:#b9b2a7;stroke:#232120}"
    ".t4{fill:#a9c08c;stroke:#27301f}.t5,.t6{fill:#8fbbce;stroke:#1d333e}}"
)


def tile(shown: Picture) -> str:
    """A whole image of one tile."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{EDGE}" height="{EDGE}"'
        f' viewBox="0 0 {UNITS} {UNITS}">'
        f"<style>{STYLE}</style>{inside(shown)}</svg>"
    )


def inside(shown: Picture, prefix: str = "") -> str:
    """What is in it; `prefix` keeps ids of several in one document apart."""
    cased = [look for look in STREETS if look in shown.paths and shown.zoom >= CASED_FROM]
    parts = [f'<path class="l" d="M0 0h{UNITS}v{UNITS}H0z"/>', _ways(shown, cased, prefix)]
    for look, path in shown.paths.items():
        if cased and look is cased[0]:
            parts += [_use(each, shown.zoom, prefix, "c", EDGE_WIDTH) for each in cased]
        if look in cased:
            parts.append(_use(look, shown.zoom, prefix, "k"))
        else:
            parts.append(f'<path class="k{look}" d="{path}"{_width(look, shown.zoom)}/>')
    parts += [_label(label, f"{prefix}n{number}") for number, label in enumerate(shown.labels)]
    return "".join(parts)


def _ways(shown: Picture, cased: list[Look], prefix: str) -> str:
    """Streets that are painted twice: their edges beneath all of them, so that crossings are open."""
    ways = "".join(f'<path id="{prefix}s{look}" d="{shown.paths[look]}"/>' for look in cased)
    return f"<defs>{ways}</defs>" if ways else ""


def _use(look: Look, zoom: int, prefix: str, kind: str, more: float = 0.0) -> str:
    return f'<use href="#{prefix}s{look}" class="{kind}{look}"{_width(look, zoom, more)}/>'


def _width(look: Look, zoom: int, more: float = 0.0) -> str:
    return f' stroke-width="{(width(look, zoom) + more) * 2:g}"' if look in LINES else ""


def _label(label: Label, name: str) -> str:
    text, face = escape(label.text, quote=False), f'class="t{label.look}" font-size="{label.size}"'
    if not label.line:
        return f'<text {face} x="{label.x:g}" y="{label.y:g}">{text}</text>'
    way = "L".join(f"{x} {y}" for x, y in label.line)
    along = f'<textPath href="#{name}" startOffset="50%">{text}</textPath>'
    return f'<path class="n" id="{name}" d="M{way}"/><text {face} dy="{label.size * 0.35:g}">{along}</text>'
