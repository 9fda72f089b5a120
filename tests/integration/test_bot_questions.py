"""Another chat under a listed link, before the reviewers: asked once, decided once, by their members."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis

from services.moderation.bot import link_reviews
from services.moderation.bot.ports import Deps
from shared.bus import Outcome
from shared.contracts.links import LinkChanged, LinkQuestion, LinkReviewed, LinkState, Sighting
from shared.contracts.listings import ChatType, Content, Kind, Link, Place
from shared.contracts.registry import LINKS_REVIEWED
from simulator.demo import ALENA, REVIEW_CHAT, REVIEWER, STRANGER
from tests.conftest import eventually
from tests.stored import stored
from tests.sure import sure
from tests.telling import Given
from tests.town import HOSTILE, Town, button

ID, AT = "a" * 13, datetime(2026, 11, 22, 12, tzinfo=UTC)
LINK = Link(kind="username", value="linden_court_demo")
LISTED = Content(name="Ліпавы двор", link=LINK, kind=Kind.GROUP, place=Place(lat=53.9, lon=27.56))
OURS, THEIRS, THIRD = "a" * 26, "b" * 26, "c" * 26
HEADING = "Пад спасылкай запісу — іншы чат"


def asks(
    number: int = 7,
    who: str | None = THEIRS,
    kind: ChatType = "channel",
    *,
    returned: bool = False,
    **more: Any,
) -> LinkChanged:
    """The directory found another chat."""
    seen = Sighting(identity=who, chat_type=kind, seen_at=AT, **({"title": HOSTILE, "members": 532} | more))
    return LinkChanged(
        listing_id=ID, link=LINK, state="asked", identity=OURS, listed=LISTED, listed_type="group",
        question=LinkQuestion(number=number, seen=seen, returned=returned), hidden_since=AT, changed_at=AT,
    )  # fmt: skip


def became(state: LinkState) -> LinkChanged:
    return LinkChanged(listing_id=ID, link=LINK, state=state, identity=OURS, changed_at=AT)


def deps_of(town: Town) -> Deps:
    found: Deps = town.bus.broker.context.get("bot")
    return found


async def post(town: Town) -> Outcome | None:
    """What the duty does every some seconds."""
    commit = await link_reviews.post_waiting(deps_of(town))
    return None if commit is None else await town.bus.commit(commit)


async def asked(town: Town, event: LinkChanged) -> Any:
    """The card of this question."""
    await town.bus.publish(event)
    questions = deps_of(town).store.questions
    await eventually(lambda: _noted(questions, event))
    await post(town)
    return await eventually(lambda: next((one for one in reversed(cards(town)) if buttons(one)), None))


def buttons(card: Any) -> list[Any]:
    return list((card.markup or {}).get("inline_keyboard", []))


async def _noted(questions: Any, event: LinkChanged) -> bool:
    found = await questions.get(ID)
    return found is not None and found.event == event


def cards(town: Town) -> list[Any]:
    return [m for m in town.messages(REVIEW_CHAT) if HEADING in m.content.get("text", "")]


async def reviewed(town: Town) -> int:
    return sum([await town.bus.redis.xlen(key) for key in LINKS_REVIEWED.partitions()])


async def test_reviewers_get_one_card_with_what_stood_and_what_stands_there(
    town: Town, nothing_pending: None
) -> None:
    card = await asked(town, asks())
    text = card.content["text"]
    assert "Ліпавы двор" in text
    assert "t.me/linden_court_demo" in text
    assert HOSTILE.replace("\u202e", "")[:12] in text
    assert "канал" in text
    assert "532" in text
    links = {e.get("url") for e in card.content["entities"] if e["type"] in {"url", "text_link", "mention"}}
    assert links == {"https://dze.example/?at=53.90000,27.56000,16"}, "nobody touches the link by mistake"
    for _ in range(3):
        await town.bus.publish(asks())
        await post(town)
    assert len(cards(town)) == 1


async def test_a_decision_is_taken_once_recorded_by_code_and_the_second_is_told(
    town: Town, nothing_pending: None
) -> None:
    card = await asked(town, asks())
    answers = await asyncio.gather(
        town.answer(REVIEWER, REVIEW_CHAT, card, text="Не паказваць"),
        town.answer(ALENA, REVIEW_CHAT, card, text="Гэта той чат"),
    )
    assert sorted("Ужо вырашана" in text or "Уже решено" in text for text in answers) == [False, True]
    await eventually(lambda: "Вырашана" in card.content["text"])
    assert not buttons(card)
    codes = {town.bus.keys.person(who)[:4] for who in (REVIEWER, ALENA)}
    assert any(f"код {code}" in card.content["text"] for code in codes)
    assert await reviewed(town) == 1
    await town.bus.publish(became("hidden"))
    await post(town)
    await post(town)
    assert "Вырашана" in card.content["text"]
    assert len(cards(town)) == 1


async def test_only_members_of_the_review_chat_decide(town: Town) -> None:
    card = await asked(town, asks())
    assert "members" in await town.answer(STRANGER, REVIEW_CHAT, card, text="Прыбраць з карты")
    assert await reviewed(town) == 0


async def test_yet_another_chat_changes_the_card_and_its_old_buttons_decide_nothing(town: Town) -> None:
    card = await asked(town, asks())
    old = sure(button(card, "Гэта той чат"))["callback_data"]
    again = await asked(town, asks(8, THIRD, "group", title="Трэці чат"))
    assert again.id == card.id
    await eventually(lambda: "Трэці чат" in card.content["text"])
    assert len(cards(town)) == 1
    assert "другое" in await town.answer(REVIEWER, REVIEW_CHAT, card, data=old)
    assert await reviewed(town) == 0
    await town.answer(REVIEWER, REVIEW_CHAT, card, text="Гэта той чат")
    assert await reviewed(town) == 1


async def test_the_listed_chat_back_under_its_name_closes_the_card(town: Town) -> None:
    card = await asked(town, asks())
    data = sure(button(card, "Не паказваць"))["callback_data"]
    await town.bus.publish(became("open"))
    await eventually(lambda: _noted(deps_of(town).store.questions, became("open")))
    await post(town)
    await eventually(lambda: "Закрыта" in card.content["text"])
    assert not buttons(card)
    assert "другое" in await town.answer(REVIEWER, REVIEW_CHAT, card, data=data)
    assert await reviewed(town) == 0
    assert await deps_of(town).store.questions.count() == 0
    later = await asked(town, asks(9))
    assert later.id != card.id, "another question has a card of its own"


async def test_what_cannot_be_known_and_what_came_back_too_often_is_said_so(town: Town) -> None:
    card = await asked(town, asks(8, None, title=None, members=None))
    await eventually(lambda: "забаніў" in card.content["text"])
    await town.bus.publish(asks(9, OURS, "group", returned=True))
    await eventually(lambda: _noted(deps_of(town).store.questions, asks(9, OURS, "group", returned=True)))
    await post(town)
    await eventually(lambda: "зноў пад сваёй спасылкай" in card.content["text"])


async def test_replicas_that_look_at_once_post_one_card(town: Town) -> None:
    await town.bus.publish(asks())
    await eventually(lambda: _noted(deps_of(town).store.questions, asks()))
    commits = [sure(await link_reviews.post_waiting(deps_of(town))) for _ in range(3)]
    outcomes = [await town.bus.commit(commit) for commit in commits]
    assert outcomes.count(Outcome.DONE) <= 1
    await town.hears(HEADING, REVIEW_CHAT)
    assert len(cards(town)) == 1


async def test_without_a_review_chat_the_question_waits_and_lies_sealed(deps: Given, redis_url: str) -> None:
    async with Redis.from_url(redis_url) as connection:
        redis: Any = connection
        questions = deps.store.questions

        async def do(writes: Any) -> None:
            for write in writes:
                await redis.execute_command(*write)

        await do(await questions.note(asks()))
        nobody = replace(deps, settings=deps.settings.model_copy(update={"review_chat": None}))
        assert await link_reviews.post_waiting(nobody) is None
        assert await questions.count() == 1
        lying = b"".join((await stored(redis)).values())
        for secret in (HOSTILE, LISTED.name, OURS, THEIRS, LINK.value):
            assert secret.encode() not in lying
        commit = sure(await link_reviews.post_waiting(deps))
        assert len(commit.events) == 1
        await do(commit.writes)
        assert await link_reviews.post_waiting(deps) is None


async def test_a_question_that_was_never_asked_leaves_nothing(deps: Given) -> None:
    assert await deps.store.questions.note(became("open")) == []
    assert await deps.store.questions.note(became("gone")) == []


def test_a_decision_carries_no_name_of_the_reviewer() -> None:
    assert set(LinkReviewed.model_fields) == {"listing_id", "question", "decision", "reviewer", "reviewed_at"}
