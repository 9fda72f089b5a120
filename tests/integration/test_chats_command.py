"""`dze chats`: what it shows, and that it decides as a press on the reviewers' card does."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import chats
from cli.main import app
from services.moderation.domain.admission import Admission
from services.moderation.identity import identity
from shared.bus import Commit
from shared.clock import now
from shared.settings import Settings
from tests.conftest import BusFactory, Eventually
from tests.house import Clock, said
from tests.moderation import ADMIN, CHAT, STRANGER, chat, membership, raw, user
from tests.stored import still
from tests.sure import sure

OTHER = CHAT - 1


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """The command works on the test's own deployment."""
    monkeypatch.setenv("DZE_REDIS_URL", settings.redis())
    monkeypatch.setenv("DZE_KEY", sure(settings.key).get_secret_value())
    monkeypatch.setenv("DZE_DATA", str(settings.data))
    monkeypatch.setattr(chats, "WAIT", 5.0)


@pytest.fixture
async def house(bus_factory: BusFactory, settings: Settings, asked: None) -> AsyncIterator[Clock]:
    bus = bus_factory("moderation")
    made = Clock(bus, settings)
    async with bus.running():
        yield made


async def dze(*words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, list(words))


async def heard(house: Clock, eventually: Eventually, *where: int) -> None:
    await house.hear(*(said(who=STRANGER, where=one) for one in where))
    await eventually(lambda: _met(house, where))


async def _met(house: Clock, where: tuple[int, ...]) -> bool:
    return set(where) <= set(await house.store.chats.managed())


async def state(house: Clock, chat_id: int) -> Admission | None:
    found, _ = await house.store.admissions.read(house.bus.keys.person(chat_id))
    return found


async def test_a_chat_is_let_in_made_a_guest_and_blocked(house: Clock, eventually: Eventually) -> None:
    await heard(house, eventually, CHAT)
    code = house.bus.keys.person(CHAT)[:6]
    for word, name, wanted in (
        ("admit", str(CHAT), "known"), ("guest", code, "guest"), ("admit", code.upper(), "known"),
        ("block", str(CHAT), "blocked"),
    ):  # fmt: skip
        found = await dze("chats", word, name)
        assert (found.exit_code, found.output.strip()) == (0, f"{CHAT}: {wanted}")
        admission = sure(await state(house, CHAT))
        assert (admission.state, admission.by) == (wanted, "operator")
    await eventually(lambda: [one.chat_id for one in house.actions if one.method == "leaveChat"] == [CHAT])


async def test_several_at_once_and_one_that_the_bot_has_never_met(
    house: Clock, eventually: Eventually
) -> None:
    await heard(house, eventually, CHAT)
    found = await dze("chats", "admit", str(CHAT), str(OTHER), str(CHAT))
    assert found.output.splitlines() == [f"{CHAT}: known", f"{OTHER}: known"]
    listed = json.loads((await dze("chats", "list", "--json", "--state", "known")).output)
    assert {one["id"] for one in listed} == {CHAT, 0}
    shown = json.loads((await dze("chats", "show", house.bus.keys.person(OTHER)[:5], "--json")).output)
    assert (shown["state"], shown["title"], shown["bot"]) == ("known", "", "")
    assert json.loads((await dze("chats", "show", str(OTHER), "--json")).output) == shown


async def test_what_is_known_of_a_chat_is_shown(house: Clock, eventually: Eventually) -> None:
    me = {"id": 77, "is_bot": True, "first_name": "Dze", "username": "dze_bot"}
    added = membership(me, "left", "administrator", where=CHAT) | {"from": user(ADMIN)}
    added["chat"] = chat(CHAT, title="Двор\u202e 7 [red]", username="dvor_7")
    added["new_chat_member"] |= {"can_delete_messages": True, "can_restrict_members": True}
    await heard(house, eventually, CHAT, OTHER)
    await house.hear(raw(added, "my_chat_member"))
    await eventually(lambda: state(house, CHAT))
    await house.bus.redis.hset("moderation:places", "u:dvor_7", "53.9,27.5,courtyard")
    listed = identity(house.bus.keys, CHAT, "group")
    await house.bus.redis.hset("moderation:identities", "u:dvor_7", listed)
    await dze("chats", "admit", str(CHAT))
    (one,) = [row for row in json.loads((await dze("chats", "list", "--json")).output) if row["id"] == CHAT]
    assert one["title"] == "Двор 7 [red]"
    assert (one["state"], one["by"], one["listed"], one["bot"]) == (
        "known",
        "operator",
        True,
        "administrator",
    )
    assert one["lacks"] == ["can_invite"]
    assert one["came"][:4] == "20" + one["came"][2:4]
    assert one["heard"] > "2020"
    assert one["team_chats"] == [house.bus.keys.person(CHAT)[:6]]
    table = (await dze("chats", "list")).output
    assert "guest ?" in table
    assert "admin !" in table
    assert "[red]" in table, "a title is text"
    assert max(map(len, table.splitlines())) <= 120
    text = (await dze("chats", "show", str(CHAT))).output
    assert "state: known" in text
    assert "lacks: can_invite" in text
    assert "listed: yes" in text


async def test_chats_of_one_team_are_shown_as_one(house: Clock, eventually: Eventually) -> None:
    await heard(house, eventually, CHAT, OTHER)
    await dze("chats", "admit", str(CHAT), str(OTHER))  # the same person leads both
    rows = json.loads((await dze("chats", "list", "--json")).output)
    assert len({row["team"] for row in rows}) == 1
    assert all(len(row["team_chats"]) == 2 for row in rows)


@pytest.mark.parametrize("command", ["show", "admit", "guest", "block"])
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("5000000001", "no id of a group|no chat"),
        ("0", "no id of a group|no chat"),
        ("-0", "no id of a group|no chat"),
        ("--5", "too short"),
        ("-99999999999999999999999", "no id of a group|no chat"),
        ("-١٢٣٤٥", "no chat|too short"),
        ("abc", "too short"),
        ("zzzzzz", "no chat 'zzzzzz'"),
        ("", "too short"),
        ("a\u202eb\x00cde", "no chat"),
        ("-12\n34", "no chat"),
    ],
)
def test_a_bad_name_is_one_clear_line(
    asked: None, redis_url: str, command: str, name: str, says: str
) -> None:
    found = CliRunner().invoke(app, ["chats", command, name])
    assert any(part in found.output + str(found.exception) for part in says.split("|")), found.output
    assert getattr(found.exception, "code", 2) == 2


async def test_a_code_that_stands_for_several_chats_is_refused(house: Clock) -> None:
    store = house.store.admissions
    for key in ("aaaabbbbccccd", "aaaabbbbccccc"):
        await house.bus.commit(Commit.of(writes=store.save(key, Admission(), is_felt=False)))
    found = await dze("chats", "admit", "aaaabbbb")
    assert "stands for 2 chats" in str(found.exception)
    found = await dze("chats", "admit", "aaaabbbbccccd")
    assert "only the code is known" in str(found.exception)


@pytest.mark.parametrize("moved", [False, True])
async def test_the_review_chat_is_refused_and_not_listed(
    house: Clock, eventually: Eventually, monkeypatch: pytest.MonkeyPatch, moved: bool
) -> None:
    """Also under the id that it got when it became a supergroup."""
    monkeypatch.setenv("DZE_REVIEW_CHAT", str(OTHER if moved else CHAT))
    await heard(house, eventually, CHAT, CHAT - 2)
    if moved:
        await house.bus.commit(await house.desk.move(OTHER, CHAT, int(now().timestamp())))
    for word in ("admit", "guest", "block"):
        found = await dze("chats", word, str(CHAT))
        assert "no chat of neighbours" in str(found.exception)
        assert getattr(found.exception, "code", 0) == 2
    listed = json.loads((await dze("chats", "list", "--json")).output)
    assert [one["id"] for one in listed] == [CHAT - 2]


async def test_without_moderation_it_is_said_and_takes_effect_when_it_runs(
    bus_factory: BusFactory, settings: Settings, asked: None, eventually: Eventually,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(chats, "WAIT", 0.3)
    found = await dze("chats", "admit", str(CHAT))
    assert (found.exit_code, found.stdout.strip()) == (0, f"{CHAT}: will be known")
    assert "moderation does not run" in found.stderr
    bus = bus_factory("moderation")
    house = Clock(bus, settings)
    async with bus.running():
        await eventually(lambda: _is_known(house))
        await eventually(lambda: still(bus.redis))


async def _is_known(house: Clock) -> bool:
    found = await state(house, CHAT)
    return found is not None and found.state == "known"


@pytest.mark.parametrize("review_chat", [None, "-100999"])
async def test_status_says_how_many_wait_where_nobody_is_asked(
    house: Clock, eventually: Eventually, monkeypatch: pytest.MonkeyPatch, review_chat: str | None
) -> None:
    if review_chat is not None:
        monkeypatch.setenv("DZE_REVIEW_CHAT", review_chat)
    await heard(house, eventually, CHAT, OTHER, CHAT - 2)
    await dze("chats", "guest", str(OTHER))
    for more in ((), ("--json",)):
        found = await dze("status", *more)
        said = found.stderr if more else found.stdout
        assert ("wait as guests for a decision: 2" in said) is (review_chat is None)
    assert isinstance(json.loads(found.stdout), list)


def test_nothing_there_is_said(asked: None, redis_url: str) -> None:
    assert "No chats." in CliRunner().invoke(app, ["chats", "list"]).output
    assert "No chats are known." in CliRunner().invoke(app, ["chats", "list", "--state", "known"]).output
    assert json.loads(CliRunner().invoke(app, ["chats", "list", "--json"]).output) == []
    found: Any = CliRunner().invoke(app, ["chats", "list", "--state", "maybe"])
    assert found.exit_code == 2
