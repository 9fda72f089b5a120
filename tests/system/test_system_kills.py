"""Each service killed in the middle of everything: nothing lost, nothing twice."""

import contextlib
import os
import random
import secrets
import sys
import threading
import time
from functools import partial

import httpx
import pytest

from simulator.demo import ALENA, LINDEN_COURT, REVIEW_CHAT, REVIEWER
from tests.system.conftest import SERVICES, City, until

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]
PROPOSALS = 16
PEOPLE = 40


def test_kills_of_every_service_lose_nothing_and_double_nothing(city: City) -> None:
    seed = int(os.environ.get("DZE_TEST_SEED", secrets.randbelow(1_000_000)))
    sys.stdout.write(f"seed {seed} (set DZE_TEST_SEED to repeat)\n")
    dice = random.Random(seed)
    for command in ("/dryrun off", "/set media.photo delete"):
        city.do("write", chat=LINDEN_COURT, user=ALENA, text=command)
    until(city.drained, what="commands")
    over = threading.Event()
    killer = threading.Thread(target=_kill, args=(city, dice, over))
    killer.start()
    try:
        receipts = [_insist(city, n) for n in range(PROPOSALS)]
        bad, kept = _make_traffic(city)
        pressed = _approve_all(city)
    finally:
        over.set()
        killer.join()
    city.wait_ready()
    until(lambda: all(city.state(receipt) == "accepted" for receipt in receipts), 60, "all to be accepted")
    pressed.set()
    links = [f["properties"]["link"] for f in until(lambda: city.listings(limit=100), what="listings")]
    assert sorted(links) == sorted(f"https://t.me/kills_test_{n}" for n in range(PROPOSALS))
    until(lambda: bad <= _deleted(city), 60, "all pictures and traces to go")
    assert not kept & _deleted(city)


def _kill(city: City, dice: random.Random, over: threading.Event) -> None:
    victims = list(SERVICES) * 2
    dice.shuffle(victims)
    for name in victims:
        if over.wait(dice.uniform(0.8, 2.0)):
            return
        city.kill(name)
        city.start(name)
        with contextlib.suppress(AssertionError):
            until(partial(city.ready, name), 15)


def _insist(city: City, n: int) -> str:
    """Propose until there is an answer, with the same key each time."""
    while True:
        try:
            answer = city.propose(
                key=f"kill-{n}",
                link=f"@kills_test_{n}",
                name=f"Двор {n}",
                lat=53.85 + n / 200,
                lon=27.45 + n / 150,
            )
        except httpx.HTTPError:
            time.sleep(0.2)
            continue
        if answer.status_code == 202:
            return str(answer.json()["receipt"])
        assert answer.status_code == 503, answer.text
        time.sleep(0.2)


def _make_traffic(city: City) -> tuple[set[int], set[int]]:
    """Joins and pictures of residents, pictures of the admin; ids of what must go and of what must stay."""
    kept = {city.do("write", chat=LINDEN_COURT, user=ALENA, media="photo")[0]["message_id"] for _ in range(5)}
    bad = set()
    for n in range(PEOPLE):
        user = city.do("user", first_name=f"Resident {n}")["id"]
        city.do("join", chat=LINDEN_COURT, user=user)
        bad.add(city.do("write", chat=LINDEN_COURT, user=user, media="photo")[0]["message_id"])
        kept.add(
            city.do("write", chat=LINDEN_COURT, user=user, text=f"Добры дзень, я з кватэры {n}")[0][
                "message_id"
            ]
        )
        time.sleep(0.05)
    messages = city.chat(LINDEN_COURT)["messages"]
    return bad | {m["message_id"] for m in messages if "new_chat_members" in m}, kept


def _approve_all(city: City) -> threading.Event:
    """Press approve on every card as it comes, twice, until told to stop."""
    done = threading.Event()

    def press() -> None:
        while not done.wait(0.3):
            for card in city.cards():
                data = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
                for user in (REVIEWER, ALENA):
                    city.do("press", chat=REVIEW_CHAT, user=user, message=card["message_id"], data=data)

    threading.Thread(target=press, daemon=True).start()
    return done


def _deleted(city: City) -> set[int]:
    return {m["message_id"] for m in city.chat(LINDEN_COURT)["messages"] if m.get("deleted")}
