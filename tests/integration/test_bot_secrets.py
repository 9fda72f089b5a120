"""What admins write in their own words lies nowhere in the clear: not in Redis, on its disk, or in a log."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.moderation.domain.settings import SETTINGS
from services.moderation.equip import equip
from services.moderation.ingest.poller import event_of
from services.moderation.settings import ModerationSettings
from services.moderation.store import Store
from services.moderation.store.free_text import SEALED, from_store, is_free_text, to_store
from services.moderation.store.names import Names
from services.moderation.store.resealing import Resealing, reseal
from services.moderation.telegram.audit import AuditEntry
from services.moderation.telegram.store import ActorStore
from shared import clock
from shared.bus import Bus, Commit
from shared.bus.commit import Command
from shared.contracts.registry import TELEGRAM_UPDATES
from shared.contracts.telegram import TelegramUpdate
from shared.keys import Keys
from shared.server import EmbeddedRedis
from simulator.demo import ALENA, DEMO_TOKEN, LINDEN_COURT, RESIDENT, UPPER_TOWN
from simulator.faults import Fault
from simulator.server import serving
from tests.conftest import KEY, BusFactory, eventually
from tests.house import said as heard
from tests.moderation import ADMIN
from tests.stored import still, stored
from tests.sure import sure
from tests.telling import CHAT
from tests.town import Town, button

KEYS = Keys(KEY)
OF_SETTINGS = {
    "spam.words": ("канарэйка, canaryword*", "sealed:canary"),
    "lock.allow": ("@canary_name canary.example", "sealed.canary.example"),
}


class Written(Town):
    """A town on a disk of its own; `canaries` are the words of which none may lie there."""

    server: EmbeddedRedis
    canaries: list[str]

    def secret(self, word: str) -> str:
        self.canaries.append(word)
        return word

    async def found(self) -> list[tuple[str, str]]:
        """Canary and where it lies in the clear."""
        held = [
            (key.decode(errors="replace"), value) for key, value in (await stored(self.bus.redis)).items()
        ]
        held += [
            (str(path.name), path.read_bytes()) for path in self.server.folder.rglob("*") if path.is_file()
        ]
        forms = [(word, form) for word in self.canaries for form in _forms(word)]
        return [(word, where) for where, value in held for word, form in forms if form in value]


def _forms(word: str) -> set[bytes]:
    """As it would lie in text, in JSON that escapes, and in what Telegram counts in."""
    return {word.encode(), word.encode("unicode_escape"), word.encode("utf-16-le")}


@pytest.fixture
async def written(tmp_path: Path) -> AsyncIterator[Written]:
    async with AsyncExitStack() as stack:
        server = stack.enter_context(EmbeddedRedis(tmp_path))
        sim = await stack.enter_async_context(serving())
        settings = ModerationSettings(
            redis_url=server.url, key=KEY, data=tmp_path, telegram_token=DEMO_TOKEN, telegram_api=sim.url,
            _env_file=None,
        )  # fmt: skip
        bus = Bus("moderation", settings, lease_ms=3000)
        await stack.enter_async_context(equip(bus, settings))
        await stack.enter_async_context(bus.running())
        town = Written(sim, bus)
        town.server, town.canaries = server, []
        yield town


async def test_no_word_of_an_admins_lies_on_the_disk_or_in_a_log(written: Written) -> None:
    with capture_logs() as logged:
        await _said(written)
    assert logged, "nothing was logged, so that nothing can be seen in it"
    assert [word for word in written.canaries if word in str(logged)] == []


async def _said(town: Written) -> None:
    """Every way in which an admin's own words reach the bot."""
    secret = town.secret
    town.sim.world.chat(UPPER_TOWN).title = secret("CanaryTitle")
    town.sim.world.user(RESIDENT).first_name = secret("CanaryPerson")
    noise = town.say(secret("canarytext пішыце мне"), RESIDENT)
    for said in (
        f"/stopword add {secret('канарэйка')}, {secret('canaryphrase')} two",
        f"/set spam.words {secret('canaryword')}*, {secret('канареечка')}",
        f"/stopword remove {secret('canaryword')}*",
        f"/set lock.allow @{secret('canary_name')} {secret('canary-site')}.example",
        f"/link {secret('CanaryLink')}",
        f'/import {{"spam.words": "{secret("canaryimport")}"}}',
        f"/nonsense {secret('canarynonsense')}",
        f"/set {secret('canary_no_setting')} x",
        f"/lock {secret('canarykind')}",
        f"/night {secret('canarynight')}",
        f"/ban @{secret('canary_unknown')}",
        "/dryrun off",
        "/export",
    ):
        town.say(said)
    await town.hears("dze-settings")
    town.say(f"/warn {secret('canaryreason')}", reply_to=noise)
    await town.hears("canaryreason")
    town.say(f"/stopword add {secret('canaryanon')}", as_chat=UPPER_TOWN)
    question = await town.hears("canaryanon")
    await town.answer(ALENA, UPPER_TOWN, question, data=sure(button(question, "Зрабіць"))["callback_data"])
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": secret("CanaryOrigin")}
    forwarded = f"/stopword add {secret('canaryforward')}"
    town.sim.do("forward", chat=UPPER_TOWN, user=ALENA, text=forwarded, origin=origin)
    town.sim.hub.faults.add(Fault(kind="status", method="banChatMember", status=400))
    town.say("/spam", reply_to=noise)
    await town.hears("CanaryPerson")
    way = f"/start c{int(-UPPER_TOWN):x}"
    town.say(way, ALENA, ALENA)
    town.say("/log")
    log = await town.hears("Журнал")
    assert "canaryimport" in log.content["text"], "admins read it in the log all the same"
    await eventually(lambda: still(town.bus.redis))
    assert await town.found() == []
    kept = await Store(town.bus.redis, town.bus.keys).chats.settings(UPPER_TOWN)
    assert kept.get("spam.words") == "canaryanon, canaryimport"
    assert kept.get("lock.allow") == "@canary_name canary-site.example"


async def test_a_command_that_fails_for_good_leaves_no_word_in_the_dead_letters(
    bus_factory: BusFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.retry.BACKOFF", (0.01,) * 4)
    bus = bus_factory("moderation")

    async def fail(update: TelegramUpdate) -> Commit:
        raise ValueError(update.raw)

    bus.register({TELEGRAM_UPDATES: fail})
    async with bus.running():
        await bus.publish(event_of(heard(1, text="/stopword add canaryword", who=ADMIN), clock.now()))
        await eventually(lambda: bus.redis.xlen(TELEGRAM_UPDATES.dead_key("moderation")))
        for kept in (await stored(bus.redis)).values():
            assert not any(word in kept for word in (b"canary", b"stopword", str(ADMIN).encode()))


async def test_a_stop_word_that_is_sealed_works_and_is_shown_to_admins(written: Written) -> None:
    written.say("/dryrun off")
    await written.hears("З гэтага моманту я дзейнічаю")
    written.say("/stopword add забароненае")
    await written.hears("Стоп-словы: забароненае")
    bad = written.say("гэта забароненае слова", RESIDENT)
    await eventually(lambda: written.sim.world.chat(UPPER_TOWN).messages[bad].gone, 15)
    written.say("/stopword add забароненае", chat=LINDEN_COURT)
    await written.hears("забароненае", LINDEN_COURT)
    written.say("/export")
    exported = await written.hears("dze-settings")
    assert "забароненае" in exported.content["text"]
    assert SEALED not in exported.content["text"]


@pytest.mark.parametrize("name", SETTINGS)
def test_free_text_is_sealed_and_nothing_else_is(name: str) -> None:
    setting = SETTINGS[name]
    assert setting.is_free_text == (setting.form in {"names", "words"})
    for value in (*setting.choices, *OF_SETTINGS.get(name, ())):
        kept = to_store(KEYS, name, value)
        assert from_store(KEYS, name, kept) == value
        assert kept.startswith(SEALED) == is_free_text(name, value)
        assert (kept == value) != is_free_text(name, value)
        if is_free_text(name, value):
            assert to_store(KEYS, name, value) != kept, "the same words are not seen to be the same"
            assert setting.read(kept) is None, "an earlier release reads it as no allowed value"
            assert from_store(Keys("x" * 64), name, kept) == kept


def test_every_form_of_a_setting_is_free_text_or_a_value_of_ours() -> None:
    assert {one.form for one in SETTINGS.values()} == {"choice", "number", "hours", "zone", "names", "words"}


async def _earlier(bus: Bus, chat: int) -> str:
    """A chat's settings and log as a release wrote them that did not seal."""
    redis: Any = bus.redis
    key = Names(bus.keys).of_chat("settings", chat)
    await redis.hset(key, mapping={"spam.words": "canaryold", "lock.allow": "none", "dryrun": "off"})
    rows = [
        AuditEntry(at=clock.now(), what="settings", detail="spam.words=canaryold", before="canarybefore"),
        AuditEntry(at=clock.now(), what="settings", detail="media.photo=delete", before="keep"),
        AuditEntry(at=clock.now(), what="settings", detail="spam.words=none", before="canaryolder"),
        AuditEntry(at=clock.now(), what="banChatMember", target="abcd", reasons=("spam.words",)),
    ]
    log = f"moderation:audit:{bus.keys.person(chat)}"
    await redis.rpush(log, *(row.model_dump_json(exclude_defaults=True) for row in rows))
    await redis.expire(log, 1000)
    return key


async def test_what_an_earlier_release_kept_in_the_clear_is_read_and_sealed_and_gone_from_the_disk(
    tmp_path: Path,
) -> None:
    with EmbeddedRedis(tmp_path) as server:
        settings = ModerationSettings(redis_url=server.url, key=KEY, data=tmp_path, _env_file=None)
        bus = Bus("moderation", settings)
        key = await _earlier(bus, CHAT)
        before = await ActorStore(bus.redis, bus.keys).audited(CHAT)
        assert (await Store(bus.redis, bus.keys).chats.settings(CHAT)).get("spam.words") == "canaryold"
        assert b"canaryold" in _disk(server)
        await reseal(bus)
        chats = Store(bus.redis, bus.keys).chats
        found = await chats.settings(CHAT)
        assert (found.get("spam.words"), found.get("lock.allow"), found.dryrun) == (
            "canaryold",
            "none",
            False,
        )
        assert await ActorStore(bus.redis, bus.keys).audited(CHAT) == before
        assert 0 < await bus.redis.ttl(f"moderation:audit:{bus.keys.person(CHAT)}") <= 1000
        for kept in (await stored(bus.redis)).values():
            assert b"canary" not in kept
        await eventually(lambda: b"canary" not in _disk(server))
        again = await bus.redis.hgetall(key)
        await reseal(bus)
        assert await bus.redis.hgetall(key) == again, "what is sealed stays as it is"
        await bus.redis.aclose()


async def _write(bus: Bus, commands: list[Command]) -> None:
    await bus.commit(Commit.of(writes=commands))


async def test_what_is_set_while_it_is_sealed_is_not_lost(bus_factory: BusFactory) -> None:
    bus = bus_factory("moderation")
    await _earlier(bus, CHAT)
    commits = [commit async for commit in Resealing(bus.redis, bus.keys).commits()]
    chats = Store(bus.redis, bus.keys).chats
    await _write(bus, chats.set_setting(CHAT, "spam.words", "newer"))
    await bus.redis.ltrim(f"moderation:audit:{bus.keys.person(CHAT)}", 0, 0)
    assert len(commits) == 2
    for commit in commits:
        await bus.commit(commit)
    assert (await chats.settings(CHAT)).get("spam.words") == "newer"
    assert len(await ActorStore(bus.redis, bus.keys).audited(CHAT)) == 1


async def test_a_chat_that_moves_takes_its_words_along_sealed(bus_factory: BusFactory) -> None:
    bus = bus_factory("moderation")
    new = CHAT - 7
    store = Store(bus.redis, bus.keys)
    await _write(bus, store.chats.set_setting(CHAT, "spam.words", "canaryold"))
    await _write(bus, store.chats.set_setting(new, "lock.allow", "canary.example"))
    await bus.commit(await store.moving.commit(CHAT, new, 1_790_000_000))
    found = await store.chats.settings(new)
    assert (found.get("spam.words"), found.get("lock.allow")) == ("canaryold", "canary.example")
    assert not any(b"canary" in kept for kept in (await stored(bus.redis)).values())


def _disk(server: EmbeddedRedis) -> bytes:
    return b"".join(path.read_bytes() for path in server.folder.rglob("*.aof") if path.is_file())


def test_what_was_just_set_is_known_before_it_is_committed() -> None:
    """A message in the same batch is already decided by it."""
    nobody: Any = FakeRedis()
    chats = Store(nobody, KEYS).chats
    writes = [
        *chats.set_setting(CHAT, "lock.allow", "canary.example"),
        *chats.set_setting(CHAT, "spam", "off"),
    ]
    assert chats.settings_in(writes, CHAT) == {"lock.allow": "canary.example", "spam": "off"}
    assert not any("canary" in str(word) for write in writes for word in write)


class FakeRedis:
    """Nothing is asked of it."""

    def register_script(self, source: str) -> None:
        assert source
