"""What the README tells: a proposal reaches the map, and the bot keeps a chat."""

import json
import threading
from typing import Any

import pytest

from simulator.demo import ALENA, REVIEW_CHAT, REVIEWER, STRANGER, UPPER_TOWN
from tests.system.conftest import City, until

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]


def test_a_proposal_approved_in_telegram_appears_on_the_map_without_reloading(city: City) -> None:
    heard: list[dict[str, Any]] = []

    def listen() -> None:
        with city.http.stream("GET", "/api/v1/changes", timeout=60) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:") and "surhanava" in line:
                    heard.append(json.loads(line[5:]))
                    return

    ear = threading.Thread(target=listen, daemon=True)
    ear.start()
    answer = city.propose()
    assert answer.status_code == 202, answer.text
    receipt = answer.json()["receipt"]
    assert city.state(receipt) in {"received", "in_review"}
    card = until(city.cards, what="a review card")[-1]
    assert "Двор на Сурганава 12" in json.dumps(card, ensure_ascii=False)
    approve = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    query = city.do("press", chat=REVIEW_CHAT, user=REVIEWER, message=card["message_id"], data=approve)[
        "query"
    ]
    until(lambda: city.state(receipt) == "accepted", what="acceptance")
    found = until(lambda: city.listings(q="Сурганава"), what="the listing")
    assert found[0]["properties"]["link"] == "https://t.me/surhanava_12_test"
    ear.join(20)
    assert heard
    assert until(
        lambda: city.sim.get(f"/sim/queries/{query}").json()["answer"], what="an answer to the press"
    )
    second = city.do("press", chat=REVIEW_CHAT, user=ALENA, message=card["message_id"], data=approve)["query"]
    told = until(
        lambda: city.sim.get(f"/sim/queries/{second}").json()["answer"], what="an answer to the second"
    )
    assert told.get("text")
    duplicate = city.propose(name="Сурганава 12")
    until(
        lambda: city.state(duplicate.json()["receipt"]) == "duplicate", what="the duplicate to be recognised"
    )
    assert len(city.listings(q="Сурганава")) == 1


def test_the_same_idempotency_key_gives_the_same_receipt(city: City) -> None:
    first, second = city.propose(key="k-1"), city.propose(key="k-1")
    assert first.json()["receipt"] == second.json()["receipt"]
    until(city.cards, what="a review card")
    assert len(city.cards()) == 1


def test_a_new_chat_is_in_dry_run_then_traces_and_pictures_go_when_it_is_switched_on(city: City) -> None:
    city.do("join", chat=UPPER_TOWN, user=STRANGER)
    until(city.drained, what="all groups to be done")
    assert not city.calls("deleteMessages", UPPER_TOWN)
    for command in ("/dryrun off", "/set media.photo delete"):
        city.do("write", chat=UPPER_TOWN, user=ALENA, text=command)
    until(city.drained, what="commands")
    city.do("leave", chat=UPPER_TOWN, user=STRANGER)
    city.do("join", chat=UPPER_TOWN, user=STRANGER)
    (photo,) = city.do("write", chat=UPPER_TOWN, user=STRANGER, media="photo", text="look")
    (text,) = city.do("write", chat=UPPER_TOWN, user=STRANGER, text="Дзень добры, суседзі")
    album = city.do("write", chat=UPPER_TOWN, user=STRANGER, album=[{"media": "photo"}] * 4)
    (by_admin,) = city.do("write", chat=UPPER_TOWN, user=ALENA, media="photo")
    gone = {m["message_id"] for m in (photo, *album)}

    def deleted() -> set[int]:
        return {m["message_id"] for m in city.chat(UPPER_TOWN)["messages"] if m.get("deleted")}

    until(lambda: gone <= deleted(), what="the pictures to go")
    kept = {text["message_id"], by_admin["message_id"]}
    assert not kept & deleted()
    until(lambda: len(city.calls("deleteMessages", UPPER_TOWN)) >= 1)


def test_pages_are_complete_without_a_script(city: City) -> None:
    for path in ("/", "/list", "/submit", "/guide/", "/flags", "/?lang=be", "/?lang=ru"):
        page = city.http.get(path)
        assert page.status_code == 200, path
        assert "<h1" in page.text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "set-cookie" not in page.headers
