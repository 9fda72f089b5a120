"""Names of Redis keys and how long each lives. Nobody else builds them.

`moderation:{pp}:chat:<c>` hash: sealed id, title and names of a managed chat, the bot's membership, notices.
    Ends 30 days after the bot left. Of a group that became a supergroup only the new id, for 1 year.
`moderation:{pp}:settings:<c>` hash: what its admins set, their own words sealed. Ends with it.
`moderation:{pp}:admins:<c>` string: keyed hashes of admins and of their names. 24 h.
`moderation:{pp}:seen:<c>` zset: keyed people by the last message that was noted, once a day, with the number
    of such days (see `packed`). 60 silent days.
`moderation:{pp}:joined:<c>` zset: keyed people by their last join. 30 days.
`moderation:{pp}:warned:<c>` zset: keyed people by their last warning, with the number. 90 days.
`moderation:{pp}:trusted:<c>` zset: keyed people by an admin's word for them. 1 year.
`moderation:{pp}:vouches:<c>:<p>` string: for which keyed people a member has vouched, sealed. 30 days.
    `...:told`: that the member was told why a word does not count. 1 h.
`moderation:{pp}:watched:<c>` hash: a keyed user name that the chat allows, to the keyed hash of the chat that
    had it. 30 days after the last look.
`moderation:{pp}:closed:<c>` string: a closed chat's permissions before and now. Until it is open again.
`moderation:{pp}:album:<c>:<token>` hash: ids of an album's parts, why it goes. 1 h.
`moderation:{pp}:index:<c>:<hour>` zset: message ids with keyed people, `bot` for our own. 48 h
    after the hour ended.
`moderation:{pp}:mixed:<c>` string: ids of the group that a supergroup was are still in its index. 49 h.
`moderation:{pp}:named:<c>:<day>` hash: keyed user name to sealed id. 48 h after the day began.
`moderation:{pp}:updates` zset: ids of the updates handled last. 48 h, at most 10,000.
`moderation:{pp}:person:<p>` string: sealed standing of a person. 30 silent days; 1 year for who was banned.
`moderation:{pp}:came:<c>` hash: keyed people with the sealed id and time of a join. 2 h.
`moderation:{pp}:door:<c>` string: a door closed in a wave of joins. A day after it opens.
`moderation:{pp}:invites:<c>` hash: sealed invite links of the bot. A year after the last change.
`moderation:{pp}:asked:<c>` hash: keyed people with the sealed id, who asked to come in during a wave. 2 days.
`moderation:{pp}:cohort:<c>:<t>` set: keyed people of the wave that began then. 30 days.
`moderation:{pp}:decisions`, `...:guests` lists: sealed conclusions on people, for `dze replay`. 30 days, at
    most 2,500.
`moderation:shared:said:<l>`, `...:revoked:<l>`, `...:preview:<l>`: lists shared with others, see `shared`.
`moderation:doors` zset: keyed chats by when their door opens. Until it has.
`moderation:chats` hash: sealed ids of managed chats. Until the bot leaves the chat.
`moderation:moves` hash: a group's keyed hash to the sealed id of the supergroup that it became. 1 year
    after the last such move.
`moderation:due` zset: messages that are to go later, see `due`. Each until its time.
`moderation:nightly`, `moderation:aging` sets: keyed chats with a night or lock-down, with `older.hours`.
    Until that is switched off or the bot leaves.
`moderation:places`, `moderation:links` hashes: link to place, listing to link, of the public directory;
    `moderation:identities` hash: link to the keyed hash of the chat that is listed under it; and
    `moderation:lookups`: when a listed chat is looked up next. Until the listing goes.
`moderation:admissions` hash, `moderation:admissions:due` zset: which chats are heard, see `admissions`.
`moderation:lent` hash: what known chats teach the others about texts, see `lent`.
`moderation:removals:<c>`, `moderation:withdrawn` zsets: what was done on the word of a chat, see `removals`.
`moderation:question:<listing>` hash: what the directory says of a hidden link, sealed, and which card shows
    it. 2 days after the decision. `moderation:questions:open`, `...:due` zsets: listings by when their link
    was hidden. Until it is decided; until the card is posted.
`moderation:lookups:begun` string: all listed links have been scheduled once. For ever.
`moderation:offset:<b>` string: how far the bot's updates were read. 48 h.
`moderation:lifted:<t>` string: empty; what the bot is about to lift, see `lifts`. 48 h.
`moderation:began:<t>`, `moderation:latest:<t>`, `moderation:undo:<c>:<code>` strings: sanctions under way and
    what takes them back, see `telegram.begun`, `telegram.undo`. 48 h.

`pp` is the partition, `c` and `p` keyed hashes, `b` a token of the bot, `t` one of a chat and a person or of
an action. A chat is no person: its id is kept, sealed, for as long as the bot is in it, because what is due
there must reach it unasked.
"""

from functools import lru_cache

from shared.contracts.base import PARTITIONS, tag
from shared.keys import Keys

HOUR = 3600
DAY = 24 * HOUR
ADMINS_TTL = DAY
SEEN_TTL = 60 * DAY
JOINED_TTL = 30 * DAY
ALBUM_TTL = HOUR
INDEX_TTL = 48 * HOUR
LEFT_TTL = 30 * DAY
MOVED_TTL = 366 * DAY
WARNED_TTL = 90 * DAY
TRUSTED_TTL = 365 * DAY
PERSON_TTL = 30 * DAY
LISTED_TTL = 365 * DAY
UPDATES_KEPT = 10_000
CHATS_CACHED = 4096

CHATS = "moderation:chats"
MOVES = "moderation:moves"
DUE = "moderation:due"
NIGHTLY = "moderation:nightly"
AGING = "moderation:aging"
PLACES = "moderation:places"
LINKS = "moderation:links"
IDENTITIES = "moderation:identities"
CHECKS = "moderation:lookups"
ADMISSIONS = "moderation:admissions"
ADMISSIONS_DUE = "moderation:admissions:due"
BEGUN = "moderation:lookups:begun"

NAMED_DAYS = 2


def named_days(now: int) -> tuple[int, ...]:
    """The days (UTC) whose user names are still kept, the newest first; `now` in unix seconds.

    The next one too: another replica's clock may be ahead of ours by a moment.
    """
    day = now // DAY
    return (day + 1, *(day - past for past in range(NAMED_DAYS)))


def named_ttl(day: int, now: int) -> int:
    """Seconds until the user names of a day are forgotten, two days after it began."""
    return (day + NAMED_DAYS) * DAY - now


class Names:
    """Keys of one deployment."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._chat = lru_cache(maxsize=CHATS_CACHED)(self._keyed_chat)

    def partition(self, key: str) -> str:
        """The hash tag of the partition in which messages of this key lie, as the bus computes it."""
        return tag(self._keys.route(key)[0] % PARTITIONS)

    def of_chat(self, what: str, chat_id: int) -> str:
        partition, chat = self._chat(chat_id)
        return f"moderation:{partition}:{what}:{chat}"

    def _keyed_chat(self, chat_id: int) -> tuple[str, str]:
        return self.partition(str(chat_id)), self._keys.person(chat_id)

    def of_person(self, what: str, person: str) -> str:
        return f"moderation:{self.partition(person)}:{what}:{person}"

    def updates(self, chat_id: int) -> str:
        return f"moderation:{self._chat(chat_id)[0]}:updates"

    def index(self, chat_id: int, hour: int) -> str:
        return f"{self.of_chat('index', chat_id)}:{hour}"

    def named(self, chat_id: int, day: int) -> str:
        return f"{self.of_chat('named', chat_id)}:{day}"

    def album(self, chat_id: int, album: str) -> str:
        return f"{self.of_chat('album', chat_id)}:{self._keys.token('album', album, 8)}"
