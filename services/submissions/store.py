"""The proposals in Redis, and the only place with their commands; what is known of listings is in `index`.

    submissions:{NN}:submission:<id>   hash: revision, and the sealed record
    submissions:{NN}:due               sorted set: ids by the moment at which they end or are forgotten
    submissions:withdrawn:<id>         taken back before it was received; expires
    submissions:lent:<token>           the accepted listing that is to have a link; expires

A token is a keyed hash: the name of a key tells no link.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from services.submissions.domain.life import Claim, Known, Step, deadline
from services.submissions.domain.record import Record
from services.submissions.index import Index, former_claim_key, lent_key
from shared.bus import Bus, Command, Expect
from shared.contracts.base import PARTITIONS, Moment, tag
from shared.contracts.listings import Content, Link, ListingId
from shared.contracts.submissions import State, SubmissionId
from shared.keys import Keys

LENT_FOR = timedelta(minutes=10)
"""The directory shows an accepted listing within moments. Should it refuse it, others for the same link wait
for so long."""
WITHDRAWN_FOR = timedelta(days=7)
"""The longest that a withdrawal waits for its proposal, after the service stood still."""
DUE_MOST = 200


@dataclass(frozen=True)
class Reading:
    """What is known for a decision, and what must still hold when it is committed."""

    known: Known
    expect: tuple[Expect, ...]


class Store:
    """Reads are coroutines; writes are lists of commands for a commit."""

    def __init__(self, bus: Bus) -> None:
        self._redis = bus.redis
        self._partition = bus.partition
        self._keys: Keys = bus.keys
        self.index = Index(bus)

    async def record(self, submission_id: SubmissionId) -> Record | None:
        body: Any = await self._redis.hget(self._key(submission_id), "body")
        return self._open(submission_id, body) if body else None

    async def read_new(
        self, submission_id: SubmissionId, content: Content | None, listing_id: ListingId | None, now: Moment
    ) -> Reading:
        """For a proposal just received."""
        link = content.link if content else None
        withdrawn = await self._redis.get(_withdrawn_key(submission_id))
        owner = await self.index.owner(link) if link else None
        shown = await self.index.shows_link(owner) if owner else True
        known = Known(
            now=now,
            listing=await self.index.listing(listing_id) if listing_id else None,
            owner=owner,
            withheld=await self.index.listing(owner) if owner and not shown else None,
            neighbours=await self.index.neighbours(content.place) if content else (),
            withdrawn=withdrawn is not None,
        )
        return Reading(
            known,
            (
                Expect.absent(self._key(submission_id), "revision"),
                Expect.equals(_withdrawn_key(submission_id), withdrawn),
                *self._not_lent(link),
                *self._owned(link, owner, shown=shown),
            ),
        )

    async def read_open(self, record: Record, now: Moment) -> Reading:
        """For a proposal in review."""
        link = record.content.link if record.content else None
        owner = await self.index.owner(link) if link else None
        shown = await self.index.shows_link(owner) if owner else True
        known = Known(
            now=now,
            listing=await self.index.listing(record.listing_id) if record.listing_id else None,
            owner=owner,
            withheld=await self.index.listing(owner) if owner and not shown else None,
        )
        expect = (self.unchanged(record), *self._not_lent(link), *self._owned(link, owner, shown=shown))
        return Reading(known, expect)

    async def read_again(self, record: Record, now: Moment) -> Reading:
        """For a proposal in review that the reviewers are to be asked about once more."""
        reading = await self.read_open(record, now)
        neighbours = await self.index.neighbours(record.content.place) if record.content else ()
        return Reading(replace(reading.known, neighbours=neighbours), (self.unchanged(record),))

    async def is_lent(self, content: Content | None) -> bool:
        """Whether a listing was accepted with this link that the directory does not show yet."""
        return bool(content and await self._redis.exists(lent_key(self._keys, content.link)))

    def _not_lent(self, link: Link | None) -> tuple[Expect, ...]:
        return (Expect.absent(lent_key(self._keys, link)),) if link else ()

    async def due(self, now: Moment) -> list[Record]:
        """Proposals whose time has come, at most 200 of each partition."""
        found: list[Record | None] = []
        for partition in range(PARTITIONS):
            ids: Any = await self._redis.zrangebyscore(
                _due_key(partition), "-inf", _milliseconds(now), start=0, num=DUE_MOST
            )
            found += [await self.record(each.decode()) for each in ids]
        return [record for record in found if record]

    def unchanged(self, record: Record) -> Expect:
        """Nobody has taken a step with this proposal meanwhile."""
        return Expect.equals(self._key(record.submission_id), str(record.revision), "revision")

    def unknown(self, submission_id: SubmissionId) -> Expect:
        """Nobody has received this proposal meanwhile."""
        return Expect.absent(self._key(submission_id), "revision")

    def keep(self, step: Step) -> list[Command]:
        """Keep the record, or erase everything of it; hold or free its link."""
        record = step.record
        erased = record.state is State.FORGOTTEN
        writes = self._erased(record) if erased else self._kept(record)
        return writes + (self._claim(step, step.link) if step.link else [])

    def remember_withdrawal(self, submission_id: SubmissionId) -> list[Command]:
        """For a proposal that has not been received yet."""
        return [("SET", _withdrawn_key(submission_id), "1", "PX", _lasting(WITHDRAWN_FOR))]

    def _kept(self, record: Record) -> list[Command]:
        key = self._key(record.submission_id)
        body = self._keys.seal(record.model_dump_json().encode(), key)
        return [
            ("HSET", key, "revision", record.revision, "body", body),
            ("ZADD", self._due(record), _milliseconds(deadline(record)), record.submission_id),
            ("DEL", _withdrawn_key(record.submission_id)),
        ]

    def _erased(self, record: Record) -> list[Command]:
        return [
            ("DEL", self._key(record.submission_id)),
            ("ZREM", self._due(record), record.submission_id),
        ]

    def _claim(self, step: Step, link: Link) -> list[Command]:
        former: Command = ("DEL", former_claim_key(self._keys, link))
        if step.claim is not Claim.LEND or not step.record.listing_id:
            return [former]
        lent = lent_key(self._keys, link)
        return [former, ("SET", lent, step.record.listing_id, "PX", _lasting(LENT_FOR))]

    def _owned(self, link: Link | None, owner: ListingId | None, *, shown: bool) -> tuple[Expect, ...]:
        """The same listing has the link, and shows it or not, as when it was read."""
        owned = (self.index.still_owned(link, owner),) if link else ()
        return (*owned, self.index.still_shows(owner, shown=shown)) if owner else owned

    def _open(self, submission_id: SubmissionId, body: bytes) -> Record:
        return Record.model_validate_json(self._keys.unseal(body, self._key(submission_id)))

    def _key(self, submission_id: SubmissionId) -> str:
        return f"submissions:{tag(self._partition(submission_id))}:submission:{submission_id}"

    def _due(self, record: Record) -> str:
        return _due_key(self._partition(record.submission_id))


def _due_key(partition: int) -> str:
    return f"submissions:{tag(partition)}:due"


def _withdrawn_key(submission_id: SubmissionId) -> str:
    return f"submissions:withdrawn:{submission_id}"


def _milliseconds(moment: Moment) -> int:
    return int(moment.timestamp() * 1000)


def _lasting(time: timedelta) -> int:
    return int(time.total_seconds() * 1000)
