"""Which field of a listing a column or property holds, by its name, and how surely."""

from dataclasses import dataclass
from functools import lru_cache

from services.directory.exchange.columns.names import words_of
from services.directory.exchange.columns.people import about_person
from services.directory.exchange.columns.words import words

PERSON = "person"
OWN = (
    "id", "listing_id", "kind", "lat", "lon", "precision", "description", "languages", "flag", "members",
    "members_below", "checked_at", "dead_since", "link_hidden_since", "link", "name",
)  # fmt: skip
"""Names that our own exports have."""
_LISTED = ("members", "kind", "description", "languages", "flag", "checked_at")
"""Fields that a word of the name tells by itself."""
_ALONE_ONLY = {
    "id",
    "x",
    "y",
    "type",
    "size",
    "point",
    "about",
    "geo",
    "position",
    "vieta",
    "level",
    "number",
    "count",
}
"""Words that say nothing as one of several."""


@dataclass(frozen=True)
class Meaning:
    """What a name says. Of several for one field the one with the lowest rank goes first."""

    field: str | None
    rank: int = 0
    why: str = ""
    is_ambiguous: bool = False
    """Whether it may as well be a person's: `name` in a form, `Telegram` alone."""
    is_doubtful: bool = False
    """Whether it is taken for a person's only to be safe."""
    also: str | None = None
    """A second field that it may hold: `Чат` is a name in one file and a link in another."""


_OWN = {
    "name": Meaning("name", 2, "by its name", is_ambiguous=True),
    "listing_id": Meaning("id", 0, "by its name"),
    "link": Meaning("link", 1, "by its name"),
}


@dataclass(frozen=True)
class _Words:
    """The words of a name, and what they are."""

    all: tuple[str, ...]

    def has(self, catalogue: str) -> str:
        """The first that is in this list; some count only when they stand alone."""
        fitting = (word for word in self.all if words(catalogue).fullmatch(word))
        return next((word for word in fitting if len(self.all) == 1 or word not in _ALONE_ONLY), "")

    def unclear(self) -> str:
        """The first word beside `name` that does not show that it is the name of no person."""
        neutral = (words("field.name"), words("field.neutral"))
        unclear = (word for word in self.all if not any(each.fullmatch(word) for each in neutral))
        return next((word for word in unclear if not word.isdecimal()), "")


@lru_cache(maxsize=8_192)
def meaning_of(name: str) -> Meaning:
    """By the whole name where it is one of ours, else by its words."""
    plain = name.strip().casefold()
    if plain in OWN:
        return _OWN.get(plain, Meaning(plain, 0, "by its name"))
    if plain in ("contact:telegram", "communication:telegram"):
        return Meaning("link", 1, "a tag of OpenStreetMap")
    if word := about_person(name):
        return Meaning(PERSON, 0, f"about a person ({word})")
    found = _Words(words_of(name))
    if found.has("field.picture"):
        return Meaning(None)
    return _place(found) or _link(found) or _name(found) or _other(found) or _chat(found) or Meaning(None)


def field_of(name: str) -> str | None:
    """Only the field, `person` for what is about a person."""
    return meaning_of(name).field


def _place(found: _Words) -> Meaning | None:
    lat, lon = found.has("field.lat"), found.has("field.lon")
    if lat and lon:
        return Meaning("place", 1, f"{lat} and {lon}")
    if lat or lon:
        return Meaning("lat" if lat else "lon", int(len(found.all) > 1), lat or lon)
    if (on_map := found.has("field.map")) and not found.has("field.title"):
        return Meaning("place", 3, on_map)
    if word := found.has("field.place"):
        return Meaning("place", 1 + (len(found.all) > 1), word)
    return Meaning("place", 4, word) if (word := found.has("field.where")) else None


def _link(found: _Words) -> Meaning | None:
    link, telegram, chat = found.has("field.link"), found.has("field.telegram"), found.has("chat")
    if other := found.has("field.network"):
        return Meaning("link", 6, other)
    if link or telegram:
        rank = 0 if chat else 1 if link and not telegram else 3
        why = " and ".join(filter(None, (link, telegram, chat)))
        also = "name" if found.has("field.title") or (chat and not link) else None
        return Meaning("link", rank, why, is_ambiguous=bool(telegram and not chat), also=also)
    alone = len(found.all) == 1 and found.has("field.address")
    return Meaning("link", 5, found.all[0], also="place") if alone else None


def _name(found: _Words) -> Meaning | None:
    title, chat = found.has("field.title"), found.has("chat")
    if title and found.has("field.kind"):
        return None
    if title and found.has("field.else") and not chat:
        return Meaning("name", 5, title)
    if title:
        return Meaning("name", int(not chat), f"{title} and {chat}" if chat else title)
    return _bare_name(found, chat) if found.has("field.name") else None


def _bare_name(found: _Words, chat: str) -> Meaning | None:
    """Of a chat, of something else that has a name, or of somebody."""
    name = found.has("field.name")
    if found.has("field.kind") or (found.has("field.members") and not chat):
        return None
    if chat:
        return Meaning("name", 0, f"{name} and {chat}")
    if found.has("field.else"):
        return Meaning("name", 5, name)
    if unclear := found.unclear():
        why = f"may be a person's: {name}, but whose is unclear ({unclear})"
        return Meaning(PERSON, 0, why, is_doubtful=True)
    return Meaning("name", 2, name, is_ambiguous=True)


def _other(found: _Words) -> Meaning | None:
    if found.has("field.no_count"):
        return None
    for field in _LISTED:
        if word := found.has(f"field.{field}"):
            return Meaning(field, int(len(found.all) > 1), word)
    return Meaning("members", 3, word) if (word := found.has("field.count")) and len(found.all) == 1 else None


def _chat(found: _Words) -> Meaning | None:
    """`Чат` alone may hold names or links; which, its values tell."""
    chat = found.has("chat")
    if not chat or len(found.all) > 2 or found.has("field.no_count"):
        return None
    return Meaning("link", 4, chat, also="name")
