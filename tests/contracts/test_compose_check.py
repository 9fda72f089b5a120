"""ops/compose-check with a Docker that is none: each check can fail, and nothing of a deployment reaches it.

`ops/compose-check --self-test` does the same with a real Docker.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from shared.server import _binary
from tests.deployments import ROOT, answers
from tests.system.conftest import until

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash on this machine")
TOKEN = "123456789:abcdefghijklmnopqrstuvwxyzABCDEFGHI"


class Machine:
    """A folder as an operator has it, and a `docker` and a `curl` that answer as they are told."""

    def __init__(self, folder: Path) -> None:
        self.root, self.bin = folder / "dze", folder / "bin"
        (self.root / "ops").mkdir(parents=True)
        self.bin.mkdir()
        shutil.copy(ROOT / "compose.yaml", self.root)
        for name in ("compose-check", "compose-check-self-test", "compose-init"):
            shutil.copy(ROOT / "ops" / name, self.root / "ops")
        for name in ("docker", "curl"):
            program = self.bin / name
            program.write_text(f"#!{sys.executable} -IS\n" + (ROOT / "tests" / "fake_docker.py").read_text())
            program.chmod(0o755)

    def _run(self, words: list[str], **told: str) -> "subprocess.CompletedProcess[str]":
        own = {
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "IMAGE": "dze:test",
            "PATIENCE": "0",
            "PORT": "20000",
        }
        return subprocess.run(
            words, capture_output=True, text=True, timeout=100, check=False,
            env=own | {"OUTSIDE": "127.0.0.1:1"} | told,
        )  # fmt: skip

    def check(self, broken: str = "", **told: str) -> "subprocess.CompletedProcess[str]":
        """The whole run."""
        self.set(broken)
        return self._run(["bash", str(self.root / "ops" / "compose-check")], **told)

    def set(self, broken: str) -> None:
        (self.bin / "state.json").write_text(_state(broken))

    def probe(self, tries: list[tuple[str, str]]) -> list[bool]:
        """Whether each command holds while something is broken, with the functions of the script alone."""
        text = (self.root / "ops" / "compose-check").read_text()
        functions = text[: text.index("# ---- The run. ----")]
        lines = [functions, "outside=", "up", 'probe() { eval "$1"; }']
        for broken, command in tries:
            state = _state(broken).replace('"folder": ""', '"folder": "\'"$own"\'"')
            lines.append(f"echo '{state}' >{self.bin}/state.json")
            lines.append(f"if holds probe '{command}'; then echo holds; else echo fails; fi")
        self.set("")
        script = self.root / "ops" / "probe"
        script.write_text("\n".join([*lines, ""]))
        done = self._run(["bash", str(script)], DZE_CHECK_CLEAN="yes")
        told = done.stdout.splitlines()[-len(tries) :]
        assert set(told) <= {"holds", "fails"}, done.stdout + done.stderr
        return [line == "holds" for line in told]

    def calls(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.bin / "calls.jsonl").read_text().splitlines()]


def _state(broken: str) -> str:
    about = {"broken": broken, "folder": "", "listed": 0, "killed": [], "up": 0, "stopped": False}
    return json.dumps(about)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_where_all_is_right_it_says_so_and_nothing_of_a_deployment_reaches_it(machine: Machine) -> None:
    """Neither from `.env`, nor from the shell, nor from the operator's secrets and own Compose files."""
    (machine.root / ".env").write_text(f"DZE_TELEGRAM_TOKEN={TOKEN}\nCOMPOSE_PROJECT_NAME=city\n")
    (machine.root / "secrets").mkdir()
    (machine.root / "secrets" / "token").write_text(TOKEN)
    (machine.root / "compose.override.yaml").write_text("services: {}\n")
    hidden = {
        "DZE_TELEGRAM_TOKEN": TOKEN,
        "DZE_REVIEW_CHAT": "-1",
        "KEY_FILE": "/city/key",
        "DZE_DATA": "/city",
    }
    hidden |= {"COMPOSE_FILE": "city.yaml", "COMPOSE_PROJECT_NAME": "city", "COMPOSE_ENV_FILES": ".env"}
    done = machine.check(**hidden)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d\d passed, 0 failed$", done.stdout, re.MULTILINE)
    calls = machine.calls()
    assert len(calls) > 100
    for call in calls:
        assert not hidden.keys() & call["environment"].keys()
        assert TOKEN not in json.dumps(call)
    made = [call["words"] for call in calls if call["words"][1:3] == ["compose", "--env-file"]]
    assert len(made) > 10
    for words in made:
        told = dict(zip(words[2:10:2], words[3:10:2], strict=True))
        assert told["-f"] == str(machine.root / "compose.yaml")
        assert told["-p"].startswith("dzecheck")
        assert not Path(told["--project-directory"]).is_relative_to(machine.root)
        assert Path(told["--env-file"]).name == "none.env"
    assert made[-1][-3:] == ["down", "-v", "--remove-orphans"]
    assert not Path(told["--project-directory"]).exists()


def test_a_check_that_fails_ends_it_with_its_name_and_leaves_nothing_running(machine: Machine) -> None:
    done = machine.check("root")
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.findall(r"^FAIL  (.*)$", done.stdout, re.MULTILINE) == ["directory is contained and limited"]
    assert "passed" not in done.stdout
    assert machine.calls()[-1]["words"][-3:] == ["down", "-v", "--remove-orphans"]


FAULTS = [
    ("missing gateway", "healthy gateway"),
    ("unhealthy redis", "healthy redis"),
    ("missing moderation", "healthy moderation"),
    ("no site", "answers"),
    ("headers", "answers"),
    ("root", "contained directory"),
    ("capabilities", "contained directory"),
    ("rights", "contained redis"),
    ("writable", "contained proxy"),
    ("files of all", "contained gateway"),
    ("memory", "contained directory"),
    ("processes", "contained directory"),
    ("files", "contained directory"),
    ("log", "contained directory"),
    ("secret", "secretive directory"),
    ("secret in inspect", "secretive redis"),
    ("token", "tokenless"),
    ("token in a file", "tokenless"),
    ("port redis", "unpublished redis"),
    ("port gateway", "unpublished gateway"),
    ("way out of gateway", "no_way_out gateway"),
    ("way out of redis", "no_way_out redis"),
    ("no way out of moderation", "way_out moderation"),
    ("way out of proxy", "unanswered"),
    ("open", "locked"),
    ("any password", "locked"),
    ("allows all", "tamed"),
    ("waiting", "read_by_all"),
    ("dead holder", "read_by_all"),
    ("no import", "import_one one"),
    ("lost", "import_one one && listed 1"),
    ("held back", "told_live two"),
    ("one gateway", "docker kill gateway1 && unbroken"),
    ("forgets", "import_one one && up && up && listed 1"),
    ("blind", "docker kill moderation1 moderation2 moderation3 && not_read_by_all"),
    ("deaf", "stopped submissions gateway"),
]


def test_each_check_holds_where_all_is_right_and_fails_where_its_thing_is_broken(machine: Machine) -> None:
    commands = list(dict.fromkeys(command for _, command in FAULTS))
    found = machine.probe([("", command) for command in commands] + FAULTS)
    right, broken = found[: len(commands)], found[len(commands) :]
    assert [command for command, holds in zip(commands, right, strict=True) if not holds] == []
    assert [fault for fault, holds in zip(FAULTS, broken, strict=True) if holds] == []


def test_every_check_of_the_run_is_among_them() -> None:
    text = (ROOT / "ops" / "compose-check").read_text()
    checks = set(re.findall(r'check \d+ "[^"]+" (\w+)', text))
    assert len(checks) > 15
    assert {name for name in checks if not any(name in command.split() for _, command in FAULTS)} == {"aloof"}


@pytest.mark.parametrize(("password", "holds"), [("", False), ("secret", True)])
def test_a_redis_that_anybody_on_this_machine_can_read_is_noticed(
    machine: Machine, tmp_path: Path, password: str, holds: bool
) -> None:
    """The address of the container is one of this machine's here, and a real server listens there."""
    address = f"127.77.{os.getpid() % 250}.{2 if password else 1}"
    words = [
        "--port",
        "6379",
        "--bind",
        address,
        "--protected-mode",
        "no",
        "--dir",
        str(tmp_path),
        "--save",
        "",
    ]
    words += ["--requirepass", password] if password else []
    with (
        subprocess.Popen([_binary(), *words], stdout=subprocess.DEVNULL) as process,
        Redis(host=address, password=password or None) as redis,
    ):
        try:
            until(lambda: answers(redis), what="the server")
            assert machine.probe([(f"at {address}", "aloof")]) == [holds]
        finally:
            process.kill()


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="there is no shellcheck on this machine")
def test_shellcheck_finds_nothing() -> None:
    names = ["ops/compose-check", "ops/compose-check-self-test", "ops/compose-init", ".ci/run"]
    done = subprocess.run(["shellcheck", "-x", *names], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
