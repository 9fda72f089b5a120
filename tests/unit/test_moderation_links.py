"""Whose a link is: the chat's own, allowed, or a stranger's; and which of them invite."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.moderation.domain.decide import decide
from services.moderation.domain.facts import Fact, needs_facts
from services.moderation.domain.locks import Where, found, links
from services.moderation.domain.settings import LOCKS, parse
from services.moderation.domain.state import Addresses, ChatState
from shared.text.targets import INVITATIONS, TargetKind
from tests import spellings
from tests.moderation import (
    ADMIN,
    ALES,
    CHAT,
    NOW,
    STRANGER,
    chat,
    context,
    decided,
    deleted,
    message,
    person,
    photo,
    state,
    update,
    user,
)
from tests.spellings import CHANNEL_ID, HASH, NAME, SLUG, Spelling

SECOND, CHANNEL = "second_name", "our_channel"
LINKED = -1001112223334
FORMER = -4123456
HERE = Where(own=NAME, usernames={SECOND, CHANNEL}, chats={CHANNEL_ID, 1112223334, 4123456}, invites={HASH})
"""`CHAT` has this internal id."""
OTHER = Where(own="other_chat", chats={55})
WRITTEN = tuple(one for one in spellings.ALL if one.kind is not TargetKind.NOTHING and one.text[0] != "@")
OWN = spellings.NAMES + spellings.PRIVATES + spellings.BOOSTS + spellings.INVITES
LISTED = spellings.NAMES + spellings.INVITES + spellings.FOLDERS


def linked(address: str) -> dict[str, Any]:
    """A message with the address under a word."""
    entity = {"type": "text_link", "offset": 0, "length": 3, "url": address}
    return message(text="тут", entities=[entity])


def kinds(body: dict[str, Any], where: Where) -> set[str]:
    return set(found(body, LOCKS, where))


@pytest.mark.parametrize("one", WRITTEN, ids=lambda one: one.text[:60])
def test_in_another_chat_every_spelling_is_a_strangers_and_invitations_are_known(one: Spelling) -> None:
    expected = {"link"}
    if one.kind in INVITATIONS:
        expected |= {"invite"}
    if one.kind is TargetKind.PHONE:
        expected |= {"phone"}
    assert kinds(linked(one.text), OTHER) >= expected
    signs = links(linked(one.text), OTHER)
    assert ("invite" in signs) >= (one.kind in INVITATIONS)
    assert bool(signs)


@pytest.mark.parametrize(
    "one",
    [one for one in OWN if one.is_address],
    ids=lambda one: one.text[:60],
)  # fmt: skip
def test_the_chats_own_links_are_nobodys_fault_in_any_spelling(one: Spelling) -> None:
    assert kinds(linked(one.text), HERE) == set()
    assert links(linked(one.text), HERE) == ()


@pytest.mark.parametrize(
    "text",
    [
        f"https://t.me/{SECOND}/5", f"{SECOND.title()}.t.me", f"tg://resolve?domain={CHANNEL}&post=7",
        f"https://t.me/{CHANNEL}/7?comment=12", "https://t.me/c/1112223334/7", "https://t.me/c/4123456/3",
        "https://web.telegram.org/k/#-4123456", f"https://t.me/share/url?url=https://t.me/{SECOND}",
        f"https://t.me/{NAME}/12?text=hello",
    ],
)  # fmt: skip
def test_further_names_the_linked_channel_and_the_former_group_are_the_chats_own(text: str) -> None:
    assert kinds(linked(text), HERE) == set()


@pytest.mark.parametrize(
    "text",
    [
        "https://t.me/c/999/3", f"https://t.me/{NAME}x", f"https://t.me/x{NAME}", f"https://{NAME}.t.me.evil.example",
        f"https://{NAME}.example/", f"https://t.me.evil.example/{NAME}", f"https://evil.example/t.me/{NAME}",
        f"https://т.me/{NAME}", f"https://t.me\\@evil.example/{NAME}", f"https://evil.example\\@t.me/{NAME}",
        f"https://t.me/{NAME}/../evil_chat", f"https://t.me/{NAME}?text=https://t.me/evil_chat",
        f"https://t.me/{NAME}#t.me/evil_chat", f"t.me/{NAME},t.me/evil_chat", "https://t.me/+" + HASH[:-1],
        f"https://t.me/+{HASH.lower()}", f"https://t.me/addlist/{HASH}", f"https://t.me/share/url?url=https://evil.example/{NAME}",
        f"https://t.me/{NAME.replace('a', 'а')}", f"tg://resolve?domain=evil_chat&x={NAME}",
        f"https://t.me/{NAME}?attach=evil_bot", f"tg://resolve?domain={NAME}&attach=evil_bot&startattach=x",
        f"https://t.me/share/url?url=t.me/{NAME}&text=https://evil.example",
        f"https://t.me/boost/evil_chat?c={CHANNEL_ID}", "https://t.me/share/url?url=",
    ],
)  # fmt: skip
def test_what_only_holds_the_chats_name_is_a_strangers(text: str) -> None:
    assert "link" in kinds(linked(text), HERE)


ALLOWED = parse(
    "lock.allow", f"t.me/{NAME} https://www.dze.by site.by/News дзе.бел t.me/+{HASH} t.me/addlist/{SLUG}"
)[1].split()


@pytest.mark.parametrize(
    "text",
    [
        *(one.text for one in LISTED if one.is_address),
        "https://dze.by", "http://maps.dze.by/a?b#c", "DZE.by.", "https://www.dze.by:443/x", "https://dze%2eby",
        "https://site.by/news", "site.by/NEWS/1?x=y", "https://site.by/other/../news/1", "https://site.by/%6eews",
        "https://дзе.бел/x", "https://xn--d1acf.xn--90ais", "https://ДЗЕ.бел", "https://форум.дзе.бел",
    ],
)  # fmt: skip
def test_what_is_allowed_is_allowed_in_every_spelling(text: str) -> None:
    assert kinds(linked(text), Where(frozenset(ALLOWED))) == set()


@pytest.mark.parametrize(
    "text",
    [
        "https://site.by/", "https://site.by/newspaper", "https://site.by/news/../evil", "https://site.by/news/%2e%2e/evil",
        "https://dze.by.evil.example", "https://dze.by@evil.example/", "https://evil.example/dze.by", "https://xdze.by",
        "https://dze.by\\@evil.example", "https://evil.example\\@dze.by", "https://дзе.бeл",
        "javascript:dze.by",
        f"https://dze.by/?u=https://t.me/+{HASH[:-1]}", "https://t.me/evil_chat", "https://t.me/addlist/abc",
        "https://t.me/proxy?server=dze.by", "mailto:ann@dze.by",
    ],
)  # fmt: skip
def test_what_only_looks_allowed_is_a_strangers(text: str) -> None:
    assert "link" in kinds(linked(text), Where(frozenset(ALLOWED)))


def test_all_of_telegram_can_be_allowed() -> None:
    where = Where(frozenset({"t.me"}))
    for one in spellings.LEADING:
        assert not (one.is_address and kinds(linked(one.text), where))
    assert kinds(linked("https://т.me/x"), where) == {"link"}


def marked(text: str, kind: str, offset: int, length: int) -> dict[str, Any]:
    return {"text": text, "entities": [{"type": kind, "offset": offset, "length": length}]}


def button(**fields: Any) -> dict[str, Any]:
    return {"text": "hi", "reply_markup": {"inline_keyboard": [[fields]]}}


@pytest.mark.parametrize(
    ("fields", "signs"),
    [
        ({"text": "see t.me/joinchat/AAAA"}, ("invite",)),
        (marked("see https://t.me/+AbC_d", "url", 4, 19), ("invite",)),
        (marked("see example.org", "url", 4, 11), ("link",)),
        (marked("\U0001f600 t.me/x", "url", 3, 6), ("link",)),
        ({"text": "http://a.b and t.me/+x1"}, ("invite", "link")),
        ({"text": "http://a.b/?u=t.me/+x1"}, ("invite", "link")),
        (marked("@neighbour, look", "mention", 0, 10), ()),
        ({"text": "no link here", "entities": []}, ()),
        (marked("broken", "url", -1, 99), ("link",)),
        ({"text": "broken", "entities": [7, {"offset": "x"}]}, ()),
        ({"photo": photo(), "caption": "tg:join?invite=abcdef"}, ("invite",)),
        (button(text="go", url="https://x.y"), ("link",)),
        (button(text="t.me:443/+abc", callback_data="x"), ("invite",)),
        (button(text="x", copy_text={"text": "t.me/%2Babc"}), ("invite",)),
        (button(text=7, copy_text=[3], login_url={"url": "https://t.me/addlist/a"}), ("invite",)),
        ({"poll": {"question": "ｔ．ｍｅ/+abc", "options": []}}, ("invite",)),
    ],
)  # fmt: skip
def test_links_are_found_wherever_they_stand(fields: dict[str, Any], signs: tuple[str, ...]) -> None:
    assert links(message(**fields), OTHER) == signs


@pytest.mark.parametrize(
    ("text", "goes"),
    [
        (f"@{NAME}", False),
        (f"@{SECOND.upper()}", False),
        (f"@{CHANNEL}", False),
        ("@friends", False),
        ("@evil_chat", True),
    ],
)
def test_the_chats_own_names_may_be_mentioned(text: str, goes: bool) -> None:
    where = HERE._replace(allowed=frozenset({"@friends"}))
    assert kinds(message(**marked(text, "mention", 0, len(text))), where) == ({"mention"} if goes else set())


@given(st.text(max_size=200) | st.sampled_from([one.text for one in spellings.ALL]))
def test_any_address_is_judged_and_hurts_nothing(text: str) -> None:
    for where in (HERE, OTHER, Where(frozenset(ALLOWED))):
        assert set(links(linked(text), where)) <= {"invite", "link"}
        assert "invite" not in kinds(linked(text), where) or "link" in kinds(linked(text), where)


# In a decision.


def known(settings: dict[str, str] | None = None, **fields: Any) -> ChatState:
    made = state(settings)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def wrote(text: str, **more: Any) -> dict[str, Any]:
    return message(text=text, **more) | {"chat": chat(username=NAME)}


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        (f"https://t.me/{NAME}/3", True),
        (f"t.me/c/{CHANNEL_ID}/3", True),
        (f"tg://resolve?domain={SECOND}", True),
        ("t.me/c/1112223334/3", True),
        ("t.me/c/4123456/3", True),
        (f"t.me/+{HASH}", True),
        ("t.me/evil_chat", False),
        ("t.me/c/5/3", False),
    ],
)
def test_a_link_into_the_chat_breaks_no_lock_and_is_no_sign(text: str, stays: bool) -> None:
    addresses = Addresses(NOW, frozenset({SECOND, CHANNEL}), LINKED)
    facts: dict[str, Any] = {"addresses": addresses, "invites": frozenset({HASH}), "former": FORMER}
    held = decided(known({"lock.link": "warn"}, **facts), update(wrote(text)))
    assert (deleted(held) == []) == stays
    assert (held.changes.sanctions == []) == stays
    seen = decided(known(**facts), update(wrote(text, who=STRANGER)))
    assert (seen.changes.observed[0].reasons == ()) == stays


LINK_LOCK = {"lock.link": "delete"}
SEEN = {"seen": {person(ALES): NOW}}
FRESH = Addresses(NOW)


@pytest.mark.parametrize(
    ("settings", "body", "fields", "needed"),
    [
        (LINK_LOCK, wrote("t.me/evil_chat"), {}, {Fact.ADDRESSES}),
        (LINK_LOCK, wrote("t.me/evil_chat"), {"addresses": FRESH}, set()),
        (LINK_LOCK, wrote("t.me/evil_chat"), {"addresses": Addresses(NOW - 3600)}, {Fact.ADDRESSES}),
        (LINK_LOCK, wrote("t.me/c/5/3"), {}, {Fact.ADDRESSES}),
        (LINK_LOCK, wrote(f"t.me/+{HASH}"), {}, {Fact.INVITES}),
        (LINK_LOCK, wrote(f"t.me/+{HASH}"), {"invites": frozenset()}, set()),
        (LINK_LOCK, wrote(f"t.me/+{HASH} t.me/evil_chat"), {}, {Fact.ADDRESSES, Fact.INVITES}),
        (LINK_LOCK, wrote(f"t.me/{NAME}/3 t.me/c/{CHANNEL_ID}/3"), {}, set()),
        (LINK_LOCK, wrote("https://example.org t.me/addlist/x"), {}, set()),
        (LINK_LOCK, wrote("t.me/evil_chat", who=ADMIN), {}, set()),
        (LINK_LOCK, wrote("t.me/evil_chat"), {"admins": None}, set()),
        (LINK_LOCK | {"lock.for": "newcomers"}, wrote("t.me/evil_chat"), SEEN, set()),
        (LINK_LOCK, wrote("hello"), {}, set()),
        ({"lock.phone": "delete"}, wrote("+375 29 123-45-67 t.me/evil_chat"), SEEN, set()),
        ({}, wrote("t.me/evil_chat"), {}, {Fact.ADDRESSES}),
        ({}, wrote("t.me/evil_chat"), SEEN, set()),
        ({}, wrote("t.me/evil_chat", who=ADMIN), {}, set()),
        ({}, wrote(**marked("@evil_chat", "mention", 0, 10)), {}, set()),
        ({}, wrote("hello"), {}, set()),
        (
            {"lock.mention": "delete"},
            wrote(**marked("@evil_chat", "mention", 0, 10)),
            SEEN,
            {Fact.ADDRESSES},
        ),
    ],
)  # fmt: skip
def test_only_what_might_clear_somebody_is_looked_up(
    settings: dict[str, str], body: dict[str, Any], fields: dict[str, Any], needed: set[Fact]
) -> None:
    assert needs_facts(update(body), known(settings, **fields), context()) == needed


def test_what_is_no_message_needs_nothing() -> None:
    joined = message(new_chat_members=[user(STRANGER)], text="t.me/evil_chat")
    assert needs_facts(update(joined), known(LINK_LOCK), context()) == set()
    private = message(text="t.me/evil_chat") | {"chat": {"id": ALES, "type": "private"}}
    assert needs_facts(update(private), known(LINK_LOCK), context()) == set()


def test_a_linked_channels_link_in_its_group_is_its_own() -> None:
    made = known({"lock.link": "delete"}, addresses=Addresses(NOW, frozenset({CHANNEL}), LINKED))
    for text in (f"гл. t.me/{CHANNEL}/5", "t.me/c/1112223334/5"):
        decide(update(wrote(text)), made, context())
    assert deleted(made) == []
    assert CHAT == -1_000_000_000_000 - CHANNEL_ID
