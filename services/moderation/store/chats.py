"""Chats: settings, admins, who was seen, albums, the 48-hour index."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import orjson
from redis.asyncio import Redis

from services.moderation.domain import schedule
from services.moderation.domain.closing import Closed
from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.state import Admins, Album, ChatState
from services.moderation.domain.update import Chat
from services.moderation.domain.warnings import Warned
from services.moderation.store import addresses, forms, names, packed, places
from services.moderation.store.admissions import AdmissionStore
from services.moderation.store.closings import Closings
from services.moderation.store.free_text import from_store, to_store
from services.moderation.store.index import Index
from services.moderation.store.names import DAY, Names
from services.moderation.store.reads import Reads, hash_of, scores_of
from services.moderation.store.removals import Removals
from services.moderation.store.visited import Visited
from services.moderation.store.vouches import Vouches
from services.moderation.store.watched import WatchedNames
from shared.bus.commit import Command, Expect
from shared.contracts.listings import ChatType
from shared.keys import Keys

TOLD = b"told:"
PEOPLE = ("seen", "joined", "warned", "trusted")
"""What is kept of people in one chat."""


class Wanted:
    """What is to be loaded of one chat."""

    def __init__(self) -> None:
        self.people: set[str] = set()
        self.albums: set[str] = set()
        self.links: dict[str, ChatType] = {}
        """Links under which the chat may be listed, with its type."""


class Chats:
    """Reads are async; what writes returns commands for the commit."""

    def __init__(self, redis: Redis, keys: Keys, admissions: AdmissionStore | None = None) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys
        self._names = Names(keys)
        self._reads = Reads(redis)
        self.admissions = admissions or AdmissionStore(redis, keys)
        self.visited = Visited(redis, keys)
        self.removals = Removals(redis, keys)
        self.index = Index(redis, keys)
        self.closings = Closings(redis, keys)
        self.vouches = Vouches(redis, keys)
        self.watched = WatchedNames(redis, keys)

    # While updates are decided.

    async def load(
        self, wanted: Mapping[int, Wanted], update_ids: Mapping[int, int]
    ) -> tuple[dict[int, ChatState], set[int]]:
        """The states of all chats in one round trip, and which of the updates were handled before.

        `update_ids` maps an update's id to its chat's.
        """
        asked = [read for chat_id, want in wanted.items() for read in self._asked(chat_id, want)]
        by_key: dict[str, list[int]] = {}
        for update_id, chat_id in update_ids.items():
            by_key.setdefault(self._names.updates(chat_id), []).append(update_id)
        asked += [("ZMSCORE", key, *ids) for key, ids in by_key.items()]
        answers = iter(await self._reads(asked))
        states = {chat_id: self._state(chat_id, want, answers) for chat_id, want in wanted.items()}
        scores = [(ids, next(answers)) for ids in by_key.values()]
        done = {i for ids, found in scores for i, score in zip(ids, found, strict=True) if score is not None}
        return states, done

    def _asked(self, chat_id: int, want: Wanted) -> Iterable[Command]:
        yield ("HGETALL", self._names.of_chat("chat", chat_id))
        yield ("HGETALL", self._names.of_chat("settings", chat_id))
        yield ("GET", self._names.of_chat("admins", chat_id))
        if want.people:
            people = sorted(want.people)
            for what in PEOPLE:
                yield ("ZMSCORE", self._names.of_chat(what, chat_id), *people)
        for album in sorted(want.albums):
            yield ("HGETALL", self._names.album(chat_id, album))
        yield from places.questions(want.links)

    def _state(self, chat_id: int, want: Wanted, answers: Any) -> ChatState:
        chat, settings, admins = hash_of(next(answers)), hash_of(next(answers)), next(answers)
        state = ChatState(
            id=chat_id, key=self._keys.person(chat_id), settings=forms.settings(settings, self._keys)
        )
        self._about(state, chat)
        state.admins = forms.admins(admins)
        if want.people:
            self._people(state, sorted(want.people), answers)
        for album in sorted(want.albums):
            parts = dict(hash_of(next(answers)))
            if parts:
                doomed = parts.pop(b"doomed", b"").decode()
                state.albums[album] = Album({int(part) for part in parts}, doomed)
        if want.links:
            ids = (chat_id, self._chat_id(chat.get(b"former")))  # also from before it became a supergroup
            own = places.identities(self._keys, ids, want.links)
            found = places.placed(want.links, next(answers), next(answers), own)
            state.place, state.precision, state.taken_link = found
        return state

    @staticmethod
    def _people(state: ChatState, people: list[str], answers: Any) -> None:
        seen, joined, warned, trusted = (scores_of(people, next(answers)) for _ in PEOPLE)
        for person, score in seen.items():
            state.seen[person], state.days[person] = packed.unpack(score)
        state.joined = {person: int(score) for person, score in joined.items()}
        state.warned = {person: forms.warned(score) for person, score in warned.items()}
        state.trusted = set(trusted)

    def _about(self, state: ChatState, stored: Mapping[bytes, bytes]) -> None:
        state.bot = stored.get(b"bot", b"").decode()
        state.linked = stored.get(b"linked", b"").decode()
        state.moved_to = self._chat_id(stored.get(b"moved"))
        state.told = {k.removeprefix(TOLD).decode(): int(v) for k, v in stored.items() if k.startswith(TOLD)}
        state.former = self._chat_id(stored.get(b"former"))
        state.sealed_addresses = stored.get(b"addresses", b"")
        if sealed := stored.get(b"about"):
            state.about = forms.about(self._keys, sealed)

    def _chat_id(self, sealed: bytes | None) -> int | None:
        return None if sealed is None else int(self._keys.unseal(sealed, "chats"))

    async def standing(self, chat_id: int, people: Collection[str]) -> ChatState:
        """What is known of a chat, and in it of these keyed people."""
        wanted = Wanted()
        wanted.people |= set(people)
        states, _ = await self.load({chat_id: wanted}, {})
        return states[chat_id]

    async def move(self, old: int, new: int) -> list[Command]:
        """What is known of a group, under the id that it has as a supergroup."""
        source, target = self._names.of_chat("chat", old), self._names.of_chat("chat", new)
        writes: list[Command] = []
        for field, value in (await self._redis.hgetall(source)).items():
            if field == b"addresses":
                continue  # the supergroup's are looked up
            if field == b"about":
                about = forms.about(self._keys, value)
                value = self._about_sealed(about._replace(id=new, type="supergroup")) if about else b""  # noqa: PLW2901
            writes.append(("HSETNX", target, field, value))
        return writes

    def _about_sealed(self, about: Chat) -> bytes:
        return forms.about_sealed(self._keys, about)

    def save(self, state: ChatState, now: int) -> list[Command]:
        """Everything that a batch has added to a chat."""
        changes = state.changes
        writes = [
            *self._save_about(state, now),
            *self._save_seen(state, now),
            *self._save_people("joined", state.id, changes.joined, names.JOINED_TTL, now),
            *self._save_warned(state, now),
            *self.index.save(state.id, changes.index, now),
            *self._save_named(state.id, changes.named, now),
        ]
        for album in sorted(changes.albums):
            writes += self._save_album(state.id, album, state.albums[album])
        if changes.admins:
            writes += self.save_admins(state.id, state.admins)
        return writes

    def _save_about(self, state: ChatState, now: int) -> list[Command]:
        key, changes = self._names.of_chat("chat", state.id), state.changes
        writes: list[Command] = []
        if changes.about and state.about is not None:
            writes.append(("HSET", key, "about", self._about_sealed(state.about)))
            writes.append(("HSET", names.CHATS, state.key, self._keys.seal(str(state.id).encode(), "chats")))
        if changes.status:
            writes.append(("HSET", key, "bot", state.bot))
            writes += self._keep(state.id) if state.bot not in ("left", "kicked") else self._forget(state.id)
        writes += addresses.saved(state, key, self._keys)
        if changes.linked:
            writes.append(("HSET", key, "linked", state.linked))
        for code in changes.told:
            writes.append(("HSET", key, f"told:{code}", now))
        return writes + places.look_soon(state, key, now)

    def _keep(self, chat_id: int) -> list[Command]:
        return [("PERSIST", self._names.of_chat(what, chat_id)) for what in ("chat", "settings")]

    def _forget(self, chat_id: int) -> list[Command]:
        """The bot is out: the settings wait for its return, then go."""
        stay = [
            ("EXPIRE", self._names.of_chat(what, chat_id), names.LEFT_TTL) for what in ("chat", "settings")
        ]
        chat = self._keys.person(chat_id)
        return [*stay, ("HDEL", names.CHATS, chat), *self.save_admins(chat_id, None), *self._idle(chat_id)]

    def _idle(self, chat_id: int) -> list[Command]:
        """Nothing is done by the clock any more; permissions that were never given back cannot be."""
        chat = self._keys.person(chat_id)
        return [
            ("SREM", names.NIGHTLY, chat),
            ("SREM", names.AGING, chat),
            ("UNLINK", self._names.of_chat("closed", chat_id)),
        ]

    def _save_seen(self, state: ChatState, now: int) -> list[Command]:
        seen = {p: packed.pack(at, state.days.get(p, 0)) for p, at in state.changes.seen.items()}
        return self._save_people("seen", state.id, seen, names.SEEN_TTL, now)

    def _save_warned(self, state: ChatState, now: int) -> list[Command]:
        warned = {
            person: forms.packed_warned(state.warned[person]) for person in sorted(state.changes.warned)
        }
        return self._save_people("warned", state.id, warned, names.WARNED_TTL, now)

    def _save_people(
        self, what: str, chat_id: int, people: Mapping[str, int | str], ttl: int, now: int
    ) -> list[Command]:
        if not people:
            return []
        key = self._names.of_chat(what, chat_id)
        pairs = [part for person, at in people.items() for part in (at, person)]
        return [("ZADD", key, *pairs), ("ZREMRANGEBYSCORE", key, "-inf", now - ttl), ("EXPIRE", key, ttl)]

    def _save_named(self, chat_id: int, named: Mapping[str, int], now: int) -> list[Command]:
        if not named:
            return []
        day = now // DAY
        key = self._names.named(chat_id, day)
        pairs = [
            part
            for name, user in named.items()
            for part in (self._name(name), self._keys.seal(str(user).encode(), key))
        ]
        return [("HSET", key, *pairs), ("EXPIRE", key, names.named_ttl(day, now))]

    def _save_album(self, chat_id: int, album: str, parts: Album) -> list[Command]:
        key = self._names.album(chat_id, album)
        fields = [value for part in sorted(parts.parts) for value in (part, 1)]
        doomed = ("doomed", parts.doomed) if parts.doomed else ()
        return [("HSET", key, *fields, *doomed), ("EXPIRE", key, names.ALBUM_TTL)] if fields or doomed else []

    def handled(self, update_ids: Iterable[int], chat_id: int) -> list[Command]:
        """Remember updates, so that one that Telegram sends twice is handled once."""
        key = self._names.updates(chat_id)
        pairs = [value for update_id in update_ids for value in (update_id, update_id)]
        keep = -names.UPDATES_KEPT - 1
        return [("ZADD", key, *pairs), ("ZREMRANGEBYRANK", key, 0, keep), ("EXPIRE", key, names.INDEX_TTL)]

    def key(self, chat_id: int) -> str:
        """The chat's keyed hash."""
        return self._keys.person(chat_id)

    def tag(self, chat_id: int) -> str:
        """Chats with the same tag share their record of handled updates."""
        return self._names.updates(chat_id)

    # Admins.

    def save_admins(self, chat_id: int, admins: Admins | None) -> list[Command]:
        key = self._names.of_chat("admins", chat_id)
        if admins is None:
            return [("UNLINK", key)]
        value = [
            admins.at,
            sorted(admins.people),
            *map(sorted, (admins.names, admins.written, admins.usernames)),
        ]
        return [("SET", key, orjson.dumps(value), "EX", names.ADMINS_TTL)]

    async def state(self, chat_id: int, people: Iterable[int] = ()) -> ChatState:
        """What is known of one chat, and in it of these people."""
        return await self.standing(chat_id, {self._keys.person(one) for one in people})

    # For commands.

    async def settings(self, chat_id: int) -> ChatSettings:
        """The chat's settings; the defaults for a chat that is not known."""
        stored = await self._redis.hgetall(self._names.of_chat("settings", chat_id))
        return forms.settings(stored, self._keys)

    def set_setting(self, chat_id: int, name: str, value: str) -> list[Command]:
        """Writes of one checked value, see `domain.settings.parse`."""
        key = self._names.of_chat("settings", chat_id)
        stored = to_store(self._keys, name, value)
        return [("HSET", key, name, stored), *self.closings.follow(chat_id, name, value)]

    async def setting_unchanged(self, chat_id: int, name: str, value: str) -> Expect:
        """Nobody has set it meanwhile; never holds when it is another value already."""
        key = self._names.of_chat("settings", chat_id)
        stored = await self._redis.hget(key, name)
        same = forms.settings({name.encode(): stored} if stored else {}, self._keys).get(name) == value
        return Expect.equals(key, stored if same else f"not {value}", name)

    def settings_in(self, writes: Iterable[Command], chat_id: int) -> dict[str, str]:
        """The settings that these writes give to a chat, for what follows before they are committed."""
        key = self._names.of_chat("settings", chat_id)
        found = [(str(write[2]), str(write[3])) for write in writes if write[:2] == ("HSET", key)]
        return {name: from_store(self._keys, name, stored) for name, stored in found}

    async def person_named(self, chat_id: int, username: str, now: int) -> int | None:
        """The id of who wrote in this chat under this user name (without @) within two days."""
        field = self._name(username.removeprefix("@").lower())
        for day in names.named_days(now):
            key = self._names.named(chat_id, day)
            if sealed := await self._redis.hget(key, field):
                return int(self._keys.unseal(sealed, key))
        return None

    async def messages_of(self, chat_id: int, user_id: int, now: int) -> list[int]:
        """Ids of the person's messages below 48 hours, oldest first."""
        person = self._keys.person(user_id)
        return [one.message_id for one in await self.index.all(chat_id, now) if one.person == person]

    async def messages_since(
        self, chat_id: int, message_id: int, now: int, topic: int | None = None
    ) -> list[int]:
        """Ids of this message and all after it, below 48 hours; of one topic, or of all for None."""
        found = await self.index.all(chat_id, now, message_id)
        return [one.message_id for one in found if topic is None or one.topic == topic]

    async def warned(self, chat_id: int, user_id: int) -> Warned:
        """A person's warnings, also those that have expired, see `domain.warnings`."""
        found = await self._redis.zscore(self._names.of_chat("warned", chat_id), self._keys.person(user_id))
        return forms.warned(found) if found is not None else Warned()

    def save_warned(self, chat_id: int, user_id: int, warned: Warned) -> list[Command]:
        """`Warned()` clears."""
        key, person = self._names.of_chat("warned", chat_id), self._keys.person(user_id)
        if warned == Warned():
            return [("ZREM", key, person)]
        return [("ZADD", key, forms.packed_warned(warned), person), ("EXPIRE", key, names.WARNED_TTL)]

    def trust(self, chat_id: int, user_id: int, now: int) -> list[Command]:
        """An admin's word for a person: rules for the untrusted and for newcomers spare them."""
        return self._save_people(
            "trusted", chat_id, {self._keys.person(user_id): now}, names.TRUSTED_TTL, now
        )

    def distrust(self, chat_id: int, user_id: int) -> list[Command]:
        return [("ZREM", self._names.of_chat("trusted", chat_id), self._keys.person(user_id))]

    async def listen(self, chat_id: int, user_id: int, now: int) -> list[Command]:
        """Note the person's next message here also when one was noted today."""
        state = await self.state(chat_id, [user_id])
        person = self._keys.person(user_id)
        seen, clocks = state.seen.get(person, 0), state.settings.timezone
        if schedule.day(seen, clocks) != schedule.day(now, clocks):
            return []
        # As if the last day on which something was noted were an earlier one: the next message counts anew.
        yesterday = packed.pack(now - 2 * DAY, max(state.days[person] - 1, 0))
        return [("ZADD", self._names.of_chat("seen", chat_id), "XX", yesterday, person)]

    async def closed(self, chat_id: int) -> Closed | None:
        """How the chat is closed by night or by order, None when it is open."""
        found, _, _ = await self.closings.read(chat_id)
        return found if found is not None and found.shut else None

    async def ids(self, chats: Collection[str]) -> dict[str, int]:
        """The ids behind keyed hashes of chats that the bot is in; the new id of one that has moved."""
        if not chats:
            return {}
        pipe = self._redis.pipeline(transaction=False)
        pipe.hmget(names.CHATS, list(chats))
        pipe.hmget(names.MOVES, list(chats))
        here, moved = await pipe.execute()
        found = {}
        for key, now_here, new in zip(chats, here, moved, strict=True):
            if new or now_here:
                found[key] = int(self._keys.unseal(new or now_here, "chats"))
        return found

    async def moved(self, chats: Collection[int]) -> dict[int, int]:
        """The new ids of those that have become supergroups."""
        if not chats:
            return {}
        found = await self._redis.hmget(names.MOVES, [self._keys.person(chat_id) for chat_id in chats])
        return {
            chat_id: int(self._keys.unseal(new, "chats"))
            for chat_id, new in zip(chats, found, strict=True)
            if new is not None
        }

    def at_home(self, chat_id: int) -> Expect:
        """The chat has not moved meanwhile."""
        return Expect.absent(self._names.of_chat("chat", chat_id), "moved")

    async def now_at(self, chat_id: int) -> int:
        """The chat's own id, or that of the supergroup that it has become."""
        found = await self._redis.hget(self._names.of_chat("chat", chat_id), "moved")
        return self._chat_id(found) or chat_id

    async def former(self, chat_id: int) -> int | None:
        """The id that a supergroup had as a group, if it was seen to move."""
        return self._chat_id(await self._redis.hget(self._names.of_chat("chat", chat_id), "former"))

    async def settings_of(self, chats: Collection[int]) -> dict[int, ChatSettings]:
        """The settings of several chats in one round trip."""
        pipe = self._redis.pipeline(transaction=False)
        for chat_id in chats:
            pipe.hgetall(self._names.of_chat("settings", chat_id))
        found = zip(chats, await pipe.execute(), strict=True)
        return {chat_id: forms.settings(stored, self._keys) for chat_id, stored in found}

    async def managed(self) -> list[int]:
        """Ids of all chats that the bot is in."""
        return [*(await self.visited.here()).values()]

    def _name(self, username: str) -> str:
        return self._keys.token("username", username, 8)
