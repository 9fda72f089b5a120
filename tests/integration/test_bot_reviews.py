"""Proposals before the reviewers: decided once, by members of their chat."""

import asyncio

from shared.clock import now
from shared.contracts.submissions import ReviewClosed, Similar, State
from simulator.demo import (
    ALENA,
    REVIEW_CHAT,
    REVIEWER,
    STRANGER,
)
from tests.conftest import eventually
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
