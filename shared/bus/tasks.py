"""Ending tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any

INSIST = 0.2
"""Seconds before a task that has swallowed its cancellation is cancelled again.

redis-py may turn a cancellation that meets it in the middle of an answer into an error of its own.
"""


async def end(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancel until all are done; their errors are nobody's business any more."""
    everyone = set(tasks)
    pending = {task for task in everyone if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=INSIST)
    for task in everyone:
        if not task.cancelled():
            task.exception()  # asked for, or asyncio complains that nobody did


def leave_if_cancelled() -> None:
    """For a loop that takes errors of redis-py as a reason to try again: one may have been its cancellation.

    Raises CancelledError when the running task was asked to end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
