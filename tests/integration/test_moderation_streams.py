"""Updates through the real bus and a real Redis: from what Telegram sends to what the actor is to do."""

import orjson
import pytest

from services.moderation import handlers
from services.moderation.identity import identity
from services.moderation.ingest.poller import event_of
from services.moderation.telegram.errors import Refused, Transient
from services.moderation.telegram.store import ActorStore
from shared.bus import Commit, Part
from shared.clock import now, unix
from shared.contracts.directory import DirectoryChanged
from shared.contracts.links import LinkChanged
from shared.contracts.listings import Kind, Link, Listing, Place
from shared.contracts.telegram import Method, TelegramUpdate
from tests.conftest import Eventually
from tests.house import Clock, came, said
from tests.moderation import ADMIN, ALES, CHAT, STRANGER, chat, file, membership, message, photo, raw, user
from tests.stored import still, stored

pytestmark = pytest.mark.usefixtures("nothing_pending")


async def test_pictures_and_traces_go_and_the_rest_stays(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", media__photo="delete", service__pinned="delete")
    await house.hear(
        said(1, photo=photo()),
        said(2, text="hello"),
        said(3, new_chat_members=[user(STRANGER)]),
        said(4, pinned_message={"message_id": 2}),
        said(5, who=ADMIN, photo=photo()),
        said(6, video=file()),
        raw(message(2, at=int(unix()), photo=photo(), edit_date=1), "edited_message"),
        said(7, new_chat_title="x"),
    )
    await eventually(lambda: house.deleted == [1, 2, 3, 4])
    await eventually(lambda: still(house.bus.redis))
    assert house.deleted == [1, 2, 3, 4]
    assert house.banned == []


async def test_an_album_spread_over_time_goes_as_a_whole(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", media__video="delete")
    await house.hear(said(1, photo=photo(), media_group_id="a"))
    await eventually(lambda: still(house.bus.redis))
    assert house.deleted == []
    await house.hear(said(2, video=file(), media_group_id="a"))
    await eventually(lambda: house.deleted == [1, 2])
    await house.hear(said(3, photo=photo(), media_group_id="a"))
    await eventually(lambda: house.deleted == [1, 2, 3])


async def test_in_dry_run_nothing_is_done_and_it_is_said_once(house: Clock, eventually: Eventually) -> None:
    await house.set(media__photo="delete", suspicious="remove")
    await house.hear(*(said(n, photo=photo()) for n in range(1, 4)))
    await eventually(lambda: len(house.of(Method.SEND_MESSAGE)) == 1)
    await house.hear(*(said(n, photo=photo()) for n in range(4, 7)))
    await eventually(lambda: still(house.bus.redis))
    assert house.deleted == []
    assert len(house.of(Method.SEND_MESSAGE)) == 1
    log = await ActorStore(house.bus.redis, house.bus.keys).audited(CHAT)
    assert sum(entry.count for entry in log) == 6
    assert {(entry.outcome, entry.reasons) for entry in log} == {("would", ("media.photo",))}


async def test_a_newcomers_first_link_removes_the_newcomer_and_the_link(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", suspicious="remove")
    await house.hear(came(STRANGER), said(9, who=STRANGER, text="t.me/+AbCdEf"))
    await eventually(lambda: house.banned == [(CHAT, STRANGER)])
    await eventually(lambda: house.deleted == [9])
    ban = house.of(Method.BAN_MEMBER)[0]
    assert "new_message.invite" in ban.reasons
    assert ban.params["until_date"] < now().timestamp() + 366 * 86400


async def test_by_default_admins_are_advised_and_nobody_is_removed(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off")
    await house.hear(came(STRANGER), said(9, who=STRANGER, text="t.me/+AbCdEf"))
    await eventually(lambda: house.of(Method.SEND_MESSAGE))
    assert house.banned == []
    assert house.deleted == []


async def test_where_no_admin_has_opened_the_bot_telegram_is_asked_for_no_names(
    house: Clock, eventually: Eventually
) -> None:
    await house.hear(said(1))
    await eventually(lambda: house.telegram.asked == ["getChatAdministrators"])
    await house.hear(came(STRANGER), said(9, who=STRANGER, text="t.me/+AbCdEf"))
    await eventually(lambda: house.of(Method.SEND_MESSAGE))
    assert house.telegram.asked == ["getChatAdministrators"]


async def test_an_admin_is_never_removed_whatever_is_posted(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", suspicious="remove", media__photo="delete")
    await house.hear(came(ADMIN), said(9, who=ADMIN, text="t.me/+AbCdEf"), said(10, photo=photo()))
    await eventually(lambda: house.deleted == [10])
    await eventually(lambda: still(house.bus.redis))
    assert house.banned == []


async def test_who_has_just_been_made_an_admin_is_one(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", media__photo="delete")
    await house.hear(said(1, photo=photo()))
    await eventually(lambda: house.deleted == [1])
    promoted = membership(user(ALES), "member", "administrator", at=int(unix()))
    demoted = membership(user(ALES), "administrator", "member", at=int(unix()))
    await house.hear(raw(promoted, "chat_member"), said(2, photo=photo()))
    await house.hear(raw(demoted, "chat_member"), said(3, photo=photo()))
    await eventually(lambda: house.deleted == [1, 3])


async def test_a_look_up_that_fails_defers_and_others_go_on(house: Clock, eventually: Eventually) -> None:
    other = CHAT - 1
    await house.set(dryrun="off", media__photo="delete", suspicious="remove")
    await house.set(other, dryrun="off")
    house.telegram.error = Transient("away")
    await house.hear(said(1, photo=photo()), said(2, where=other, left_chat_member=user(STRANGER)))
    await eventually(lambda: house.deleted == [2])
    assert house.banned == []
    house.telegram.error = None
    await eventually(lambda: house.deleted == [1, 2], 15)


async def test_where_telegram_hides_the_admins_nobody_is_accused(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", media__photo="delete", suspicious="remove")
    house.telegram.error = Refused("chat.admins_hidden")
    await house.hear(
        said(1, photo=photo()), said(2, text="t.me/+AbCdEf"), said(3, left_chat_member=user(ALES))
    )
    await eventually(lambda: house.deleted == [3])
    await eventually(lambda: still(house.bus.redis))
    assert house.deleted == [3]
    assert house.banned == []


async def test_one_account_all_over_the_map_is_removed_where_that_was_chosen(
    house: Clock, eventually: Eventually
) -> None:
    chats = [CHAT - n for n in range(1, 6)]
    await house.admit(*chats)
    for n, where in enumerate(chats):
        await house.set(where, dryrun="off", suspicious="remove" if n % 2 else "advise")
        place = Place(lat=53.8 + 0.05 * n, lon=27.5)
        listing = Listing(
            id=house.bus.keys.token("listing", str(n), 8), name="Двор", kind=Kind.GROUP, place=place,
            revision=1, link=Link(kind="username", value=f"chat{-where}"), created_at=now(), updated_at=now(),
        )  # fmt: skip
        await house.bus.publish(
            DirectoryChanged(
                listing_id=listing.id, change="added", revision=1, listing=listing, changed_at=now()
            ),
            LinkChanged(
                listing_id=listing.id, link=listing.link, state="open", changed_at=now(),
                identity=identity(house.bus.keys, where, "group"),
            ),
        )  # fmt: skip
    await eventually(lambda: _places(house, 5))
    await house.hear(*(came(STRANGER, where) for where in chats))
    await eventually(lambda: house.banned == sorted((where, STRANGER) for where in chats[1::2]))
    reasons = house.of(Method.BAN_MEMBER)[0].reasons
    assert "chats.far_apart" in reasons


async def _places(house: Clock, count: int) -> bool:
    held = [await house.bus.redis.hlen(f"moderation:{what}") for what in ("places", "identities")]
    return held == [count, count]


async def test_the_same_update_twice_has_its_effect_once(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", media__photo="delete")
    twice = said(1, photo=photo())
    await house.hear(twice, twice)
    await house.hear(twice)
    await house.hear(said(2, photo=photo()))
    await eventually(lambda: 2 in house.deleted)
    assert house.deleted == [1, 2]


async def test_a_setting_is_seen_by_what_follows_in_the_same_breath(
    house: Clock, eventually: Eventually
) -> None:
    command = {
        "text": "/set media.photo delete",
        "entities": [{"type": "bot_command", "offset": 0, "length": 4}],
    }
    off = {"text": "/dryrun off", "entities": [{"type": "bot_command", "offset": 0, "length": 7}]}
    await house.hear(
        said(1, photo=photo()),
        said(2, who=ADMIN, **off),
        said(3, who=ADMIN, **command),
        said(4, photo=photo()),
    )
    await eventually(lambda: 4 in house.deleted)
    assert 1 not in house.deleted


async def test_the_second_word_to_the_bot_in_a_chat_begins_the_next_batch(house: Clock) -> None:
    """It must read what the first one wrote; what stands between the two goes with the first."""

    def words(message_id: int, text: str, where: int = CHAT) -> TelegramUpdate:
        entities = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        return event_of(said(message_id, who=ADMIN, where=where, text=text, entities=entities), now())

    events = [
        event_of(said(1), now()),
        words(2, "/help"),
        words(3, "/help", CHAT - 1),
        event_of(said(4), now()),
    ]
    desk = house.desk
    assert isinstance(await handlers.on_updates(events, desk), Commit)
    part = await handlers.on_updates([*events, words(5, "/help"), event_of(said(6), now())], desk)
    assert isinstance(part, Part)
    assert part.first == 4
    handled = [w for w in part.commit.writes if w[0] == "ZADD" and str(w[1]).endswith("updates")]
    assert sorted(one for write in handled for one in write[2::2]) == [e.update_id for e in events]


async def test_the_same_update_twice_is_known_in_each_partition_of_a_batch(house: Clock) -> None:
    """A batch may hold messages of all partitions; each remembers its own."""
    events = [event_of(said(n, where=CHAT - n), now()) for n in range(1, 30)]
    found = await handlers.on_updates(events, house.desk)
    assert isinstance(found, Commit)
    await house.bus.commit(found)
    assert len({house.store.chats.tag(event.chat_id) for event in events}) > 1
    ids = {event.update_id: event.chat_id for event in events}
    _, done = await house.store.chats.load({}, ids)
    assert done == ids.keys()


async def test_a_group_that_becomes_a_supergroup_keeps_its_settings(
    house: Clock, eventually: Eventually
) -> None:
    old, new = -4242, -1009994242
    await house.set(old, dryrun="off", media__photo="delete")
    moved = message(5, at=int(unix()), migrate_to_chat_id=new) | {"chat": chat(old, "group")}
    await house.hear(raw(moved))
    await eventually(lambda: _has_settings(house, new))
    await house.hear(said(1, where=new, photo=photo()))
    await eventually(lambda: house.deleted == [1])
    assert (await house.store.chats.settings(old)).dryrun
    assert house.of(Method.DELETE_MESSAGES)[0].chat_id == new


async def _has_settings(house: Clock, chat_id: int) -> bool:
    return not (await house.store.chats.settings(chat_id)).dryrun


async def test_the_index_finds_a_persons_messages_and_names_two_days_back(
    house: Clock, eventually: Eventually
) -> None:
    await house.hear(
        said(1),
        said(2, who=STRANGER),
        raw(message(3, at=int(unix())) | {"from": user(ALES, username="Ales")}),
    )
    chats = house.store.chats

    async def indexed() -> bool:
        return await chats.messages_of(CHAT, ALES, int(unix())) == [1, 3]

    await eventually(indexed)
    assert await chats.messages_since(CHAT, 2, int(unix())) == [2, 3]
    assert (
        await chats.person_named(CHAT, "@ales", int(unix())) is None
    )  # noted on the first message of the day only
    await house.hear(raw(message(4, at=int(unix())) | {"from": user(9_000_000_001, username="Maryja")}))

    async def named() -> bool:
        return await chats.person_named(CHAT, "@maryja", int(unix())) == 9_000_000_001

    await eventually(named)


async def test_nothing_of_a_person_lies_in_redis_in_the_clear(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", suspicious="remove")
    who = 8_123_456_789
    body = message(5, who=who, at=int(unix()), text="t.me/+SecretWords") | {
        "from": user(who, "Прозвішча", username="secret_name")
    }
    await house.hear(came(who), raw(body))
    await eventually(lambda: house.banned)
    for key, value in (await stored(house.bus.redis)).items():
        for secret in (str(who), "SecretWords", "Прозвішча", "secret_name", str(CHAT)):
            assert secret.encode() not in key + value


async def test_an_unreadable_update_does_not_stop_its_neighbours(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", media__photo="delete")
    good = event_of(said(2, photo=photo()), now())
    bad = [
        good.model_copy(update={"raw": text, "update_id": n})
        for n, text in enumerate(["", "[]", "nonsense", "{}"])
    ]
    strange = event_of(
        orjson.loads(orjson.dumps({"update_id": 5, "moon_phase": {"chat": chat(), "phase": "full"}})),
        now(),
    )
    await house.bus.publish(*bad, strange, good)
    await eventually(lambda: house.deleted == [2])
