"""Runs the tests as if it were another time: `python -m ops.faketime '2027-12-31 23:30' UTC -m clock`.

libfaketime (Debian's package `faketime`) moves the wall clock of pytest and of all that it starts, Redis too;
the clock goes on from there. Monotonic clocks stay, so that waiting takes as long as ever. The first words
are the time and its zone, which is the machine's zone meanwhile; the others are pytest's.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.clock import unix

MISUSED, MISSING = 2, os.EX_UNAVAILABLE
LIBRARY = "libfaketimeMT.so.1"
FOLDERS = ("/usr/lib", "/usr/lib64", "/usr/local/lib")
FAKED = Path(__file__).parent / "faked"


def environment(seconds: int, zone: str, library: Path, own: Mapping[str, str]) -> dict[str, str]:
    """The variables under which a process and its children live so many seconds later."""
    paths = filter(None, [str(FAKED), own.get("PYTHONPATH")])
    return {
        **own,
        "TZ": zone,
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{seconds:+d}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
        "PYTHONPATH": os.pathsep.join(paths),
    }


def library() -> Path | None:
    """Where libfaketime is; None where it is not installed."""
    found = (path for folder in FOLDERS for path in Path(folder).glob(f"**/faketime/{LIBRARY}"))
    return next(found, None)


def main(words: Sequence[str]) -> int:
    """Become pytest; answers 2 for a time that is none, 69 without libfaketime, each after one line."""
    try:
        at, zone, *arguments = words
        moment = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError) as error:
        sys.stderr.write(f"say when and where, as '2027-12-31 23:30' Asia/Kolkata: {error}\n")
        return MISUSED
    if (found := library()) is None:
        sys.stderr.write("No tests at another time: libfaketime is missing (apt-get install faketime).\n")
        return MISSING
    sys.stdout.write(f"The tests begin at {moment.isoformat(' ')}, {zone}.\n")
    sys.stdout.flush()
    return _become_pytest(arguments, environment(round(moment.timestamp() - unix()), zone, found, os.environ))


def _become_pytest(arguments: Sequence[str], variables: Mapping[str, str]) -> NoReturn:
    os.execve(sys.executable, [sys.executable, "-m", "pytest", *arguments], variables)  # noqa: S606 - no shell


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
