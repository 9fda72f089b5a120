"""Whose links and quotes are, with what Telegram and the store know of a chat."""

from functools import partial
from typing import Any

import pytest

from services.moderation.domain.invites import Invite
from services.moderation.telegram.errors import Forbidden, Transient
from shared.bus import Commit
from shared.clock import unix
from tests.conftest import Eventually
from tests.house import Clock, said
from tests.moderation import ADMIN, ALES, CHAT, STRANGER, chat, message, raw, user
from tests.stored import still, stored

pytestmark = pytest.mark.usefixtures("nothing_pending")
LINKED, OTHER = -1001112223334, -1009998887776
HASH = "AAAAAEabcDEF0123_-xyzQ"


def _are_gone(house: Clock, number: int) -> bool:
    return len(house.deleted) == number


async def quiet(house: Clock, eventually: Eventually) -> None:
    await eventually(lambda: still(house.bus.redis))


async def test_links_by_any_name_of_the_chat_and_its_channel_stay(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", lock__link="warn", lock__mention="warn")
    house.linked, house.names = LINKED, {CHAT: ["first_name", "Second_Name"], LINKED: ["our_channel"]}
    mention = {"entities": [{"type": "mention", "offset": 0, "length": 12}]}
    await house.hear(
        said(1, text="https://second_name.t.me/5"),
        said(2, text="tg://resolve?domain=our_channel&post=3"),
        said(3, text="t.me/c/1112223334/3 і t.me/c/1234567890/2/3"),
        said(4, text="@second_name", **mention),
        said(5, text="t.me/third_name"),
    )
    await eventually(lambda: house.deleted == [5])
    await quiet(house, eventually)
    assert house.deleted == [5]
    assert house.looked_up == [CHAT, LINKED]


async def test_names_are_looked_up_once_an_hour_and_when_the_chat_is_called_otherwise(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", lock__link="delete")
    house.names = {CHAT: ["second_name"]}
    for number in (1, 2, 3):
        await house.hear(said(number, text="t.me/second_name"), said(10 + number, text="t.me/evil_name"))
        await eventually(partial(_are_gone, house, number))
    assert house.looked_up == [CHAT]
    house.names = {CHAT: ["evil_name"]}
    renamed = {"chat": chat() | {"title": "Двор 7"}}
    await house.hear(said(4, text="t.me/second_name", **renamed), said(14, text="t.me/evil_name", **renamed))
    await eventually(lambda: 4 in house.deleted)
    await quiet(house, eventually)
    assert house.deleted == [4, 11, 12, 13]
    assert house.looked_up == [CHAT] * 2


async def test_what_only_an_admin_sends_is_not_looked_up(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", lock__link="delete", lock__invite="delete")
    await house.hear(
        said(1, who=ADMIN, text="t.me/evil_name"), said(2, text="https://example.org t.me/addlist/abc")
    )
    await eventually(lambda: house.deleted == [2])
    assert house.looked_up == []


async def test_where_telegram_refuses_to_tell_it_is_not_asked_for_each_link(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", lock__link="delete")
    house.away = Forbidden("x")
    for number in (1, 2, 3):
        await house.hear(said(number, text="t.me/evil_name"))
        await eventually(partial(_are_gone, house, number))
    assert house.looked_up == [CHAT]


async def test_a_look_up_that_fails_lets_the_link_wait(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", lock__link="delete")
    house.away, house.names = Transient("x"), {CHAT: ["second_name"]}
    await house.hear(said(1, text="t.me/second_name"), said(2, text="t.me/evil_name"))
    await eventually(lambda: bool(house.looked_up))
    assert house.deleted == []
    house.away = None
    await eventually(lambda: house.deleted == [2], 20)
    await quiet(house, eventually)
    assert house.deleted == [2]


async def test_the_bots_own_invite_links_stay(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", lock__link="delete", lock__invite="warn")
    invites = house.store.invites
    await house.bus.commit(Commit.of(writes=invites.save(CHAT, [Invite(f"https://t.me/+{HASH}", "пад’езд")])))
    await house.bus.commit(Commit.of(writes=invites.save(CHAT - 1, [Invite("https://t.me/+evil", "x")])))
    await house.hear(
        said(1, text=f"tg:join?invite={HASH}"),
        said(2, text=f"https://t.me:443/%2B{HASH}"),
        said(3, text="t.me/+evil"),
        said(4, text=f"t.me/+{HASH.lower()}"),
    )
    await eventually(lambda: house.deleted == [3, 4])
    await quiet(house, eventually)
    assert house.deleted == [3, 4]
    assert house.looked_up == []


async def test_a_first_message_with_a_link_into_the_chat_is_no_sign(
    house: Clock, eventually: Eventually
) -> None:
    house.names = {CHAT: ["second_name"]}
    texts = ["t.me/second_name/5", "t.me/c/1234567890/5", "t.me/evil_name"]
    await house.hear(*(said(n, who=STRANGER + n, text=text) for n, text in enumerate(texts)))
    await quiet(house, eventually)
    people = [house.bus.keys.person(STRANGER + n) for n in range(3)]
    kept = await house.store.people.load(set(people))
    found = [set(one.evidence) for person in people for one in kept[person].chats.values()]
    assert found == [set(), set(), {"first_message.link"}]


async def test_names_lie_sealed_and_end_with_the_chat(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", lock__link="delete")
    house.names = {CHAT: ["second_name"]}
    await house.hear(said(1, text="t.me/evil_name"))
    await eventually(lambda: house.deleted == [1])
    keys = [key for key, value in (await stored(house.bus.redis)).items() if b"second_name" in value]
    assert keys == []
    field = await house.bus.redis.hget(house.store.chats._names.of_chat("chat", CHAT), "addresses")
    assert field is not None
    gone = {
        "chat": chat(), "from": user(ADMIN), "date": said()["message"]["date"],
        "old_chat_member": {"user": user(77), "status": "administrator"},
        "new_chat_member": {"user": user(77), "status": "kicked"},
    }  # fmt: skip
    await house.hear(raw(gone, "my_chat_member"))
    key = house.store.chats._names.of_chat("chat", CHAT)
    await eventually(lambda: _expires(house, key))


async def _expires(house: Clock, key: str) -> bool:
    left: int = await house.bus.redis.ttl(key)
    return left > 0


def quoting(message_id: int, origin: dict[str, Any], number: int, where: int = CHAT) -> dict[str, Any]:
    """Somebody quotes a link from another topic."""
    return said(
        message_id,
        text="дзякуй",
        message_thread_id=7,
        is_topic_message=True,
        external_reply={"origin": origin, "chat": chat(where), "message_id": number},
        quote={"text": "https://example.by", "position": 0, "is_manual": True},
    )


async def test_who_hides_in_a_quote_from_another_topic_is_known_by_the_message(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", lock__link="warn", lock__for="untrusted")
    hidden = {"type": "hidden_user", "date": 1, "sender_user_name": "Нехта"}
    await house.hear(
        said(1, who=ADMIN, text="https://example.by"),
        said(2, who=STRANGER, text="https://example.by"),
        said(3, text="https://example.by", sender_chat={"id": CHAT}),
    )
    await eventually(lambda: house.deleted == [2])
    await house.hear(
        quoting(11, hidden, 1),
        quoting(12, hidden, 2),
        quoting(13, hidden, 3),
        quoting(14, hidden, 999),
        quoting(15, {"type": "user", "date": 1, "sender_user": user(ADMIN)}, 1, OTHER),
    )
    await eventually(lambda: len(house.deleted) == 4)
    await quiet(house, eventually)
    assert house.deleted == [2, 12, 14, 15]
    warned = await house.store.chats.warned(CHAT, ALES)
    assert warned.count == 1  # for the quote from another chat alone


async def test_links_with_the_id_that_the_group_had_before_it_became_a_supergroup_stay(
    house: Clock, eventually: Eventually
) -> None:
    old, new = -4_343, -1_000_009_994_343
    moved = raw(message(8, at=int(unix()), where=old, migrate_to_chat_id=new))
    await house.set(old, dryrun="off", lock__link="delete")
    await house.hear(said(7, where=old), moved)
    await quiet(house, eventually)
    await house.hear(
        said(1, where=new, text="https://web.telegram.org/k/#-4343"),
        said(2, where=new, text="t.me/c/4343/5"),
        said(3, where=new, text="t.me/c/9994343/5"),
        said(4, where=new, text="t.me/c/4344/5"),
    )
    await eventually(lambda: house.deleted == [4])
    await quiet(house, eventually)
    assert house.deleted == [4]
