"""A listed chat gives its name up, and others take it: nobody is sent to them, and the reviewers decide."""

import json
from typing import Any

import pytest
from redis import Redis

from services.moderation.store.names import CHECKS
from simulator.demo import ALENA, REVIEW_CHAT, REVIEWER, STRANGER, UPPER_TOWN
from tests.system.conftest import City, until

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]
NAME = "upper_town_demo"
URL = f"https://t.me/{NAME}"
HEADING = "Пад спасылкай запісу"


def look_now(city: City) -> None:
    """The link's turn to be looked up has come."""
    with Redis.from_url(city.redis.url) as redis:
        assert redis.zadd(CHECKS, {f"u:{NAME}": 0}, xx=True, ch=True) == 1


def is_due(city: City) -> bool:
    with Redis.from_url(city.redis.url) as redis:
        return bool(redis.zscore(CHECKS, f"u:{NAME}") == 0)


def cards(city: City) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = city.chat(REVIEW_CHAT)["messages"]
    return [message for message in found if HEADING in message.get("text", "")]


def press(city: City, card: dict[str, Any], label: str, who: int = REVIEWER) -> str:
    """What the presser is told."""
    rows = card["reply_markup"]["inline_keyboard"]
    data = next(one["callback_data"] for row in rows for one in row if one["text"] == label)
    query = city.do("press", chat=REVIEW_CHAT, user=who, message=card["message_id"], data=data)["query"]
    answer = until(lambda: city.sim.get(f"/sim/queries/{query}").json()["answer"], what="an answer")
    return str(answer.get("text", ""))


def listed(city: City) -> str:
    """Approve a proposal for the chat; the listing's id."""
    assert city.propose(name="Верхні горад", link=URL).status_code == 202
    card = until(city.cards, 30, "a review card")[-1]
    assert "Цяпер там" in json.dumps(card, ensure_ascii=False)
    press(city, card, "Прыняць")
    found = until(lambda: city.listings(q="Верхні"), what="the listing")
    assert found[0]["properties"]["link"] == URL
    return str(found[0]["id"])


def link(city: City, listing: str) -> str | None:
    found: str | None = city.http.get(f"/api/v1/listings/{listing}").json()["properties"]["link"]
    return found


def test_a_name_that_strangers_take_leads_nobody_to_them(city: City) -> None:
    listing = listed(city)
    city.start("moderation:2")
    city.wait_ready("moderation:2")
    city.do("settings", chat=UPPER_TOWN, username="")
    channel = city.do("chat", kind="channel", title="Навіны горада", owner=STRANGER, username=NAME)["id"]
    look_now(city)
    until(lambda: link(city, listing) is None, 60, "the link to be hidden")
    city.kill("moderation")
    city.start("moderation")
    page = city.http.get(f"/listings/{listing}?lang=be").text
    assert "правяраем, ці вядзе яна яшчэ ў гэты чат" in page
    assert NAME not in page
    for path in ("qr.svg", "poster", "poster.pdf"):
        assert city.http.get(f"/listings/{listing}/{path}").status_code == 404
    for path in ("/export.csv", "/export.kml", "/feed.atom", "/offline.json", "/list"):
        assert NAME not in city.http.get(path).text
    (card,) = until(lambda: cards(city), 60, "a card")
    assert "Навіны горада · канал" in card["text"]

    city.do("settings", chat=channel, username="")
    city.do("bot", token="987654321:a", username=NAME)
    look_now(city)
    until(lambda: "· бот" in cards(city)[0]["text"], 60, "the card to tell of the bot")
    assert len(cards(city)) == 1
    press(city, cards(city)[0], "Не паказваць")
    until(lambda: "Вырашана" in cards(city)[0]["text"], what="the decision")
    city.wait_ready("moderation")
    look_now(city)
    until(lambda: not is_due(city), 60, "the look-up")
    until(city.drained, 60, "all groups to be done")
    assert link(city, listing) is None

    city.do("rename", user=987654321, username="another_bot")
    city.do("settings", chat=UPPER_TOWN, username=NAME)
    look_now(city)
    until(lambda: link(city, listing) == URL, 60, "the old chat to be shown again")
    assert len(cards(city)) == 1

    city.do("settings", chat=UPPER_TOWN, username="")
    city.do("settings", chat=channel, username=NAME)
    look_now(city)
    until(lambda: link(city, listing) is None, 60, "the link to be hidden again")
    second = until(lambda: cards(city)[1:], 60, "a second card")[0]
    press(city, second, "Гэта той чат")
    until(lambda: link(city, listing) == URL, what="the channel to be the listed chat")
    assert "Ужо вырашана" in press(city, second, "Прыбраць з карты", ALENA)
    look_now(city)
    until(lambda: not is_due(city), 60, "the look-up")
    until(city.drained, 60, "all groups to be done")
    assert link(city, listing) == URL
    assert len(cards(city)) == 2


def test_a_person_who_takes_the_name_of_a_chat_that_is_gone_is_shown_to_nobody(city: City) -> None:
    listing = listed(city)
    city.do("delete_chat", chat=UPPER_TOWN)
    city.do("rename", user=STRANGER, username=NAME)
    for _ in range(3):
        assert link(city, listing) == URL, "one look-up can fail"
        look_now(city)
        until(lambda: not is_due(city), 60, "a look")
        until(city.drained, 60, "all groups to be done")
    until(lambda: link(city, listing) is None, what="the link to be gone")
    page = city.http.get(f"/listings/{listing}?lang=en").text
    assert "did not open when last checked" in page
    assert NAME not in page
    assert cards(city) == []
