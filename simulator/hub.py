"""The simulator as one object: world, clock, faults, limits, journal, pollers and webhooks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from shared.background import started
from simulator.clock import Clock
from simulator.faults import Faults
from simulator.journal import Journal
from simulator.limits import Limits
from simulator.receiving import Pollers
from simulator.webhooks import Deliverer
from simulator.world.chats import Chat
from simulator.world.people import Bot
from simulator.world.world import World


@dataclass(slots=True)
class Hub:
    """`scene` fills a fresh world; `reset` calls it again."""

    scene: Callable[[World], None] = lambda _: None
    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)
    limits: Limits = field(default_factory=Limits)
    journal: Journal = field(default_factory=Journal)
    pollers: Pollers = field(default_factory=Pollers)
    first: Callable[[], int] = lambda: 0
    """Where the numbers of a fresh world begin: a bot that knew the world before takes lower ones for old."""
    webhook_pause: float = 1.0
    """Seconds before a refused webhook delivery is tried again."""
    world: World = field(init=False)
    revision: int = 0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    running: bool = False
    deliveries: dict[int, "asyncio.Task[None]"] = field(default_factory=dict)
    _notices: set["asyncio.Task[None]"] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._build()

    def _build(self) -> None:
        self.world = World(self.clock, first=self.first())
        self.scene(self.world)
        self.world.changed.append(self._changed)
        for bot in self.world.bots.values():
            self.attend(bot)

    async def reset(self) -> None:
        """Begin again from the scene: no faults, no limits, an empty journal, true time."""
        await self._stop_deliveries()
        self.pollers.close()
        self.clock.shift = 0
        self.faults.remove()
        self.limits = Limits()
        self.journal = Journal()
        self._build()
        self._changed(None)

    def attend(self, bot: Bot) -> None:
        """Wake this bot's poller or webhook delivery whenever an update is queued."""
        deliverer = Deliverer(self.world, bot, self.webhook_pause)
        bot.inbox.listeners.append(lambda: self.pollers.wake(bot.user.id))
        bot.inbox.listeners.append(deliverer.news.set)
        if self.running:
            self._start(deliverer)
        else:
            self._waiting.append(deliverer)

    _waiting: list[Deliverer] = field(default_factory=list)

    def _start(self, deliverer: Deliverer) -> None:
        self.deliveries[deliverer.bot.user.id] = started(deliverer.run(), "deliveries")

    def webhook_changed(self, bot: Bot) -> None:
        """After setWebhook: end a poll, and deliver what waits."""
        if bot.webhook is not None:
            self.pollers.interrupt(bot.user.id, "terminated by setWebhook request")
        for listener in bot.inbox.listeners:
            listener()

    def _changed(self, _: Chat | None) -> None:
        self.revision += 1
        with contextlib.suppress(RuntimeError):  # no loop: a world that is only being set up
            asyncio.get_running_loop()
            task = started(self._notify(), "notices")
            self._notices.add(task)
            task.add_done_callback(self._notices.discard)

    async def _notify(self) -> None:
        async with self.news:
            self.news.notify_all()

    async def after(self, revision: int, seconds: float) -> int:
        """Wait until something changed since `revision`, or the time is over; returns the newest revision."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self.news:
                await self.news.wait_for(lambda: self.revision > revision or not self.running)
        return self.revision

    async def _stop_deliveries(self) -> None:
        for task in self.deliveries.values():
            task.cancel()
        await asyncio.gather(*self.deliveries.values(), return_exceptions=True)
        self.deliveries.clear()
        self._waiting.clear()

    async def let_go(self) -> None:
        """End polls and page streams, so that their connections can close."""
        self.running = False
        self.pollers.close()
        await self._notify()

    @contextlib.asynccontextmanager
    async def live(self) -> AsyncIterator[None]:
        """Deliver to webhooks while inside; on leaving end polls and page streams."""
        self.running = True
        for deliverer in self._waiting:
            self._start(deliverer)
        self._waiting.clear()
        try:
            yield
        finally:
            await self.let_go()
            await self._stop_deliveries()
