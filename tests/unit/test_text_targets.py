"""What an address leads to, whatever its spelling."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text.found import addresses, telegram_addresses
from shared.text.targets import TARGETS_MOST, TargetKind, internal_id, target_of, targets_of
from shared.text.urls import fold_host, split_url
from tests import spellings
from tests.spellings import CHANNEL_ID, HASH, NAME, PHONE, SLUG, Spelling

KEYS = {
    TargetKind.CHAT: f"@{NAME}",
    TargetKind.PRIVATE: f"t.me/c/{CHANNEL_ID}",
    TargetKind.INVITE: f"t.me/+{HASH}",
    TargetKind.FOLDER: f"t.me/addlist/{SLUG}",
    TargetKind.PHONE: f"t.me/+{PHONE}",
}
PIECES = st.sampled_from([
    "https://", "t.me", "/", "+", "%2B", "%25", "tg:", "//", "?", "#", "@", ":", ".", "\\", "s/", "c/",
    "joinchat/", "addlist/", "share/url?url=", "web.telegram.org/k/#?tgaddr=", "resolve?domain=", NAME, HASH,
    "т", "。", "\u200b", "xn--", "boost/", "8443", "%", "&", " ", "[", "]", "-100",
])  # fmt: skip
NEAR = st.lists(PIECES, max_size=14).map("".join)


@pytest.mark.parametrize("one", spellings.ALL, ids=lambda one: one.text[:60] or "empty")
def test_every_spelling_leads_to_what_the_table_says(one: Spelling) -> None:
    found = target_of(one.text)
    assert (found.kind, found.username, found.chat, found.message, found.code) == (
        one.kind,
        one.username,
        one.chat,
        one.message,
        one.code,
    )


@pytest.mark.parametrize("one", spellings.LEADING, ids=lambda one: one.text[:60])
def test_all_spellings_of_a_target_have_one_key(one: Spelling) -> None:
    assert target_of(one.text).key == KEYS[one.kind]


@given(NEAR | st.text(max_size=300))
def test_any_text_leads_somewhere_and_a_key_leads_to_itself(text: str) -> None:
    for target in targets_of(text):
        if target.key and target.kind is not TargetKind.SITE:
            again = target_of(target.key)
            assert (again.kind, again.key) == (target.kind, target.key)
            assert (again.username, again.chat, again.code) == (target.username, target.chat, target.code)


@given(st.integers(1, 997_852_516_352))
def test_an_internal_id_is_the_one_in_links(number: int) -> None:
    assert internal_id(-1_000_000_000_000 - number) == number
    assert target_of(f"https://t.me/c/{number}/5").chat == number


def test_a_basic_groups_internal_id_is_its_own_without_the_sign() -> None:
    assert internal_id(-4_123_456) == 4_123_456


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"https://t.me/share/url?url=https://t.me/+{HASH}", {"share", "invite"}),
        (f"https://telegram.me/share/url?url={quote(f'https://t.me/+{HASH}', safe='')}", {"share", "invite"}),
        (f"https://t.me/share?url=x&text={quote(f'тут: t.me/%2B{HASH}')}", {"share", "nothing", "invite"}),
        (f"tg://msg_url?url=https://t.me/{NAME}&text=hi", {"share", "chat"}),
        (f"tg://msg_url?url=https://t.me/{NAME}&text=https://example.org", {"share", "chat", "site"}),
        ("https://t.me/share/url?url=https%3A%2F%2Fexample.org", {"share", "site"}),
        ("https://t.me/iv?url=https%3A%2F%2Fexample.org&rhash=1", {"share", "site"}),
        (f"https://example.org/?u=https://t.me/+{HASH}", {"site", "invite"}),
        (f"https://example.org/?u={quote(quote(f'tg://join?invite={HASH}'))}", {"site", "invite"}),
        (f"https://example.org/#t.me/{NAME}", {"site", "chat"}),
        (f"https://t.me/{NAME}?text={quote(f'https://t.me/+{HASH}')}", {"chat", "invite"}),
        (f"t.me/{NAME},t.me/+{HASH}", {"chat", "invite"}),
        (f"https://t-do.ru/joinchat/{HASH}", {"site", "invite"}),
        (f"https://т.me/+{HASH}", {"site", "invite"}),
        (f"https://t.me.example.org/joinchat/{HASH}", {"site", "invite"}),
        ("https://example.org/?u=https://example.com", {"site"}),
    ],
)  # fmt: skip
def test_an_address_inside_another_one_is_found(text: str, kinds: set[str]) -> None:
    assert {str(target.kind) for target in targets_of(text)} == kinds


def test_addresses_in_addresses_have_an_end() -> None:
    text = "https://t.me/share/url?url=" * 200 + " t.me/+a" * 200
    assert len(targets_of(text)) <= TARGETS_MOST


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("гл. https://a.org/b_(c), і (https://a.org/d).", ["https://a.org/b_(c)", "https://a.org/d"]),
        ("t.me/our_chat! t.me/our_chat», «t.me/our_chat»", ["t.me/our_chat"] * 3),
        ("T.ME/x www.example.org, і далей", ["T.ME/x", "www.example.org"]),
        ("tg:join?invite=A; TG://resolve?domain=x", ["tg:join?invite=A", "TG://resolve?domain=x"]),
        ("our_chat.t.me і our_chat.t.me/3.", ["our_chat.t.me", "our_chat.t.me/3"]),
        ("web.telegram.org/k/#@x telegram.dog/x", ["web.telegram.org/k/#@x", "telegram.dog/x"]),
        ("t.me:443/x t.me?x", ["t.me:443/x", "t.me?x"]),
        ("ｔ．ｍｅ／＋abc t\u200b.me/+abc 𝐭.𝐦𝐞/+abc", ["t.me/+abc"] * 3),
        ('<a href="https://t.me/x">t.me/x</a>', ["https://t.me/x", "t.me/x"]),
        ("пішыце ann@t.me/x", ["t.me/x"]),
        ("сёння 22.11.2026, у 14:20, плацім 150.000 руб. і ў т.д. t.me", []),
        ("ann@example.org xt.me/a x-t.me/a чатt.me/a example.org/a t.medved/a", []),
        ("t . me / x і t[.]me/x", []),
        ("ftp://example.org/x tonsite://example.ton", ["ftp://example.org/x", "tonsite://example.ton"]),
    ],
)  # fmt: skip
def test_addresses_are_found_in_running_text_as_telegram_finds_them(text: str, found: list[str]) -> None:
    assert addresses(text) == found


def test_of_other_sites_only_what_is_telegrams_is_found() -> None:
    text = "https://example.org/?u=https://t.me/x www.example.org https://web.telegram.org/a/#-5 tg://x/"
    assert telegram_addresses(text) == ["https://t.me/x", "https://web.telegram.org/a/#-5", "tg://x/"]


@pytest.mark.parametrize(
    ("host", "folded"),
    [
        ("WWW.Example.ORG.", "example.org"),
        ("xn--d1acf.xn--90ais", "дзе.бел"),
        ("ДЗЕ.бел", "дзе.бел"),
        ("ｅｘａｍｐｌｅ。org", "example.org"),
        ("t%2Eme", "t.me"),
        ("xn--", "xn--"),
        ("xn--99999999", "xn--99999999"),
        ("www.by", "www.by"),
    ],
)
def test_one_site_has_one_host(host: str, folded: str) -> None:
    assert fold_host(host) == folded


@given(NEAR | st.text(max_size=300))
def test_any_text_has_parts(text: str) -> None:
    url = split_url(text)
    assert url.host == fold_host(url.host) or not url.is_plain
    assert url.place == url.place.strip("/")


HOSTILE = [
    "t.me/" + "%25" * 50_000,
    "https://" * 20_000,
    "t.me/share/url?url=" * 10_000,
    "xn--" * 30_000 + ".me",
    "@" * 100_000,
    "(" * 100_000 + "t.me/x" + ")" * 100_000,
    "t.me/x" + ")" * 100_000,
    "a." * 50_000 + "t.me/x",
    "t.me/a" + "?&a=b" * 20_000,
    "https://t.me/" + "s/" * 50_000,
    "tg:" * 50_000,
    "．" * 100_000,
    "t.me/x " * 10_000,
    "https://example.org/" + "t.me/+a" * 10_000,
    "\u200b" * 100_000,
    "https://" + "ﷺ" * 50_000,
]


@pytest.mark.timeout(30)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_takes_time_in_proportion_to_its_length(text: str) -> None:
    """A hundred thousand characters would take minutes if each looked at all the others."""
    for one in addresses(text)[:20]:
        targets_of(one)
    assert len(targets_of(text)) <= TARGETS_MOST
