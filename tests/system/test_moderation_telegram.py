"""Moderation as real processes against the simulator: kills, taken-over polls, refused tokens."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.server import EmbeddedRedis
from simulator.demo import ALENA, LINDEN_COURT, RESIDENT, STRANGER, UPPER_TOWN, YARD_GROUP
from tests.system.conftest import City, simulated, until

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]


@pytest.fixture
def quarter(tmp_path: Path) -> Iterator[City]:
    """The simulator and one process of moderation; afterwards nothing is pending and nothing dead."""
    with EmbeddedRedis(tmp_path / "redis") as redis:
        city = City(redis, tmp_path)
        try:
            city.start("simulator")
            until(lambda: simulated(city), 60, "the simulator")
            city.start("moderation")
            until(lambda: city.ready("moderation"), 60, "moderation")
            yield city
            until(city.drained, 30, "all groups to be done")
            assert not city.dead()
            assert set(city.stop().values()) == {0}
        finally:
            for process in city.processes.values():
                process.kill()
                process.wait()
            city.http.close()
            city.sim.close()


def switch_on(city: City, chat: int, *settings: str) -> None:
    for text in ("/dryrun off", *(f"/set {setting}" for setting in settings)):
        city.do("write", chat=chat, user=ALENA, text=text)
    until(lambda: heard(city, chat), 20, "the commands")


def heard(city: City, chat: int) -> bool:
    return city.drained() and bool(city.calls("sendMessage", chat))


def gone(city: City, chat: int) -> set[int]:
    return {m["message_id"] for m in city.chat(chat)["messages"] if m.get("deleted")}


def test_a_stranger_with_an_invite_link_is_removed_and_neighbours_are_not(quarter: City) -> None:
    switch_on(quarter, UPPER_TOWN, "suspicious remove", "media.photo delete")
    quarter.do("join", chat=UPPER_TOWN, user=STRANGER)
    (link,) = quarter.do(
        "write", chat=UPPER_TOWN, user=STRANGER, text="Лёгкія грошы: https://t.me/+AAAAAEabcdefghij"
    )
    (resident,) = quarter.do("write", chat=UPPER_TOWN, user=RESIDENT, text="Дзе сёння збор?")
    (admins,) = quarter.do("write", chat=UPPER_TOWN, user=ALENA, text="https://t.me/+BBBBBEabcdefghij")
    album = quarter.do("write", chat=UPPER_TOWN, user=RESIDENT, album=[{"media": "photo"}] * 3)
    until(lambda: quarter.calls("banChatMember", UPPER_TOWN), 20, "the ban")
    wanted = {link["message_id"], *(part["message_id"] for part in album)}
    until(lambda: wanted <= gone(quarter, UPPER_TOWN), 20, "what must go")
    assert not {resident["message_id"], admins["message_id"]} & gone(quarter, UPPER_TOWN)
    bans = quarter.calls("banChatMember")
    assert {int(call["params"]["user_id"]) for call in bans} == {STRANGER}


def test_a_second_poller_takes_over_when_the_first_is_killed(quarter: City) -> None:
    switch_on(quarter, UPPER_TOWN)
    quarter.start("moderation:2")
    until(lambda: quarter.ready("moderation:2"), 60, "the second one")
    quarter.kill("moderation")
    killed = time.monotonic()
    quarter.do("join", chat=UPPER_TOWN, user=STRANGER)
    traces = {m["message_id"] for m in quarter.chat(UPPER_TOWN)["messages"] if "new_chat_members" in m}
    assert traces
    until(lambda: traces <= gone(quarter, UPPER_TOWN), 25, "the trace to go")
    assert time.monotonic() - killed < 20


def test_a_group_that_becomes_a_supergroup_stays_as_it_was_set(quarter: City) -> None:
    switch_on(quarter, YARD_GROUP, "media.photo delete")
    new = quarter.do("migrate", chat=YARD_GROUP, user=ALENA)["id"]
    until(quarter.drained, 20, "the move")
    (photo,) = quarter.do("write", chat=new, user=RESIDENT, media="photo")
    until(lambda: photo["message_id"] in gone(quarter, new), 20, "the picture")


def test_the_bot_answers_again_when_the_simulator_has_begun_anew(quarter: City) -> None:
    switch_on(quarter, UPPER_TOWN)
    quarter.kill("simulator")
    quarter.start("simulator")
    until(lambda: simulated(quarter), 60, "the simulator")
    quarter.do("join", chat=UPPER_TOWN, user=STRANGER)
    traces = {m["message_id"] for m in quarter.chat(UPPER_TOWN)["messages"] if "new_chat_members" in m}
    until(lambda: traces <= gone(quarter, UPPER_TOWN), 60, "the trace to go")
    assert quarter.sim.post("/sim/reset").status_code == 200
    quarter.do("write", chat=UPPER_TOWN, user=ALENA, text="/log")
    until(lambda: quarter.calls("sendMessage", UPPER_TOWN), 60, "the answer")


def test_a_chat_in_dry_run_is_told_and_not_touched(quarter: City) -> None:
    quarter.do("join", chat=LINDEN_COURT, user=STRANGER)
    until(lambda: quarter.calls("sendMessage", LINDEN_COURT), 20, "the notice")
    assert not quarter.calls("deleteMessages")
    assert not quarter.calls("banChatMember")


def test_a_ban_by_hand_while_a_mute_waits_and_the_service_dies_stands(quarter: City) -> None:
    switch_on(quarter, UPPER_TOWN)
    fault = {"kind": "too_many", "method": "restrictChatMember", "retry_after": 4, "times": 1}
    assert quarter.sim.post("/sim/faults", json=fault).status_code == 200
    (noise,) = quarter.do("write", chat=UPPER_TOWN, user=RESIDENT, text="шум")
    quarter.do("write", chat=UPPER_TOWN, user=ALENA, text="/mute 1h", reply_to=noise["message_id"])
    until(lambda: quarter.calls("restrictChatMember"), 20, "the first try")
    quarter.kill("moderation")
    quarter.do("remove", chat=UPPER_TOWN, user=RESIDENT, by=ALENA, how="ban")
    quarter.start("moderation")
    until(lambda: quarter.ready("moderation"), 60, "moderation")
    until(quarter.drained, 60, "the mute to come to its end")
    assert len(quarter.calls("restrictChatMember")) == 1
    (there,) = [one for one in quarter.chat(UPPER_TOWN)["members"] if one["user"]["id"] == RESIDENT]
    assert (there["status"], there["until_date"]) == ("kicked", 0)


@pytest.mark.parametrize(
    ("token", "word"),
    [("7000000001:AAwrong-token-of-nobody-0000000000000", "refused"), ("nonsense", "does not look like")],
)
def test_a_refused_token_is_one_clear_line_and_an_exit(quarter: City, token: str, word: str) -> None:
    environment = quarter.environment("other:1") | {"DZE_TELEGRAM_TOKEN": token}
    done = subprocess.run(
        [sys.executable, "-m", "services.moderation"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert done.returncode == 2
    assert word in lines[-1]
    assert "AAwrong" not in done.stdout + done.stderr
    assert len(lines) == 1


def test_roles_run_apart_and_updates_come_by_webhook(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "redis") as redis:
        city = City(redis, tmp_path, DZE_TELEGRAM_MODE="webhook")
        try:
            city.start("simulator")
            until(lambda: simulated(city), 60, "the simulator")
            city.start("gateway")
            for number, role in enumerate(("ingest", "decide", "act")):
                city.start(f"moderation:{number}", "--role", role)
            until(lambda: city.calls("setWebhook"), 60, "the webhook")
            switch_on(city, UPPER_TOWN)
            city.do("join", chat=UPPER_TOWN, user=STRANGER)
            traces = {m["message_id"] for m in city.chat(UPPER_TOWN)["messages"] if "new_chat_members" in m}
            assert traces
            until(lambda: traces <= gone(city, UPPER_TOWN), 25, "the trace to go")
            assert not city.calls("getUpdates")
            until(city.drained, 30, "all groups to be done")
            assert not city.dead()
            assert set(city.stop().values()) == {0}
        finally:
            for process in city.processes.values():
                process.kill()
                process.wait()
            city.http.close()
            city.sim.close()
