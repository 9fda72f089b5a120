"""Where commands put what they write: a file that appears only when it is whole, or standard output."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cli.errors import FAILED, MISUSED, Stop

STDOUT = Path("-")
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""The place was right, but it could not take all of it."""


@contextmanager
def output(file: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """A file for writing; `-` is standard output. With `private` only its owner can read it.

    An existing file is replaced as a whole or not at all. Raises Stop: with MISUSED where nothing can be
    written, with FAILED when the disk is full or the reader of standard output has gone.
    """
    try:
        if file == STDOUT:
            yield from _standard_output()
        elif file.exists() and not file.is_file():
            with file.open("wb") as out:  # a device or a pipe, which must not be replaced
                yield out
        else:
            yield from _whole(file.resolve() if file.is_symlink() else file, 0o600 if private else 0o666)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains at its end
        raise Stop("whoever was to read standard output has gone", FAILED) from None
    except OSError as error:
        code = FAILED if error.errno in FULL else MISUSED
        raise Stop(f"cannot write {named(file)}: {error.strerror}", code) from None


def say(text: str, file: Path) -> None:
    """Tell what became of the file; on standard error when standard output is the file."""
    print(text, file=sys.stderr if file == STDOUT else sys.stdout)


def named(file: Path) -> str:
    """For people to read."""
    return "standard output" if file == STDOUT else str(file)


def _standard_output() -> Iterator[IO[bytes]]:
    if sys.stdout.isatty():
        raise Stop("standard output is a terminal; lead it into a file: `dze ... - > FILE`", MISUSED)
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


def _whole(file: Path, mode: int) -> Iterator[IO[bytes]]:
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
