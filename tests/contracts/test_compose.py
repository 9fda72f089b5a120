"""compose.yaml says of each container what is promised, and passes on every setting that there is."""

import os
import re
import stat
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from services.directory.settings import DirectorySettings
from services.gateway.settings import GatewaySettings
from services.moderation.settings import ModerationSettings
from services.submissions.settings import SubmissionsSettings
from shared.settings import SECRETS, Settings
from tests.deployments import COMPOSE, ROOT, SERVICES, acl, compose

MODELS: dict[str, type[Settings]] = {
    "directory": DirectorySettings,
    "submissions": SubmissionsSettings,
    "moderation": ModerationSettings,
    "gateway": GatewaySettings,
}
FILES = compose()
ALL = tuple(FILES["services"])
SECRET_OF = {
    "redis": {"redis_password"},
    "directory": {"key", "redis_password"},
    "submissions": {"key", "redis_password"},
    "gateway": {"key", "redis_password", "webhook"},
    "moderation": {"key", "redis_password", "token", "webhook"},
    "proxy": {"site"},
}
"""Nobody has a secret that is not needed there."""
NETWORKS_OF = {
    "redis": {"internal"},
    "directory": {"internal"},
    "submissions": {"internal"},
    "gateway": {"internal", "web"},
    "moderation": {"internal", "outside"},
    "proxy": {"web", "public"},
}
"""Only moderation gets out; who stands at the door does not reach Redis."""


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = FILES["services"][name]
    return found


def in_image() -> set[str]:
    """Settings that the image fixes, because they are about the inside of a container."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    return set(re.findall(r"^\s+(DZE_[A-Z_]+)=", text, re.MULTILINE))


@pytest.mark.parametrize("name", SERVICES)
def test_every_setting_reaches_every_service(name: str) -> None:
    told = set(service(name)["environment"])
    wanted = {f"DZE_{field.upper()}" for field in MODELS[name].model_fields}
    secret = {"key": "DZE_KEY", "redis_password": "DZE_REDIS_PASSWORD"}
    secret |= {"token": "DZE_TELEGRAM_TOKEN", "webhook": "DZE_TELEGRAM_SECRET"}
    as_files = {f"{secret[one]}_FILE" for one in SECRET_OF[name]}
    plain = wanted - {*SECRETS} - in_image() | {"DZE_REDIS_URL"}
    assert plain <= told, f"not passed on: {sorted(plain - told)}"
    assert {one for one in told if one.endswith("_FILE")} == as_files
    assert not {one for one in SECRETS if one != "DZE_REDIS_URL"} & told, "a secret is a file"


def test_a_setting_that_is_passed_on_comes_from_outside_and_may_be_missing() -> None:
    fixed = {"DZE_REDIS_URL", "DZE_PORT"}
    for name in SERVICES:
        for setting, value in service(name)["environment"].items():
            if setting not in fixed and not setting.endswith("_FILE"):
                assert value == f"${{{setting}:-}}"


def test_every_variable_that_compose_reads_is_documented() -> None:
    read = set(re.findall(r"\$\{(\w+):-", COMPOSE.read_text(encoding="utf-8")))
    settings = {f"DZE_{field.upper()}" for model in MODELS.values() for field in model.model_fields}
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    assert len(read) > 20
    assert {name for name in read - settings if f"`{name}`" not in runbook} == set()


def test_the_image_is_named_by_version_and_built_in_one_place() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert {service(name)["image"] for name in SERVICES} == {f"${{IMAGE:-dze:{version}}}"}
    assert [name for name in ALL if "build" in service(name)] == ["directory"]
    after = {name for name in ALL if "directory" in service(name).get("depends_on", {})}
    assert after == set(SERVICES) - {"directory"}, "Compose 1 builds in this order"
    for name in ("redis", "proxy"):
        assert re.fullmatch(r"\$\{[A-Z_]+:-[a-z]+:\d[\w.-]*\}", service(name)["image"])


@pytest.mark.parametrize("name", ALL)
def test_every_container_is_closed_in_and_limited(name: str) -> None:
    it = service(name)
    assert it["read_only"] is True
    assert it["cap_drop"] == ["ALL"]
    assert it["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "ipc", "devices"} & it.keys()
    assert all("noexec,nosuid,nodev" in mount and "size=" in mount for mount in it["tmpfs"])
    assert it["mem_limit"]
    assert 0 < it["pids_limit"] <= 1000
    assert it["ulimits"]["nofile"]["hard"] == it["ulimits"]["nofile"]["soft"] > 4096
    assert it["logging"] == {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}}
    assert it["restart"] == "unless-stopped"
    if name in SERVICES:
        assert it["volumes"] == ["./files:/data:ro"]
        assert "user" not in it, "the image's own, which is not root"
    else:
        assert it["user"] not in {"root", "0"}
        assert it["healthcheck"]


@pytest.mark.parametrize("name", ALL)
def test_each_has_the_secrets_and_networks_that_it_needs_and_no_other(name: str) -> None:
    assert set(service(name).get("secrets", ())) == SECRET_OF[name]
    assert set(service(name)["networks"]) == NETWORKS_OF[name]


def test_only_moderation_gets_out_and_only_the_proxy_has_a_port() -> None:
    networks = FILES["networks"]
    assert {name for name in ALL if "ports" in service(name)} == {"proxy"}
    closed = {name for name, about in networks.items() if about.get("internal")}
    assert closed == {"internal", "web"}
    for name in closed:
        assert networks[name]["driver_opts"] == {"com.docker.network.bridge.inhibit_ipv4": "true"}
    masked = {"com.docker.network.bridge.enable_ip_masquerade": "false"}
    assert networks["public"] == {"driver_opts": masked}
    for name in ALL:
        if name not in {"moderation", "proxy"}:
            assert set(service(name)["networks"]) <= closed
        assert ("dns" in service(name)) == (name != "moderation")


def test_every_secret_is_a_file_that_the_first_command_makes(tmp_path: Path) -> None:
    init(tmp_path)
    for about in FILES["secrets"].values():
        path = re.sub(r"\$\{\w+:-(.+)\}", r"\1", about["file"])
        assert (tmp_path / path).is_file(), path


def init(folder: Path, umask: int = 0o077) -> str:
    done = subprocess.run(
        ["sh", str(ROOT / "ops" / "compose-init"), str(folder)],
        capture_output=True, text=True, check=True, umask=umask, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    return done.stdout


def modes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o177])
def test_what_the_first_command_makes_can_be_read_in_containers_and_by_nobody_else(
    tmp_path: Path, umask: int
) -> None:
    init(tmp_path, umask)
    found = modes(tmp_path)
    assert found.pop("files") == 0o755
    assert found.pop("secrets") == 0o700
    assert set(found.values()) == {0o644}
    assert {len((tmp_path / "secrets" / name).read_text()) for name in ("key", "redis_password")} == {64}
    for name in ("token", "webhook", "site.pem"):
        assert (tmp_path / "secrets" / name).read_text() == ""


def test_a_file_that_was_put_in_since_can_be_read_in_containers_after_the_next_run(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "files" / "lists").mkdir(mode=0o700)
    for name in ("city.pmtiles", "lists/one.txt"):
        (tmp_path / "files" / name).touch(mode=0o600)
    init(tmp_path)
    found = modes(tmp_path)
    assert [found[f"files/{name}"] for name in ("lists", "lists/one.txt", "city.pmtiles")] == [
        0o755,
        0o644,
        0o644,
    ]


def test_the_first_command_changes_nothing_the_second_time(tmp_path: Path) -> None:
    assert init(tmp_path) == "made secrets/key\nmade secrets/redis_password\n"
    (tmp_path / "secrets" / "token").write_text("1:a")
    before = {path: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert len({before[tmp_path / "secrets" / name] for name in ("key", "redis_password")}) == 2
    assert init(tmp_path) == ""
    assert {path: path.read_text() for path in (tmp_path / "secrets").iterdir()} == before


def test_a_secret_that_is_there_is_not_replaced_by_what_stands_in_dotenv(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "secrets" / "token").write_text("1:new")
    (tmp_path / ".env").write_text("DZE_TELEGRAM_TOKEN=1:old\n")
    assert "secrets/token counts" in init(tmp_path)
    assert (tmp_path / "secrets" / "token").read_text() == "1:new"
    assert (tmp_path / ".env").read_text() == "DZE_TELEGRAM_TOKEN=1:old\n"


def test_no_key_is_made_where_it_lies_elsewhere(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KEY_FILE=/media/key\n")
    assert init(tmp_path) == "made secrets/redis_password\n"
    assert not (tmp_path / "secrets" / "key").exists()


def test_what_an_earlier_release_took_from_dotenv_moves_into_files(tmp_path: Path) -> None:
    lines = [
        "DZE_LANGUAGES=be,ru",
        'DZE_TELEGRAM_TOKEN="1:old"',
        "DZE_TELEGRAM_TOKEN=1:b_c-d",
        "BIND=0.0.0.0",
    ]
    (tmp_path / ".env").write_text("\n".join([*lines, "DZE_TELEGRAM_SECRET='s'", ""]))
    (tmp_path / "secrets" / "token").mkdir(parents=True)  # as Docker does where a file is missing
    init(tmp_path)
    assert (tmp_path / "secrets" / "token").read_text() == "1:b_c-d\n"
    assert (tmp_path / "secrets" / "webhook").read_text() == "s\n"
    assert (tmp_path / ".env").read_text() == "DZE_LANGUAGES=be,ru\nBIND=0.0.0.0\n"


def test_redis_knows_one_user_and_nobody_without_a_name() -> None:
    default, dze = acl()
    assert default == "user default off resetpass ~* &* +@all"
    assert dze.startswith("user dze on #$hash ~* &* +@all -@admin -@dangerous ")
    assert service("directory")["environment"]["DZE_REDIS_URL"] == "redis://dze@redis:6379/0"
