"""Listed chats by their links: where the directory places them, which chat it is, when it is looked up."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from redis.asyncio import Redis

from services.moderation.domain.state import ChatState
from services.moderation.identity import identity
from services.moderation.store import forms
from services.moderation.store.names import BEGUN, CHECKS, HOUR, IDENTITIES, LINKS, PLACES
from shared.bus.commit import Command
from shared.contracts.links import LinkChanged
from shared.contracts.listings import ChatType, Listing
from shared.keys import Keys

TAKEN = "link.taken"
PART = 1000
"""Links scheduled by one command."""


class Placed(NamedTuple):
    """Where the directory places a chat. `other`: a link of it under which another chat is listed."""

    place: tuple[float, float] | None = None
    precision: str = ""
    other: str = ""


def questions(links: Collection[str]) -> Iterable[Command]:
    """The reads that `placed` needs, for the links that a chat may be listed under."""
    if links:
        yield ("HMGET", PLACES, *sorted(links))
        yield ("HMGET", IDENTITIES, *sorted(links))


def placed(
    links: Collection[str],
    places: Sequence[bytes | None],
    identities: Sequence[bytes | None],
    own: Collection[str],
) -> Placed:
    """What a chat with these identities of its own has of the answers.

    A user name alone says nothing: a stranger's group may have taken it. As long as no look-up has told which
    chat is listed, none is.
    """
    found = Placed()
    for link, place, listed in zip(sorted(links), places, identities, strict=True):
        if listed is None or place is None:
            continue
        if listed.decode() in own:
            return Placed(*forms.place(place))
        found = Placed(other=link)
    return found


def identities(keys: Keys, ids: Iterable[int | None], links: Mapping[str, ChatType]) -> set[str]:
    """What a chat of these types may be known by to the directory."""
    known = [one for one in ids if one is not None]
    return {identity(keys, one, kind) for one in known for kind in set(links.values())}


def look_soon(state: ChatState, key: str, now: int) -> list[Command]:
    """Listed links that are another chat's by now, as far as is seen in this chat, are looked up at once.

    A link under which another chat is listed is noted under `key`, that of the chat: once in an hour.
    """
    soon = [f"u:{state.changes.former_name}"] if state.changes.former_name else []
    noted: list[Command] = []
    if state.taken_link and now - state.told.get(TAKEN, 0) >= HOUR:
        soon.append(state.taken_link)
        noted.append(("HSET", key, f"told:{TAKEN}", now))
    return noted + [("ZADD", CHECKS, "XX", now, link) for link in soon]


class Places:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere

    async def link_of(self, listing_id: str) -> str | None:
        """The link under which a listing was known."""
        found = await self._redis.hget(LINKS, listing_id)
        return found.decode() if found else None

    async def is_open(self, link: str) -> bool:
        """Whether the link is listed and shown: neither dead nor hidden."""
        return bool(await self._redis.hexists(PLACES, link))

    def put(self, listing: Listing, before: str | None, due: int | None) -> list[Command]:
        """A listing as it now stands; `due` is when its chat is first looked up, None for never.

        What is not shown has no place: whoever has the name now is not the listed chat.
        """
        link, place = listing.link.key, listing.place
        writes: list[Command] = [] if before in (None, link) else self._drop(str(before))
        where = f"{place.lat},{place.lon},{place.precision}"
        shown = listing.link_is_open
        writes.append(("HSET", PLACES, link, where) if shown else ("HDEL", PLACES, link))
        writes.append(("HSET", LINKS, listing.id, link))
        if due is not None:
            writes.append(("ZADD", CHECKS, "NX", due, link))
        return writes

    def know(self, event: LinkChanged) -> list[Command]:
        """Which chat is listed under a link, as long as it is trusted."""
        if event.state == "open" and event.identity is not None:
            return [("HSET", IDENTITIES, event.link.key, event.identity)]
        return [("HDEL", IDENTITIES, event.link.key)]

    def remove(self, listing_id: str, before: str | None) -> list[Command]:
        gone: list[Command] = [("HDEL", LINKS, listing_id)]
        return gone + (self._drop(before) if before else [])

    def _drop(self, link: str) -> list[Command]:
        return [("HDEL", PLACES, link), ("HDEL", IDENTITIES, link), ("ZREM", CHECKS, link)]

    async def due(self, now: int, most: int) -> list[str]:
        """Links whose look-up is due by `now`, in unix seconds, the longest waiting first."""
        found = await self._redis.zrangebyscore(CHECKS, "-inf", now, start=0, num=most)
        return [link.decode() for link in found]

    async def first_round(self, due: int) -> list[Command]:
        """Once in a deployment's life all listed links are due, also those of bots: which chats they lead to
        was not asked before this release. Nothing after that.
        """
        if await self._redis.exists(BEGUN):
            return []
        listed = sorted(link for link in await self._redis.hvals(LINKS) if link.startswith(b"u:"))
        parts = [listed[at : at + PART] for at in range(0, len(listed), PART)]
        writes: list[Command] = [
            ("ZADD", CHECKS, *(one for link in part for one in (due, link))) for part in parts
        ]
        return [*writes, ("SET", BEGUN, 1)]

    async def identity(self, link: str) -> str | None:
        """The chat that is listed under this link; None where none is, or it is not known or trusted."""
        found = await self._redis.hget(IDENTITIES, link)
        return found.decode() if found else None

    def look_again(self, link: str, due: int) -> list[Command]:
        """When the link is looked up next; nothing when it is listed no more."""
        return [("ZADD", CHECKS, "XX", due, link)]
