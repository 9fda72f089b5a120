"""Stands for `docker` and `curl` in tests of ops/compose-check.

`state.json` beside it holds what is broken ("root", "token" ...), how much was listed, which containers were
killed; `calls.jsonl` gets what was asked, with the environment in which it was.

Started some hundred times by one test, so it imports only what starts fast.
"""
# ruff: noqa: PTH105, PTH123

from __future__ import annotations

import json
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HERE, _, NAME = sys.argv[0].rpartition("/")
STATE, CALLS = f"{HERE}/state.json", f"{HERE}/calls.jsonl"
WANTED = {"redis": 1, "directory": 1, "submissions": 1, "gateway": 2, "moderation": 3, "proxy": 1}


def load() -> dict[str, Any]:
    with open(STATE, encoding="utf-8") as file:
        found: dict[str, Any] = json.load(file)
    return found


def save(state: dict[str, Any]) -> None:
    part = f"{STATE}.{os.getpid()}"
    with open(part, "w", encoding="utf-8") as file:
        json.dump(state, file)
    os.replace(part, STATE)


def main() -> int:
    words = sys.argv[1:]
    with open(CALLS, "a", encoding="utf-8") as calls:
        calls.write(json.dumps({"words": [NAME, *words], "environment": dict(os.environ)}) + "\n")
    state = load()
    if NAME == "curl":
        return curl(words, state)
    if words[0] == "compose":
        return compose(words[1:], state)
    if words[0] == "exec":
        return inside([word for word in words[1:] if word != "-i"], state)
    if words[0] == "kill":
        save(state | {"killed": [*state["killed"], *words[1:]]})
        return 0
    if words[0] == "inspect":
        sys.stdout.write(inspect(words, state) + "\n")
    if words[:2] == ["network", "inspect"]:
        sys.stdout.write(network(words[3], words[4], state) + "\n")
    if words[0] == "top":
        sys.stdout.write(secret(state) if state["broken"] == "secret" else "processes\n")
    return 0


def secret(state: dict[str, Any]) -> str:
    with open(f"{state['folder']}/secrets/redis_password", encoding="utf-8") as file:
        return file.read()


def compose(words: list[str], state: dict[str, Any]) -> int:
    if words == ["version"]:
        return 0
    folder = words[words.index("--project-directory") + 1]
    rest = words[words.index("-f") + 2 :]
    if rest[0] == "up":
        save(state | {"folder": folder, "killed": [], "up": state["up"] + 1})
        if state["broken"] == "forgets" and state["up"]:
            save(load() | {"listed": 0})
    if rest[0] == "ps":
        count = WANTED[rest[-1]] - (rest[-1] == state["broken"].removeprefix("missing "))
        sys.stdout.write("".join(f"{rest[-1]}{number}\n" for number in range(1, count + 1)))
    if rest[0] == "stop":
        save(state | {"stopped": True})
    return 0


def inspect(words: list[str], state: dict[str, Any]) -> str:
    template, one = (words[2], words[3]) if words[1] == "-f" else ("", words[1])
    broken, service = state["broken"], one.rstrip("0123456789")
    running = one not in state["killed"] and one != "dead"
    if "Health" in template:
        return "true unhealthy" if broken == f"unhealthy {service}" else f"{str(running).lower()} healthy"
    if "ExitCode" in template:
        return f"false {137 if broken == 'deaf' else 0}"
    if template == "{{.State.Running}}":
        return str(running).lower()
    if ".HostConfig.Memory" in template:
        fields = {"memory": "1", "processes": "256", "files": "1", "log": "10m"} | {broken: "0"}
        return " ".join(fields[name] for name in ("memory", "processes", "files", "log"))
    if ".Config.Env" in template:
        return '["DZE_TELEGRAM_TOKEN=1:abc"]' if broken == "token" else '["DZE_LANGUAGES="]'
    if "PortBindings" in template:
        return "1" if broken == f"port {service}" else "0"
    if "println $name" in template:
        return f"net-of-{service}"
    if ".IPAddress" in template:
        return (
            f"{broken.removeprefix('at ')} 127.0.0.1" if broken.startswith("at ") else "192.0.2.9 192.0.2.1"
        )
    return secret(state) if broken == "secret in inspect" else "{}"


def network(template: str, name: str, state: dict[str, Any]) -> str:
    service, broken = name.removeprefix("net-of-"), state["broken"]
    internal = service != "moderation" and service != "proxy"
    if broken in {f"way out of {service}", f"no way out of {service}"}:
        internal = broken.startswith("no ")
    masked = "true" if broken == "way out of proxy" else "false"
    return f"{str(internal).lower()} {masked}" if "masquerade" in template else str(internal).lower()


def inside(words: list[str], state: dict[str, Any]) -> int:
    one, command = words[0], words[1:]
    broken, text = state["broken"], " ".join(words[1:])
    if one in state["killed"]:
        return 1
    if command == ["id", "-u"]:
        sys.stdout.write("0\n" if broken == "root" else "10001\n")
    if command[0] == "grep":
        looked_for = {
            "CapBnd": "capabilities",
            "NoNewPrivs": "rights",
            " / ": "writable",
            " /data ": "files of all",
        }
        return int(any(mark in text and broken == name for mark, name in looked_for.items()))
    if command[:2] == ["sh", "-c"] and "/run/secrets/token" in text:
        return int(broken == "token in a file")
    if command[:2] == ["sh", "-c"] and "dze import" in text:
        save(state | {"listed": state["listed"] + (broken != "lost")})
        return int(broken == "no import")
    if command[:2] == ["bash", "-c"]:
        sys.stdout.write(redis(command[4:], state))
    if command[:2] == ["dze", "status"]:
        return status("--json" in command, state)
    if command[:2] == ["dze", "backup"]:
        sys.stdout.write("a backup")
    return int(command[0] == "timeout")


def redis(lines: list[str], state: dict[str, Any]) -> str:
    """As Redis answers, line by line."""
    broken, known, answers = state["broken"], False, []
    for line in lines:
        match line.split():
            case ["AUTH", "dze", password] if password == secret(state) or broken == "any password":
                known = True
                answers.append("+OK")
            case ["AUTH", *_]:
                answers.append("-WRONGPASS")
            case _ if not known and broken != "open":
                answers.append("-NOAUTH")
            case ["PING"]:
                answers.append("+PONG")
            case _:
                answers.append("-ERR" if broken == "allows all" else "-NOPERM")
    return "".join(f"{answer}\n" for answer in [*answers, "+OK"])


def status(as_json: bool, state: dict[str, Any]) -> int:
    living = [f"moderation{n}" for n in (1, 2, 3) if f"moderation{n}" not in state["killed"]]
    if state["broken"] == "blind":
        living = ["moderation9"]
    if as_json:
        holder = "dead" if state["broken"] == "dead holder" else (living or ["none"])[-1]
        sys.stdout.write(f'[{{"partitions": [{{"holder": "moderation-{holder}-ab"}}]}}]\n')
        return 0
    return int(not living or state["broken"] == "waiting")


def curl(words: list[str], state: dict[str, Any]) -> int:
    address = words[-1]
    if address.endswith("/api/v1/changes"):
        return live(state)
    if "limit=1" in address:
        sys.stdout.write(f'{{"total":{state["listed"]},"next":null}}')
        return 0
    gone = state["broken"] == "one gateway" and "gateway1" in state["killed"]
    if state["broken"] == "no site" or gone:
        return 22
    sys.stdout.write(
        "HTTP/1.1 200 OK\r\n"
        + ("" if state["broken"] == "headers" else "Content-Security-Policy: default-src 'none'\r\n")
    )
    return 0


def live(state: dict[str, Any]) -> int:
    sys.stdout.write("event: ready\n")
    sys.stdout.flush()
    for _ in range(100):
        if load()["listed"] > state["listed"] and state["broken"] != "held back":
            sys.stdout.write("data: dzecheck_two\n")
            return 0
        time.sleep(0.05)
    return 28


if __name__ == "__main__":
    sys.exit(main())
