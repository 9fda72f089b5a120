"""Texts through the real bus and a real Redis: what is found in them, what follows, what is learnt."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.moderation.bot.ports import Deps, Me
from services.moderation.bot.store import BotStore
from services.moderation.bot.talk import Talk
from services.moderation.decide.desk import Desk
from services.moderation.moving import mover
from services.moderation.spam.models import Models
from services.moderation.spam.teacher import Teacher
from services.moderation.spam.texts import Texts
from services.moderation.standing.batch import Registry
from services.moderation.telegram.store import ActorStore
from shared.clock import now, unix
from shared.contracts.telegram import Method, PersonObserved
from shared.settings import Settings
from tests.conftest import BusFactory, Eventually
from tests.house import BOT, House, came, said
from tests.moderation import ADMIN, CHAT, STRANGER, message, photo, raw, user
from tests.stored import still, stored

pytestmark = pytest.mark.usefixtures("nothing_pending")
SPAM = "Срочно! Набираем людей в команду, доход от 500$ в день без вложений, пишите в личку @zarabotok_bot"
FORGED = "Cpoчнo! Haбиpаeм людeй в кoмaнду, дoхoд oт 500$ в дeнь бeз влoжeний, пишитe в личку @zarabotok_bot"
HAM = "Соседи, кто-нибудь знает, когда включат горячую воду во втором подъезде?"
FENCES = "Заборы из профнастила от завода, замер и монтаж в подарок всем соседям этого дома"


class Readers(House):
    """A house in which texts are read."""

    def __init__(self, bus: Any, settings: Any) -> None:
        super().__init__(bus, settings)
        models = Models(settings.data)
        teacher = Teacher(models, self.store.corrections, bus.keys, bus.now)
        texts = Texts(models, self.store.corrections, bus.keys)
        deps = Deps(
            settings=settings,
            keys=bus.keys,
            telegram=self.telegram,
            chats=self.store.chats,
            store=BotStore(bus.redis, bus.keys),
            actor_store=ActorStore(bus.redis, bus.keys),
            me=Me(BOT, "dze_bot"),
            teacher=teacher,
            now=bus.now,
        )
        move = mover(bus.redis, bus.keys)
        bus.provide(
            bot=deps,
            desk=Desk(self.store, bus.keys, self.telegram, Talk(deps), move, bus.now, texts=texts),
            registry=Registry(self.store.people, bus.keys, teacher=teacher, now=bus.now),
        )
        self.texts = texts

    async def opened(self, who: int = ADMIN) -> None:
        """An admin who has opened the bot gets cards."""
        writes = BotStore(self.bus.redis, self.bus.keys).talks(who, now_does=True)
        await self.bus.redis.execute_command(*writes[0])

    @property
    def cards(self) -> list[str]:
        return [one.params["text"] for one in self.of(Method.SEND_MESSAGE) if one.chat_id == ADMIN]


@pytest.fixture
async def house(bus_factory: BusFactory, settings: Settings) -> AsyncIterator[Readers]:
    bus = bus_factory("moderation")
    made = Readers(bus, settings)
    async with bus.running():
        yield made


def edited(number: int, text: str, who: int = STRANGER) -> dict[str, Any]:
    at = int(unix())
    return raw(message(number, at=at, who=who, text=text, edit_date=at), "edited_message")


async def answered(house: House, eventually: Any, number: int) -> None:
    """Everything before has been decided: a picture, which goes here, is gone."""
    await house.hear(said(number, who=STRANGER, photo=photo()))
    await eventually(lambda: number in house.deleted)


async def test_by_default_admins_are_told_with_reasons_and_nothing_goes(
    house: Readers, eventually: Eventually
) -> None:
    await house.opened()
    await house.set(dryrun="off")
    await house.hear(said(1, who=STRANGER, text=SPAM))
    await eventually(lambda: house.cards)
    assert house.deleted == []
    assert house.banned == []
    (card,) = house.cards
    assert "[" not in card
    assert "рэклам" in card
    assert any(word in card for word in ("грошы", "@імёны", "клічнікі"))


async def test_what_looks_like_spam_goes_where_that_was_chosen_and_talk_stays(
    house: Readers, eventually: Eventually
) -> None:
    await house.set(dryrun="off", spam="delete", media__photo="delete")
    await house.hear(said(1, who=STRANGER, text=HAM), said(2, who=STRANGER, text=SPAM), said(3, text=FORGED))
    await answered(house, eventually, 9)
    assert house.deleted == [2, 3, 9]
    assert house.banned == []
    reasons = next(a.reasons for a in house.of(Method.DELETE_MESSAGES) if 2 in a.params["message_ids"])
    assert reasons[0] == "spam.text"
    assert set(reasons[1:]) & {"trait.money", "trait.mentions", "trait.exclaims"}


async def test_its_author_goes_for_a_limited_time_where_that_was_chosen(
    house: Readers, eventually: Eventually
) -> None:
    await house.set(dryrun="off", spam="remove", suspicious__days="7")
    await house.hear(said(1, who=STRANGER, text=SPAM))
    await eventually(lambda: house.banned)
    (ban,) = house.of(Method.BAN_MEMBER)
    await eventually(lambda: house.deleted == [1])
    assert ban.params["user_id"] == STRANGER
    assert 6.9 * 86400 < ban.params["until_date"] - now().timestamp() <= 7 * 86400
    assert ban.reasons[0] == "spam.text"


async def test_in_dry_run_it_is_only_said(house: Readers, eventually: Eventually) -> None:
    await house.set(spam="remove", language="ru")
    await house.hear(said(1, who=STRANGER, text=SPAM))

    def spoken() -> list[str]:
        return [a.params["text"] for a in house.of(Method.SEND_MESSAGE) if a.chat_id == CHAT]

    await eventually(lambda: any("стёр спам и удалил его автора" in text for text in spoken()))
    assert house.deleted == []
    assert house.banned == []


async def test_admins_the_linked_channel_and_telegram_are_never_read(
    house: Readers, eventually: Eventually
) -> None:
    await house.set(dryrun="off", spam="remove", spam__for="everyone", media__photo="delete")
    channel = {"id": -100500, "type": "channel", "title": "Навіны"}
    await house.hear(
        said(1, who=ADMIN, text=SPAM),
        said(2, who=777000, text=SPAM, sender_chat=channel, is_automatic_forward=True),
        said(3, who=136817688, text=SPAM, sender_chat=channel),
        said(4, who=1087968824, text=SPAM, sender_chat={"id": CHAT, "type": "supergroup"}),
    )
    await answered(house, eventually, 9)
    assert house.deleted == [9]
    assert house.banned == []
    assert house.of(Method.BAN_SENDER_CHAT) == []


async def test_a_strange_channel_is_read(house: Readers, eventually: Eventually) -> None:
    await house.set(dryrun="off", spam="remove")
    channel = {"id": -100501, "type": "channel", "title": "Заработок"}
    await house.hear(said(1, who=136817688, text=SPAM, sender_chat=channel))
    await eventually(lambda: house.of(Method.BAN_SENDER_CHAT))
    await eventually(lambda: house.deleted == [1])
    assert house.banned == []


async def test_an_innocent_message_that_is_edited_into_spam_goes(
    house: Readers, eventually: Eventually
) -> None:
    await house.set(dryrun="off", spam="delete", media__photo="delete")
    await house.hear(said(1, who=STRANGER, text=HAM))
    await answered(house, eventually, 8)
    assert 1 not in house.deleted
    await house.hear(edited(1, SPAM))
    await eventually(lambda: 1 in house.deleted)


async def test_the_whole_album_goes_with_its_caption(house: Readers, eventually: Eventually) -> None:
    await house.set(dryrun="off", spam="delete")
    part = {"media_group_id": "a1", "photo": photo()}
    await house.hear(
        said(1, who=STRANGER, **part),
        said(2, who=STRANGER, caption=SPAM, **part),
        said(3, who=STRANGER, **part),
    )
    await eventually(lambda: house.deleted == [1, 2, 3])


async def test_a_report_teaches_also_in_dry_run_and_the_next_copy_is_caught(
    house: Readers, eventually: Eventually
) -> None:
    house.telegram.admins[CHAT] = [
        {"status": "creator", "user": user(ADMIN)},
        {
            "status": "administrator",
            "user": user(BOT),
            "can_restrict_members": True,
            "can_delete_messages": True,
        },
    ]
    await house.set(media__photo="delete")
    reported = message(1, who=STRANGER, text=FENCES, at=int(unix()))
    order = said(
        2, who=ADMIN, text="/spam", entities=[{"type": "bot_command", "offset": 0, "length": 5}],
        reply_to_message=reported,
    )  # fmt: skip
    await house.hear(order)
    kept = house.store.corrections

    async def learnt() -> int:
        return (await kept.correction(CHAT)).reports

    await eventually(learnt)
    assert await house.bus.redis.exists("moderation:lent") == 0, "a guest lends nothing"
    await house.set(dryrun="off", spam="delete")
    await house.hear(said(3, who=STRANGER, text=FENCES), said(4, who=STRANGER, text=HAM))
    await answered(house, eventually, 9)
    assert house.deleted == [3, 9]


async def test_a_ban_that_was_undone_teaches_as_well(house: Readers, eventually: Eventually) -> None:
    await house.set(dryrun="off", spam="delete", media__photo="delete")
    await house.hear(said(1, who=STRANGER, text=SPAM))
    await eventually(lambda: house.deleted == [1])
    keys = house.bus.keys
    trusted = PersonObserved(
        person=keys.person(STRANGER), chat=keys.person(CHAT), chat_id=CHAT, user_id=STRANGER,
        kind="trusted", reasons=("admin.undo",), observed_at="2026-11-22T12:00:00Z",
    )  # fmt: skip
    await house.bus.publish(trusted)

    async def learnt() -> int:
        return (await house.store.corrections.correction(CHAT)).reports

    await eventually(learnt)
    await house.hear(said(2, who=STRANGER, text=SPAM))
    await answered(house, eventually, 9)
    assert house.deleted == [1, 9]


async def test_a_stop_word_is_found_where_it_hides(house: Readers, eventually: Eventually) -> None:
    await house.set(dryrun="off", spam="off", spam__words="крипт*, обмен usdt", media__photo="delete")
    await house.hear(
        said(1, who=STRANGER, text="продам кpипту дешево"),
        said(2, who=STRANGER, text="Обмен   USDT тут"),
        said(3, who=STRANGER, text="расшифровка манускрипта"),
        said(4, who=ADMIN, text="крипта — зло"),
    )
    await answered(house, eventually, 9)
    assert house.deleted == [1, 2, 9]


async def test_stop_words_are_kept_by_command(house: Readers, eventually: Eventually) -> None:
    def order(number: int, text: str) -> dict[str, Any]:
        mark = {"type": "bot_command", "offset": 0, "length": 9}
        return said(number, who=ADMIN, text=text, entities=[mark])

    async def words() -> str:
        return (await house.store.chats.settings(CHAT)).get("spam.words")

    await house.hear(order(1, "/stopword add Обмен  валют"), order(2, "/stopword add казино"))
    await eventually(lambda: len(house.of(Method.SEND_MESSAGE)) >= 2)
    assert await words() == "казино, обмен валют"
    await house.hear(order(3, "/stopword remove казино"), order(4, "/stopword add " + "х" * 90))
    await eventually(lambda: len(house.of(Method.SEND_MESSAGE)) >= 4)
    assert await words() == "обмен валют"


async def test_the_same_text_in_several_chats_is_noticed_and_an_edit_is_no_repeat(
    house: Readers, eventually: Eventually
) -> None:
    await house.admit(*(CHAT - n for n in range(4)))
    text = "Дорогие друзья, приходите завтра на распродажу ковров в доме культуры"
    for n, changed in enumerate((text, f"🔥 {text}! 25 +", text.replace("о", "o").replace(" ", "  "))):
        await house.hear(said(n + 1, who=STRANGER, where=CHAT - n, text=changed))
    person = house.bus.keys.person(STRANGER)

    async def noticed() -> bool:
        standing = (await house.store.people.load([person]))[person]
        return any("spam.repeated" in one.evidence for one in standing.chats.values())

    await eventually(noticed)
    other = "Завтра в три часа собираем подписи за новую площадку во дворе"
    await house.hear(said(5, who=STRANGER + 1, text=other))
    for n in range(3):
        await house.hear(raw(message(5, who=STRANGER + 1, at=int(unix()), where=CHAT - n, text=other,
                                     edit_date=int(unix())), "edited_message"))  # fmt: skip
    await house.set(CHAT - 7, dryrun="off", media__photo="delete")
    await house.hear(came(STRANGER, CHAT - 7), said(7, who=STRANGER, where=CHAT - 7, photo=photo()))
    await eventually(lambda: 7 in house.deleted)
    await eventually(lambda: still(house.bus.redis))
    person = house.bus.keys.person(STRANGER + 1)
    assert not await noticed()


async def test_no_text_and_no_word_of_it_lies_in_redis(house: Readers, eventually: Eventually) -> None:
    await house.set(dryrun="off", spam="delete", media__photo="delete")
    await house.hear(said(1, who=STRANGER, text=SPAM), said(2, who=STRANGER, text=FENCES))
    await answered(house, eventually, 9)
    redis = house.bus.redis
    lies = await stored(redis)
    for key in lies:
        if b"case" in key or b"copies" in key or b"taught" in key:
            assert await redis.ttl(key) > 0
    for word in ("Срочно", "команду", "zarabotok", "профнастила", "срочно"):
        for key, value in lies.items():
            assert word.encode() not in key + value
            assert word.encode("utf-16-le") not in key + value
