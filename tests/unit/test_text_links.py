"""Telegram links as people write them."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.text import LinkError, parse_link
from shared.text.links import CODES
from shared.text.targets import RESERVED
from tests import spellings
from tests.spellings import HASH, NAME, Spelling

REAL = Path(__file__).parents[3] / "shared" / "data" / "dze-2020-09-16.json"


@pytest.mark.parametrize("one", spellings.NAMES + spellings.INVITES, ids=lambda one: one.text[:60])
def test_every_spelling_gives_one_link_or_is_disguised(one: Spelling) -> None:
    if one.is_listed:
        link = parse_link(one.text)
        key = f"u:{NAME}" if one.username else f"i:{HASH}"
        assert (link.key, parse_link(link.url)) == (key, link)
    elif "\\" not in one.text:
        with pytest.raises(LinkError, match=r"link\.lookalike"):
            parse_link(one.text)


@pytest.mark.parametrize(
    "text",
    [
        f"https://t.me/share/url?url=https://t.me/{NAME}",
        f"https://t.me/share/url?url=https%3A%2F%2Ft.me%2F{NAME}&text=x",
        f"tg://msg_url?url=t.me/{NAME}",
        f"@{NAME},",
        f"  https://t.me/{NAME} \n",
        f"(https://t.me/{NAME}).",
        f"«t.me/{NAME}»",
        f"<https://t.me/{NAME}>",
        "https://t.me/zat\u200boka_chat\ufeff",
        f"\u202ehttps://t.me/{NAME}\u202c",
    ],
)
def test_what_stands_around_a_link_is_taken_off(text: str) -> None:
    assert parse_link(text).url == f"https://t.me/{NAME}"


@pytest.mark.parametrize(
    "one",
    [one for one in spellings.ALL if one not in spellings.NAMES + spellings.INVITES],
    ids=lambda one: one.text[:60] or "empty",
)
def test_nothing_else_in_the_table_is_listed(one: Spelling) -> None:
    with pytest.raises(LinkError):
        parse_link(one.text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "link.empty"),
        (" \u200b\n", "link.empty"),
        ("zatoka_chat", "link.not_telegram"),
        ("come to t.me/zatoka_chat please", "link.not_telegram"),
        ("https://example.org/t.me/zatoka_chat", "link.not_telegram"),
        ("https://example.org/?u=https://t.me/zatoka_chat", "link.not_telegram"),
        ("ftp://t.me/zatoka_chat", "link.not_telegram"),
        ("javascript:alert(1)//t.me/zatoka_chat", "link.not_telegram"),
        ("data:text/html,t.me/zatoka_chat", "link.not_telegram"),
        ("https://t.me\\@example.org/zatoka_chat", "link.not_telegram"),
        ("https://t.me/" + "a" * 600, "link.not_telegram"),
        ("https://telegra.ph/Zatoka-01-01", "link.not_telegram"),
        ("https://t.me.example.org/zatoka_chat", "link.lookalike"),
        ("https://t.me@example.org/zatoka_chat", "link.lookalike"),
        ("https://user:word@t.me/zatoka_chat", "link.lookalike"),
        ("https://t.me:8443/zatoka_chat", "link.lookalike"),
        ("t.me:8443/zatoka_chat", "link.lookalike"),
        ("https://т.me/zatoka_chat", "link.lookalike"),
        ("https://t.mе/zatoka_chat", "link.lookalike"),
        ("https://ｔ.me/zatoka_chat", "link.lookalike"),
        ("https://t。me/zatoka_chat", "link.lookalike"),
        ("https://xn--e1a.me/zatoka_chat", "link.lookalike"),
        ("https://telegrarn.me/zatoka_chat", "link.lookalike"),
        ("https://telegram.me.example.org/zatoka_chat", "link.lookalike"),
        ("https://te1egram.me/zatoka_chat", "link.lookalike"),
        ("https://t-me.example/zatoka_chat", "link.lookalike"),
        ("https://zаtoka_chat.t.me", "link.lookalike"),
        ("https://login.t.me.example.org/x", "link.lookalike"),
        ("https://t-me.xyz/zatoka_chat", "link.lookalike"),
        ("tme.example/zatoka_chat", "link.lookalike"),
        ("telegrarn.org", "link.lookalike"),
        ("https://telegram-by.example/zatoka_chat", "link.lookalike"),
        ("t.me@evil.example", "link.lookalike"),
        ("telegram.org@evil.example/x", "link.lookalike"),
        ("т.me@evil.example", "link.lookalike"),
        ("ann@telegrarn.org", "link.lookalike"),
        ("т.me/zatoka_chat", "link.lookalike"),
        ("https://xn--r1a.me/zatoka_chat", "link.lookalike"),
        ("https://tеlegram.example/x", "link.lookalike"),
        ("https://дзе.бел", "link.not_telegram"),
        ("дзе.бел/форум", "link.not_telegram"),
        ("https://xn--d1acf.xn--90ais/", "link.not_telegram"),
        ("https://bücher.example", "link.not_telegram"),
        ("ann@example.org", "link.not_telegram"),
        ("ann.smith+news@example.org", "link.not_telegram"),
        ("telegram@example.org", "link.not_telegram"),
        ("mailto:ann@example.org", "link.not_telegram"),
        ("https://ann@example.org/x", "link.not_telegram"),
        ("https://vk.com/minsk", "link.not_telegram"),
        ("vk.com/minsk24", "link.not_telegram"),
        ("vk.com/4f0a9", "link.not_telegram"),
        ("https://www.instagram.com/dvor12a/", "link.not_telegram"),
        ("https://ok.ru/group/57", "link.not_telegram"),
        ("https://example.by/news1", "link.not_telegram"),
        ("https://example.by/dom12a", "link.not_telegram"),
        ("https://example.by/a1b2c3", "link.not_telegram"),
        ("https://clck.ru/3abc", "link.short"),
        ("https://bit.ly/3xyzABC", "link.short"),
        (f"https://t-do.ru/{NAME}", "link.short"),
        ("https://some.example/4f0a9", "link.short"),
        ("https://invite.viber.com/?g2=AQA", "link.viber"),
        ("viber://chat?number=1", "link.viber"),
        ("https://chat.whatsapp.com/AbCdEf", "link.whatsapp"),
        ("https://wa.me/375291234567", "link.whatsapp"),
        ("https://t.me/c/1234567890/5", "link.message"),
        ("tg://privatepost?channel=1&post=2", "link.message"),
        ("https://web.telegram.org/k/#-1001234567890", "link.message"),
        ("https://t.me/+375291234567", "link.phone"),
        ("tg://resolve?phone=375291234567", "link.phone"),
        ("https://t.me", "link.reserved"),
        ("https://t.me/share/url?url=x", "link.reserved"),
        ("https://t.me/share/url?url=https://example.org", "link.reserved"),
        ("https://t.me/share/url?url=https://t.me/share/url?url=t.me/zatoka_chat", "link.reserved"),
        (f"https://t.me/share/url?url=https://x@t.me/{NAME}", "link.lookalike"),
        ("https://t.me/addstickers/Zatoka", "link.reserved"),
        ("https://t.me/AddList/abc", "link.reserved"),
        ("https://t.me/proxy?server=1", "link.reserved"),
        ("https://t.me/login/123", "link.reserved"),
        ("https://t.me/iv?url=x", "link.reserved"),
        ("https://t.me/setlanguage/be", "link.reserved"),
        ("tg://msg_url?url=x", "link.reserved"),
        ("https://t.me/zatoka/../other_chat", "link.reserved"),
        ("https://telegram.org/faq", "link.reserved"),
        ("@", "link.username"),
        ("@abc", "link.username"),
        ("t.me/" + "a" * 33, "link.username"),
        ("t.me/1zatoka", "link.username"),
        ("t.me/_zatoka", "link.username"),
        ("t.me/zatoka_", "link.username"),
        ("t.me/zat__oka", "link.username"),
        ("t.me/zat-oka", "link.username"),
        ("t.me/затока", "link.username"),
        ("t.me/zаtoka", "link.username"),
        ("t.me/zatoka%00", "link.username"),
        ("t.me/zatoka%0a", "link.username"),
        ("https://t.me/joinchat", "link.invite"),
        ("https://t.me/joinchat/short", "link.invite"),
        (f"https://t.me/+{HASH}{HASH}{HASH}", "link.invite"),
        ("https://t.me/+AAAAAEabcDEF0123%2Fxyz", "link.invite"),
        ("tg://join?invite=", "link.invite"),
    ],
)
def test_what_cannot_be_listed_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(LinkError) as refused:
        parse_link(text)
    assert refused.value.code == code
    assert code in CODES


def test_the_refusal_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(LinkError) as refused:
        parse_link("https://t.me/+375291234567")
    assert "375" not in str(refused.value)


NEAR_LINKS = st.tuples(
    st.sampled_from(
        ["", "https://", "t.me/", "https://t.me/", "https://T.me/s/", "telegram.me/+", "t.me/joinchat/", "@",
         "tg://resolve?domain=", "tg:join?invite=", "https://web.telegram.org/k/#@"]
    ),
    st.sampled_from(["zatoka_chat", "Zatoka%5fChat", HASH, "", "+375291234567"]),
    st.sampled_from(["", "/", "/12", "?start=x", "#a", ".", "\u200b"]),
    st.just("") | st.text(max_size=3),
).map("".join)  # fmt: skip


@given(st.text(max_size=700) | NEAR_LINKS)
def test_any_text_gives_a_link_or_a_reason(text: str) -> None:
    try:
        link = parse_link(text)
    except LinkError:
        return
    assert parse_link(link.url) == link


@given(st.from_regex(r"\A[a-zA-Z](_?[a-zA-Z0-9]){4,15}\Z"))
def test_a_link_written_by_us_reads_back_the_same(name: str) -> None:
    assume(name.lower() not in RESERVED)
    link = parse_link(f"@{name}")
    assert parse_link(link.url) == link
    assert link.value == name.lower()


@pytest.mark.skipif(not REAL.exists(), reason="the 2020 directory's export is not on this machine")
def test_the_links_of_2020_are_read_or_refused_as_what_they_are() -> None:
    found: Counter[str] = Counter()
    for row in json.loads(REAL.read_text())["markers"]:
        try:
            found[parse_link(row["link"]).kind] += 1
        except LinkError as refused:
            found[refused.code] += 1
    assert found == {"username": 786, "invite": 352, "link.viber": 8, "link.short": 4}
