"""A backup opens with its key, whole and unchanged, or not at all."""

import io
import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import archive
from cli.archive import Record
from cli.errors import Stop
from shared.keys import Keys

KEYS = Keys("a" * 64)
SALT = bytes(16)
BATCHES = [
    [Record(b"one", 0, b"\x00dump"), Record(b"two", 1_795_342_530_000, b"")],
    [Record(b"three", 0, b"x" * 5000)],
]

records = st.builds(
    Record,
    st.binary(min_size=1, max_size=40),
    st.integers(min_value=0, max_value=2**62),
    st.binary(max_size=200),
)


def _written(batches: Iterable[list[Record]], keys: Keys = KEYS) -> bytes:
    out = io.BytesIO()
    archive.write(out, keys, SALT, batches)
    return out.getvalue()


def _read(data: bytes, keys: Keys = KEYS) -> list[list[Record]]:
    return list(archive.read(io.BytesIO(data), keys))


@given(st.lists(st.lists(records, min_size=1, max_size=5), max_size=4))
def test_what_was_written_is_read_back(batches: list[list[Record]]) -> None:
    assert _read(_written(batches)) == batches


def test_nothing_of_the_records_can_be_read_in_the_file() -> None:
    record = Record(random.Random(1).randbytes(200), 0, random.Random(2).randbytes(400))
    parts = [part for value in (record.key, record.dump) for part in (value[:40], value[-40:])]
    assert all(part in archive._pack([record]) for part in parts), "compressing does not hide them"
    data = _written([[record]])
    assert not any(part in data for part in parts)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(Stop, match="another DZE_KEY"):
        _read(_written(BATCHES), Keys("b" * 64))


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(Stop, match="not written by"):
        _read(b"PK\x03\x04 something else entirely")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_a_file_that_was_cut_off_is_refused(share: float) -> None:
    data = _written(BATCHES)
    with pytest.raises(Stop):
        _read(data[: int(len(data) * share)])


def test_a_file_without_its_last_batch_is_refused() -> None:
    empty_end = len(_written([])) - len(archive.MAGIC) - len(SALT)
    with pytest.raises(Stop):
        _read(_written(BATCHES)[:-empty_end])


def test_a_file_with_something_behind_its_end_is_refused() -> None:
    with pytest.raises(Stop):
        _read(_written(BATCHES) + b"x")


@given(st.data())
def test_no_single_changed_byte_goes_unseen(data: st.DataObject) -> None:
    whole = bytearray(_written(BATCHES))
    at = data.draw(st.integers(min_value=0, max_value=len(whole) - 1))
    whole[at] ^= data.draw(st.integers(min_value=1, max_value=255))
    with pytest.raises(Stop):
        _read(bytes(whole))


def test_batches_cannot_change_places() -> None:
    out = _written([BATCHES[0], BATCHES[0]])
    head = len(archive.MAGIC) + len(SALT)
    length = archive.LENGTH.unpack(out[head : head + 4])[0] + 4
    first, second = out[head : head + length], out[head + length : head + 2 * length]
    with pytest.raises(Stop):
        _read(out[:head] + second + first + out[head + 2 * length :])
