"""No task of the product ends unseen."""

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from shared.background import kept, started

ROOT = Path(__file__).parents[2]
PRODUCT = ("services", "shared", "cli", "simulator")
BARE = {"create_task", "ensure_future"}


def _bare_tasks() -> Iterator[str]:
    for folder in PRODUCT:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in BARE:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}"


def test_only_one_module_starts_tasks() -> None:
    assert {place.partition(":")[0] for place in _bare_tasks()} == {"shared/background.py"}


async def test_endless_work_that_fails_is_told_and_begun_again() -> None:
    begun = 0
    again = asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun == 1:
            raise OSError(28, "the text of an error may name a person")
        again.set()
        await asyncio.Event().wait()

    with capture_logs() as logs:
        task = kept(work, "work", again=0)
        await asyncio.wait_for(again.wait(), 5)
    task.cancel()
    assert [(line["event"], line["task"], line["reason"]) for line in logs] == [
        ("background_task_failed", "work", "OSError")
    ]
    assert "person" not in str(logs)


async def test_endless_work_that_returns_is_begun_again() -> None:
    times = asyncio.Queue[int]()

    async def work() -> None:
        times.put_nowait(1)

    task = kept(work, "work", again=0)
    for _ in range(3):
        await asyncio.wait_for(times.get(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_task_that_nobody_awaits_tells_its_error_at_once() -> None:
    async def work() -> None:
        raise KeyError("secret")

    with capture_logs() as logs:
        task = started(work(), "once")
        await asyncio.wait([task])
        await asyncio.sleep(0)
    assert [line["reason"] for line in logs] == ["KeyError"]
    assert "secret" not in str(logs)
