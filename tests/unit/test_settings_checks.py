"""Settings that cannot be meant so stop the start with one line that names them."""

import json
from pathlib import Path

import pytest

from shared.settings import Settings, SettingsError, load

ONION = "http://" + "a2" * 28 + ".onion"
AREA = [26.9, 53.55, 28.3, 54.25]


def city(**more: object) -> str:
    return json.dumps({"lat": 53.9, "lon": 27.5, "area": AREA} | more)


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "https://dze.example"),
        ("PUBLIC_URL", "https://dze.example/"),
        ("PUBLIC_URL", "http://127.0.0.1:8000"),
        ("PUBLIC_URL", "http://[::1]:8000"),
        ("ONION", ONION),
        ("ONION", ONION + "/"),
        ("TELEGRAM_SECRET", "a" * 32),
        ("CITY", city()),
    ],
)
def test_what_is_meant_is_taken(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"DZE_{name}", value)
    load(Settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "dze.example"),
        ("PUBLIC_URL", "ftp://dze.example"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://dze.example/site"),
        ("PUBLIC_URL", "https://dze.example?x=1"),
        ("PUBLIC_URL", "https://user:word@dze.example"),
        ("PUBLIC_URL", "https://dze.example:99999"),
        ("PUBLIC_URL", "https://dze .example"),
        ("PUBLIC_URL", "https://дзе.example"),
        ("ONION", "http://dze.onion"),
        ("ONION", "http://expyuzz4wqqyqhjn.onion"),
        ("ONION", ONION + "/list"),
        ("ONION", ONION.upper()),
        ("ONION", "https://dze.example"),
        ("TELEGRAM_SECRET", "a" * 31),
        ("TELEGRAM_SECRET", "a" * 257),
        ("TELEGRAM_SECRET", "слова" * 10),
        ("CITY", city(area=[53.55, 26.9, 54.25, 28.3])),
        ("CITY", city(area=[28.3, 53.55, 26.9, 54.25])),
        ("CITY", city(area=[26.9, 54.25, 28.3, 53.55])),
        ("CITY", city(area=[-1000, 53.55, 28.3, 54.25])),
        ("CITY", city(lat=27.5, lon=53.9)),
    ],
)
def test_what_cannot_be_meant_is_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"DZE_{name}", value)
    with pytest.raises(SettingsError, match=rf"^DZE_{name}: [^\n]+$"):
        load(Settings)
