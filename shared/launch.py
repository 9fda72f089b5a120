"""Start a program so that it dies with us: `python -I -S launch.py PARENT SIGNAL PROGRAM ARGUMENTS...`.

Linux only tells a child of its parent's death when the child has asked for it (`PR_SET_PDEATHSIG`, prctl(2)).
A program that is not ours cannot ask, so this asks and then becomes that program. Other systems have no such
thing: there it only becomes the program.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from signal import Signals
from typing import IO

PR_SET_PDEATHSIG = 1


def spawn(
    command: Sequence[str | os.PathLike[str]],
    *,
    signal_on_death: Signals,
    output: int | IO[bytes] | None = None,
    pass_fds: Sequence[int] = (),
    env: dict[str, str] | None = None,
) -> "subprocess.Popen[bytes]":
    """Start `command` in a session of its own; it gets `signal_on_death` when this process dies.

    A session of its own, because Ctrl-C in a terminal reaches a whole process group and the order in which
    things stop is ours to choose. Raises RuntimeError outside the main thread: Linux sends the signal when
    the *thread* that started the child ends.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("start children from the main thread: they die with the thread that started them")
    words = [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(signal_on_death)), *command]
    return subprocess.Popen(  # noqa: S603 - the words are ours
        words,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        pass_fds=pass_fds,
        env=env,
        start_new_session=True,
    )


def become(parent: int, number: int, command: list[str]) -> None:
    """Ask for the signal, then turn into `command`."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415

        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    become(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
