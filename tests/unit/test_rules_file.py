"""Rules and signals of the operator's own."""

import itertools
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.moderation.decide.judged import wanted
from services.moderation.domain.conditions import Rule, matching
from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.standing import DEFAULT, Facts, Seen, Standing, observe, of, score
from services.moderation.rules import plugins
from services.moderation.rules.lines import lines
from services.moderation.rules.load import load
from shared.contracts.telegram import PersonJudged
from shared.settings import SettingsError

NOW = 1_790_000_000
NAMES = set(DEFAULT.table)

GOOD = """
# strangers who come in many places at once
[[rule]]
name = "many-at-once"
action = "remove"
when = { all = [
    { signal = "joins.hour", least = 1.5 },
    { fact = "chats", least = 4 },
    { not = { fact = "trusted", least = 1 } },
] }

[[rule]]
name = "by-invite"
action = "advise"
chats = [-3]
when = { any = [{ fact = "road", is = "invite" }, { signal = "lookalike.forged" }] }
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def facts(count: int, road: str = "") -> Facts:
    standing = Standing()
    for n in range(count):
        place = (53.8 + 0.05 * n, 27.5)
        observe(standing, Seen(f"c{n}", -n, "joined", (), NOW - 60 * (count - n), place, road))
    return Facts(standing, f"c{count - 1}", NOW)


def names(rules: tuple[Rule, ...], known: Facts) -> list[str]:
    found = of(known)
    return [rule.name for rule in matching(rules, known, found, score(found))]


def test_rules_hold_where_their_conditions_do(tmp_path: Path) -> None:
    rules = load(write(tmp_path, GOOD), NAMES)
    assert names(rules, facts(2)) == []
    assert names(rules, facts(5)) == ["many-at-once"]
    assert names(rules, facts(4, "invite")) == ["many-at-once", "by-invite"]
    trusted = facts(5)
    observe(trusted.standing, Seen("c0", 0, "trusted", (), NOW))
    assert names(rules, trusted) == []


def test_a_rule_for_one_chat_says_nothing_of_others(tmp_path: Path) -> None:
    rules = load(write(tmp_path, GOOD), NAMES)
    assert names(rules, facts(3, "invite")) == []


def test_without_a_file_there_are_no_rules(tmp_path: Path) -> None:
    assert load(tmp_path / "rules.toml", NAMES) == ()


HEAD = '[[rule]]\nname = "b"\naction = "remove"\n'
SCORE = '[[rule]]\nname = "good"\naction = "advise"\nwhen = { fact = "score", least = 1 }\n\n'


def refused(tmp_path: Path, text: str) -> str:
    path = write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load(path, NAMES)
    said = str(caught.value)
    assert said.startswith(str(path))
    assert "\n" not in said
    return said.removeprefix(f"{path}, ")


@pytest.mark.parametrize(
    ("wrong", "line", "says"),
    [
        (('action = "remove"', 'action = "kill"'), 5, "action"),
        (('"joins.hour"', '"joins.hours"'), 7, "there are joins.hour"),
        (('fact = "chats"', 'fact = "shoes"'), 8, "shoes"),
        (("least = 4", 'least = "x"'), 8, "least"),
        (("least = 4", "least = nan"), 8, "least"),
        (("least = 4", "least = 4, most = 3"), 8, "never"),
        (("least = 4", 'is = "4"'), 8, "least"),
        ((", least = 4", ""), 8, "missing"),
        (('name = "by-invite"', 'name = "many-at-once"'), 13, "second"),
        (("chats = [-3]", 'chats = [-2,\n"-3"]'), 16, "quotes"),
        (("chats = [-3]", "chats = -3"), 15, "list"),
        (("when = { any", "then = { any"), 16, "then"),
        (("chats = [-3]", "chats = [-3"), 16, ""),
        (("any = [", "some = ["), 16, "some"),
        (('is = "invite"', 'is = "invited"'), 16, "public"),
        (('signal = "lookalike.forged"', "signal = [1]"), 16, "no signal"),
        (('fact = "road"', 'fact = ["road"]'), 16, "no fact"),
    ],
)
def test_the_line_that_is_wrong_is_named(
    tmp_path: Path, wrong: tuple[str, str], line: int, says: str
) -> None:
    said = refused(tmp_path, GOOD.replace(*wrong))
    assert said.startswith(f"line {line}: ")
    assert says in said


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (SCORE + '[[rule]]\nname = "action"\nwhen = { fact = "score", least = 1 }', 6, "needs 'action'"),
        (SCORE + '[[rule]]\nname = "b"\naction = "advise"', 6, "needs 'when'"),
        (SCORE + "[[rule]]", 6, "needs 'name'"),
        # The word that is wrong also stands where it is right.
        (SCORE + '[[rule]]\nname = "trust"\naction = "advise"\nwhen = { signal = "trust" }', 9, "no signal"),
        (SCORE + HEAD + 'when = { all = [\n{ fact = "days", least = 4 },\n{ all = [] },\n] }', 11, "nothing"),
        (
            SCORE
            + HEAD
            + 'when = { any = [\n{ fact = "chats", least = 4 },\n{ fact = "days", least = "4" }] }',
            11,
            "a number",
        ),
        (SCORE + HEAD + 'when = { not = [\n  # the first\n  "joins.hour",\n] }', 11, "a condition is"),
        (HEAD + 'when = { signal = "burst", fact = "days" }', 4, "'fact' does not go with 'signal'"),
        (HEAD + "[rule.when]\nall = [\n" + '{ fact = "age", least = 1 } ]', 6, "no fact"),
        (SCORE + "[[rules]]\nname = 'b'", 6, "'rules' is not known"),
        ("# mine\n[rule]\nname = 'b'", 2, "two pairs"),
        ("x = 1\n" + SCORE, 1, "'x' is not known"),
        ("rule = [\n  'a',\n]", 2, "begins with"),
        (HEAD + "when = 3", 4, "a condition is"),
        (HEAD + "when = {", 4, ""),
    ],
)
def test_the_line_is_that_of_the_place_and_not_of_the_word(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    said = refused(tmp_path, text)
    assert said.startswith(f"line {line}: ")
    assert says in said


@pytest.mark.parametrize("deep", [9, 50, 3000])
def test_conditions_do_not_nest_without_end(tmp_path: Path, deep: int) -> None:
    when = "{ not = " * deep + '{ fact = "chats", least = 1 }' + " }" * deep
    assert refused(tmp_path, f"{SCORE}{HEAD}when = {when}\n").startswith("line 9: ")


def test_a_file_in_another_encoding_is_refused_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_bytes(SCORE.encode() + "# Прывітанне".encode("cp1251"))
    with pytest.raises(SettingsError, match="line 6: the file is not UTF-8"):
        load(tmp_path / "rules.toml", NAMES)


def test_what_editors_of_other_systems_add_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert [rule.name for rule in load(tmp_path / "rules.toml", NAMES)] == ["many-at-once", "by-invite"]


SHAPES = [
    GOOD,
    "a = 1\n[b.c]\nd = 'x#y'  # z\n\n[b.e]\n[[f]]\ng.h = {i = [1, [2, 3], {j = 2}], k = true}\n[[f]]\n",
    '"quo ted"."x.y" = """\n[[rule]]\na = "b"\n"""\nn = \'\'\'\n{\n\'\'\'\nlast = 1979-05-27 07:32:00\n',
    "[[f]]\n[f.g]\nh = 1\n[[f.i]]\nj = 1\n[[f.i]]\nj = 2\n[[f]]\n[[f.i]]\nj = 3\n",
    's = "a\\"b]"\nt = [ # one\n  "]", \'}\',\n]\nu = { }\nv = [ ]\nw = """a""\\""""\n',
]


@pytest.mark.parametrize("text", SHAPES)
def test_every_value_of_a_text_has_its_line(text: str) -> None:
    def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        yield at
        items = (
            value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
        )
        for key, one in items:
            yield from paths(one, (*at, key))

    found = lines(text)
    assert set(found) == set(paths(tomllib.loads(text))) - {()}
    rows = text.splitlines()
    for path, line in found.items():
        key = next(part for part in reversed(path) if isinstance(part, str))
        assert isinstance(path[-1], int) or key in rows[line - 1]


PLUGIN = """
NAME = "own.night"
SAYS = {"en": "joined in the dead of night"}

def find(facts):
    return 1.5 if facts.now % 86400 < 4 * 3600 else None
"""


def test_a_signal_of_ones_own_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "night.py").write_text(PLUGIN)
    (own,) = plugins.load(tmp_path)
    midnight = NOW - NOW % 86400
    known = facts(2)
    assert own.name == "own.night"
    assert own.says == {"en": "joined in the dead of night"}
    night = Facts(known.standing, known.chat, midnight + 60)
    assert [one.weight for one in of(night, [own]) if one.name == "own.night"] == [1.5]
    assert list(own(Facts(known.standing, known.chat, midnight + 12 * 3600))) == []


def given(tmp_path: Path, gives: str) -> plugins.Plugin:
    (tmp_path / "own.py").write_text(PLUGIN.replace("return 1.5", f"return {gives}"))
    (own,) = plugins.load(tmp_path)
    return own


@pytest.mark.parametrize(
    ("gives", "line"),
    [
        ("1 / 0", 6),
        ("exec('raise SystemExit')", 6),
        ("float('nan')", 0),
        ("float('-inf')", 0),
        ("True", 0),
        ("'3'", 0),
        ("[1.0]", 0),
    ],
)
def test_a_signal_that_fails_or_gives_no_number_is_silent_and_says_so_once(
    tmp_path: Path, gives: str, line: int
) -> None:
    own = given(tmp_path, gives)
    with capture_logs() as logged:
        assert [*own(Facts(Standing(), "c", 60)), *own(Facts(Standing(), "c", 60))] == []
    assert [(one["event"], one["signal"], one["line"]) for one in logged] == [
        ("signal_failed", "own.night", line)
    ]


def test_a_slow_signal_is_asked_no_more(tmp_path: Path) -> None:
    own = given(tmp_path, "1.5")
    ticks = itertools.count(step=plugins.SLOW + 0.1)
    own.clock = lambda: next(ticks)
    with capture_logs() as logged:
        found = [len(list(own(Facts(Standing(), "c", 60)))) for _ in range(plugins.SLOW_MOST + 2)]
    assert found == [1] * plugins.SLOW_MOST + [0, 0]
    assert [one["event"] for one in logged] == ["signal_slow"]


def test_a_signal_of_ones_own_cannot_outweigh_everything(tmp_path: Path) -> None:
    (tmp_path / "huge.py").write_text(PLUGIN.replace("1.5", "99"))
    (own,) = plugins.load(tmp_path)
    assert [found[1]["weight"] for found in own(Facts(Standing(), "c", 60))] == [4.0]


@pytest.mark.parametrize(
    "text",
    [
        "1 / 0",
        "raise SystemExit",
        "NAME = 'x'",
        "NAME = 'own.x'",
        PLUGIN.replace("own.night", "banned"),
        PLUGIN.replace("joined in the dead of night", " "),
        PLUGIN.replace('"en"', "1"),
        PLUGIN.replace("def find", "def found"),
        "def",
    ],
)
def test_a_file_that_is_no_signal_stops_the_start_with_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.py").write_text(text)
    with pytest.raises(SettingsError, match=r"odd\.py"):
        plugins.load(tmp_path)


@pytest.mark.parametrize(
    ("action", "score", "before", "what"),
    [
        ("", 1.0, None, "remove"),
        ("", 0.5, None, "advise"),
        ("advise", 1.0, None, "remove"),
        ("restrict", 1.0, None, "remove"),
        ("restrict", 0.5, None, "restrict"),
        ("remove", -2.0, None, "remove"),
        ("advise", 1.0, 1.0, "advise"),
        ("restrict", 1.0, 1.0, "restrict"),
    ],
)
def test_of_what_rules_and_score_want_the_hardest_is_done_where_the_chat_lets_the_bot_act(
    action: str, score: float, before: float | None, what: str
) -> None:
    fields: dict[str, Any] = {"person": "p" * 13, "chat_id": -100, "user_id": 7, "signals": ()}
    rule = {"rule": "a", "action": action, "firm_action": action} if action else {}
    fields |= {"firm": score, "before_firm": before}
    at = datetime(2026, 11, 22, tzinfo=UTC)
    event = PersonJudged(**fields, **rule, score=score, before=before, judged_at=at)
    assert wanted(ChatSettings({"suspicious": "remove"}), event) == what
    assert wanted(ChatSettings(), event) == "advise"
