"""Moderation's Redis commands, but for what the actor and the dialogues keep for themselves.

Keys that belong to a chat or a person carry the hash tag of that chat's or person's partition and a keyed
hash; each is listed in `names` with what ends it.
"""

from redis.asyncio import Redis

from services.moderation.store.admissions import AdmissionStore
from services.moderation.store.chats import Chats
from services.moderation.store.corrections import Corrections
from services.moderation.store.due import Later
from services.moderation.store.invites import Invites
from services.moderation.store.lifts import Lifts
from services.moderation.store.moving import Moving
from services.moderation.store.people import People
from services.moderation.store.places import Places
from services.moderation.store.poll import Poll
from services.moderation.store.questions import Questions
from services.moderation.store.waves import Waves
from shared.keys import Keys


class Store:
    """All of it: `admissions`, `chats`, `corrections`, `invites`, `later`, `moving` and the other fields."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self.keys = keys
        self.admissions = AdmissionStore(redis, keys)
        self.chats = Chats(redis, keys, self.admissions)
        self.corrections = Corrections(redis, keys, self.admissions)
        self.invites = Invites(redis, keys)
        self.later = Later(redis)
        self.lifts = Lifts(redis, keys)
        self.people = People(redis, keys, self.admissions)
        self.places = Places(redis)
        self.poll = Poll(redis, keys)
        self.questions = Questions(redis, keys)
        self.waves = Waves(redis, keys)
        self.moving = Moving(redis, keys, self.chats, self.corrections, self.waves)


__all__ = [
    "AdmissionStore", "Chats", "Corrections", "Later", "Moving", "People", "Places", "Poll", "Store", "Waves",
]  # fmt: skip
