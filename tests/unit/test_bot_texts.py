"""The catalogues of texts agree, and everything that strangers wrote is escaped."""

import inspect
import re
from string import Formatter

import pytest

from services.moderation.bot.commands import COMMANDS
from services.moderation.bot.deeds import VERBS
from services.moderation.bot.i18n import CATALOGUES, Speech, html, joined, reason_word, speech_for
from services.moderation.bot.menu import SCOPES
from services.moderation.bot.notices import would_do
from services.moderation.domain import standing
from services.moderation.domain.settings import SETTINGS
from services.moderation.telegram import work
from shared.contracts.listings import Kind, Precision
from shared.contracts.submissions import State
from shared.contracts.telegram import Method

LANGUAGES = sorted(CATALOGUES)
SIGNALS = re.findall(r'Signal\("([a-z._]+)"', inspect.getsource(standing))
"""Every signal that is named in the code."""


def fields(text: str) -> tuple[list[str], list[str]]:
    names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    return sorted(names), sorted(re.findall(r"\[(\w+)\]", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_places_to_fill(language):
    assert CATALOGUES[language].keys() == CATALOGUES["en"].keys()
    for key, text in CATALOGUES[language].items():
        assert fields(text) == fields(CATALOGUES["en"][key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_is_what_telegram_takes_and_is_closed(language):
    for key, text in CATALOGUES[language].items():
        opened = []
        for closing, tag in re.findall(r"<(/?)(\w+)>", text):
            assert tag in {"b", "i", "code"}, key
            if closing:
                assert opened.pop() == tag, key
            else:
                opened.append(tag)
        assert not opened, key
        assert text.count("<") == len(re.findall(r"</?\w+>", text)), key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("family", "codes"),
    [
        ("setting", list(SETTINGS)),
        ("value", sorted({choice for one in SETTINGS.values() for choice in one.choices})),
        ("command", sorted(COMMANDS)),
        ("deed", sorted(VERBS)),
        ("deed", [f"would_{verb}" for verb in VERBS]),
        ("did", [m.value for m in Method if m not in work.TALK]),
        ("outcome", ["would", "refused", "expired", "parked"]),
        ("reason", [f"admin.{verb}" for verb in VERBS]),
        ("reason", sorted(standing.EVIDENCE)),
        ("reason", SIGNALS),
        ("kind", [kind.value for kind in Kind]),
        ("precision", [one.value for one in Precision]),
        ("review", ["was_approve", "was_refuse", "was_duplicate"]),
        ("review", [f"was_{s.value}" for s in State if s not in {State.RECEIVED, State.IN_REVIEW}]),
        ("similar", ["name.same", "name.similar", "house.same"]),
    ],
)
def test_every_code_has_words(language, family, codes):
    assert [code for code in codes if f"{family}.{code}" not in CATALOGUES[language]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_longer_than_telegram_takes(language):
    short = {"advice.because", "advice.dryrun", "review.thanks", "dryrun.pressed_on", "dryrun.pressed_off"}
    for key, text in CATALOGUES[language].items():
        assert len(text) < 3000, key
        if key.startswith("press.") or key in short:
            assert len(text) <= 200, key
        if key.startswith("command."):
            assert len(text) <= 100, key


def test_what_strangers_wrote_is_escaped():
    said = Speech("en")("deed.ban", name="<b>& 'x'</b>", until="for good")
    assert "&lt;b&gt;&amp;" in said
    assert "<b>" not in said
    assert joined("", ["<a>", html("<b>")]) == "&lt;a&gt;&lt;b&gt;"


def test_a_name_in_braces_is_put_in_as_it_is():
    assert "{until}" in Speech("be")("deed.ban", name="{until}{0}{name.__class__}", until="1h")


@pytest.mark.parametrize(
    ("code", "expected"),
    [("be", "be"), ("be-BY", "be"), ("ru", "ru"), ("uk", "ru"), ("en-GB", "en"), ("de", "en"), ("", "be")],
)
def test_people_are_answered_in_the_language_they_most_likely_read(code, expected):
    assert speech_for(code, "be").language == expected


def test_an_unknown_code_shows_as_itself():
    assert reason_word(Speech("ru"), "new.<reason>") == "new.&lt;reason&gt;"


@pytest.mark.parametrize("language", [*LANGUAGES, "xx"])
def test_a_dry_run_notice_names_each_kind_in_words(language):
    said = would_do(language, ("service.joined", "media.photo", "remove"))
    assert "service." not in said
    assert said.count("•") == 3
    assert "/dryrun off" in said


def test_the_menu_names_only_commands_that_there_are():
    assert {name for names in SCOPES.values() for name in names} <= COMMANDS.keys()
