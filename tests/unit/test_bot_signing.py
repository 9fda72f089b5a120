"""Buttons that cannot be forged."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

from services.moderation import bot
from services.moderation.bot import dialogue
from services.moderation.bot.signing import MOST, Buttons, Expired, Forged, Press, Signer
from shared.keys import Keys

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CHAT = -1001234567890
KEYS = Keys("k" * 32)


def signed(*args: str, days: float = 1) -> str:
    return Buttons.of(KEYS, CHAT, "s", NOW, days)("text", *args)["callback_data"]


def test_a_button_says_what_it_was_made_for() -> None:
    assert Signer.of(KEYS).read(CHAT, signed("v", "media.photo", "delete"), NOW) == Press(
        "s", ("v", "media.photo", "delete")
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace("delete", "keep"),
        lambda data: data.replace("s:", "r:", 1),
        lambda data: data[:-1] + ("A" if data[-1] != "A" else "B"),
        lambda data: data.rpartition(":")[0],
        lambda _: "",
        lambda _: ":::",
        lambda _: "s:v:dryrun:off:zzzzzz:AAAAAAAAAAAA",
        lambda _: "\ud800:\x00",
        lambda _: "ы" * 40,
    ],
)
def test_a_changed_button_is_refused(change: Callable[..., Any]) -> None:
    with pytest.raises(Forged):
        Signer.of(KEYS).read(CHAT, change(signed("v", "media.photo", "delete")), NOW)


def test_a_button_of_another_chat_is_refused() -> None:
    with pytest.raises(Forged):
        Signer.of(KEYS).read(CHAT - 1, signed("h"), NOW)


def test_a_button_of_another_deployment_is_refused() -> None:
    with pytest.raises(Forged):
        Signer.of(Keys("x" * 32)).read(CHAT, signed("h"), NOW)


def test_an_old_button_is_told_from_a_forged_one() -> None:
    with pytest.raises(Expired):
        Signer.of(KEYS).read(CHAT, signed("h"), NOW + timedelta(days=1))


def test_the_longest_button_fits_into_telegrams_64_bytes() -> None:
    duplicate = Buttons.of(KEYS, CHAT, "r", NOW, 180)("text", "d" + "a" * 26 + "b" * 13)
    assert len(duplicate["callback_data"]) <= MOST


def test_a_button_that_does_not_fit_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="bytes"):
        signed("x" * 60)


def test_each_kind_of_button_has_a_purpose_of_its_own() -> None:
    """Two that shared one would answer each other's presses."""
    modules = [import_module(f"{bot.__name__}.{found.name}") for found in iter_modules(bot.__path__)]
    purposes = {one.__name__: one.PURPOSE for one in modules if hasattr(one, "PURPOSE")}
    assert len(set(purposes.values())) == len(purposes) > 3
    assert set(purposes.values()) <= set(dialogue.PRESSED)
