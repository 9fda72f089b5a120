"""One key for all spellings of a question, and memory that is bounded."""

import itertools
import random
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.cache import accepts_gzip, matches
from services.gateway.domain.cachekeys import Key, Pool, key_of
from services.gateway.domain.lru import LRU

KNOWN = frozenset({"be", "ru"})


def key(address: str) -> Key | None:
    path, _, query = address.partition("?")
    return key_of(path, query, lambda asked: asked if asked in KNOWN else "be", KNOWN)


@pytest.mark.parametrize(
    "spellings",
    [
        (
            "/api/v1/clusters?zoom=9&bbox=27.4,53.8,27.7,54.0&kind=help,group",
            "/api/v1/clusters?bbox=%2B27.400,53.80000000001,27.7,54&zoom=09&kind=group&kind=help&x=1",
            "/api/v1/clusters?zoom=3&zoom=9&bbox=+27.4+,53.8,27.7,54.&kind=help&kind=group,help&q=&area=",
        ),
        ("/?q=a b", "/?q=%20a++b+", "/?utm=x&q=a%20b", "/?q=a b&lang=xx", "/?kind=&q=a+b"),
        ("/list?lang=ru", "/list?lang=ru&lang=ru", "/list?utm=1&lang=ru"),
        ("/export.csv", "/export.csv?x", "/export.csv?lang=ru"),
        ("/?at=53.9,27.56,15", "/?at=53.90,27.560,15.0"),
    ],
)
def test_all_spellings_of_one_question_have_one_key(spellings: tuple[str, ...]) -> None:
    assert key(spellings[0]) is not None
    assert {key(each) for each in spellings} == {key(spellings[0])}


@pytest.mark.parametrize(
    "address",
    [
        "/submit", "/submit?x=1", "/submissions/x", "/api/v1/submissions/x", "/api/v1/challenge",
        "/livez", "/readyz",
        "/api/v1/changes", "/mirror", "/nope", "//", "/LIST", "/list/", "/list%00", "/listings/x",
        "/telegram/webhook",
        "/api/v1/clusters?zoom=x", "/api/v1/clusters?zoom=9&bbox=a", "/api/v1/clusters?zoom=9&bbox=1,2,3",
        "/api/v1/clusters?zoom=9&bbox=٥,1,2,3", "/?at=nan,nan,1", "/?at=junk", "/?kind=x", "/?q=%ff",
        "/list?cursor=a b",
        "/?" + "&".join(f"a{n}=1" for n in range(30)), "/?q=" + "a" * 2_001,
    ],
)  # fmt: skip
def test_what_is_somebody_s_own_or_not_understood_is_never_kept(address: str) -> None:
    assert key(address) is None


@given(
    st.dictionaries(st.sampled_from(["q", "kind", "at", "bbox", "lang", "cursor", "x"]), st.text(max_size=60))
)
def test_a_canonical_question_stays_as_it_is(values: dict[str, str]) -> None:
    found = key(f"/list?{urlencode(values)}")
    assert found is None or key(f"/list?{found.query}") == found


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_place_is_taken_to_a_hand_s_breadth(lat: float, lon: float) -> None:
    found = key(f"/api/v1/search?q=x&near={lat:.9f},{lon:.9f}")
    assert found is not None
    near = found.query.partition("near=")[2].split("%2C")
    assert all(abs(float(got) - wanted) <= 6e-7 for got, wanted in zip(near, (lat, lon), strict=True))


def test_questions_that_are_made_up_push_out_no_page() -> None:
    for number in range(100):
        found = key(f"/?q={quote(str(number))}")
        assert found is not None
        assert found.pool is Pool.RARE


def test_memory_is_bounded_whatever_is_put() -> None:
    kept, made = LRU[int, bytes](10_000), random.Random(1)
    for number in range(5_000):
        kept.put(made.randrange(500), b"", made.randrange(6_000))
        assert kept.size <= 10_000
        kept.get(number % 500)
    assert kept.size == sum(size for _, size in kept._kept.values())
    kept.put(-1, b"", 5_001)
    assert kept.get(-1) is None


def test_the_least_recently_used_goes_first() -> None:
    kept = LRU[str, str](30)
    for name in "abc":
        kept.put(name, name, 10)
    kept.get("a")
    kept.put("d", "d", 10)
    assert [kept.get(name) for name in "abcd"] == ["a", None, "c", "d"]


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True), ("", False), ("identity", False), ("gzip;q=0", False), ("gzip;q=0.0, br", False),
        ("*", True),
        ("*;q=0", False), ("gzip;q=0, *", False), ("br, GZIP ; q=0.5", True), ("x-gzip", True),
        ("deflate, br", False),
        ("gzip;q=0.1, identity;q=1", False), ("gzip;q=x", False), ("gzipped", False), ("," * 5000, False),
        ("identity;q=0, gzip;q=0.001", True),
    ],
)  # fmt: skip
def test_gzip_is_sent_only_to_who_takes_it(header: str, taken: bool) -> None:
    assert accepts_gzip(header.encode()) is taken


def test_a_list_of_etags_is_looked_through_weakly() -> None:
    etag = b'W/"a"'
    assert all(matches(header, etag) for header in (b"*", b'W/"a"', b'"a"', b'"b" , "a"', b'"b",*'))
    assert not any(
        matches(header, etag) for header in (b"", b"a", b'"A"', b'W/"b"', b",".join([b'"x"'] * 9_000))
    )
    assert not any(map(matches, itertools.repeat(b'"ab"', 2), (etag, b'"a"')))
