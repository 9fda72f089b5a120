"""The bot's invite links and a wave, with moderation whole and the simulator in Telegram's place."""

import time

from services.moderation.bot.ports import Deps, Me
from services.moderation.bot.store import BotStore
from services.moderation.bot.talk import Talk
from services.moderation.decide.desk import Desk
from services.moderation.domain.raids import Wave
from services.moderation.raids.watch import open_doors
from services.moderation.store import Store
from services.moderation.telegram.store import ActorStore
from shared.bus.commit import NOTHING
from simulator.demo import ALENA, RESIDENT, UPPER_TOWN
from tests.conftest import eventually
from tests.town import BOT

ASKING = 6_100_000_900


class Told:
    """Of the bot only what is heard of waves."""

    def __init__(self):
        self.waves = []

    async def wave(self, wave: Wave):
        self.waves.append(wave)
        return NOTHING


def links(town):
    chat = town.sim.world.chat(UPPER_TOWN)
    return [one for one in chat.links.values() if one.creator.id == BOT and not one.primary]


def store(town):
    return Store(town.bus.redis, town.bus.keys)


async def set_up(town, said_in=UPPER_TOWN):
    for name, value in (("raid.joins", "5"), ("raid.action", "requests")):
        town.say(f"/set {name} {value}")
    town.say("/dryrun off")
    await town.hears("З гэтага моманту я дзейнічаю")
    town.say("/link Пад'езд 3")
    await town.hears("Спасылка «Пад'езд 3»: https://t.me/+", said_in)
    return await eventually(lambda: next(iter(links(town)), None))


def rush(town, count=6, first=6_100_000_001):
    for n in range(count):
        town.sim.do("user", id=first + n, first_name=f"Новы {n}")
        town.sim.do("join", chat=UPPER_TOWN, user=first + n)


async def open_up(town):
    """As the clock does it, two hours later."""
    told = Told()
    desk = Desk(store(town), town.bus.keys, None, told, None)
    opened = await open_doors(desk, desk.store.waves, int(time.time()) + 7200)
    assert opened is not None
    await town.bus.commit(opened)
    return told.waves


async def test_in_a_wave_the_bots_links_ask_and_afterwards_they_are_as_before(town):
    link = await set_up(town)
    assert not link.by_request
    rush(town)
    await eventually(lambda: link.by_request)
    assert link.name == "Пад'езд 3"
    await town.hears("можна толькі падаць заяўку: 1")
    town.sim.do("user", id=ASKING, first_name="Сусед")
    town.sim.do("join", chat=UPPER_TOWN, user=ASKING, link=link.url)
    assert ASKING in link.pending

    async def waiting():
        return await store(town).invites.waiting(UPPER_TOWN)

    await eventually(waiting)
    assert await waiting() == [ASKING]
    waves = await open_up(town)
    assert [(one.what, one.waiting) for one in waves] == [("opened", 1)]
    await eventually(lambda: not link.by_request)
    assert not link.revoked


async def test_a_link_can_be_ended_and_nobody_but_admins_makes_one(town):
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


async def test_who_waits_is_let_in_by_an_admin_and_by_nobody_else(town):
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    link = await set_up(town, said_in=ALENA)
    assert not any("https://t.me/+" in said for said in town.texts())
    rush(town)
    await eventually(lambda: link.by_request)
    for n in (ASKING, ASKING + 1):
        town.sim.do("user", id=n, first_name="Сусед")
        town.sim.do("join", chat=UPPER_TOWN, user=n, link=link.url)

    async def both():
        return len(await store(town).invites.waiting(UPPER_TOWN)) == 2

    await eventually(both)
    card = await over(town)
    assert "Упушчана людзей: 2" in await town.answer(ALENA, ALENA, card, text="Упусціць усіх")
    members = town.sim.world.chat(UPPER_TOWN).members
    await eventually(lambda: {ASKING, ASKING + 1} <= {k for k, one in members.items() if one.present})
    assert "Ужо ніхто не чакае" in await town.answer(ALENA, ALENA, card, text="Адмовіць усім")
    assert town.calls("declineChatJoinRequest") == []


async def over(town):
    """The wave's end as its admins read it, two hours later."""
    bus = town.bus
    deps = Deps(
        settings=None,
        keys=bus.keys,
        telegram=OneAdmin(),
        chats=store(town).chats,
        store=BotStore(bus.redis, bus.keys),
        actor_store=ActorStore(bus.redis, bus.keys),
        me=Me(BOT, "dze_bot"),
    )
    desk = Desk(store(town), bus.keys, None, Talk(deps), None)
    await bus.commit(await open_doors(desk, desk.store.waves, int(time.time()) + 7200))
    return await town.hears("наплыў сціх", ALENA)


class OneAdmin:
    """Telegram's answer to who the admins are."""

    async def call(self, *_, **__):
        return [{"user": {"id": ALENA, "language_code": "be"}}]
