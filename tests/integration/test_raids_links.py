"""The bot's invite links and a wave, with moderation whole and the simulator in Telegram's place."""

from typing import Any

from services.moderation.bot.ports import Deps, Me
from services.moderation.bot.store import BotStore
from services.moderation.bot.talk import Talk
from services.moderation.decide.desk import Desk
from services.moderation.domain.raids import Wave
from services.moderation.raids.watch import open_doors
from services.moderation.store import Store
from services.moderation.telegram.store import ActorStore
from shared.bus.commit import NOTHING, Commit
from shared.clock import unix
from simulator.demo import ALENA, RESIDENT, UPPER_TOWN
from simulator.world.chats import Message
from simulator.world.links import InviteLink
from tests.conftest import eventually
from tests.house import NoFiles
from tests.sure import sure
from tests.town import BOT, Town

ASKING = 6_100_000_900
NOBODY: Any = None
"""Where none is needed."""


class Told:
    """Of the bot only what is heard of waves."""

    def __init__(self) -> None:
        self.waves: list[Wave] = []

    async def wave(self, wave: Wave) -> Commit:
        self.waves.append(wave)
        return NOTHING


def links(town: Town) -> list[InviteLink]:
    chat = town.sim.world.chat(UPPER_TOWN)
    return [one for one in chat.links.values() if one.creator.id == BOT and not one.primary]


def store(town: Town) -> Store:
    return Store(town.bus.redis, town.bus.keys)


async def set_up(town: Town, said_in: int = UPPER_TOWN) -> InviteLink:
    for name, value in (("raid.joins", "5"), ("raid.action", "requests")):
        town.say(f"/set {name} {value}")
    town.say("/dryrun off")
    await town.hears("З гэтага моманту я дзейнічаю")
    town.say("/link Пад'езд 3")
    await town.hears("Спасылка «Пад'езд 3»: https://t.me/+", said_in)
    made: InviteLink = await eventually(lambda: next(iter(links(town)), None))
    return made


def rush(town: Town, count: int = 6, first: int = 6_100_000_001) -> None:
    for n in range(count):
        town.sim.do("user", id=first + n, first_name=f"Новы {n}")
        town.sim.do("join", chat=UPPER_TOWN, user=first + n)


async def open_up(town: Town) -> list[Wave]:
    """As the clock does it, two hours later."""
    told: Any = Told()
    desk = Desk(store(town), town.bus.keys, NOBODY, told, NOBODY, town.bus.now)
    await town.bus.commit(sure(await open_doors(desk, desk.store.waves, int(unix()) + 7200)))
    waves: list[Wave] = told.waves
    return waves


async def test_in_a_wave_the_bots_links_ask_and_afterwards_they_are_as_before(town: Town) -> None:
    link = await set_up(town)
    assert not link.by_request
    rush(town)
    await eventually(lambda: link.by_request)
    assert link.name == "Пад'езд 3"
    await town.hears("можна толькі падаць заяўку: 1")
    town.sim.do("user", id=ASKING, first_name="Сусед")
    town.sim.do("join", chat=UPPER_TOWN, user=ASKING, link=link.url)
    assert ASKING in link.pending

    async def waiting() -> list[int]:
        return await store(town).invites.waiting(UPPER_TOWN)

    await eventually(waiting)
    assert await waiting() == [ASKING]
    waves = await open_up(town)
    assert [(one.what, one.waiting) for one in waves] == [("opened", 1)]
    await eventually(lambda: not link.by_request)
    assert not link.revoked


async def test_what_is_chosen_while_a_wave_is_on_holds_for_all_who_came_in_it(town: Town) -> None:
    link = await set_up(town)
    town.say("/set raid.action tell")
    await town.hears("raid.action")
    rush(town)
    await town.hears("Я нічога не зрабіў")
    members = town.sim.world.chat(UPPER_TOWN).members
    assert not link.by_request
    town.say("/set raid.action requests")
    came = [6_100_000_001 + n for n in range(6)]
    await eventually(lambda: all(members[one].status == "restricted" for one in came), 60)
    await eventually(lambda: link.by_request, 60)
    await town.hears("можна толькі падаць заяўку: 1")
    assert [one.what for one in await open_up(town)] == ["opened"]
    await eventually(lambda: not link.by_request)


async def test_a_link_can_be_ended_and_nobody_but_admins_makes_one(town: Town) -> None:
    link = await set_up(town)
    town.say("/link", RESIDENT)
    town.say("/link чужая", RESIDENT)
    town.say("/link")
    shown = (await town.hears("Мае спасылкі тут")).content["text"]
    assert link.url not in shown
    code = shown.split("<code>")[1].split("<")[0] if "<code>" in shown else shown.split("(")[1].split(")")[0]
    town.say(f"/link off {code}")
    await eventually(lambda: link.revoked)
    assert len(links(town)) == 1
    assert await store(town).invites.of(UPPER_TOWN) == []


async def test_who_waits_is_let_in_by_an_admin_and_by_nobody_else(town: Town) -> None:
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    link = await set_up(town, said_in=ALENA)
    assert not any("https://t.me/+" in said for said in town.texts())
    rush(town)
    await eventually(lambda: link.by_request)
    for n in (ASKING, ASKING + 1):
        town.sim.do("user", id=n, first_name="Сусед")
        town.sim.do("join", chat=UPPER_TOWN, user=n, link=link.url)

    async def both() -> bool:
        return len(await store(town).invites.waiting(UPPER_TOWN)) == 2

    await eventually(both)
    for n, let in ((ASKING + 2, True), (ASKING + 3, False)):
        town.sim.do("user", id=n, first_name="Сусед")
        town.sim.do("join", chat=UPPER_TOWN, user=n, link=link.url)
        town.sim.do("answer", chat=UPPER_TOWN, user=n, by=ALENA, let_in=let)
    turned_away = town.bus.keys.person(ASKING + 3)

    async def three() -> bool:
        return await store(town).invites.waiting(UPPER_TOWN) == [ASKING, ASKING + 1, ASKING + 3]

    await eventually(three)
    card = await over(town)
    assert "яшчэ чакае: 3" in await town.answer(ALENA, ALENA, card, text="Упусціць усіх")
    members = town.sim.world.chat(UPPER_TOWN).members
    await eventually(lambda: {ASKING, ASKING + 1} <= {k for k, one in members.items() if one.present})
    assert "Ужо ніхто не чакае" in await town.answer(ALENA, ALENA, card, text="Адмовіць усім")
    assert town.calls("declineChatJoinRequest") == []

    lines = ActorStore(town.bus.redis, town.bus.keys)

    async def answered_before() -> bool:
        return any(one.detail == "request.answered" for one in await lines.audited(UPPER_TOWN, 50))

    await eventually(answered_before)
    town.say("/log")
    log = (await town.hears("Журнал")).content["text"]
    assert f"прынята заяўка {turned_away[:4]} · на заяўку ўжо адказалі раней" in log
    assert not any(one.present for key, one in members.items() if key == ASKING + 3)


async def over(town: Town) -> Message:
    """The wave's end as its admins read it, two hours later."""
    bus = town.bus
    deps = Deps(
        settings=NOBODY,
        keys=bus.keys,
        telegram=OneAdmin(),
        chats=store(town).chats,
        store=BotStore(bus.redis, bus.keys),
        actor_store=ActorStore(bus.redis, bus.keys),
        me=Me(BOT, "dze_bot"),
        now=bus.now,
    )
    desk = Desk(store(town), bus.keys, NOBODY, Talk(deps), NOBODY, bus.now)
    await bus.commit(sure(await open_doors(desk, desk.store.waves, int(unix()) + 7200)))
    card: Message = await town.hears("наплыў сціх", ALENA)
    return card


class OneAdmin(NoFiles):
    """Telegram's answer to who the admins are."""

    async def call(self, method: str, params: dict[str, Any] | None = None, *, seconds: float = 15) -> Any:
        del method, params, seconds
        return [{"user": {"id": ALENA, "language_code": "be"}}]
