"""`dze lists` between two operators, as they type it."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from services.moderation.domain.admission import Admission
from services.moderation.lists.shared import Document, person_in, public, signer, write
from services.moderation.store.admissions import AdmissionStore
from services.moderation.store.shared import Ban, Shared
from shared import clock
from shared.bus import Bus, Commit
from shared.keys import Keys
from shared.settings import Settings
from tests.conftest import BusFactory
from tests.sure import sure

KEY = b"k" * 40
THEIRS = signer(Keys("t" * 64))
DAY = 86_400


@pytest.fixture
def bus(bus_factory: BusFactory, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Bus:
    """A deployment that reads the list `minsk` of another one, and publishes `ours`."""
    folder = settings.data / "lists"
    folder.mkdir(parents=True)
    (folder / "minsk.key").write_bytes(KEY)
    (folder / "shared.toml").write_text(
        f'[[list]]\nname = "minsk"\nkey_file = "minsk.key"\nfile = "minsk.dzelist"\n'
        f'issuer = "{public(THEIRS)}"\n\n'
        '[[list]]\nname = "ours"\nkey_file = "minsk.key"\npublish_days = 9\n'
    )
    monkeypatch.setenv("DZE_REDIS_URL", settings.redis())
    monkeypatch.setenv("DZE_KEY", sure(settings.key).get_secret_value())
    monkeypatch.setenv("DZE_DATA", str(settings.data))
    return bus_factory("moderation")


async def dze(*words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, ["lists", *words])


def said(result: Result) -> str:
    return " ".join(f"{result.output} {result.exception or ''}".split())


def document(now: int, *, ends: int = DAY) -> Document:
    entries = {person_in(KEY, n): now + DAY for n in range(3)}
    return Document("minsk", now - 9 * DAY, now + ends, entries, frozenset({person_in(KEY, 0)}))


async def test_a_preview_says_what_the_list_is_and_whom_it_names_here(bus: Bus, settings: Settings) -> None:
    file, now = settings.data / "lists" / "minsk.dzelist", int(clock.now().timestamp())
    assert "is not there yet" in said(await dze("preview", "minsk"))
    file.write_bytes(write(document(now), THEIRS))
    await bus.commit(Commit.of(writes=Shared(bus.redis, bus.keys).would_touch(["minsk"], bus.keys.person(7))))
    told = said(await dze("preview", "minsk"))
    assert "used to preview" in told
    assert "entries that hold: 2 of 3" in told
    assert "thirty days: people 1, chats 0" in told
    file.write_bytes(write(document(now, ends=-DAY), THEIRS))
    told = said(await dze("preview", "minsk"))
    assert "so it names nobody" in told
    assert "entries that hold: 0 of 3" in told


async def test_a_preview_of_a_changed_or_foreign_list_or_of_none_is_a_refusal(
    bus: Bus, settings: Settings
) -> None:
    del bus
    file, now = settings.data / "lists" / "minsk.dzelist", int(clock.now().timestamp())
    for data in (
        write(document(now), THEIRS).replace(b'"name":"minsk"', b'"name":"minks"'),
        write(document(now), signer(Keys("x" * 64))),
        b"junk",
    ):
        file.write_bytes(data)
        told = await dze("preview", "minsk")
        assert told.exit_code != 0
        assert "is refused" in said(told)
    told = await dze("preview", "grodno")
    assert told.exit_code != 0
    assert "no list grodno" in said(told)


async def test_what_one_publishes_another_reads(bus: Bus, settings: Settings, tmp_path: Path) -> None:
    now, sharing = int(clock.now().timestamp()), Shared(bus.redis, bus.keys)
    people, chat = [person_in(KEY, n) for n in range(3)], bus.keys.person(-1001)
    writes = AdmissionStore(bus.redis, bus.keys).save(chat, Admission("known"), is_felt=True)
    writes += sharing.banned("ours", [Ban(one, chat, now) for one in people])
    await bus.commit(Commit.of(writes=[*writes, *sharing.revoked("ours", people[2], chat)]))
    issuer = (await dze("key")).output.strip()
    assert "People: 2, revoked: 1" in said(await dze("publish", "ours", str(tmp_path / "out.dzelist")))
    assert "published here, and read from nobody" in said(await dze("preview", "ours"))
    folder = settings.data / "lists"
    (folder / "minsk.dzelist").write_bytes((tmp_path / "out.dzelist").read_bytes())
    toml = folder / "shared.toml"
    toml.write_text(toml.read_text().replace(public(THEIRS), issuer))
    assert "entries that hold: 2 of 2" in said(await dze("preview", "minsk"))
