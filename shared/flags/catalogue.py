"""The flags that a listing may carry."""

from dataclasses import dataclass
from html import escape

from shared.contracts.listings import FlagId
from shared.flags import emblems

DEFAULT: FlagId = "wrw"
"""The plain white-red-white flag."""


@dataclass(frozen=True)
class Flag:
    """A white-red-white flag; `emblem` is what is drawn in its middle, empty for the plain one."""

    id: FlagId
    names: dict[str, str]
    """By language: be, ru, en."""
    emblem: str = ""


def _flag(ident: str, be: str, ru: str, en: str, emblem: str = "") -> Flag:
    return Flag(ident, {"be": be, "ru": ru, "en": en}, emblem)


CATALOGUE: dict[FlagId, Flag] = {
    flag.id: flag
    for flag in (
        _flag(DEFAULT, "Бел-чырвона-белы", "Бело-красно-белый", "White-red-white"),
        _flag("wrw-linden", "Ліпавы ліст", "Липовый лист", "Linden leaf", emblems.LINDEN),
        _flag("wrw-river", "Рака", "Река", "River", emblems.RIVER),
        _flag("wrw-oak", "Жолуд", "Жёлудь", "Acorn", emblems.OAK),
        _flag("wrw-pine", "Хвоя", "Сосна", "Pine", emblems.PINE),
        _flag("wrw-bridge", "Мост", "Мост", "Bridge", emblems.BRIDGE),
        _flag("wrw-sun", "Сонца", "Солнце", "Sun", emblems.SUN),
        _flag("wrw-stork", "Бусел", "Аист", "Stork", emblems.STORK),
        _flag("wrw-cornflower", "Васілёк", "Василёк", "Cornflower", emblems.CORNFLOWER),
        _flag("wrw-house", "Дом", "Дом", "House", emblems.HOUSE),
        _flag("wrw-tower", "Вежа", "Башня", "Tower", emblems.TOWER),
        _flag("wrw-bicycle", "Ровар", "Велосипед", "Bicycle", emblems.BICYCLE),
        _flag("wrw-apple", "Яблык", "Яблоко", "Apple", emblems.APPLE),
        _flag("wrw-key", "Ключ", "Ключ", "Key", emblems.KEY),
        _flag("wrw-book", "Кніга", "Книга", "Book", emblems.BOOK),
    )
}


def is_flag(flag_id: str) -> bool:
    return flag_id in CATALOGUE


def svg(flag_id: FlagId, language: str = "be") -> str:
    """A whole SVG document, 90 by 60, titled with the flag's name. Raises KeyError for an unknown flag."""
    flag = CATALOGUE[flag_id]
    title = escape(flag.names.get(language, flag.names["be"]))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60" viewBox="0 0 90 60" role="img">'
        f"<title>{title}</title>"
        f'<path d="M0 0H90V60H0Z" fill="{emblems.WHITE}"/>'
        f'<path d="M0 20H90V40H0Z" fill="{emblems.RED}"/>'
        f"{_roundel(flag.emblem)}"
        '<path d="M.5.5H89.5V59.5H.5Z" fill="none" stroke="#000000" stroke-opacity=".15"/>'
        "</svg>"
    )


def _roundel(emblem: str) -> str:
    """The emblem on a white disc: in the red stripe alone it would be too small to tell apart."""
    if not emblem:
        return ""
    drawing = emblem.strip().replace("\n", "")
    return (
        f'<circle cx="45" cy="30" r="24" fill="{emblems.WHITE}" stroke="{emblems.RED}" stroke-width="2"/>'
        f'<g transform="translate(45 30) scale(1.5)">{drawing}</g>'
    )
