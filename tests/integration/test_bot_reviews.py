"""Proposals before the reviewers: decided once, by members of their chat."""

import asyncio
from dataclasses import replace
from typing import Any

from services.moderation.bot import review_queue
from services.moderation.bot.store import HELD, OPEN, UNPROVEN
from services.moderation.identity import identity
from services.moderation.store.names import CHECKS, IDENTITIES
from shared.bus.envelope import DATA, Envelope
from shared.clock import now
from shared.contracts.listings import Content, Kind, Link, Place
from shared.contracts.registry import SUBMISSIONS_REVIEWED
from shared.contracts.submissions import ReviewClosed, Similar, State, SubmissionReviewed
from simulator.demo import (
    ALENA,
    LINDEN_COURT,
    REVIEW_CHAT,
    REVIEWER,
    STRANGER,
)
from simulator.faults import Fault
from tests.conftest import eventually
from tests.sure import as_a
from tests.town import HOSTILE, Town, proposal


async def test_a_decision_is_taken_once_and_the_second_is_told(town: Town, nothing_pending: None) -> None:
    similar = Similar(listing_id="b" * 13, name="Двор 7", metres=40, reasons=("name.same",))
    await town.bus.publish(proposal("a", similar=(similar,)))
    card = await town.hears("Прапанова", REVIEW_CHAT)
    assert HOSTILE.replace("\u202e", "")[:12] in card.content["text"]
    assert "evil.example" in card.content["text"], "shown as it was written"
    links = {e.get("url") for e in card.content["entities"] if e["type"] == "text_link"}
    assert links == {"https://dze.example/?at=53.90000,27.56000,16"}
    answers = await asyncio.gather(
        town.answer(REVIEWER, REVIEW_CHAT, card, text="Ужо ёсць: № 1"),
        town.answer(ALENA, REVIEW_CHAT, card, text="Прыняць"),
    )
    assert sorted("Ужо вырашана" in text or "Уже решено" in text for text in answers) == [False, True]
    await eventually(lambda: "Вырашана" in card.content["text"])
    assert not (card.markup or {}).get("inline_keyboard")
    assert await town.reviewed() == 1


async def test_only_members_of_the_review_chat_decide(town: Town) -> None:
    await town.bus.publish(proposal("a"))
    card = await town.hears("Прапанова", REVIEW_CHAT)
    assert "members" in await town.answer(STRANGER, REVIEW_CHAT, card, text="Прыняць")
    assert await town.reviewed() == 0


async def test_a_withdrawn_proposal_says_so_and_its_buttons_go(town: Town) -> None:
    await town.bus.publish(proposal("a"))
    card = await town.hears("Прапанова", REVIEW_CHAT)
    data = card.markup["inline_keyboard"][0][0]["callback_data"]
    await town.bus.publish(ReviewClosed(submission_id="a" * 26, state=State.WITHDRAWN, closed_at=now()))
    await eventually(lambda: "адклікаў" in card.content["text"])
    assert "отозвал" in await town.answer(REVIEWER, REVIEW_CHAT, card, data=data)
    assert await town.reviewed() == 0


async def test_a_decision_that_could_not_stand_is_told_on_its_card(town: Town) -> None:
    await town.bus.publish(proposal("a"))
    card = await town.hears("Прапанова", REVIEW_CHAT)
    await town.answer(REVIEWER, REVIEW_CHAT, card, text="Прыняць")
    await eventually(lambda: "Вырашана: прынята" in card.content["text"])
    closed = ReviewClosed(submission_id="a" * 26, state=State.DUPLICATE, closed_at=now())
    await town.bus.publish(closed)
    await eventually(lambda: "Але ў выніку: ужо ёсць на карце" in card.content["text"])
    assert "Вырашана: прынята" in card.content["text"]


def at_demo() -> Content:
    """What somebody proposes for a link that is there in the simulator."""
    link = Link(kind="username", value="linden_court_demo")
    return Content(name="Ліпавы двор", link=link, kind=Kind.GROUP, place=Place(lat=53.9, lon=27.56))


async def approved(town: Town) -> SubmissionReviewed:
    """The decision that went out, as far as it is about the chat under the link."""
    redis: Any = town.bus.redis
    envelope = Envelope(town.bus.keys)
    for key in SUBMISSIONS_REVIEWED.partitions():
        for _, fields in await redis.xrange(key):
            return as_a(SubmissionReviewed, envelope.decode(SUBMISSIONS_REVIEWED, fields[DATA]))
    raise AssertionError


async def test_the_card_tells_which_chat_is_under_the_link_and_that_one_is_accepted(town: Town) -> None:
    town.sim.world.chat(LINDEN_COURT).silent_members = 1200
    await town.bus.publish(proposal("a", content=at_demo()))
    card = await town.hears("Прапанова", REVIEW_CHAT)
    assert "Цяпер там: Ліпавы двор · група · удзельнікаў: 120" in card.content["text"]
    assert "іншы чат" not in card.content["text"]
    await town.answer(REVIEWER, REVIEW_CHAT, card, text="Прыняць")
    await eventually(town.reviewed)
    assert (await approved(town)).identity == identity(town.bus.keys, LINDEN_COURT, "group")


async def test_a_link_under_which_another_chat_is_listed_is_marked_and_looked_up_at_once(town: Town) -> None:
    redis: Any = town.bus.redis
    later = now().timestamp() + 40_000
    await redis.zadd(CHECKS, {"u:linden_court_demo": later})
    ours = identity(town.bus.keys, -1001, "group")
    await redis.hset(IDENTITIES, "u:linden_court_demo", ours)
    await town.bus.publish(proposal("a", content=at_demo(), link_of="o" * 13, before=at_demo()))
    card = await town.hears("Прапанова", REVIEW_CHAT)
    assert "Магчыма, імя перахапілі" in card.content["text"]
    assert "на карце, але там яе цяпер не паказваюць" in card.content["text"]
    due = await redis.zscore(CHECKS, "u:linden_court_demo")
    assert due is None or due < later


async def test_where_nothing_is_under_the_link_or_telegram_is_silent_the_card_still_comes(town: Town) -> None:
    await town.bus.publish(proposal("a"))
    card = await town.hears("Прапанова", REVIEW_CHAT)
    assert "нічога не знаходжу" in card.content["text"]
    town.sim.hub.faults.add(Fault("status", method="getChat"))
    await town.bus.publish(proposal("b", content=at_demo()))
    card = await town.hears("Ліпавы двор", REVIEW_CHAT)
    assert "Цяпер там" not in card.content["text"]
    await town.answer(REVIEWER, REVIEW_CHAT, card, text="Прыняць")
    await eventually(town.reviewed)
    assert (await approved(town)).identity is None


async def test_where_the_review_chat_is_public_only_its_admins_decide(town: Town) -> None:
    town.sim.do("settings", chat=REVIEW_CHAT, username="dze_reviewers")
    await town.bus.publish(proposal("a"))
    card = await town.hears("Прапанова", REVIEW_CHAT)
    members = town.sim.world.chat(REVIEW_CHAT).members
    members[REVIEWER] = replace(members[REVIEWER], status="member")
    assert "администраторы" in await town.answer(REVIEWER, REVIEW_CHAT, card, text="Прыняць")
    assert await town.reviewed() == 0
    members[REVIEWER] = replace(members[REVIEWER], status="administrator")
    await town.answer(REVIEWER, REVIEW_CHAT, card, text="Прыняць")
    await eventually(town.reviewed)


def at(name: str, **more: Any) -> Content:
    """What somebody says of the one link that all of them propose."""
    link = Link(kind="username", value="victim_chat")
    return Content(name=name, link=link, kind=Kind.GROUP, place=Place(lat=53.9, lon=27.56), **more)


def labels(card: Any) -> list[str]:
    rows = (card.markup or {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def cards(town: Town) -> list[Any]:
    """Those on which something is to be decided."""
    return [message for message in town.messages(REVIEW_CHAT) if labels(message)]


async def test_proposals_for_one_link_meet_on_one_card_and_one_is_chosen(
    town: Town, nothing_pending: None
) -> None:
    await town.bus.publish(proposal("a", content=at("Фальшывы двор", description="падман")))
    card = await town.hears("Фальшывы двор", REVIEW_CHAT)
    stale = card.markup["inline_keyboard"][0][0]["callback_data"]
    await town.bus.publish(proposal("b", content=at("Сапраўдны двор")))
    await eventually(lambda: "Сапраўдны двор" in card.content["text"])
    assert "Некалькі прапаноў на адну спасылку: 2" in card.content["text"]
    assert len(cards(town)) == 1
    assert "изменилась" in await town.answer(REVIEWER, REVIEW_CHAT, card, data=stale)
    assert await town.reviewed() == 0, "nobody decides on what they have not seen"
    await town.answer(REVIEWER, REVIEW_CHAT, card, text="Выбраць № 2")
    await eventually(lambda: "Выбрана: № 2" in card.content["text"])
    decision = await approved(town)
    assert (decision.submission_id, decision.others) == ("b" * 26, ("a" * 26,))
    assert not labels(card)
    assert await town.reviewed() == 1


async def test_a_change_and_a_removal_of_the_link_stand_on_the_same_card_and_all_can_be_refused(
    town: Town,
) -> None:
    before = at("Двор")
    await town.bus.publish(
        proposal("a", action="remove", content=None, listing_id="l" * 13, before=before, reason="няма")
    )
    card = await town.hears("Двор", REVIEW_CHAT)
    change = {"action": "change", "listing_id": "l" * 13, "before": before}
    await town.bus.publish(proposal("b", content=at("Іншы двор"), **change))
    await eventually(lambda: "Іншы двор" in card.content["text"])
    await town.answer(REVIEWER, REVIEW_CHAT, card, text="Адмовіць усім")
    await eventually(town.reviewed)
    decision = await approved(town)
    assert (decision.decision, decision.others) == ("refuse", ("b" * 26,))


async def test_when_the_first_is_withdrawn_the_others_get_a_card_of_their_own(town: Town) -> None:
    for letter, name in ("a", "Першы"), ("b", "Другі"), ("c", "Трэці"):
        await town.bus.publish(proposal(letter, content=at(name)))
        await town.hears(name, REVIEW_CHAT)
    await town.bus.publish(ReviewClosed(submission_id="a" * 26, state=State.WITHDRAWN, closed_at=now()))
    card = await eventually(lambda: next((c for c in cards(town) if "Першы" not in c.content["text"]), None))
    await eventually(lambda: len(cards(town)) == 1)
    assert "Другі" in card.content["text"]
    assert "Трэці" in card.content["text"]
    await town.bus.publish(ReviewClosed(submission_id="c" * 26, state=State.WITHDRAWN, closed_at=now()))
    await eventually(lambda: "Трэці" not in card.content["text"])
    await town.bus.publish(proposal("d", content=at("Чацвёрты")))
    await eventually(lambda: "Чацвёрты" in card.content["text"])


async def test_a_card_has_room_for_five_and_the_next_card_for_more(town: Town) -> None:
    long = "слова " * 80
    for number, letter in enumerate("abcdefg"):
        await town.bus.publish(proposal(letter, content=at(f"Двор {number} " + "д" * 90, description=long)))
        await town.hears(f"Двор {number}", REVIEW_CHAT)
    assert len(cards(town)) == 2
    assert all(len(card.content["text"]) <= 4096 for card in cards(town))


async def test_what_is_asked_again_gets_a_new_card_although_it_was_decided(town: Town) -> None:
    await town.bus.publish(proposal("a", content=at("Першы")))
    card = await town.hears("Першы", REVIEW_CHAT)
    await town.bus.publish(proposal("b", content=at("Другі")))
    await eventually(lambda: "Другі" in card.content["text"])
    await town.answer(REVIEWER, REVIEW_CHAT, card, text="Выбраць № 2")
    await eventually(lambda: not cards(town))
    await town.bus.publish(proposal("a", content=at("Першы"), reopened=True))
    again = await eventually(lambda: next(iter(cards(town)), None))
    assert again.id != card.id
    assert "Другі" not in again.content["text"]
    await town.answer(REVIEWER, REVIEW_CHAT, again, text="Прыняць")
    await eventually(lambda: not cards(town))
    assert await town.reviewed() == 2


async def test_a_flood_waits_for_its_cards_while_those_with_more_work_come_first(town: Town) -> None:
    redis: Any = town.bus.redis
    for number, letter in enumerate("abcdefghijklmnopqrstuvwxy2345"):
        await town.bus.publish(proposal(letter, content=junk(number), work=16))
    await eventually(lambda: waiting(redis, 29))
    shown = int(await redis.zcard(OPEN))
    assert shown <= 2 * review_queue.CARDS_A_MINUTE, "two, should a minute have begun meanwhile"
    await town.bus.publish(proposal("z", content=junk(99), work=17))
    await eventually(lambda: waiting(redis, 30))
    assert await redis.zrange(HELD, 0, 0) == [b"z" * 26] or await redis.zscore(OPEN, "z" * 26)


def junk(number: int) -> Content:
    link = Link(kind="username", value=f"junk_chat_{number}")
    return at(f"Смецце {number}").model_copy(update={"link": link})


async def waiting(redis: Any, count: int) -> bool:
    return bool(await redis.zcard(HELD) + await redis.zcard(OPEN) == count)


async def test_proposals_without_work_are_refused_together(town: Town) -> None:
    redis: Any = town.bus.redis
    letters = "abcdefghijklmnopqrstuvwx"
    for number, letter in enumerate(letters):
        await town.bus.publish(proposal(letter, content=junk(number), work=0))
    await eventually(lambda: waiting(redis, len(letters)))
    many = await eventually(lambda: bulk_card(town), 90)
    assert await redis.zcard(UNPROVEN) <= review_queue.UNPROVEN_SHOWN
    (label,) = labels(many)
    count = int(label.split()[-1])
    assert count >= 10
    assert "members" in await town.answer(STRANGER, REVIEW_CHAT, many, text=label)
    assert await town.reviewed() == 0
    await town.answer(REVIEWER, REVIEW_CHAT, many, text=label)
    await eventually(lambda: f"Адмоўлена разам: {count}" in many.content["text"])
    assert await town.reviewed() == count
    assert await waiting(redis, len(letters) - count)


def bulk_card(town: Town) -> Any:
    return next((card for card in cards(town) if "без доказу працы" in card.content["text"]), None)
