"""What the public may see of a listing, and what is written of one whose link is not shown."""

from pathlib import Path

import pytest

from services.directory.exchange import FORMATS, read
from services.directory.exchange.rows import Row, Skipped
from shared.contracts.listings import Entry, Link, Listing, PublicListing
from shared.exchange import public
from shared.exchange.public import HIDDEN_NAME, without_link
from tests.exported import write
from tests.gateway import MOMENT, listing

NAME = Link(kind="username", value="lipavy_dvor")
INVITE = Link(kind="invite", value="AAAAAEabc-DEF_012")


@pytest.mark.parametrize(
    "text",
    [
        "@lipavy_dvor", "@Lipavy_Dvor", "t.me/lipavy_dvor", "https://t.me/LIPAVY_DVOR", "http://telegram.me/lipavy_dvor",
        "https://telegram.dog/lipavy_dvor", "https://t.me/s/lipavy_dvor", "www.t.me/lipavy_dvor",
        "lipavy_dvor.t.me", "https://Lipavy_dvor.t.me", "tg://resolve?domain=lipavy_dvor",
        "tg:resolve?domain=lipavy_dvor",
    ],
)  # fmt: skip
def test_every_spelling_of_a_hidden_name_goes_from_a_text(text: str) -> None:
    assert without_link(f"Тут: {text}, заходзьце", NAME) == f"Тут: {HIDDEN_NAME}, заходзьце"
    assert "lipavy_dvor" not in without_link(f"({text}/123?x=1)", NAME).lower()


@pytest.mark.parametrize(
    "text",
    [
        "Ліпавы двор", "lipavy_dvor без сабакі", "@lipavy_dvor2", "t.me/lipavy_dvor_2", "ann@lipavy_dvor",
        "@lipavy",
    ],
)  # fmt: skip
def test_what_is_another_name_or_a_plain_word_stays(text: str) -> None:
    assert without_link(text, NAME) == text


def test_an_invite_goes_from_a_text_too() -> None:
    for text in (f"t.me/+{INVITE.value}", f"https://t.me/joinchat/{INVITE.value}", INVITE.value):
        assert without_link(f"Тут {text}", INVITE).startswith("Тут ")
        assert INVITE.value not in without_link(f"Тут {text}", INVITE)


def test_the_public_sees_the_same_but_for_the_link() -> None:
    assert set(PublicListing.model_fields) == set(Listing.model_fields)
    one = listing(1, link=NAME, description="Пішыце @lipavy_dvor")
    assert public(one).model_dump() == one.model_dump()
    hidden = public(one.model_copy(update={"link_hidden_since": MOMENT}))
    assert (hidden.link, hidden.description) == (None, f"Пішыце {HIDDEN_NAME}")
    rest = set(Entry.model_fields) - {"description", "link_hidden_since"}
    assert all(getattr(hidden, name) == getattr(one, name) for name in rest)


@pytest.mark.parametrize(
    ("link", "dead", "hidden", "shown"),
    [
        (NAME, False, False, True),
        (NAME, True, False, False),
        (NAME, False, True, False),
        (INVITE, True, False, True),
        (INVITE, False, True, False),
    ],
)
def test_a_name_that_may_be_anybodys_is_not_shown(link: Link, dead: bool, hidden: bool, shown: bool) -> None:
    found = public(
        listing(
            1, link=link, dead_since=MOMENT if dead else None, link_hidden_since=MOMENT if hidden else None
        )
    )
    assert (found.link == link) is shown
    assert (found.link is None) is not shown


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_has_no_hidden_link_and_an_import_says_why_it_skips_the_row(
    tmp_path: Path, suffix: str
) -> None:
    path, dead = tmp_path / f"out{suffix}", Link(kind="username", value="dead_yard")
    hidden = listing(
        1, link=NAME, description="t.me/lipavy_dvor або t.me/inshy_dvor", link_hidden_since=MOMENT
    )
    write(path, [hidden, listing(2, link=dead, dead_since=MOMENT), listing(3)])
    assert b"lipavy_dvor" not in path.read_bytes().lower()
    items = list(read(path))
    skipped = [item for item in items if isinstance(item, Skipped)]
    assert [item.code for item in skipped] == ["link.hidden"]
    rows = {item.content.link.value: item for item in items if isinstance(item, Row)}
    assert set(rows) == {"dead_yard", "house_3"}, "the operator knows where a dead link led"
    assert rows["dead_yard"].dead_since == MOMENT
