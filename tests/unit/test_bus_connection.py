"""Commands packed in C are byte for byte what redis-py packs, and refuse what it refuses."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio.connection import Connection, SSLConnection, UnixDomainSocketConnection
from redis.exceptions import DataError

from shared.bus.connection import Shared
from shared.keys import base32

WORDS = st.text(st.characters(codec="utf-8")) | st.binary() | st.integers(-(2**63), 2**63) | st.floats()


def packing(url: str = "redis://localhost") -> Any:
    pool: Any = Shared.from_url(url).connection_pool
    return pool.make_connection()


OURS, THEIRS = packing(), Connection()


@given(st.sampled_from(["HSET", "XINFO GROUPS", b"EVALSHA"]), st.lists(WORDS, max_size=6))
def test_a_command_is_packed_as_redis_py_packs_it(name: bytes | str, words: list[Any]) -> None:
    assert b"".join(OURS.pack_command(name, *words)) == b"".join(THEIRS.pack_command(name, *words))


@pytest.mark.parametrize("word", [None, {}, [1], object()])
def test_what_is_no_word_of_a_command_is_refused(word: Any) -> None:
    with pytest.raises(DataError):
        OURS.pack_command("SET", "a", word)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("redis://localhost", Connection),
        ("rediss://localhost", SSLConnection),
        ("unix:///tmp/a.sock", UnixDomainSocketConnection),
    ],
)
def test_every_way_to_redis_is_packed(url: str, kind: type) -> None:
    made = packing(url)
    assert isinstance(made, kind)
    assert type(made) is not kind


@given(st.binary(max_size=40))
def test_a_keyed_hash_is_written_as_base_32(data: bytes) -> None:
    assert base32(data) == base64.b32encode(data).decode().lower().rstrip("=")


@given(st.binary(min_size=8, max_size=8))
def test_so_is_one_of_eight_bytes_that_takes_the_short_way(data: bytes) -> None:
    assert base32(data) == base64.b32encode(data).decode().lower().rstrip("=")
