"""How a message lies in a stream: FastStream's binary envelope, sealed where the stream says so.

An entry has two fields: `__data__`, FastStream's own, and `k`, a keyed hash of the message's key, by which
the bus keeps the order of a key without opening the message.
"""

from typing import Any, TypeVar

from faststream.redis.parser import BinaryMessageFormatV1
from faststream.redis.parser.binary import BinaryWriter, FastStreamMessageVersion

from shared.bus.commit import Command
from shared.contracts.base import PARTITIONS, AnyStream, Message
from shared.contracts.registry import stream_of
from shared.keys import Keys

DATA = b"__data__"
KEY = b"k"
MessageT = TypeVar("MessageT", bound=Message)


def _header(headers: dict[str, str]) -> bytes:
    """The fixed part of FastStream's binary message version 1 (`BinaryMessageFormatV1.encode`)."""
    inner = BinaryWriter()
    for name, value in headers.items():
        inner.write_string(name)
        inner.write_string(value)
    writer = BinaryWriter()
    writer.write(BinaryMessageFormatV1.IDENTITY_HEADER)
    writer.write_short(FastStreamMessageVersion.v1.value)
    start = len(writer.data) + 8
    writer.write_int(start)
    writer.write_int(2 + start + len(inner.data))
    writer.write_short(len(headers))
    writer.write(inner.get_bytes())
    return writer.get_bytes()


PLAIN = _header({"content-type": "application/json"})
SEALED = _header({"content-type": "application/json", "sealed": "1"})


class Envelope:
    """Encodes and decodes with the deployment's keys."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def encode(self, stream: AnyStream, message: Message) -> bytes:
        body = message.model_dump_json().encode()
        if stream.sealed:
            return SEALED + self._keys.seal(body, stream.topic)
        return PLAIN + body

    def open(self, stream: AnyStream, data: bytes) -> bytes:
        """The JSON body. Raises InvalidTag when the sealed body was made with another key."""
        if data.startswith(SEALED):  # our own headers, whole: nothing in them is left to read
            return self._keys.unseal(data[len(SEALED) :], stream.topic)
        if data.startswith(PLAIN):
            return data[len(PLAIN) :]
        body, headers = BinaryMessageFormatV1.parse(data)
        return self._keys.unseal(body, stream.topic) if "sealed" in headers else body

    def decode(self, stream: AnyStream, data: bytes) -> Message:
        message: Message = stream.model.model_validate_json(self.open(stream, data))
        return message

    def route(self, stream: AnyStream, message: Any) -> tuple[int, bytes]:
        """The message's partition and the keyed hash of its key."""
        digest = self._keys.route(stream.key(message))
        return digest[0] % PARTITIONS, digest

    def partition(self, key: str) -> int:
        """The partition in which messages of this key lie."""
        return self._keys.route(key)[0] % PARTITIONS

    def publish(self, message: Message) -> list[Command]:
        """The writes that publish a message: the entry, and the snapshot of a compacted stream."""
        stream = stream_of(message)
        partition, digest = self.route(stream, message)
        data = self.encode(stream, message)
        writes: list[Command] = [("XADD", stream.partition_key(partition), "*", DATA, data, KEY, digest)]
        if stream.compacted:
            writes.append(self._compact(stream, message, partition, data))
        return writes

    def _compact(self, stream: AnyStream, message: Message, partition: int, data: bytes) -> Command:
        key, field = stream.snapshot_key(partition), stream.key(message)
        return ("HDEL", key, field) if stream.tombstone(message) else ("HSET", key, field, data)
