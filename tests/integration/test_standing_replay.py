"""`dze replay`."""

import json

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from services.moderation.domain.replay import Record
from services.moderation.domain.standing import DEFAULT, score, weigh
from services.moderation.moving import mover
from services.moderation.store import Store
from services.moderation.store.records import Records
from shared.bus import Commit
from shared.settings import Settings
from tests.conftest import BusFactory
from tests.sure import sure

CHAT, NEW = -1001, -1001000000001


@pytest.fixture
async def recorded(
    bus_factory: BusFactory, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> list[Record]:
    """Three people in one chat: an invitation as first message, many chats far apart, a text like spam."""
    bus = bus_factory("moderation")
    records = []
    for n, found in enumerate(
        (
            (("new_message.invite", {}),),
            (("chats.far_apart", {"places": 5, "kilometres": 9.0}), ("account.young", {})),
            (("spam.text", {"trait.links": 1.0}),),
        )
    ):
        total = score(weigh(found, DEFAULT))
        records.append(Record(1_790_000_000 + n, bus.keys.person(n), CHAT, total, None, found))
    writes = Records(bus.redis, bus.keys).add(records)
    writes += Store(bus.redis, bus.keys).chats.set_setting(CHAT, "suspicious", "remove")
    await bus.commit(Commit.of(writes=writes))
    monkeypatch.setenv("DZE_REDIS_URL", settings.redis())
    monkeypatch.setenv("DZE_KEY", sure(settings.key).get_secret_value())
    monkeypatch.setenv("DZE_DATA", str(settings.data))
    return records


def replayed(*words: str) -> Result:
    return CliRunner().invoke(app, ["replay", *words])


async def in_thread(*words: str) -> Result:
    import asyncio

    return await asyncio.to_thread(replayed, *words)


async def test_without_a_change_nothing_moves(recorded: list[Record]) -> None:
    found = json.loads((await in_thread("--json")).output)
    assert found["records"] == 3
    assert found["moved"] == []


async def test_what_a_group_concluded_before_it_became_a_supergroup_counts_by_its_settings_of_now(
    recorded: list[Record], bus_factory: BusFactory
) -> None:
    bus = bus_factory("moderation")
    await bus.commit(await mover(bus.redis, bus.keys)(CHAT, NEW, recorded[0].at))
    found = json.loads((await in_thread("--json")).output)
    assert {"was": "remove", "would": "remove", "count": 1} in found["people"]
    assert found["moved"] == []


async def test_a_higher_threshold_and_lighter_weights_show_who_would_be_spared(
    recorded: list[Record],
) -> None:
    found = json.loads((await in_thread("--json", "--set", "suspicious.threshold=95")).output)
    assert found["people"] == [
        {"was": "advise", "would": "advise", "count": 2},
        {"was": "remove", "would": "advise", "count": 1},
    ]
    found = json.loads((await in_thread("--json", "--weight", "chats.far_apart=x0.5")).output)
    assert [(one["was"], one["would"]) for one in found["moved"]] == [("advise", "nothing")]
    assert found["moved"][0]["reasons"] == ["chats.far_apart", "account.young"]
    table = (await in_thread("--weight", "prior=-5")).output
    assert "nothing" in table


async def test_what_spam_is_set_to_bears_on_those_whose_texts_looked_like_it(recorded: list[Record]) -> None:
    found = json.loads((await in_thread("--json", "--set", "spam=remove")).output)
    assert [(one["reasons"], one["would"]) for one in found["moved"]] == [(["spam.text"], "remove")]
    found = json.loads((await in_thread("--json", "--set", "spam=off")).output)
    assert [(one["reasons"], one["would"]) for one in found["moved"]] == [(["spam.text"], "nothing")]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--set", "language=be"), "only suspicious"),
        (("--set", "suspicious=maybe"), "bad value"),
        (("--set", "nonsense"), "unknown name"),
        (("--weight", "chats.many=1"), "x0.5"),
        (("--weight", "shoes=x2"), "no signal"),
        (("--weight", "banned=heavy"), "heavy"),
    ],
)
def test_what_cannot_be_tried_is_said_in_one_line(words: tuple[str, str], says: str) -> None:
    found = replayed(*words)
    assert found.exit_code != 0
    assert says in (found.output + str(found.exception))
