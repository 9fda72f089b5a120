"""Every reason as an admin reads it: a sentence with its figures, on a card that Telegram takes."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from services.moderation.bot import cards, explaining
from services.moderation.bot.i18n import CATALOGUES, Speech, reason_word
from services.moderation.bot.log_view import without_figures
from services.moderation.bot.news_store import Acted, News
from services.moderation.bot.ports import Deps, Me
from services.moderation.domain import standing
from shared.contracts.telegram import PersonJudged, Signal
from shared.keys import Keys

LANGUAGES = sorted(CATALOGUES)
NAMES = sorted(standing.DEFAULT.table)
FIGURES = ("chats", "places", "kilometres", "days", "times", "years", "lists", "members")
TRAITS = (
    "links",
    "mentions",
    "money",
    "phones",
    "emoji",
    "capitals",
    "exclaims",
    "mixed_alphabets",
    "numbers",
)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOBODY: Any = None
HOSTILE = "\u202eБорь <b>7</b> & {name} [chats] \u2066" + "Ж" * 100
MOST = 4096


def signal(name: str, n: float, weight: float = 1.0) -> Signal:
    traits = {f"trait.{one}": 1.0 for one in TRAITS} if name == "spam.text" else {}
    return Signal(name=name, weight=weight, detail=dict.fromkeys(FIGURES, n) | traits)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_reason_is_a_sentence_with_any_figure(language: str, name: str) -> None:
    speech, said = Speech(language), set()
    for n in (1, 2, 5, 21.0):
        text = explaining.reason(speech, signal(name, n))
        assert not re.search(r"[\[\]{}|—]$|[\[\]{}|]", text), text
        assert text == text.strip()
        assert text[:1] != text[:1].upper() or text.startswith("@")
        said.add(text)
    assert len(said) == (4 if "[" in CATALOGUES[language][f"reason.{name}"] and name != "spam.text" else 1)


@pytest.mark.parametrize(
    ("language", "name", "n", "says"),
    [
        ("en", "present.long", 1, "has long been writing here quietly: 1 day"),
        ("en", "present.long", 5, "has long been writing here quietly: 5 days"),
        ("en", "burst.several", 2, "came within minutes together with others: 2 chats, 2 neighbourhoods"),
        ("be", "present.long", 1, "піша тут даўно і спакойна: 1 дзень"),
        ("be", "present.long", 2, "піша тут даўно і спакойна: 2 дні"),
        ("be", "names.changed", 5, "змена імя на працягу тыдня: 5 разоў"),
        ("ru", "silent.everywhere", 1, "ни слова в чатах, вход в которые я видел: 1 чат"),
        ("ru", "silent.everywhere", 2, "ни слова в чатах, вход в которые я видел: 2 чата"),
        ("ru", "account.old", 5.9, "давний аккаунт: не меньше 5 лет"),
        ("ru", "account.old", 21, "давний аккаунт: не меньше 21 года"),
        ("uk", "courtyards.day", 2, "входи за день у чати дворів, далеких один від одного: 2 двори"),
        ("uk", "courtyards.day", 5, "входи за день у чати дворів, далеких один від одного: 5 дворів"),
    ],
)
def test_the_word_goes_with_its_figure(language: str, name: str, n: float, says: str) -> None:
    assert explaining.reason(Speech(language), signal(name, n)) == says


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_the_log_a_reason_stands_without_figures(language: str) -> None:
    for name in NAMES:
        text = without_figures(reason_word(Speech(language), name))
        assert len(text) > 8, name
        assert not re.search(r"[\[\]|:]", text), text


def card(language: str, judged: PersonJudged, acted: Acted | None = None) -> str:
    deps = Deps(NOBODY, Keys("k" * 32), NOBODY, NOBODY, NOBODY, NOBODY, Me(1, "dze"), now=lambda: NOW)
    news = News(chat_id=-100, title="Двор " * 50, at=NOW, judged=judged, name=HOSTILE, acted=acted)
    return str(cards.card(deps, "code", news, 5, Speech(language)).params["text"])


def shown(text: str) -> str:
    return unescape(re.sub(r"</?[abi](?: [^>]*)?>|</?code>", "", text))


def judged(*signals: Signal, **more: Any) -> PersonJudged:
    about: dict[str, Any] = {"person": "p" * 13, "chat_id": -100, "user_id": 7, "judged_at": NOW}
    return PersonJudged(**({"score": 12.0} | about | more), signals=signals)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_card_is_one_that_telegram_takes(language: str) -> None:
    says = {"en": "joined in the dead of night & <wrote> " * 5}
    own = [Signal(name=f"own.n{n}", weight=0.1, says=says) for n in range(60)]
    known = [
        signal(name, 21, standing.DEFAULT.table[name].of(dict.fromkeys(FIGURES, 21)) or 1) for name in NAMES
    ]
    everything = judged(*known, *own, *(one.model_copy(update={"weight": -0.1}) for one in own))
    for text in (card(language, everything), explaining.text(everything, Speech(language))):
        assert len(shown(text).encode("utf-16-le")) // 2 <= MOST
        assert "…" in text
    weightiest = explaining.reason(Speech(language), cards.against(everything)[0])
    assert weightiest in card(language, everything)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_can_be_known_of_a_person_has_room_on_a_card(language: str) -> None:
    known = standing.DEFAULT
    weights = {name: -1 if known.kind(name) == "trust" else 1 for name in NAMES}
    text = card(language, judged(*(signal(name, 21, weight) for name, weight in weights.items())))
    assert text.count("\n• ") == len(NAMES)
    assert "…" not in text


def test_a_name_turns_no_line_around_and_is_no_markup() -> None:
    text = card("ru", judged(signal("burst", 1)))
    assert "\u202e" not in text
    assert "\u2066" not in text
    assert "&lt;b&gt;7&lt;/b&gt; &amp; {name} [chats]" in text
    unseen = News(chat_id=-100, at=NOW, judged=judged(signal("burst", 1)), name="\u200b\u2800 \u3164")
    deps = Deps(NOBODY, Keys("k" * 32), NOBODY, NOBODY, NOBODY, NOBODY, Me(1, "dze"), now=lambda: NOW)
    assert ">без имени</a>" in cards.card(deps, "code", unseen, 5, Speech("ru")).params["text"]


@pytest.mark.parametrize(
    ("timezone", "day"), [("Europe/Minsk", "01.01"), ("UTC", "31.12"), ("Pacific/Kiritimati", "01.01")]
)
def test_a_card_says_until_when_by_the_clocks_of_the_chat(timezone: str, day: str) -> None:
    until = datetime(2027, 12, 31, 22, 30, tzinfo=UTC)
    acted = Acted(what="remove", undo="abcd", until=until, timezone=timezone)
    assert f"until {day}" in card("en", judged(signal("burst", 1)), acted)


@pytest.mark.parametrize(("score", "chance"), [(12.0, 99), (0.0, 50), (-9.0, 1)])
def test_no_sum_is_certain_of_anybody(score: float, chance: int) -> None:
    assert f"{chance} %" in explaining.text(judged(signal("burst", 1), score=score), Speech("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_rules_of_the_operator_stand_on_the_card_that_they_asked_for(language: str) -> None:
    asked = judged(rule="by-invite, many-at-once", action="advise", score=-2.0)
    for text in (card(language, asked), explaining.text(asked, Speech(language))):
        assert "by-invite\n" in text
        assert "many-at-once\n" in text
