"""The operator's own files: what is there and may not be read stops the start, in one line that names it."""

from pathlib import Path

import pytest

from services.moderation.equip import equip
from services.moderation.settings import BLOCK_LIST, ModerationSettings
from shared.bus import Bus
from shared.settings import Settings, SettingsError
from simulator.demo import DEMO_TOKEN
from simulator.server import serving
from tests.powerless import powerless


@pytest.mark.parametrize("name", [BLOCK_LIST, "rules.toml", "signals/own.py", "lists/shared.toml"])
async def test_a_file_that_may_not_be_read_is_not_passed_over(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    _put_closed(tmp_path, f"data/{name}")
    monkeypatch.chdir(tmp_path)
    async with serving() as sim:
        told = ModerationSettings(
            redis_url=settings.redis_url, key=settings.key, data=Path("data"),
            telegram_token=DEMO_TOKEN, telegram_api=sim.url, _env_file=None,
        )  # fmt: skip
        with pytest.raises(SettingsError, match=rf"data/{name}.*Permission denied"):
            await _equip(Bus("moderation", told), told)


def _put_closed(folder: Path, name: str) -> None:
    folder.chmod(0o755)
    path = folder / name
    path.parent.mkdir(parents=True)
    path.write_text("")
    path.chmod(0)


async def _equip(bus: Bus, settings: ModerationSettings) -> None:
    try:
        with powerless():
            async with equip(bus, settings):
                pass
    finally:
        await bus.redis.aclose()
