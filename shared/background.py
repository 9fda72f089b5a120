"""Tasks in the background, none of which ends unseen.

asyncio keeps the error of a task that nobody awaits until the task is collected, which may be never: the
work is simply not done any more. So no other module calls `asyncio.create_task` (a test looks), and whoever
starts a task says here who learns of its end.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

AGAIN_SECONDS = 1.0
"""Pause before endless work that failed is begun again."""

T = TypeVar("T")
Failed = Callable[[BaseException], None]


def awaited(work: Coroutine[Any, Any, T], name: str | None = None) -> "asyncio.Task[T]":
    """A task whose end the caller waits for or looks at, error included."""
    return asyncio.get_running_loop().create_task(work, name=name)


def started(work: Coroutine[Any, Any, T], name: str) -> "asyncio.Task[T]":
    """A task that nobody waits for and that ends by itself: an error is logged, without its text."""
    task = asyncio.get_running_loop().create_task(work, name=name)
    task.add_done_callback(_tell)
    return task


def kept(
    work: Callable[[], Awaitable[None]],
    name: str,
    *,
    again: float = AGAIN_SECONDS,
    failed: Failed | None = None,
) -> "asyncio.Task[None]":
    """A task that runs endless work until it is cancelled, and begins it again when it failed or returned.

    `failed` is told each error; without it a line is logged.
    """
    return asyncio.get_running_loop().create_task(_keep(work, name, again, failed), name=name)


async def _keep(work: Callable[[], Awaitable[None]], name: str, again: float, failed: Failed | None) -> None:
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the work goes on
            (failed or _teller(name))(error)
        await asyncio.sleep(again)


def _tell(task: "asyncio.Task[Any]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _teller(task.get_name())(error)


def _teller(name: str) -> Failed:
    def tell(error: BaseException) -> None:
        # Late: the bus itself starts its tasks here, and `dze up` needs neither to start.
        import structlog  # noqa: PLC0415

        from shared.bus.retry import frames_of, reason_of  # noqa: PLC0415

        log = structlog.get_logger()
        log.error("background_task_failed", task=name, reason=reason_of(error), trace=frames_of(error))

    return tell
