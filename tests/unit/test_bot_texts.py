"""The catalogues of texts agree, and everything that strangers wrote is escaped."""

import re
from string import Formatter
from typing import Any, get_args

import pytest

from services.moderation.bot import check
from services.moderation.bot.commands import COMMANDS
from services.moderation.bot.deeds import VERBS
from services.moderation.bot.i18n import CATALOGUES, NEAREST, Speech, html, joined, reason_word, speech_for
from services.moderation.bot.menu import SCOPES, publish
from services.moderation.bot.news_store import AlertKind
from services.moderation.bot.notices import would_do
from services.moderation.bot.settings_menu import NAMES, SECTIONS, VALUES
from services.moderation.domain import precedence, standing
from services.moderation.domain.settings import LOCKS, SETTINGS
from services.moderation.telegram import work
from services.moderation.telegram.audit import AuditOutcome
from shared.contracts.links import LinkDecision
from shared.contracts.listings import ChatType, Kind, Precision
from shared.contracts.submissions import State
from shared.contracts.telegram import Method
from tests.house import NoFiles

LANGUAGES = sorted(CATALOGUES)
SIGNALS = sorted(standing.DEFAULT.table)


def fields(text: str) -> tuple[list[str], list[str]]:
    """Places to fill; languages have different numbers of plural forms, so each counts once."""
    names = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    return sorted(names), sorted(re.findall(r"\[(\w+)[|\]]", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_places_to_fill(language: str) -> None:
    assert CATALOGUES[language].keys() == CATALOGUES["en"].keys()
    for key, text in CATALOGUES[language].items():
        assert fields(text) == fields(CATALOGUES["en"][key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_counted_word_has_each_form_of_its_language(language: str) -> None:
    known, most = CATALOGUES[language], 2 if language == "en" else 3
    counted = {key: text.split("|") for key, text in known.items() if "|" in text and "[" not in text}
    assert sorted(counted) == ["span.days", "span.hours", "span.minutes"]
    for forms in counted.values():
        assert len(forms) == most
        assert all(form.startswith("{n} ") for form in forms)
    within = [
        part.split("|")[1:] for text in known.values() for part in re.findall(r"\[(\w+\|[^]]*)\]", text)
    ]
    assert len(within) > 8
    assert {len(forms) for forms in within} == {most}
    assert all(form == form.strip() and form for forms in within for form in forms)


@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_is_what_telegram_takes_and_is_closed(language: str) -> None:
    for key, text in CATALOGUES[language].items():
        opened: list[str] = []
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
        ("about", list(SETTINGS)),
        ("group", list(SECTIONS)),
        ("grouped", list(SECTIONS)),
        ("not_here", [f"lock.{kind}" for kind in LOCKS]),
        ("alert", list(get_args(AlertKind))),
        ("check", [code + more for code in check.ORDER for more in ("", ".how", ".well")]),
        ("form", ["number", "hours", "zone", "names"]),
        ("command", sorted(COMMANDS)),
        ("did", ["warn", "unwarn", "trust", "untrust", "settings.import", "settings.copy"]),
        ("reason", ["admin.undo", "admin.purge", "admin.wipe", "admin.warn", "admin.trust"]),
        ("reason", ["admin.remove", "admin.restrict", "lockdown", "raid", "rule", "own"]),
        ("outcome", ["done", "already"]),
        ("refusal", ["right.missing", "person.admin", "person.protected", "person.self", "chat.moved"]),
        ("refusal", ["message.old", "chat.basic", "request.answered"]),
        ("deed", sorted(VERBS)),
        ("deed", [f"would_{verb}" for verb in VERBS]),
        ("did", [m.value for m in Method if m not in work.TALK]),
        ("outcome", list(get_args(AuditOutcome))),
        ("refusal", [*precedence.CODES, precedence.ENDS_RESTRICTION]),
        ("stands", [*precedence.CODES, "other"]),
        ("reason", [f"admin.{verb}" for verb in VERBS]),
        ("would", ["remove", "restrict"]),
        ("raid", ["told", "dryrun", "restricted", "basic", "opened"]),
        ("reason", sorted(standing.EVIDENCE)),
        ("reason", SIGNALS),
        ("kind", [kind.value for kind in Kind]),
        ("precision", [one.value for one in Precision]),
        ("review", ["was_approve", "was_refuse", "was_duplicate"]),
        ("review", [f"was_{s.value}" for s in State if s not in {State.RECEIVED, State.IN_REVIEW}]),
        ("question", [f"{before}{one}" for one in get_args(LinkDecision) for before in ("", "was_")]),
        ("question", ["closed_open", "closed_gone"]),
        ("kind", list(get_args(ChatType))),
        ("similar", ["name.same", "name.similar", "house.same"]),
    ],
)
def test_every_code_has_words(language: str, family: str, codes: list[str]) -> None:
    assert [code for code in codes if f"{family}.{code}" not in CATALOGUES[language]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_of_a_choice_has_words(language: str) -> None:
    known, wordless = CATALOGUES[language], []
    for one in SETTINGS.values():
        ways = (f"value.{one.name}.", f"value.{one.name.partition('.')[0]}.", "value.")
        plain = one.form in {"hours", "zone"}
        wordless += [
            (one.name, choice)
            for choice in one.choices
            if not choice.isdigit()
            and not (plain and any(letter in choice for letter in ":/U"))
            and not any(way + choice in known for way in ways)
        ]
    assert wordless == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_written_in_another_alphabet_by_mistake(language: str) -> None:
    """A word of Cyrillic and Latin letters is a slip; Belarusian and Ukrainian have letters of their own."""
    mixed = re.compile(r"\b(?=\w*[a-zA-Z])(?=\w*[а-яёіїєґўА-ЯЁІЇЄҐЎ])\w+\b")
    alien = {"be": "[иИщЩъЪїєґ]", "ru": "[іІўЎїЇєЄґҐ]", "uk": "[ыЫэЭёЁъЪўЎ]", "en": "[а-яА-Я]"}[language]
    for key, text in CATALOGUES[language].items():
        assert not mixed.findall(re.sub(r"<[^>]+>|\{\w+\}", " ", text)), key
        assert not re.findall(alien, text), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_of_buttons_fit_a_phone(language: str) -> None:
    for key, text in CATALOGUES[language].items():
        if key.startswith("group.") or key in {"settings.alone", "settings.close", "settings.check"}:
            assert len(text) <= 20, key
        if key.startswith("setting."):
            assert len(text) <= 32, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_longer_than_telegram_takes(language: str) -> None:
    short = {
        "advice.because", "advice.dryrun", "review.thanks", "dryrun.pressed_on", "dryrun.pressed_off",
        "undo.done", "undo.gone", "deed.bot_lacks", "purge.bot_lacks", "purge.nothing", "purge.alert",
        "purge.would", "target.unknown",
    }  # fmt: skip
    for key, text in CATALOGUES[language].items():
        assert len(text) < 3000, key
        if key.startswith("press.") or key in short:
            assert len(text) <= 200, key
        if key.startswith("command."):
            assert len(text) <= 100, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_of_the_log_shows_a_bare_code(language: str) -> None:
    speech = Speech(language)
    for code in ("lockdown", "raid", "night.hours", "media.photo", "lock.link", "admin.ban"):
        assert reason_word(speech, code) != code
    assert "<b>" not in reason_word(speech, "rule.<b>x")
    assert "x" in reason_word(speech, "rule.<b>x")


def test_what_strangers_wrote_is_escaped() -> None:
    said = Speech("en")("deed.ban", name="<b>& 'x'</b>", until="for good")
    assert "&lt;b&gt;&amp;" in said
    assert "<b>" not in said
    assert joined("", ["<a>", html("<b>")]) == "&lt;a&gt;&lt;b&gt;"


def test_a_name_in_braces_is_put_in_as_it_is() -> None:
    assert "{until}" in Speech("be")("deed.ban", name="{until}{0}{name.__class__}", until="1h")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("be", "be"),
        ("be-BY", "be"),
        ("ru", "ru"),
        ("uk", "uk"),
        ("kk", "ru"),
        ("en-GB", "en"),
        ("de", "en"),
        ("", "be"),
    ],
)
def test_people_are_answered_in_the_language_they_most_likely_read(code: str, expected: str) -> None:
    assert speech_for(code, "be").language == expected


def test_an_unknown_code_shows_as_itself() -> None:
    assert reason_word(Speech("ru"), "new.<reason>") == "new.&lt;reason&gt;"


@pytest.mark.parametrize("language", [*LANGUAGES, "xx"])
def test_a_dry_run_notice_names_each_kind_in_words(language: str) -> None:
    said = would_do(language, ("service.joined", "media.photo", "remove"))
    assert "service." not in said
    assert said.count("•") == 3
    assert "/dryrun off" in said


def test_the_menu_names_only_commands_that_there_are() -> None:
    assert {name for names in SCOPES.values() for name in names} <= COMMANDS.keys()


async def test_the_menu_is_set_for_every_scope_and_language_and_for_those_who_read_russian() -> None:
    asked: list[dict[str, Any]] = []

    class Telegram(NoFiles):
        async def call(self, method: str, params: Any = None, *, seconds: float = 15) -> Any:
            del seconds
            assert method == "setMyCommands"
            asked.append(params)

    await publish(Telegram())
    said = {(one["scope"]["type"], one.get("language_code", "")): one["commands"] for one in asked}
    assert {scope for scope, _ in said} == set(SCOPES)
    assert {language for _, language in said} == {"", *CATALOGUES, *NEAREST}
    assert said["all_private_chats", "kk"] == said["all_private_chats", "ru"]
    assert said["all_private_chats", ""] == said["all_private_chats", "en"]


def test_no_two_settings_and_no_two_values_share_a_button_code() -> None:
    assert len(NAMES) == len(SETTINGS)
    assert len(VALUES) == sum(len(one.choices) for one in SETTINGS.values())
