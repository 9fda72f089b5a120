"""Settings: a bad or unknown one stops the start with one line that names it."""

import re
from pathlib import Path

import pytest

from services.directory.settings import DirectorySettings
from services.gateway.settings import GatewaySettings
from services.moderation.settings import ModerationSettings
from services.submissions.settings import SubmissionsSettings
from shared.settings import SERVICE_SETTINGS, Settings, SettingsError, load
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
