"""Settings: a bad or unknown one stops the start with one line that names it."""

import re
from pathlib import Path
from typing import Any

import pytest
from redis.connection import parse_url

from services.directory.settings import DirectorySettings
from services.gateway.settings import GatewaySettings
from services.moderation.settings import ModerationSettings
from services.submissions.settings import SubmissionsSettings
from shared.bus.bus import connect
from shared.settings import SECRETS, SERVICE_SETTINGS, Settings, SettingsError, load
from tests.powerless import powerless
from tests.sure import sure

ROOT = Path(__file__).parents[2]
SERVICES = (DirectorySettings, GatewaySettings, ModerationSettings, SubmissionsSettings)


def test_every_service_knows_the_names_of_what_the_others_add() -> None:
    added = {
        f"DZE_{name.upper()}"
        for model in SERVICES
        for name in model.model_fields.keys() - Settings.model_fields
    }
    assert added == SERVICE_SETTINGS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DZE_PORT", "70000"),
        ("DZE_PORT", "eight"),
        ("DZE_KEY", "short"),
        ("DZE_TELEGRAM_MODE", "carrier pigeon"),
        ("DZE_CITY", '{"lat": 999}'),
        ("DZE_CITY", "Minsk"),
        ("DZE_NO_SUCH_THING", "1"),
        ("DZE_KEY_FILE", "/nowhere/key"),
        ("DZE_KEY_FILE", "/"),
        ("DZE_TELEGRAM_TOKEN_FILE", "/nowhere/token"),
        ("DZE_REDIS_PASSWORD", "without an address"),
        ("DZE_INSTANCE", "two words"),
        ("DZE_INSTANCE", "a:1"),
    ],
)
def test_a_bad_setting_is_named_and_its_value_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load(Settings)
    text = str(caught.value)
    assert text.startswith(name.removesuffix("_FILE"))
    assert "\n" not in text
    if name == "DZE_KEY":
        assert value not in text


def test_a_secret_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key").write_text("k" * 40 + "\n")
    monkeypatch.setenv("DZE_KEY_FILE", str(tmp_path / "key"))
    assert sure(load(Settings).key).get_secret_value() == "k" * 40


@pytest.mark.parametrize("name", SECRETS)
def test_an_empty_file_is_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_text(" \n")
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "secret"))
    assert getattr(load(Settings), name.removeprefix("DZE_").lower()) is None


def test_a_secret_in_the_environment_wins_over_its_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token").write_text("1:of the file")
    (tmp_path / ".env").write_text(f"DZE_TELEGRAM_TOKEN_FILE={tmp_path / 'token'}\n")
    assert sure(load(Settings).telegram_token).get_secret_value() == "1:of the file"
    monkeypatch.setenv("DZE_TELEGRAM_TOKEN", "1:of the environment")
    assert sure(load(Settings).telegram_token).get_secret_value() == "1:of the environment"


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("redis://redis:6379/0", "redis://:p%40%2F%3Aw@redis:6379/0"),
        ("redis://dze@redis:6379/0", "redis://dze:p%40%2F%3Aw@redis:6379/0"),
        ("rediss://redis", "rediss://:p%40%2F%3Aw@redis"),
        ("unix:///run/redis.sock?db=2", "unix://:p%40%2F%3Aw@/run/redis.sock?db=2"),
        ("redis://[::1]:6379", "redis://:p%40%2F%3Aw@[::1]:6379"),
    ],
)
def test_the_password_of_redis_can_stand_apart_from_its_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, whole: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "password").write_text("p@/:w\n")
    monkeypatch.setenv("DZE_REDIS_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("DZE_REDIS_URL", url)
    assert load(Settings).redis() == whole
    read: Any = parse_url
    assert read(whole)["password"] == "p@/:w"


def test_two_passwords_of_redis_are_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DZE_REDIS_PASSWORD", "hidden")
    monkeypatch.setenv("DZE_REDIS_URL", "redis://dze:secret@redis")
    with pytest.raises(SettingsError, match=r"^DZE_REDIS_PASSWORD: ") as caught:
        load(Settings).redis()
    assert not re.search("hidden|secret", str(caught.value))


@pytest.mark.parametrize("url", ["redis", "http://redis", "redis://:se/cret@redis", "redis://[se-cret", ""])
@pytest.mark.parametrize("password", ["", "p"])
def test_what_is_no_address_of_redis_is_one_line_that_shows_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, password: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DZE_REDIS_URL", url)
    monkeypatch.setenv("DZE_REDIS_PASSWORD", password)
    with pytest.raises(SettingsError, match=r"^DZE_REDIS_") as caught:
        connect(load(Settings).redis())
    assert "cret" not in str(caught.value)


def test_a_dotenv_file_that_cannot_be_read_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / ".env").write_bytes(b"DZE_PORT=8\xff")
    with pytest.raises(SettingsError, match=r"^\.env: \.env is not a text file in UTF-8$"):
        load(Settings)
    (folder / ".env").chmod(0)
    with powerless(), pytest.raises(SettingsError, match=r"^\.env: cannot read \.env: Permission denied$"):
        load(Settings)
    folder.chmod(0)
    with (
        powerless(),
        pytest.raises(SettingsError, match=r"^cannot look for .*/here/\.env: Permission denied$"),
    ):
        load(Settings)
    folder.chmod(0o700)


def test_a_folder_named_like_the_dotenv_file_holds_no_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").mkdir()
    assert load(Settings).port == 8000


def test_a_dotenv_file_is_read_and_its_unknown_names_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("DZE_LANGUAGES=be,en\nDZE_PORT=8123\n")
    assert load(Settings).languages == ("be", "en")
    assert load(Settings).port == 8123
    (tmp_path / ".env").write_text("DZE_POTR=1\n")
    with pytest.raises(SettingsError, match="DZE_POTR"):
        load(Settings)


@pytest.mark.parametrize("path", [ROOT / "compose.yaml", *(ROOT / "ops/kubernetes").glob("*.yaml")])
def test_what_runs_dze_elsewhere_sets_only_what_there_is(path: Path) -> None:
    known = SERVICE_SETTINGS | {f"DZE_{name.upper()}" for name in Settings.model_fields}
    set_there = re.findall(r"\bDZE_[A-Z_]+(?=:)|(?<=name: )DZE_[A-Z_]+", path.read_text(encoding="utf-8"))
    assert {name.removesuffix("_FILE") for name in set_there} <= known
