"""Who looks like an admin of the chat without being one."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from services.moderation.domain.state import NAME_LEAST, Admins, ChatState, admin_status
from services.moderation.domain.update import Person
from shared.text import skeleton

Keyed = Callable[[str], str]
"""A keyed hash of a text."""


class Skeletons(NamedTuple):
    name: str
    username: str


def skeletons(person: Person) -> Skeletons:
    """Name and user name with look-alike letters folded and all that is no letter or digit left out."""
    name, username = _squeeze(skeleton(person.name)), _squeeze(skeleton(person.username))
    return Skeletons(name if len(name) >= NAME_LEAST else "", username if len(username) >= NAME_LEAST else "")


def _squeeze(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def likeness(state: ChatState, person: Person, keyed: Keyed) -> tuple[str, ...]:
    """`lookalike.name` (of two words or more), `lookalike.short` (of one) and `lookalike.username`."""
    if state.admins is None or not (state.admins.names or state.admins.usernames):
        return ()
    found = skeletons(person)
    codes = []
    if found.name and keyed(found.name) in state.admins.names:
        codes.append("lookalike.name" if len(person.name.split()) > 1 else "lookalike.short")
    if found.username and keyed(found.username) in state.admins.usernames:
        codes.append("lookalike.username")
    return tuple(codes)


def admins_of(members: Iterable[Any], at: int, person: Callable[[int], str], keyed: Keyed) -> Admins:
    """The admins from ChatMember objects as Telegram sent them; what cannot be read is left out."""
    admins = Admins(at, set())
    for member in members:
        if isinstance(member, dict) and admin_status(member) and isinstance(member.get("user"), dict):
            add(admins, _person(member["user"]), person, keyed)
    return admins


def add(admins: Admins, who: Person | None, person: Callable[[int], str], keyed: Keyed) -> None:
    """Count somebody among the admins; bots lend their name to nobody."""
    if who is None:
        return
    admins.people.add(person(who.id))
    if not who.is_bot:
        found = skeletons(who)
        admins.names |= {keyed(found.name)} if found.name else set()
        admins.usernames |= {keyed(found.username)} if found.username else set()


def _person(user: dict[str, Any]) -> Person | None:
    user_id = user.get("id")
    if not isinstance(user_id, int):
        return None
    name = " ".join(str(user[part]) for part in ("first_name", "last_name") if user.get(part))
    return Person(user_id, name, str(user.get("username") or "").lower(), user.get("is_bot") is True)
