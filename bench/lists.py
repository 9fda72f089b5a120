"""Lists of ids of millions of people: `python -m bench.lists [IDS]`, beside a Python set of the same ids.

Each runs in a process of its own, so that memory is what the process really has: resident pages that are its
own, and pages of the file that is mapped, which the system may take back at any time.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from services.moderation.lists.ids import IdLists
from shared.keys import Keys

IDS = 5_000_000
ASKED = 20_000
LOW, HIGH = 50_000_000, 8_500_000_000


def write(path: Path, count: int) -> None:
    """As a CSV with a head: the id first, then what IdLists passes over."""
    rng = random.Random(4)
    with path.open("w", encoding="ascii") as file:
        file.write("user_id,messages,added\n")
        for _ in range(count):
            file.write(f"{rng.randrange(LOW, HIGH)},3,2026-01-01\n")


def _resident() -> dict[str, float]:
    """Megabytes of this process: its own, and of mapped files."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    found = dict(line.split(":") for line in text.splitlines() if line.startswith("Rss"))
    return {
        what: int(found[name].split()[0]) / 1024 for what, name in (("own", "RssAnon"), ("mapped", "RssFile"))
    }


def _asked(path: Path) -> list[int]:
    """Half of them on the list, from all over it, half of them strangers, in no order."""
    rng = random.Random(5)
    size = path.stat().st_size
    known = []
    with path.open("rb") as file:
        for _ in range(ASKED // 2):
            file.seek(rng.randrange(100, size - 100))
            file.readline()
            known.append(int(file.readline().split(b",")[0]))
    found = known + [rng.randrange(LOW, HIGH) for _ in range(ASKED // 2)]
    rng.shuffle(found)
    return found


def measure(kind: str, path: Path) -> None:
    """Load in one way, ask, and print what it took as JSON."""
    before = _resident()
    began = time.process_time()
    ask: Callable[[int], object]
    if kind == "set":
        lines = path.read_text(encoding="ascii").splitlines()[1:]
        ids = {int(line.partition(",")[0]) for line in lines}
        del lines
        ask = ids.__contains__
    else:
        lists = IdLists(path.parent, Keys("k" * 64))
        lists.refresh()
        ask = lists.naming
    loaded = time.process_time() - began
    took, hits = [], 0
    for one in _asked(path):
        start = time.perf_counter_ns()
        hit = ask(one)
        took.append(time.perf_counter_ns() - start)
        hits += bool(hit)
    took.sort()
    after = _resident()
    print(
        json.dumps(
            {
                "seconds": round(loaded, 2),
                "own": round(after["own"] - before["own"]),
                "mapped": round(after["mapped"] - before["mapped"]),
                "median": took[len(took) // 2] / 1000,
                "p99": took[len(took) * 99 // 100] / 1000,
                "hits": hits,
            }
        )
    )


def main() -> None:
    if len(sys.argv) == 4:
        measure(sys.argv[2], Path(sys.argv[3]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else IDS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        write(path, count)
        print(
            f"{count:,} ids, {path.stat().st_size / 1e6:.0f} MB of CSV; {ASKED:,} asked for, half are on it"
        )
        for name, kind in (("first start", "list"), ("every other start", "list"), ("a Python set", "set")):
            done = subprocess.run(
                [sys.executable, "-m", "bench.lists", "one", kind, str(path)],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
            one = json.loads(done.stdout.splitlines()[-1])
            print(
                f"{name}: {one['seconds']} s to load, {one['own']} MB its own, {one['mapped']} MB mapped, "
                f"median {one['median']:.1f} and p99 {one['p99']:.1f} microseconds, {one['hits']} found"
            )


if __name__ == "__main__":
    main()
