"""The model: what comes with the project, what is trained, what is kept in a file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.moderation.spam import model as files
from services.moderation.spam import shelf
from services.moderation.spam.calibrate import aim_for, log_odds, threshold
from services.moderation.spam.clean import views
from services.moderation.spam.learn import NoSamplesError, Samples, digest, samples, train
from services.moderation.spam.model import BadModelError, Model, from_bytes
from services.moderation.spam.ready import make, own_samples, ready

SPAM = [f"Доход {n} долларов в день, пишите в личные сообщения, команда {n % 7}" for n in range(60)]
HAM = [f"Сосед, во сколько завтра собрание, у подъезда {n} или в школе?" for n in range(90)]


@pytest.fixture(scope="module")
def trained() -> Model:
    return train(samples(SPAM, HAM), own_samples())


def test_the_model_that_comes_with_the_project_was_made_from_its_samples() -> None:
    shipped, anew = ready(), make()
    assert shipped.header.samples == digest(Samples([], []), own_samples())
    assert np.allclose(shipped.weights, anew.weights, rtol=0.02, atol=0.02)
    assert abs(shipped.header.threshold - anew.header.threshold) < 0.02


def test_our_samples_are_in_four_languages_and_none_is_both_spam_and_ham() -> None:
    own = own_samples()
    assert not set(own.spam) & set(own.ham)
    assert len(own.spam) > 200
    assert len(own.ham) > 400


def test_the_same_samples_give_the_same_bytes(trained: Model) -> None:
    assert train(samples(SPAM, HAM), own_samples()).to_bytes() == trained.to_bytes()


def test_a_file_reads_back_the_same(trained: Model) -> None:
    again = from_bytes(trained.to_bytes())
    texts = [*SPAM[:5], *HAM[:5], "", "привет"]
    assert again.classify(texts) == trained.classify(texts)
    assert again.revision == trained.revision


def test_the_header_can_be_read_by_a_person(trained: Model) -> None:
    mark, told, _ = (
        trained.to_bytes().split(b"\n", 1)[0],
        *trained.to_bytes().split(b"\n", 1)[1].split(b"\n---\n", 1),
    )
    header = json.loads(told)
    assert mark == files.MARK.encode()
    assert header["spam"] == 60
    assert header["top_spam"]


def test_ngrams_are_named_as_they_would_be_written() -> None:
    told = ready().header
    spam, ham = ({name for name, _ in top} for top in (told.top_spam, told.top_ham))
    assert {"зараб", "день", "пиши"} <= spam
    assert {"the", "floor", "двор"} <= ham


def test_what_one_message_alone_says_is_never_named() -> None:
    secret = "щщюэ"

    def told(*spam: str) -> str:
        model = train(samples([*SPAM, *spam], HAM), own_samples())
        return model.to_bytes().partition(b"\n---\n")[0].decode()

    assert secret not in told(secret * 3)
    assert secret in told(*(f"{secret * 3} {n}" for n in "abcde"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:0],
        lambda data: data[:100],
        lambda data: data[:-10],
        lambda data: data.replace(b"spam model 1", b"spam model 9"),
        lambda data: data.replace(b'"features": 2', b'"features": 3'),
        lambda data: data.replace(b'"threshold": ', b'"threshold": "x", "y": '),
        lambda data: data[:-50] + bytes(50),
        lambda data: b"\x80\x04\x95" + data,
    ],
)
def test_a_damaged_file_is_refused_in_one_line(trained: Model, damage: Callable[..., Any]) -> None:
    with pytest.raises(BadModelError) as refused:
        from_bytes(damage(trained.to_bytes()))
    assert "\n" not in str(refused.value)


def test_one_sort_alone_teaches_nothing() -> None:
    with pytest.raises(NoSamplesError):
        train(samples(["a"], []), Samples([], []))


def test_a_handful_of_samples_is_enough_to_begin() -> None:
    told = train(samples(["Заработок, пиши"], ["Привет"]), own_samples())
    assert told.header.own == own_samples().total


def test_two_messages_alone_make_a_model() -> None:
    assert train(samples(["заработок каждый день"], ["привет, соседи"]), Samples([], [])).classify(["а"])


def test_many_samples_are_thinned_evenly_and_reproducibly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.moderation.spam.learn.MOST", 100)
    one, two = (samples([str(n) for n in range(1000)], ["x", " x ", ""]) for _ in range(2))
    assert one == two
    assert len(one.spam) == 100
    assert max(int(text) for text in one.spam) > 800
    assert one.ham == ["x"]


def test_of_an_endless_text_no_more_is_kept_than_is_read() -> None:
    endless = "начало " + "середина " * 10_000 + "конец"
    (kept,) = samples([endless], ["x"]).spam
    assert len(kept) < 6000
    assert views(kept) == views(endless)


def test_disguise_does_not_help(trained: Model) -> None:
    plain, disguised = trained.classify(
        [
            "Доход 70 долларов в день, пишите в личные сообщения",
            "Дoxoд 70 дoллapoв в дeнь, пи\u200bшитe в личныe coo6щeния",
        ]
    )
    assert plain.spam
    assert disguised.spam


def test_nothing_is_not_spam(trained: Model) -> None:
    assert not any(one.spam for one in trained.classify(["", " ", "\n", "\u3000"]))
    assert trained.classify([]) == []


def test_our_neighbours_are_not_accused_by_the_model_in_the_project() -> None:
    talk = [
        "Суседзі, хто забраў мой веласіпед ад другога пад'езда?",
        "Скиньте, пожалуйста, номер электрика",
        "Сбор подписей завтра в пять во дворе, приходите",
        "Who is bringing the tea tomorrow?",
        "Дякую, дуже допомогли!",
        "@oleg ты где?",
        "+",
    ]
    assert [text for text, one in zip(talk, ready().classify(talk), strict=True) if one.spam] == []


def test_the_model_in_the_project_finds_what_is_plain() -> None:
    plain = [
        "Набираю команду, удалённо, от 300$ в день, опыт не нужен, пишите + в личные сообщения",
        "Guaranteed profit every day, invest 100 USDT and withdraw 900, message my manager @trade_king_fx",
        "Потрібні люди на віддалену роботу, дохід від 200 доларів на день, пишіть у приват",
    ]
    assert all(one.spam for one in ready().classify(plain))


def test_the_threshold_accuses_about_what_was_aimed_at() -> None:
    random = np.random.default_rng(1)
    seen, unseen = random.normal(size=2000), random.normal(size=100_000)
    assert 0.002 < (unseen >= threshold(seen, 0.005)).mean() < 0.008


def test_fewer_ham_allow_a_larger_part_within_bounds() -> None:
    assert [aim_for(count) for count in (0, 10, 500, 10_000)] == [0.0075, 0.0075, 0.00375, 0.003]


def test_scores_become_log_odds_at_even_classes() -> None:
    random = np.random.default_rng(2)
    spam = np.arange(4000) % 4 == 0
    factor, shift = log_odds(np.where(spam, 5.0, 1.0) + random.normal(size=4000), spam)
    assert abs(factor * 3 + shift) < 0.5  # half-way between both
    assert 2 < factor < 5  # at most the difference of the means over the variance


def test_what_is_merely_unlike_a_few_samples_that_are_all_alike_is_not_accused() -> None:
    spam = [f"Заробак {n} рублёў у дзень, пішы ў асабістыя {n}" for n in range(60)]
    ham = [f"Ліфт у {n} пад'ездзе зноў зламаны, калі будзе майстар {n}?" for n in range(120)]
    model = train(samples(spam, ham), own_samples())
    assert model.header.threshold >= 0
    unlike = ["ok", "Good morning neighbours", "Хто заўтра едзе ў Гомель? Магу далучыцца", "Дзякуй!", "👍"]
    assert not any(one.spam for one in model.classify(unlike))
    assert all(one.spam for one in model.classify(spam[:5]))


def test_a_new_model_is_put_on_the_shelf_and_the_old_one_can_be_had_back(
    tmp_path: Path, trained: Model
) -> None:
    other = trained.revision
    assert shelf.current(tmp_path).revision == ready().revision
    assert shelf.revisions(tmp_path) == [ready().revision]
    shelf.put(tmp_path, trained)
    assert shelf.current(tmp_path).revision == other
    assert shelf.revisions(tmp_path) == [other, ready().revision]
    shelf.go_back(tmp_path, ready().revision)
    assert shelf.current(tmp_path).revision == ready().revision
    shelf.go_back(tmp_path, other)
    assert shelf.current(tmp_path).revision == other
    with pytest.raises(BadModelError, match=ready().revision):
        shelf.go_back(tmp_path, "0" * 12)
    assert (tmp_path / shelf.CURRENT).stat().st_mode & 0o077 == 0
