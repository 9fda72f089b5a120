"""Who looks like an admin of the chat without being one."""

import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from services.moderation.domain.state import NAME_LEAST, Admins, ChatState, admin_status
from services.moderation.domain.update import TELEGRAM_OWN, Person
from shared.text import skeleton

Keyed = Callable[[str], str]
"""A keyed hash of a text."""


FORGED_LEAST = 6
"""Letters from which on a name written with other letters is no accident."""


class Looks(NamedTuple):
    """Empty where there is too little to compare."""

    name: str
    """With look-alike letters folded and all that is no letter or digit left out; so the user name."""
    written: str
    """The letters of the name as they are written."""
    username: str


def looks(person: Person) -> Looks:
    name, username = _squeeze(skeleton(person.name)), _squeeze(skeleton(person.username))
    written = _squeeze(unicodedata.normalize("NFKC", person.name).casefold())
    kept = len(name) >= NAME_LEAST
    return Looks(
        name if kept else "", written if kept else "", username if len(username) >= NAME_LEAST else ""
    )


def _squeeze(text: str) -> str:
    return text if text.isalnum() else "".join(filter(str.isalnum, text))


def likeness(state: ChatState, person: Person, keyed: Keyed) -> tuple[str, ...]:
    """`lookalike.username`, and of the name: `forged` (drawn like an admin's, written with other letters),
    `name` (the same, of two words or more) or `short` (the same, of one word: many people share it).
    """
    if state.admins is None or not (state.admins.names or state.admins.usernames):
        return ()
    found = looks(person)
    codes = []
    if found.name and keyed(found.name) in state.admins.names:
        codes.append(_of_name(found, person, keyed(found.written) in state.admins.written))
    if found.username and keyed(found.username) in state.admins.usernames:
        codes.append("lookalike.username")
    return tuple(codes)


def _of_name(found: Looks, person: Person, written_so: bool) -> str:
    if not written_so and len(found.name) >= FORGED_LEAST:
        return "lookalike.forged"
    return "lookalike.name" if len(person.name.split()) > 1 else "lookalike.short"


def admins_of(members: Iterable[Any], at: int, person: Callable[[int], str], keyed: Keyed) -> Admins:
    """The admins from ChatMember objects as Telegram sent them; what cannot be read is left out."""
    admins = Admins(at, set())
    for member in members:
        if isinstance(member, dict) and admin_status(member) and isinstance(member.get("user"), dict):
            add(admins, _person(member["user"]), person, keyed)
    return admins


def leaders(members: Any) -> list[int]:
    """Ids of the people among a chat's admins, from Telegram's answer: no bots, none of Telegram's own."""
    found = members if isinstance(members, list) else []
    users = [
        m["user"]
        for m in found
        if isinstance(m, dict) and admin_status(m) and isinstance(m.get("user"), dict)
    ]
    people = [person for user in users if (person := _person(user)) is not None]
    return [one.id for one in people if not one.is_bot and one.id not in TELEGRAM_OWN]


def add(admins: Admins, who: Person | None, person: Callable[[int], str], keyed: Keyed) -> None:
    """Count somebody among the admins; bots lend their name to nobody."""
    if who is None:
        return
    admins.people.add(person(who.id))
    if not who.is_bot:
        found = looks(who)
        admins.names |= {keyed(found.name)} if found.name else set()
        admins.written |= {keyed(found.written)} if found.written else set()
        admins.usernames |= {keyed(found.username)} if found.username else set()


def _person(user: dict[str, Any]) -> Person | None:
    user_id = user.get("id")
    if not isinstance(user_id, int):
        return None
    name = " ".join(str(user[part]) for part in ("first_name", "last_name") if user.get(part))
    return Person(user_id, name, str(user.get("username") or "").lower(), user.get("is_bot") is True)
