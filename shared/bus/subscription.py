"""One stream read by this service: the FastStream subscriber that its messages are fed to."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, get_origin, get_type_hints

from faststream import AckPolicy, ContextRepo
from faststream._internal.endpoint.subscriber.usecase import SubscriberUsecase
from faststream.message import StreamMessage
from faststream.redis import RedisBroker, StreamSub
from faststream.redis.message import BatchStreamMessage, DefaultStreamMessage

from shared.bus.commit import Commit, Part
from shared.bus.envelope import DATA, Envelope
from shared.bus.errors import TryLater
from shared.contracts.base import AnyStream
from shared.telemetry.metrics import DEAD_LETTERS

Handler = Callable[..., Awaitable[Any]]
Handlers = Mapping[AnyStream, Handler]
OWNER = "owner"
"""The one consumer name of every partition: only the lease's holder reads, so a new owner finds what the old
one left under the same name."""
BATCH = 500
"""Entries read, handled and committed at once: the more, the less each costs."""
BATCH_APART = 100
"""The same where each key goes by itself."""


class Entry(NamedTuple):
    """One stream entry as it was read."""

    id: bytes
    key: bytes
    data: bytes


class Broker(RedisBroker):
    """A FastStream broker whose subscribers never read by themselves.

    FastStream's own loop loses what was published before a group existed, never retries, and stops for good
    when a stream is deleted. So the bus reads, and feeds the very same subscribers:
    `docs/decisions/feeding-handlers-ourselves.md`.
    """

    async def start(self) -> None:
        """Prepare the handlers. May be called twice: by the bus and by the app around it."""
        if self.running:
            return
        await self.connect()
        for subscriber in self.subscribers:
            await SubscriberUsecase.start(subscriber)
            subscriber._post_start()  # noqa: SLF001 - what FastStream's own subscribers call after start
        self.running = True


class Subscription:
    """A stream, the group that reads it, and its handler."""

    def __init__(
        self,
        broker: Broker,
        envelope: Envelope,
        stream: AnyStream,
        *,
        group: str,
        handler: Handler,
        apart: bool = False,
    ) -> None:
        self.apart = apart
        """Each key goes by itself, so that none waits for another's handler."""
        self.stream = stream
        self.group = group
        self.batched = takes_batches(handler)
        self.most = BATCH_APART if apart else BATCH
        """Entries of one read."""
        DEAD_LETTERS.labels(stream.topic, group)  # at 0: `increase` does not see a series that begins at 1
        self._envelope = envelope
        self._subscriber = broker.subscriber(
            stream=StreamSub(stream.topic, group=group, consumer=OWNER, batch=self.batched),
            parser=_parsed,
            decoder=self._decoded,
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            title=f"{stream.topic}:{group}",
        )
        self._subscriber(filled(handler, broker.context))

    async def one(self, entry: Entry) -> Commit:
        """Call the handler with one message."""
        if self.batched:
            return _single(await self.many([entry]))
        message = DefaultStreamMessage(
            type="stream", channel=self.stream.topic, message_ids=[entry.id], data={DATA: entry.data}
        )
        return _single([_result((await self._subscriber.process_message(message)).body)])

    async def _decoded(self, message: StreamMessage[Any]) -> Any:
        """What FastStream hands to the handler: messages opened and validated in one go from their JSON."""
        data: Any = message.body
        decode = self._envelope.decode
        if isinstance(data, list):
            return [decode(self.stream, one[DATA]) for one in data]
        return decode(self.stream, data[DATA])

    async def many(self, entries: Sequence[Entry]) -> list[Commit | TryLater] | Part:
        """Call a batch handler: one commit for all, or for the first of them, or for each its commit or that
        its key must wait.
        """
        message = BatchStreamMessage(
            type="bstream",
            channel=self.stream.topic,
            message_ids=[entry.id for entry in entries],
            data=[{DATA: entry.data} for entry in entries],
        )
        body = (await self._subscriber.process_message(message)).body
        if isinstance(body, Part):
            return body
        if not isinstance(body, list):
            return [_result(body)]
        answers = [answer if isinstance(answer, TryLater) else _result(answer) for answer in body]
        if len(answers) != len(entries):
            raise TypeError(f"{self.stream.topic}: {len(answers)} commits for {len(entries)} messages")
        return answers


async def _parsed(raw: Any) -> StreamMessage[Any]:
    """FastStream's own parser takes a message apart, and a batch together again, before it is decoded."""
    return StreamMessage(raw, raw["data"])


def filled(handler: Handler, context: ContextRepo) -> Handler:
    """The handler as FastStream sees it: the message alone; what it takes by `Context()` is filled in here.

    FastStream looks up each `Context()` in another thread, for each message: more work than most decisions.
    """
    message, *others = inspect.signature(handler).parameters.values()
    hints = get_type_hints(handler, include_extras=True)

    async def call(event: Any) -> Any:
        return await handler(event, **{one.name: context.get(one.name) for one in others})

    call.__name__, call.__doc__ = handler.__name__, handler.__doc__
    call.__annotations__ = {"event": hints[message.name]}
    return call


def takes_batches(handler: Handler) -> bool:
    """Whether the handler's first parameter is a list of messages."""
    first = next(iter(get_type_hints(handler).values()))
    return get_origin(first) is list


def _single(answers: Sequence[Commit | TryLater] | Part) -> Commit:
    if isinstance(answers, Part):
        return answers.commit
    (answer,) = answers
    if isinstance(answer, TryLater):
        raise answer
    return answer


def _result(body: Any) -> Commit:
    if not isinstance(body, Commit):
        raise TypeError(f"a handler must return a Commit, not {type(body).__name__}")
    return body
