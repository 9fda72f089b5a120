"""What a wave makes of the bot's own invite links."""

from dataclasses import replace

from services.moderation.domain.decide import decide
from services.moderation.domain.invites import Invite, edit, opening, shutting
from services.moderation.telegram.inviting import made
from tests.moderation import context, membership, state, update, user

OPEN, ASKS = Invite("https://t.me/+a", "Entrance 1"), Invite("https://t.me/+b", "Sheet", requests=True)


def test_after_a_wave_every_link_is_what_it_was_before() -> None:
    links = {one.url: one for one in (OPEN, ASKS)}
    links |= {one.url: one for one in shutting(links.values())}
    assert all(one.requests for one in links.values())
    assert shutting(links.values()) == []  # a wave within a wave changes nothing
    links |= {one.url: one for one in opening(links.values())}
    assert list(links.values()) == [OPEN, ASKS]
    assert opening(links.values()) == []


def test_an_edit_keeps_the_name_which_would_be_reset() -> None:
    assert edit(shutting([OPEN])[0]) == {
        "invite_link": OPEN.url,
        "name": "Entrance 1",
        "creates_join_request": True,
    }


def test_an_answer_that_is_no_link_is_none() -> None:
    assert made({"invite_link": OPEN.url, "name": "Entrance 1", "creates_join_request": False}) == OPEN
    assert made({"invite_link": ASKS.url, "name": "Sheet", "creates_join_request": True}) == ASKS
    assert made({"name": "x"}) is None
    assert made(None) is None


def test_who_came_by_a_link_of_the_bot_came_by_an_entrance() -> None:
    roads = []
    for creator in (77, 78):
        body = membership(user(), "left", "member") | {"invite_link": {"creator": {"id": creator}}}
        found = state()
        decide(update(body, "chat_member"), found, replace(context(), me=77))
        roads += [one.road for one in found.changes.observed]
    assert roads == ["entrance", "invite"]
