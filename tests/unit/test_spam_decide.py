"""What follows from what was found in a text: by setting, role and dry run; the model's file; lessons."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.moderation.domain.reading import Copies, Reading
from services.moderation.domain.settings import BadSetting, parse, stop_words
from services.moderation.domain.spam import is_read
from services.moderation.domain.standing import Seen, Standing, judge, observe
from services.moderation.domain.state import ChatState
from services.moderation.domain.update import Update
from services.moderation.spam import cases, shelf
from services.moderation.spam.clean import views
from services.moderation.spam.features import encode, part
from services.moderation.spam.models import LOOK_EVERY, Models
from services.moderation.spam.online import NONE, classify, eased, learn, learn_row
from services.moderation.spam.ready import ready
from services.moderation.spam.stopwords import has_stop_word
from tests.moderation import (
    ADMIN,
    ALES,
    CHAT,
    NOW,
    context,
    decide,
    deleted,
    membership,
    message,
    person,
    photo,
    state,
    update,
    user,
)

MODEL = ready()
SPAM = Reading(spam=True, traits=("links", "money"), features=b"f")
FENCES = "Заборы из профнастила от завода, замер и монтаж в подарок всем соседям этого дома"


def read(found: ChatState, one: Update, told: Reading = SPAM, now: int = NOW) -> ChatState:
    decide(one, found, replace(context(now), texts={one.id: told}))
    return found


def codes(found: ChatState) -> list[tuple[str, ...]]:
    return [seen.reasons for seen in found.changes.observed]


def test_by_default_it_is_only_noted_of_the_person() -> None:
    found = read(state(), update(message(5, text="x")))
    assert deleted(found) == []
    assert codes(found) == [("spam.text", "trait.links", "trait.money")]
    assert found.changes.cases == [(person(ALES), b"f")]


def test_a_later_message_and_an_edit_are_noted_by_themselves() -> None:
    found = read(state(), update(message(5, text="x")), Reading())
    read(found, update(message(6, text="x")))
    read(found, update(message(5, text="y", edit_date=NOW + 5), "edited_message"))
    assert [seen.kind for seen in found.changes.observed] == ["wrote", "noted", "noted"]


@pytest.mark.parametrize(("how", "gone"), [("off", []), ("advise", []), ("delete", [5]), ("remove", [5])])
def test_the_setting_says_what_follows(how: str, gone: list[int]) -> None:
    found = read(state({"spam": how}), update(message(5, text="x")))
    assert deleted(found) == gone
    assert bool(found.changes.sanctions) == (how == "remove")
    assert bool(found.changes.cases) == (how != "off")


def test_in_dry_run_it_is_counted_under_what_would_be_done() -> None:
    for how, code in (("delete", "spam.text"), ("remove", "spam.remove")):
        found = read(state({"spam": how, "dryrun": "on"}), update(message(5, text="x")))
        assert found.changes.would == {code: 1}
        assert deleted(found) == []
        assert found.changes.sanctions == []


def test_an_admin_is_spared_even_when_the_text_was_read() -> None:
    found = read(state({"spam": "remove", "spam.for": "everyone"}), update(message(5, who=ADMIN, text="x")))
    assert deleted(found) == []
    assert found.changes.sanctions == []
    assert found.changes.cases == []


def test_where_the_admins_cannot_be_known_nobody_is_accused() -> None:
    found = read(state({"spam": "remove"}, admins=None), update(message(5, text="x")))
    assert deleted(found) == []
    assert found.changes.cases == []


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({}, True), ({"spam": "off"}, False), ({"spam": "off", "spam.words": "казино"}, True),
     ({"spam.for": "newcomers"}, False)],
)  # fmt: skip
def test_who_is_not_yet_trusted_is_read_where_anything_is_looked_for(
    settings: dict[str, str], expected: bool
) -> None:
    assert is_read(update(message(5)), state(settings), context()) is expected


def test_trusted_people_admins_and_traces_are_not_read() -> None:
    known = state()
    known.trusted.add(person(ALES))
    assert not is_read(update(message(5)), known, context())
    known = state()
    known.days[person(ALES)] = 3
    assert not is_read(update(message(5)), known, context())
    assert is_read(update(message(5)), state({"spam.for": "everyone"}), context())
    assert not is_read(update(message(5, who=ADMIN)), state(), context())
    assert not is_read(update(message(5, new_chat_title="x")), state(), context())
    assert not is_read(update(membership(user(), "left", "member"), "chat_member"), state(), context())


def test_the_album_goes_as_a_whole_and_only_its_own_words_are_the_reason() -> None:
    found = state({"spam": "delete"})
    album: dict[str, Any] = {"media_group_id": "a", "photo": photo()}
    decide(update(message(5, **album)), found, context())
    read(found, update(message(6, caption="x", **album)))
    decide(update(message(7, **album)), found, context())
    assert deleted(found) == [5, 6, 7]
    assert next(one.more for one in found.changes.deletes if one.message_id == 6) == (
        "trait.links",
        "trait.money",
    )


def test_the_same_text_counts_from_the_third_chat_on() -> None:
    copies = Copies("h", None, {"c": NOW})
    for chats, expected in ((1, [()]), (2, [("spam.repeated",)])):
        found = read(state(), update(message(5, text="x")), Reading(copies=copies, teams=chats))
        assert codes(found) == expected
        assert found.changes.copies == [copies]


def test_a_first_message_that_is_spam_asks_for_advice_and_says_why() -> None:
    standing = Standing()
    observe(standing, Seen("c", CHAT, "wrote", ("spam.text", "trait.links"), NOW))
    (found,) = judge(standing, "c", NOW)
    (signal,) = [one for one in found.signals if one.name == "spam.text"]
    assert dict(signal.detail) == {"trait.links": 1.0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Казино рядом", True), ("КА3ИНО", True), ("к а з и н о", True), ("кaзинo", True),
     ("ка\u200bзино", True), ("казиношник", False), ("криптовалюта", True), ("манускрипт", False),
     ("обмен   usdt", True),
     ("", False), ("***", False)],
)  # fmt: skip
def test_stop_words_are_seen_through_disguise(text: str, expected: bool) -> None:
    assert has_stop_word(views(text), ("казино", "крипт*", "обмен usdt")) is expected


@pytest.mark.parametrize("words", ["((", "[a-z]+", "\\b.*", "a|b", "∑∂∆", "…"])
def test_a_stop_word_is_no_pattern(words: str) -> None:
    assert not has_stop_word(views("обычное сообщение о воде"), (words,))


def test_stop_words_are_put_in_order_and_held_to_a_size() -> None:
    assert parse("spam.words", " Казино,  обмен   USDT;казино ") == ("spam.words", "казино, обмен usdt")
    assert stop_words("none") == ()
    for bad in ("x", "*", ",", "д" * 41, ",".join(f"слово{n}" for n in range(51))):
        with pytest.raises(BadSetting):
            parse("spam.words", bad)


def test_features_of_a_text_can_be_kept_and_learnt_from() -> None:
    rows = encode([FENCES, "другое"])
    kept = cases.unpack(cases.pack(part(rows, 0, 1)))
    assert kept is not None
    same = learn_row(MODEL, NONE, kept, "spam")
    assert same.after == pytest.approx(learn(MODEL, NONE, FENCES, "spam").after)
    assert FENCES[:8].encode() not in cases.pack(part(rows, 0, 1))
    for broken in (b"", b"x" * 50, cases.pack(part(rows, 0, 1))[:-9]):
        assert cases.unpack(broken) is None


def test_a_part_of_the_way_is_a_part_of_the_score() -> None:
    whole = learn(MODEL, NONE, FENCES, "spam")
    quarter = eased(NONE, whole.correction, 0.25)
    row = encode([FENCES])
    moved = float(quarter.scores(row)[0]) / float(whole.correction.scores(row)[0])
    assert moved == pytest.approx(0.25, abs=0.02)


async def test_the_deployments_model_is_taken_when_it_comes_and_a_broken_one_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [0.0]
    models = Models(tmp_path, lambda: clock[0])
    first = await models.current()
    assert first.revision == MODEL.revision
    own = replace(MODEL, header=MODEL.header.model_copy(update={"threshold": 1.25}))
    shelf.put(tmp_path, own)
    assert (await models.current()).revision == first.revision
    clock[0] += LOOK_EVERY
    assert (await models.current()).header.threshold == 1.25
    (tmp_path / shelf.CURRENT).write_bytes(b"dze spam model 1\nrubbish")
    clock[0] += LOOK_EVERY
    assert (await models.current()).header.threshold == 1.25
    assert "spam_model_broken" in capsys.readouterr().out
    (tmp_path / shelf.CURRENT).unlink()
    clock[0] += LOOK_EVERY
    assert (await models.current()).revision == first.revision


async def test_a_broken_file_at_the_start_leaves_the_ready_model(tmp_path: Path) -> None:
    (tmp_path / shelf.CURRENT).write_bytes(b"\x00" * 100)
    assert (await Models(tmp_path).current()).revision == MODEL.revision


def test_what_is_learnt_for_one_chat_finds_the_disguised_copy() -> None:
    learnt = NONE
    for _ in range(3):
        learnt = learn(MODEL, learnt, FENCES, "spam").correction
    assert classify(MODEL, [FENCES.replace("о", "o").replace("а", "a")], learnt)[0].spam
