"""A chat's settings, and what people write after /set."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.moderation.domain.allowing import allowed_entry
from services.moderation.domain.settings import (
    SETTINGS,
    BadSetting,
    ChatSettings,
    kinds_of,
    parse,
    parse_together,
)
from services.moderation.settings import ModerationSettings, people_on
from shared.settings import SettingsError
from tests import spellings


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("dryrun", "off", ("dryrun", "off")),
        (" DryRun ", "NO", ("dryrun", "off")),
        ("media.photo", "Delete", ("media.photo", "delete")),
        ("service.new_chat_members", "keep", ("service.joined", "keep")),
        ("service.video_chat_started", "delete", ("service.video_chat", "delete")),
        ("suspicious", "remove", ("suspicious", "remove")),
        ("language", "ru", ("language", "ru")),
        ("media.hours", "22-7", ("media.hours", "22:00-07:00")),
        ("media.hours", "ALWAYS", ("media.hours", "always")),
        ("night.hours", "23.30 – 6:15", ("night.hours", "23:30-06:15")),
        ("timezone", "europe/minsk", ("timezone", "Europe/Minsk")),
        ("timezone", "America/New_York", ("timezone", "America/New_York")),
        ("media.grace", "090", ("media.grace", "90")),
        ("older.hours", "47", ("older.hours", "47")),
        ("lock.allow", "https://www.Example.by/, @dze_chat", ("lock.allow", "@dze_chat example.by")),
        ("lock.allow", "none", ("lock.allow", "none")),
        ("lock.allow", "t.me/Dze_Chat https://dze_chat.t.me/5", ("lock.allow", "@dze_chat")),
        ("lock.allow", "tg://resolve?domain=dze_chat", ("lock.allow", "@dze_chat")),
        ("lock.allow", "https://t.me/s/dze_chat;@Dze_Chat", ("lock.allow", "@dze_chat")),
        ("lock.allow", "HTTPS://WWW.Example.by/News/ http://a.by", ("lock.allow", "a.by example.by/news")),
        ("lock.allow", "https://xn--d1acf.xn--90ais/a", ("lock.allow", "дзе.бел/a")),
        ("lock.allow", "ДЗЕ.бел.", ("lock.allow", "дзе.бел")),
        ("lock.allow", "t.me/joinchat/AbC-d telegram.me/%2BAbC-d", ("lock.allow", "t.me/+AbC-d")),
        ("lock.allow", "tg://addlist?slug=AbC t.me/c/123/5", ("lock.allow", "t.me/addlist/AbC t.me/c/123")),
        ("lock.allow", "https://telegram.me", ("lock.allow", "t.me")),
    ],
)
def test_what_people_write_becomes_a_setting(name: str, value: str, expected: tuple[str, str]) -> None:
    assert parse(name, value) == expected


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("media.phot", "delete", "unknown_name"),
        ("", "", "unknown_name"),
        ("media.photo", "maybe", "bad_value"),
        ("media.photo", "on", "bad_value"),
        ("dryrun", "", "bad_value"),
        ("older.hours", "48", "bad_value"),
        ("older.hours", "-1", "bad_value"),
        ("media.grace", "٣", "bad_value"),
        ("media.grace", "9" * 5000, "bad_value"),
        ("media.hours", "22:00-22:00", "bad_value"),
        ("media.hours", "25-7", "bad_value"),
        ("media.hours", "22:61-7", "bad_value"),
        ("night.hours", "on", "bad_value"),
        ("timezone", "../../etc/passwd", "bad_value"),
        ("timezone", "Mars/Phobos", "bad_value"),
        ("timezone", "", "bad_value"),
        ("lock.allow", "", "bad_value"),
        ("lock.allow", "javascript:alert(1)", "bad_value"),
        ("lock.allow", "dze.by example", "bad_value"),
        ("lock.allow", "@abc", "bad_value"),
        ("lock.allow", "t.me/+", "bad_value"),
        ("lock.allow", "t.me/proxy", "bad_value"),
        ("lock.allow", "https://dze.by@evil.example", "bad_value"),
        ("lock.allow", "https://dze.by\\@evil.example", "bad_value"),
        ("lock.allow", "dze.by:8443", "bad_value"),
        ("lock.allow", "dze.by/?q=1", "bad_value"),
        ("lock.allow", "dze.by/#a", "bad_value"),
        ("lock.allow", "*.by", "bad_value"),
        ("lock.allow", "ann@example.org", "bad_value"),
        ("lock.allow", "a.by/" + "x" * 200, "bad_value"),
        ("lock.allow", "ftp://a.by", "bad_value"),
        ("lock.allow", " ".join(f"a{n}.by" for n in range(31)), "bad_value"),
        ("\u202emedia.photo" * 50, "delete", "unknown_name"),
    ],
)
def test_what_is_no_setting_is_refused_with_its_code(name: str, value: str, code: str) -> None:
    with pytest.raises(BadSetting) as refused:
        parse(name, value)
    assert refused.value.code == code
    assert len(refused.value.name) <= 64


def test_a_name_that_is_nearly_right_is_answered_with_what_may_be_meant() -> None:
    with pytest.raises(BadSetting) as refused:
        parse("photo", "delete")
    assert {"service.photo", "media.photo"} <= set(refused.value.close)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("media.photos", "media.photo"),
        ("media.foto", "media.photo"),
        ("night.hour", "night.hours"),
        ("dry_run", "dryrun"),
    ],
)
def test_a_slip_in_a_name_is_answered_with_the_name(name: str, meant: str) -> None:
    with pytest.raises(BadSetting) as refused:
        parse(name, "delete")
    assert meant in refused.value.close


@pytest.mark.parametrize("name", ["media", "media.all", "MEDIA.*", "service"])
def test_all_kinds_of_a_group_can_be_meant_at_once(name: str) -> None:
    group = "service" if name == "service" else "media"
    assert parse_together(name, " Delete ") == (group, "delete")
    assert parse_together(name, "on") is None
    kinds = kinds_of(group)
    assert f"{group}.other" in kinds
    assert not {"media.admins", "media.linked", "alert.rights"} & set(kinds)
    assert all(SETTINGS[kind].choices == ("keep", "delete") for kind in kinds)


def test_every_default_is_allowed_and_a_new_chat_is_in_dry_run() -> None:
    for setting in SETTINGS.values():
        assert setting.default == setting.choices[0] or len(setting.choices) > 1
        assert all(setting.read(choice) == choice for choice in (*setting.choices, setting.default))
    fresh = ChatSettings()
    assert fresh.dryrun
    assert fresh.get("suspicious") == "advise"
    kinds = [one.name for one in SETTINGS.values() if one.choices == ("keep", "delete")]
    assert {fresh.get(name) for name in kinds if name.startswith("media.")} == {"keep"}
    assert {fresh.get(name) for name in SETTINGS if name.startswith("lock.")} == {"off", "everyone", "none"}


def test_a_stored_value_that_is_no_longer_allowed_is_the_default() -> None:
    assert ChatSettings({"dryrun": "perhaps"}).dryrun
    with pytest.raises(KeyError):
        ChatSettings().get("media.smell")


def test_the_operators_list_is_read_with_remarks(tmp_path: Path) -> None:
    path = tmp_path / "block-list.txt"
    assert people_on(path) == []
    path.write_text("# who\n5000000001 # why\n\n  77\n", encoding="utf-8")
    assert people_on(path) == [5_000_000_001, 77]


@pytest.mark.parametrize("line", ["abc", "-5", "1 2", "٣", "1.5"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_bad_line_of_the_operators_list_stops_the_start(tmp_path: Path, line: str, encoding: str) -> None:
    path = tmp_path / "block-list.txt"
    path.write_text(f"1\n{line}\n", encoding=encoding)
    with pytest.raises(SettingsError, match=r"line [12]: not a Telegram id"):
        people_on(path)


@pytest.mark.parametrize(
    ("url", "secret", "api", "right"),
    [
        ("https://dze.example", "abc_-1", "https://api.telegram.org", True),
        ("http://dze.example", "abc", "https://api.telegram.org", False),
        ("http://10.0.0.2:8000", "abc", "http://10.0.0.3:8081", True),
        ("", "abc", "https://api.telegram.org", False),
        ("https://dze.example", "", "https://api.telegram.org", False),
        ("https://dze.example", "a b", "https://api.telegram.org", False),
        ("https://dze.example", "a" * 257, "https://api.telegram.org", False),
    ],
)
def test_a_webhook_needs_an_address_and_a_secret(url: str, secret: str, api: str, right: bool) -> None:
    made = ModerationSettings(public_url=url, telegram_secret=secret, telegram_api=api, _env_file=None)
    if right:
        assert made.webhook() == (f"{url}/telegram/webhook", secret)
    else:
        with pytest.raises(SettingsError, match="DZE_TELEGRAM_MODE=webhook needs"):
            made.webhook()


@given(st.sampled_from([one.text for one in spellings.ALL]) | st.text(max_size=80))
def test_an_allowed_entry_has_one_form_which_stays_what_it_is(text: str) -> None:
    entry = allowed_entry(text)
    if entry:
        assert allowed_entry(entry) == entry
        assert parse("lock.allow", entry) == ("lock.allow", entry)
