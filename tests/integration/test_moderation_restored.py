"""What a call of the bot's has ended by accident is put back; what it meant to end is not.

The gap between a look at somebody and the call cannot be closed there: Telegram's `chat_member` tells of it.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from services.moderation.domain.membership import FOR_EVER, banning, muting
from services.moderation.domain.permissions import FREE, MUTED
from services.moderation.telegram.actor import Actor, on_action
from services.moderation.telegram.calls import Calls
from services.moderation.telegram.sanctioning import SANCTIONS
from services.moderation.telegram.store import ActorStore
from shared.bus import Commit
from shared.contracts.telegram import Method, Stands, TelegramAction
from shared.settings import Settings
from simulator.world.members import Member
from tests.conftest import BusFactory, Eventually
from tests.house import House
from tests.members import Members
from tests.stored import still
from tests.sure import as_a
from tests.unit.test_simulator_refusals import BOT, OWNER, PERSON, SUPERGROUP

pytestmark = pytest.mark.usefixtures("nothing_pending")
HOUR, DAY = 3_600, 86_400
PHOTOLESS = FREE | {"can_send_photos": False}


@dataclass
class Scene:
    """A chat, who decides for it and who acts in it; one step at a time."""

    house: House
    telegram: Members
    actor: Actor

    def action(self, method: Method, params: dict[str, Any], **more: Any) -> TelegramAction:
        now = self.actor.now()
        name = f"{method}:{len(self.telegram.log)}"
        return TelegramAction(
            action_id=name, chat_id=SUPERGROUP, method=method, params=params,
            decided_at=now, expires_at=now + timedelta(days=1), **more,
        )  # fmt: skip

    def mute(self, seconds: int = HOUR) -> TelegramAction:
        return self.action(Method.RESTRICT_MEMBER, muting(PERSON, self.end(seconds)))

    def ban(self, seconds: int | None = None) -> TelegramAction:
        return self.action(Method.BAN_MEMBER, banning(PERSON, None if seconds is None else self.end(seconds)))

    def unmute(self) -> TelegramAction:
        return self.action(Method.RESTRICT_MEMBER, {"user_id": PERSON, "permissions": FREE})

    def unban(self, **more: Any) -> TelegramAction:
        return self.action(Method.UNBAN_MEMBER, {"user_id": PERSON}, **more)

    def end(self, seconds: int) -> int:
        return int(self.telegram.town.time) + seconds

    async def act(self, action: TelegramAction) -> None:
        (answer,) = await on_action([action], self.actor)
        for write in as_a(Commit, answer).writes:
            await self.house.bus.redis.execute_command(*write)

    async def hear(self, eventually: Eventually) -> list[TelegramAction]:
        """What follows from everything that Telegram has told since."""
        before = len(self.house.actions)
        await self.house.hear(*self.telegram.updates())
        await eventually(lambda: still(self.house.bus.redis))
        return [one for one in self.house.actions[before:] if one.method in SANCTIONS]

    @property
    def place(self) -> Member:
        return self.telegram.place(PERSON)

    def meanwhile(
        self, method: str, how: str, seconds: int = 0, allowed: dict[str, bool] | None = None
    ) -> None:
        """An admin is quicker by a moment."""
        self.telegram.meanwhile[method] = lambda: self.telegram.by_hand(how, PERSON, seconds, allowed)


@pytest.fixture
async def scene(bus_factory: BusFactory, settings: Settings) -> AsyncIterator[Scene]:
    bus = bus_factory("moderation")
    house, telegram = House(bus, settings), Members()
    house.desk.now = telegram.now
    store = ActorStore(bus.redis, bus.keys)
    actor = Actor(Calls(telegram, store), store, bus.keys, BOT, now=telegram.now)
    async with bus.running():
        yield Scene(house, telegram, actor)


@pytest.mark.parametrize("seconds", [FOR_EVER, 7 * DAY])
async def test_a_ban_that_a_mute_has_ended_by_a_moment_is_put_back_with_its_end(
    scene: Scene, eventually: Eventually, seconds: int
) -> None:
    scene.meanwhile("restrictChatMember", "ban", seconds)
    await scene.act(scene.mute())
    assert scene.place.status == "restricted"
    (back,) = await scene.hear(eventually)
    await scene.act(back)
    assert (scene.place.status, scene.place.until) == ("kicked", scene.end(seconds) if seconds else FOR_EVER)
    line = (await scene.actor.store.audited(SUPERGROUP))[0]
    assert (line.what, line.reasons, line.outcome) == ("banChatMember", ("restored",), "done")
    assert await scene.hear(eventually) == [], "what was put back is no reason to put anything back"


@pytest.mark.parametrize("comes_back", [False, True])
async def test_a_ban_that_an_unmute_has_ended_by_a_moment_is_put_back(
    scene: Scene, eventually: Eventually, *, comes_back: bool
) -> None:
    await scene.act(scene.mute())
    scene.meanwhile("restrictChatMember", "ban")
    await scene.act(scene.unmute())
    assert scene.place.status == "left"
    if comes_back:
        scene.telegram.world.chat(SUPERGROUP).members[PERSON] = Member(scene.place.user, "member")
    (back,) = await scene.hear(eventually)
    await scene.act(back)
    assert (scene.place.status, scene.place.until) == ("kicked", FOR_EVER)


async def test_a_ban_that_was_shortened_by_a_moment_gets_its_end_back(
    scene: Scene, eventually: Eventually
) -> None:
    scene.meanwhile("banChatMember", "ban")
    await scene.act(scene.ban(30 * DAY))
    assert scene.place.until == scene.end(30 * DAY)
    (back,) = await scene.hear(eventually)
    await scene.act(back)
    assert (scene.place.status, scene.place.until) == ("kicked", FOR_EVER)


async def test_a_restriction_that_a_mute_has_replaced_by_a_moment_is_put_back(
    scene: Scene, eventually: Eventually
) -> None:
    scene.meanwhile("restrictChatMember", "restrict", 0, PHOTOLESS)
    await scene.act(scene.mute())
    (back,) = await scene.hear(eventually)
    await scene.act(back)
    assert (scene.place.permissions, scene.place.until) == (PHOTOLESS, FOR_EVER)
    assert await scene.hear(eventually) == []


async def test_a_ban_by_hand_that_an_undo_has_lifted_by_a_moment_is_put_back(
    scene: Scene, eventually: Eventually
) -> None:
    await scene.act(scene.ban(30 * DAY))
    scene.meanwhile("unbanChatMember", "ban")
    await scene.act(scene.unban(expected=Stands(status="kicked", until=scene.end(30 * DAY))))
    assert scene.place.status == "left"
    (back,) = await scene.hear(eventually)
    await scene.act(back)
    assert (scene.place.status, scene.place.until) == ("kicked", FOR_EVER)


async def test_what_the_bot_meant_to_lift_stays_lifted(scene: Scene, eventually: Eventually) -> None:
    for first, then in (
        (scene.ban(), scene.unban()),
        (scene.ban(DAY), scene.unban()),
        (scene.mute(), scene.unmute()),
        (scene.mute(), scene.mute(DAY)),
        (scene.mute(), scene.ban()),
    ):
        for step, action in enumerate((first, then)):
            name = f"{step}:{len(scene.telegram.log)}"
            await scene.act(action.model_copy(update={"action_id": name}))
        assert await scene.hear(eventually) == []
        scene.telegram.by_hand("unban", PERSON)


async def test_what_stood_before_is_given_back_by_an_undo_and_stays_so(
    scene: Scene, eventually: Eventually
) -> None:
    """A shorter ban in place of the bot's longer one, a restriction in place of its ban."""
    await scene.act(scene.ban(30 * DAY))
    expected = Stands(status="kicked", until=scene.end(30 * DAY))
    shorter = scene.action(Method.BAN_MEMBER, banning(PERSON, scene.end(DAY)), expected=expected)
    await scene.act(shorter)
    assert scene.place.until == scene.end(DAY)
    expected = Stands(status="kicked", until=scene.end(DAY))
    params = {"user_id": PERSON, "permissions": PHOTOLESS, "use_independent_chat_permissions": True}
    await scene.act(scene.action(Method.RESTRICT_MEMBER, params, expected=expected))
    assert (scene.place.status, scene.place.permissions) == ("restricted", PHOTOLESS)
    assert await scene.hear(eventually) == []


async def test_what_somebody_has_changed_since_is_not_put_back(scene: Scene, eventually: Eventually) -> None:
    scene.meanwhile("restrictChatMember", "ban")
    await scene.act(scene.mute())
    (back,) = await scene.hear(eventually)
    scene.telegram.by_hand("unban", PERSON)
    await scene.act(back)
    assert scene.place.status == "left"
    assert (await scene.actor.store.audited(SUPERGROUP))[0].outcome == "already"


@pytest.mark.parametrize(("after", "back"), [("restricted", True), ("kicked", True), ("left", False)])
async def test_an_actor_of_an_older_release_notes_nothing_and_its_unbans_stay(
    scene: Scene, eventually: Eventually, after: str, *, back: bool
) -> None:
    user, bot = ({**scene.telegram.world.users[who].json()} for who in (PERSON, BOT))
    new = {"user": user, "status": after, "until_date": scene.end(DAY)}
    old = {"user": user, "status": "kicked", "until_date": 0}
    chat = scene.telegram.world.chat(SUPERGROUP).json()
    told = {"chat": chat, "from": bot, "date": scene.end(0), "old_chat_member": old, "new_chat_member": new}
    await scene.house.hear({"update_id": 5, "chat_member": told})
    await eventually(lambda: still(scene.house.bus.redis))
    assert bool(scene.house.of(Method.BAN_MEMBER)) is back


async def test_what_others_change_or_what_ends_by_itself_is_no_accident(
    scene: Scene, eventually: Eventually
) -> None:
    scene.telegram.by_hand("ban", PERSON)
    scene.telegram.by_hand("restrict", PERSON, HOUR, MUTED)
    scene.telegram.by_hand("restrict", PERSON, HOUR, FREE)
    scene.telegram.by_hand("ban", PERSON, 60)
    scene.telegram.pass_by(61)
    await scene.act(scene.mute())
    assert await scene.hear(eventually) == []


async def test_the_same_update_twice_puts_back_once(scene: Scene, eventually: Eventually) -> None:
    scene.meanwhile("restrictChatMember", "ban")
    await scene.act(scene.mute())
    told = scene.telegram.updates()
    await scene.house.hear(*told)
    await scene.house.hear(*told)
    await eventually(lambda: still(scene.house.bus.redis))
    (back,) = scene.house.of(Method.BAN_MEMBER)
    await scene.act(back)
    await scene.act(back)
    assert scene.telegram.log.count("banChatMember") == 1
    assert (await scene.actor.store.audited(SUPERGROUP))[0].outcome == "already"


@pytest.mark.parametrize(
    "odd", [None, [], {}, {"status": "kicked"}, {"status": ["kicked"]}, "kicked", {"status": "x"}]
)
async def test_an_odd_change_of_the_bots_own_puts_nothing_back(
    scene: Scene, eventually: Eventually, odd: Any
) -> None:
    scene.telegram.by_hand("ban", PERSON)
    (told,) = scene.telegram.updates()
    body = told["chat_member"]
    bot, owner = scene.telegram.world.users[BOT].json(), scene.telegram.world.users[OWNER].json()
    for by in (bot, owner, odd):
        for old, new in ((odd, body["new_chat_member"]), (body["new_chat_member"], odd), (odd, odd)):
            changed = body | {"from": by, "old_chat_member": old, "new_chat_member": new}
            await scene.house.hear({"update_id": len(scene.telegram.log), "chat_member": changed})
            scene.telegram.log.append("told")
    await eventually(lambda: still(scene.house.bus.redis))
    assert scene.house.of(Method.BAN_MEMBER) == []
