"""Runs processes side by side: lines prefixed, crashes answered with a restart, all stopped together."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from cli.errors import MISUSED, Stop
from cli.health import free_port, state
from shared.background import awaited, started
from shared.launch import spawn

BACKOFF = (0.5, 1, 2, 4, 8)
"""Seconds before the first, second ... start again of a program that did not last."""
LASTING_SECONDS = 60.0
"""A program that ends later than this after its end before has lasted."""
STARTS_MOST = 5
"""So many starts of a program that was never ready, and we give up: restarting does not cure it."""
STOP_SECONDS = 8.0
"""What a process gets to stop by itself; all of it must be over within ten seconds."""
SLOW_SECONDS = 15.0
LINE_MOST = 64 * 1024
COLOURS = (36, 33, 35, 32, 34, 31)


@dataclass
class Program:
    """One process to keep running. `command` and `environment` get its own free port for health checks."""

    name: str
    command: list[str]
    environment: dict[str, str]
    health: str = "/readyz"
    port: int | None = None
    """Where its health is asked for; None: DZE_INTERNAL_PORT, chosen anew at each start."""
    leaned_on: bool = False
    """Others need it to stop cleanly, so it is stopped after them."""
    ends: deque[float] = field(default_factory=lambda: deque(maxlen=len(BACKOFF)))
    starts: int = 0
    process: "subprocess.Popen[bytes] | None" = None


class Supervisor:
    """Starts programs and keeps them until it is told to stop or one cannot be kept."""

    def __init__(self, programs: list[Program]) -> None:
        self.programs = programs
        self.stopping = asyncio.Event()
        self._ready: set[str] = set()
        self._all_ready: Callable[[], None] = lambda: None
        self._width = max(len(program.name) for program in programs)
        self._failure: Stop | None = None

    def say(self, name: str, line: str) -> None:
        """One line of a program, with its name in front."""
        prefix = f"{name:<{self._width}} |"
        if sys.stdout.isatty():
            colour = COLOURS[sum(map(ord, name)) % len(COLOURS)]
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        self.note(f"{prefix} {line}")

    def note(self, line: str) -> None:
        """One line of ours. Never raises: a full disk beneath a log must not stop what is supervised."""
        with contextlib.suppress(OSError):
            print(line, flush=True)

    def stop(self) -> None:
        """Ask all programs to stop; a second time, insist."""
        if self.stopping.is_set():
            _signal(self.programs, signal.SIGKILL)
        self.stopping.set()

    async def run(self, all_ready: Callable[[], None]) -> None:
        """Return when everything has stopped. Raises Stop when a program could not be kept."""
        self._all_ready = all_ready
        keepers = {program.name: awaited(self._keep(program)) for program in self.programs}
        for keeper in keepers.values():  # it ends only when all is to end, or when something is wrong
            keeper.add_done_callback(lambda _: self.stopping.set())
        await self.stopping.wait()
        deadline = time.monotonic() + STOP_SECONDS
        for leaned_on in (False, True):
            chosen = [program for program in self.programs if program.leaned_on is leaned_on]
            await self._end(chosen, [keepers[program.name] for program in chosen], deadline)
        if self._failure:
            raise self._failure

    async def _end(
        self, programs: list[Program], keepers: list["asyncio.Task[None]"], deadline: float
    ) -> None:
        """Ask programs to stop, and kill those that have not by the deadline."""
        _signal(programs, signal.SIGTERM)
        if keepers:
            await asyncio.wait(keepers, timeout=max(0.5, deadline - time.monotonic()))
        _signal(programs, signal.SIGKILL)
        await asyncio.gather(*keepers)

    async def _keep(self, program: Program) -> None:
        while not self.stopping.is_set():
            code = await self._live(program)
            if self.stopping.is_set():
                return
            if not self._worth_another_try(program, code):
                return
            pause = _pause(program, time.monotonic())
            self.say(program.name, f"ended ({_reason(code)}); starting it again in {pause} s")
            await self._sleep(pause)

    def _worth_another_try(self, program: Program, code: int) -> bool:
        if code == MISUSED:
            self._failure = Stop(f"{program.name} cannot start: the reason stands above", MISUSED)
            return False
        if program.name not in self._ready and program.starts >= STARTS_MOST:
            self._failure = Stop(
                f"{program.name} was started {program.starts} times and never got ready,"
                f" at last with {_reason(code)}"
            )
            return False
        return True

    async def _live(self, program: Program) -> int:
        """One life of a program, from its start to its exit code."""
        port = program.port or free_port()
        program.process = process = spawn(
            program.command,
            signal_on_death=signal.SIGKILL,  # nothing is lost by it, and nothing stays behind
            output=subprocess.PIPE,
            env=program.environment | {"DZE_INTERNAL_PORT": str(port)},
        )
        reader = started(self._read(program.name, process), "output")
        watcher = started(self._watch(program, port), "watch")
        program.starts += 1
        while process.poll() is None:  # noqa: ASYNC110 - Popen has no event, and a thread for each is dearer
            await asyncio.sleep(0.05)
        watcher.cancel()
        await asyncio.wait([reader], timeout=1)  # a grandchild may hold the pipe open
        reader.cancel()
        return process.returncode

    async def _read(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        stream = asyncio.StreamReader(limit=LINE_MOST)
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), process.stdout
        )
        while True:
            try:
                line = await stream.readline()
            except ValueError:  # longer than any line of ours; what is left of it follows
                continue
            if not line:
                return
            self.say(name, line.decode(errors="replace").rstrip())

    async def _watch(self, program: Program, port: int) -> None:
        begun, warned = time.monotonic(), False
        while True:
            code, text = await asyncio.to_thread(state, port, program.health)
            if code is not None and code < 300:
                break
            if not warned and time.monotonic() - begun > SLOW_SECONDS:
                warned = True
                self.say(program.name, f"not ready yet: {text}")
            await asyncio.sleep(0.1)
        self.say(program.name, f"ready in {time.monotonic() - begun:.1f} s")
        greeted = len(self._ready) == len(self.programs)
        self._ready.add(program.name)
        if len(self._ready) == len(self.programs) and not greeted:
            self._all_ready()

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return


def _pause(program: Program, now: float) -> float:
    """Seconds to wait after an end, longer with each one of late."""
    program.ends.append(now)
    recent = sum(end > now - LASTING_SECONDS for end in program.ends)
    return BACKOFF[min(recent, len(BACKOFF)) - 1]


def _signal(programs: list[Program], number: signal.Signals) -> None:
    for program in programs:
        if program.process is not None and program.process.poll() is None:
            program.process.send_signal(number)


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
