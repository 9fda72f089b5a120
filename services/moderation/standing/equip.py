"""What the stage of people is given at the start: lists, rules and signals of the operator's own."""

import asyncio
from collections.abc import Collection
from typing import NamedTuple

import structlog

from services.moderation.domain.standing import DEFAULT
from services.moderation.lists.ids import IdLists
from services.moderation.lists.shared import SharedLists, subscriptions
from services.moderation.rules import load, plugins
from services.moderation.settings import ModerationSettings
from services.moderation.standing.batch import Registry
from services.moderation.store import Store
from services.moderation.store.records import Records
from services.moderation.store.shared import Shared
from shared.bus import Bus

log = structlog.get_logger()
LISTS_EVERY = 60.0
"""Seconds between two looks into the folder of lists."""


class Lists(NamedTuple):
    """What is read anew while the service runs."""

    ids: IdLists
    others: SharedLists


def registry(
    bus: Bus, settings: ModerationSettings, store: Store, listed: Collection[str]
) -> tuple[Registry, Lists]:
    """Raises SettingsError for a rule or a signal that is wrong, with file and line, and OSError."""
    own = plugins.load(settings.data / "signals")
    rules = load.load(settings.data / "rules.toml", {*DEFAULT.table, *(plugin.name for plugin in own)})
    lists = IdLists(settings.data / "lists", bus.keys)
    lists.refresh(ready_only=True)
    if rules or own or lists.sizes():
        log.info("own_rules", rules=len(rules), signals=len(own), lists=lists.sizes())
    others = SharedLists(subscriptions(settings.data / "lists"))
    others.refresh()
    made = Registry(
        store.people,
        bus.keys,
        listed,
        lists,
        Records(bus.redis, bus.keys),
        others,
        Shared(bus.redis, bus.keys),
        rules=rules,
        own=own,
        now=bus.now,
    )
    return made, Lists(lists, others)


async def keep_lists(lists: Lists) -> None:
    """Read new and changed files at once and while the service runs; each replica reads its own copy."""
    while True:
        try:
            await asyncio.to_thread(lists.ids.refresh)
            lists.others.refresh()
        except OSError as error:
            log.warning("lists_not_read", reason=type(error).__name__)
        await asyncio.sleep(LISTS_EVERY)
