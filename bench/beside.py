"""Any other program that sorts texts, on the same splits: `python -m bench.spam --beside COMMAND`.

COMMAND is called with three files, spam, ham and texts to be sorted, one message a line in each, and prints a
line for each text, `spam` or something else: what it does by its own threshold is what is counted.
"""

import resource
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_LONGEST = 500
"""Seconds for one run."""


class Sorted(NamedTuple):
    spam: NDArray[np.bool_]
    each: float
    """Microseconds of processor time for a text, without what it takes to learn."""


def by(command: str, spam: Sequence[str], ham: Sequence[str], texts: Sequence[str]) -> Sorted:
    """What a program says of some texts, taught by others."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("spam", "ham", "one", "all")]
        for file, lines in zip(files, (spam, ham, texts[:1], texts), strict=True):
            file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        _, alone = _run(command, files[:3])
        said, whole = _run(command, [*files[:2], files[3]])
    if len(said) != len(texts):
        raise SystemExit(f"{command} printed {len(said)} lines for {len(texts)} texts")
    return Sorted(np.array([line == "spam" for line in said]), 1e6 * max(whole - alone, 0) / len(texts))


def _run(command: str, files: Sequence[Path]) -> tuple[list[str], float]:
    before = _used()
    done = subprocess.run(
        [*shlex.split(command), *map(str, files)],
        capture_output=True,
        text=True,
        check=True,
        timeout=_LONGEST,
    )
    return done.stdout.splitlines(), _used() - before


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
