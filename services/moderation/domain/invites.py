"""The bot's own invite links of a chat, and what a wave makes of them.

A bot can change only links that it made itself. While a wave is on they ask for a request; the address stays,
so that a sheet in an entrance still works afterwards.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

NAME_MOST = 32
"""Characters of a link's name, by the Bot API."""
LINKS_MOST = 50


class Invite(NamedTuple):
    """`requests`: who comes by it asks first. `shut`: it asks because of a wave, and will not after it."""

    url: str
    name: str = ""
    requests: bool = False
    shut: bool = False


def shutting(links: Iterable[Invite]) -> list[Invite]:
    """The links that a wave changes, as they are to be."""
    return [one._replace(requests=True, shut=True) for one in links if not one.requests]


def opening(links: Iterable[Invite]) -> list[Invite]:
    """The links that are to be as before the wave; those that asked already then go on asking."""
    return [one._replace(requests=False, shut=False) for one in links if one.shut]


def edit(link: Invite) -> dict[str, Any]:
    """Parameters of `editChatInviteLink`; what is not named there would be reset."""
    return {"invite_link": link.url, "name": link.name, "creates_join_request": link.requests}
