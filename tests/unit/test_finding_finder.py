"""The finder: exact words, beginnings, slips; changes while it is asked; the same answers as a plain scan."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.domain.finding.finder import Finder, Word, terms_of
from shared.text.sounds import words

HERE = (53.9, 27.56)


def finder(**names: str) -> Finder:
    made = Finder()
    for key, name in names.items():
        made.put(key, terms_of((name,)), place=HERE, size=len(name))
    return made


def keys(made: Finder, text: str, most: int = 10, **options: Any) -> list[str]:
    return [found.key for found in made.find([Word(word) for word in words(text)], most, **options)]


@pytest.mark.parametrize(
    "typed",
    ["Каменная Горка", "каменная горка", "kamennaya gorka", "Kamiennaja Horka", "камен гор", "горка каменная",
     "каменая горка", "каменнаяя горка", "камнная горка", "кмаенная горка", "🙂 Каменная 🏳️ горка"],
)  # fmt: skip
def test_spellings_and_slips_find_the_same(typed: str) -> None:
    made = finder(one="Каменная Горка", two="Каменны двор", three="Зялёная горка")
    assert keys(made, typed)[0] == "one"


@pytest.mark.parametrize("typed", ["дм", "двр", "4", "44", "каменямама"])
def test_short_words_numbers_and_other_words_are_not_bent(typed: str) -> None:
    assert keys(finder(one="Дом 43", two="Двор", three="Каменная"), typed) in ([], ["one"])
    assert keys(finder(one="Дом 53"), "43") == []


def test_exact_comes_before_beginning_before_inside_before_slip() -> None:
    made = finder(inside="Стараўручча", begin="Уруччанскі", exact="Уручча")
    assert keys(made, "уручча") == ["exact", "begin", "inside"]
    assert keys(finder(slip="Уручка", inside="Стараўручча"), "уручча") == ["inside", "slip"]


def test_the_name_comes_before_what_stands_beside_it() -> None:
    made = Finder()
    made.put("beside", ["adras"], ["duar"], place=HERE, size=900)
    made.put("named", ["duar"], place=HERE, size=1)
    assert keys(made, "двор") == ["named", "beside"]


def test_of_equals_the_larger_comes_first_and_with_a_place_the_nearer() -> None:
    made = Finder()
    made.put("far", ["duar"], place=(53.95, 27.56), size=900)
    made.put("near", ["duar"], place=(53.9, 27.56), size=1)
    assert keys(made, "двор") == ["far", "near"]
    assert keys(made, "двор", near=HERE) == ["near", "far"]
    assert made.around(HERE, 100, 5) == ["near"]
    assert made.around(HERE, 10_000, 5) == ["near", "far"]


@pytest.mark.parametrize(
    "typed",
    ["", " ", "🙂", "\0", "\0двор", ".*[](){}^$\\", "\u202eдвор", "а" * 200, "а " * 100, "' OR 1=1 --", "%_%",
     "\ud7ff", "שלום", "١٢٣", "𝔻𝕧𝕠𝕣", "ӓ" * 60, "\u200b" * 50],
)  # fmt: skip
def test_hostile_questions_do_no_harm(typed: str) -> None:
    made = finder(one="Двор", two="שלום двор")
    start = time.perf_counter()
    assert set(keys(made, typed)) <= {"one", "two"}
    assert time.perf_counter() - start < 0.5


def test_other_scripts_are_found_as_they_are() -> None:
    assert keys(finder(one="שלום двор", two="Двор"), "שלום") == ["one"]


NAMES = st.sampled_from(["Двор", "Дворец", "Дом 4", "Дом 43", "Сад", "Сонечны двор", "Сажалка", "Горка"])
STEPS = st.lists(st.tuples(st.integers(0, 9), st.one_of(st.none(), NAMES), st.booleans()), max_size=60)


@settings(max_examples=60, deadline=None)
@given(STEPS, st.sampled_from(["дв", "двор", "дом 4", "с", "горка", "сонечны дв"]))
def test_after_any_changes_it_answers_as_a_plain_scan_would(
    steps: list[tuple[int, str | None, bool]], typed: str
) -> None:
    made, alive = Finder(), dict[str, str]()
    for number, name, ask in steps:
        if name is None:
            made.remove(str(number))
            alive.pop(str(number), None)
        else:
            made.put(str(number), terms_of((name,)), place=HERE, size=1)
            alive[str(number)] = name
        if ask:
            keys(made, typed)
    wanted = terms_of((typed,))
    scan = {
        key for key, name in alive.items()
        if all(any(term.startswith(word) for term in terms_of((name,))) for word in wanted)
    }  # fmt: skip
    assert set(keys(made, typed, 100, slips=False)) == scan
    assert len(made) == len(alive)


def test_numbers_of_what_is_gone_are_used_again() -> None:
    made = Finder()
    for turn in range(25):
        for number in range(1_000):
            made.put(str(number), [f"duar{number}", f"t{turn}"], place=HERE, size=number)
        assert len(keys(made, f"t{turn}", 2_000, slips=False)) == 1_000
    assert keys(made, "dvar7", 1) == ["7"]
    assert len(made._items.keys) < 12_000 + 2_000


def test_many_that_come_at_once_are_found_like_those_that_come_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{Finder.__module__}.PENDING_MOST", 3)
    monkeypatch.setattr(f"{Finder.__module__}.SEGMENTS_MOST", 4)
    names = [f"{word} {number % 7}" for number in range(40) for word in ("Двор", "Сад", f"Дом{number}")]
    many, alone = Finder(), Finder()
    rows = [(str(number), terms_of((name,)), [f"#{number % 3}"]) for number, name in enumerate(names)]
    for start in range(0, len(rows), 5):
        ids, names_of, signs = zip(*rows[start : start + 5], strict=True)
        many.put_all(ids, names_of, signs, [HERE] * 5, [1] * 5)
    for name, named, beside in rows:
        alone.put(name, named, beside, place=HERE, size=1)
        alone.settle()
    for typed in ("двор", "сад 4", "дом1", "дам12", "дво", "#1", "вор"):
        assert keys(many, typed, 200) == keys(alone, typed, 200)
    assert len(keys(many, "двор", 200)) == 40
