"""Rules and signals of the operator's own."""

import pytest

from services.moderation.domain.conditions import matching
from services.moderation.domain.standing import DEFAULT, Facts, Seen, Standing, observe, of, score
from services.moderation.rules import plugins
from services.moderation.rules.load import load
from shared.settings import SettingsError

NOW = 1_790_000_000
NAMES = set(DEFAULT.table)

GOOD = """
# strangers who come in many places at once
[[rule]]
name = "many-at-once"
action = "remove"
when = { all = [
    { signal = "joins.hour", least = 2.0 },
    { fact = "chats", least = 4 },
    { not = { fact = "trusted", least = 1 } },
] }

[[rule]]
name = "by-invite"
action = "advise"
chats = [-3]
when = { any = [{ fact = "road", is = "invite" }, { signal = "lookalike.forged" }] }
"""


def write(tmp_path, text):
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def facts(count: int, road: str = "") -> Facts:
    standing = Standing()
    for n in range(count):
        place = (53.8 + 0.05 * n, 27.5)
        observe(standing, Seen(f"c{n}", -n, "joined", (), NOW - 60 * (count - n), place, road))
    return Facts(standing, f"c{count - 1}", NOW)


def names(rules, known: Facts) -> list[str]:
    found = of(known)
    return [rule.name for rule in matching(rules, known, found, score(found))]


def test_rules_hold_where_their_conditions_do(tmp_path):
    rules = load(write(tmp_path, GOOD), NAMES)
    assert names(rules, facts(2)) == []
    assert names(rules, facts(5)) == ["many-at-once"]
    assert names(rules, facts(4, "invite")) == ["many-at-once", "by-invite"]
    trusted = facts(5)
    observe(trusted.standing, Seen("c0", 0, "trusted", (), NOW))
    assert names(rules, trusted) == []


def test_a_rule_for_one_chat_says_nothing_of_others(tmp_path):
    rules = load(write(tmp_path, GOOD), NAMES)
    assert names(rules, facts(3, "invite")) == []


def test_without_a_file_there_are_no_rules(tmp_path):
    assert load(tmp_path / "rules.toml", NAMES) == ()


@pytest.mark.parametrize(
    ("wrong", "line", "says"),
    [
        (('action = "remove"', 'action = "kill"'), 5, "action"),
        (('"joins.hour"', '"joins.year"'), 7, "joins.year"),
        (('fact = "chats"', 'fact = "shoes"'), 8, "shoes"),
        (("least = 4", 'least = "x"'), 8, "least"),
        (('name = "by-invite"', 'name = "many-at-once"'), 13, "second"),
        (("chats = [-3]", 'chats = ["x"]'), 15, "chats"),
        (("when = { any", "then = { any"), 16, "then"),
        (("chats = [-3]", "chats = [-3"), 16, ""),
        (("any = [", "some = ["), 16, "some"),
    ],
)
def test_the_line_that_is_wrong_is_named(tmp_path, wrong, line, says):
    path = write(tmp_path, GOOD.replace(*wrong))
    with pytest.raises(SettingsError) as caught:
        load(path, NAMES)
    assert f"line {line}" in str(caught.value)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["x = 1", "rule = 3", "[[rule]]", "[[rule]]\nname='a'\naction='advise'\nwhen=3"]
)
def test_what_is_no_rule_is_refused(tmp_path, text):
    with pytest.raises(SettingsError):
        load(write(tmp_path, text), NAMES)


def test_conditions_do_not_nest_without_end(tmp_path):
    when = "{ not = " * 50 + '{ fact = "chats", least = 1 }' + " }" * 50
    with pytest.raises(SettingsError):
        load(write(tmp_path, f'[[rule]]\nname = "deep"\naction = "advise"\nwhen = {when}\n'), NAMES)


PLUGIN = """
NAME = "own.night"
SAYS = {"en": "joined in the dead of night"}

def find(facts):
    return 1.5 if facts.now % 86400 < 4 * 3600 else None
"""


def test_a_signal_of_ones_own_is_one_file(tmp_path):
    (tmp_path / "night.py").write_text(PLUGIN)
    (own,) = plugins.load(tmp_path)
    midnight = NOW - NOW % 86400
    known = facts(2)
    assert own.name == "own.night"
    assert own.says == {"en": "joined in the dead of night"}
    night = Facts(known.standing, known.chat, midnight + 60)
    assert [one.weight for one in of(night, [own]) if one.name == "own.night"] == [1.5]
    assert list(own(Facts(known.standing, known.chat, midnight + 12 * 3600))) == []


def test_a_signal_that_fails_is_silent(tmp_path):
    (tmp_path / "bad.py").write_text(PLUGIN.replace("return 1.5", "return 1 / 0"))
    (own,) = plugins.load(tmp_path)
    assert list(own(Facts(Standing(), "c", 60))) == []
    assert own.failed


def test_a_signal_of_ones_own_cannot_outweigh_everything(tmp_path):
    (tmp_path / "huge.py").write_text(PLUGIN.replace("1.5", "99"))
    (own,) = plugins.load(tmp_path)
    assert [found[1]["weight"] for found in own(Facts(Standing(), "c", 60))] == [4.0]


@pytest.mark.parametrize(
    "text", ["1 / 0", "NAME = 'x'", "NAME = 'own.x'", PLUGIN.replace("own.night", "banned"), "def"]
)
def test_a_file_that_is_no_signal_stops_the_start_with_its_name(tmp_path, text):
    (tmp_path / "odd.py").write_text(text)
    with pytest.raises(SettingsError, match=r"odd\.py"):
        plugins.load(tmp_path)
