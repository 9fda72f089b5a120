"""What every message is, and what the registry says of a stream."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

PARTITIONS = 8
"""Partitions of every stream. Fixed for a deployment: a key must never change its partition."""


class Message(BaseModel):
    """A frozen message. Unknown fields are ignored, so that an old reader survives a newer writer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


MessageT = TypeVar("MessageT", bound=Message)


def _whole_milliseconds(moment: datetime) -> datetime:
    beyond = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - beyond) if beyond else moment


Moment = Annotated[AwareDatetime, AfterValidator(_whole_milliseconds)]
"""A point in time with its zone, in whole milliseconds."""


@dataclass(frozen=True)
class Stream(Generic[MessageT]):
    """One stream: who writes it, who reads it, what it carries and how long it is kept.

    `key` names what order is kept for: messages of one key stay in one partition. `sealed` bodies are
    encrypted, because the append-only file keeps what the stream has long trimmed. A `compacted` stream
    also keeps the newest message of each key in a hash beside it (its snapshot), until a message for which
    `tombstone` holds removes it; readers without a group load the snapshot and follow the stream.
    `retention` is how long an acknowledged entry stays for readers without a group.
    """

    name: str
    version: int
    model: type[MessageT]
    key: Callable[[MessageT], str]
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    retention: timedelta
    readers: tuple[str, ...] = ()
    sealed: bool = False
    compacted: bool = False
    tombstone: Callable[[MessageT], bool] = field(default=lambda _: False)

    @property
    def topic(self) -> str:
        """Name with version, as in `submissions.received.v1`."""
        return f"{self.name}.v{self.version}"

    def partition_key(self, partition: int) -> str:
        """Redis key of one partition, with its hash tag, as in `telegram.updates.v1.{07}`."""
        return f"{self.topic}.{tag(partition)}"

    def snapshot_key(self, partition: int) -> str:
        return f"{self.topic}.snapshot.{tag(partition)}"

    def dead_key(self, group: str) -> str:
        """The stream of what `group` could not handle."""
        return f"{self.topic}.dead.{group}"

    def partitions(self) -> list[str]:
        """Redis keys of all partitions."""
        return [self.partition_key(p) for p in range(PARTITIONS)]


AnyStream = Stream[Any]


def tag(partition: int) -> str:
    """The hash tag that all keys of a partition share."""
    return f"{{{partition:02d}}}"
