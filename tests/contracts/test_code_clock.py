"""One clock: `shared.clock` reads it, few modules take it there, the others get it or the moment."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("services", "shared", "simulator", "cli")
TAKERS = {
    "shared/bus/bus.py",  # a service's: hands it on as `bus.now`
    "simulator/clock.py",  # the simulator's: shifts it
    "cli/backup.py", "cli/lists.py", "cli/mirror.py",  # commands that need no bus
}  # fmt: skip
READERS = {"shared/clock.py", "services/gateway/mirror/verify.py"}
"""The clock itself, and the script that each mirror takes along."""
ALLOWED = re.compile(r"#\s*noqa:[^#]*\bTID251\b")


def sources(*folders: str) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def takes_the_clock(source: str) -> bool:
    """Whether it imports more of `shared.clock` than the type."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names = {name.name for name in node.names}
            if (node.module == "shared.clock" and names - {"Clock"}) or (
                node.module == "shared" and "clock" in names
            ):
                return True
        elif isinstance(node, ast.Import) and "shared.clock" in {name.name for name in node.names}:
            return True
    return False


def test_few_modules_take_the_clock_themselves() -> None:
    assert {path for path, source in sources(*PRODUCT) if takes_the_clock(source)} == TAKERS


def test_the_lint_rule_against_other_clocks_is_lifted_nowhere_else() -> None:
    folders = (*PRODUCT, "bench", "ops", "tests")
    assert {path for path, source in sources(*folders) if ALLOWED.search(source)} == READERS


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.time()",
        "from time import time_ns",
        "import time as t\nt.localtime()",
        "import time\ntime.strftime('%H')",
        "import datetime\ndatetime.datetime.now(datetime.UTC)",
        "from datetime import UTC, datetime\ndatetime.now(UTC)",
        "from datetime import datetime\ndatetime.today()",
        "from datetime import date as day\nday.today()",
    ],
)
@pytest.mark.parametrize("folder", ["services/gateway", "tests/unit"])
def test_the_lint_rule_refuses_another_clock(source: str, folder: str) -> None:
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=concise"]
    words = [*ruff, "--stdin-filename", f"{folder}/made_up.py", "-"]
    found = subprocess.run(words, input=source, capture_output=True, text=True, cwd=ROOT, check=False)
    assert "TID251" in found.stdout, found.stdout + found.stderr
