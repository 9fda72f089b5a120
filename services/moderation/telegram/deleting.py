"""Deletes: a hundred messages with one call, one that is refused apart from its neighbours."""

import time
from typing import Protocol

from services.moderation.telegram.calls import PATIENCE, Calls
from services.moderation.telegram.errors import Gone, Refused
from services.moderation.telegram.pacing import Gathering
from services.moderation.telegram.store import ActorStore
from services.moderation.telegram.work import IDS_MOST, End, Work, chunks
from shared.bus.errors import TryLater
from shared.contracts.telegram import Method

REFUSED_MOST = 10_000


class Deleter(Protocol):
    """Of the actor, what deleting needs."""

    @property
    def calls(self) -> Calls: ...

    @property
    def store(self) -> ActorStore: ...

    @property
    def gathering(self) -> Gathering: ...

    @property
    def refused(self) -> dict[tuple[int, int], str]: ...


async def carry_out(actor: "Deleter", work: Work, ids: list[int]) -> list[End]:
    """One end for each action: refused where one of its messages was."""
    if len(ids) < IDS_MOST:
        _gather(actor, work.first.chat_id)
    refused = await _delete_all(actor, work, ids)
    parts = [ids] if len(work.actions) == 1 else [Work((action,)).ids for action in work.actions]
    codes = [next((refused[i] for i in part if i in refused), None) for part in parts]
    return [End("done") if code is None else End("refused", code) for code in codes]


def _gather(actor: "Deleter", chat_id: int) -> None:
    """Raises TryLater while others of the chat may still join."""
    if (wait := actor.gathering.wait(chat_id, time.monotonic())) > 0:
        raise TryLater("gathering", wait)


async def _delete_all(actor: "Deleter", work: Work, ids: list[int]) -> dict[int, str]:
    """The ids that Telegram refuses. A long delete keeps how far it has come."""
    chat_id, name = work.first.chat_id, work.first.action_id
    done = await actor.store.progress(name) if len(ids) > IDS_MOST else 0
    refused: dict[int, str] = {}
    for part in chunks(ids[done:]):
        await actor.calls.permit(Method.DELETE_MESSAGES, chat_id, PATIENCE if done else 0.0)
        actor.gathering.went(chat_id, time.monotonic())
        refused |= await _delete_ids(actor, chat_id, part)
        done += len(part)
        if done < len(ids):
            await actor.store.advance(name, done)
    return refused


async def _delete_ids(actor: "Deleter", chat_id: int, ids: list[int]) -> dict[int, str]:
    """The ids that Telegram refuses. One message too old spoils a call, so it is halved and repeated.

    The permit for the first call is taken.
    """
    known = {i: actor.refused[chat_id, i] for i in ids if (chat_id, i) in actor.refused}
    ids = [i for i in ids if i not in known]
    try:
        if ids:
            await actor.calls(Method.DELETE_MESSAGES, chat_id, {"chat_id": chat_id, "message_ids": ids})
    except (Gone, Refused) as error:
        if error.code.startswith("right."):
            raise
        return known | await _halve(actor, chat_id, ids, error)
    return known


async def _halve(actor: "Deleter", chat_id: int, ids: list[int], error: Gone | Refused) -> dict[int, str]:
    if len(ids) > 1:
        refused: dict[int, str] = {}
        for half in (ids[: len(ids) // 2], ids[len(ids) // 2 :]):
            await actor.calls.permit(Method.DELETE_MESSAGES, chat_id, PATIENCE)
            refused |= await _delete_ids(actor, chat_id, half)
        return refused
    if isinstance(error, Gone):
        return {}
    if len(actor.refused) >= REFUSED_MOST:
        actor.refused.clear()
    actor.refused[chat_id, ids[0]] = error.code
    return {ids[0]: error.code}
