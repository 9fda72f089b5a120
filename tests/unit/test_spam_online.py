"""Learning from single reports, and the reasons that are given."""

import zlib

import pytest

from services.moderation.spam.model import BadModelError
from services.moderation.spam.online import KEPT_MOST, NONE, classify, from_bytes, learn, scores, to_bytes
from services.moderation.spam.ready import own_samples, ready
from services.moderation.spam.reasons import reasons, traits

MODEL = ready()
FENCES = "Заборы из профнастила от завода, замер и монтаж в подарок всем соседям этого дома"
TALK = own_samples().ham


def test_a_reported_message_is_known_from_then_on() -> None:
    learnt = NONE
    for _ in range(3):
        learnt = learn(MODEL, learnt, FENCES, "spam").correction
    assert classify(MODEL, [FENCES, FENCES.upper(), FENCES.replace("о", "o")], learnt)[0].spam
    assert classify(MODEL, [FENCES.replace("о", "o")], learnt)[0].spam
    assert learnt.reports == 3


def test_reports_do_not_make_neighbours_suspects() -> None:
    learnt = NONE
    for text in (FENCES, "Септики под ключ, звоните", "Окна и балконы недорого, пишите"):
        for _ in range(3):
            learnt = learn(MODEL, learnt, text, "spam").correction
    before = sum(one.spam for one in classify(MODEL, TALK))
    assert sum(one.spam for one in classify(MODEL, TALK, learnt)) <= before + len(TALK) * 0.01


def test_an_undone_ban_clears_the_message() -> None:
    text = "Набираю команду волонтёров, пишите в личные сообщения, деньги не платим"
    spam = learn(MODEL, learn(MODEL, NONE, text, "spam").correction, text, "spam").correction
    assert classify(MODEL, [text], spam)[0].spam
    cleared = spam
    for _ in range(4):
        cleared = learn(MODEL, cleared, text, "ham").correction
    assert not classify(MODEL, [text], cleared)[0].spam


def test_what_is_known_already_changes_nothing() -> None:
    known = learn(MODEL, NONE, "Привет, соседи", "ham")
    assert len(known.correction.buckets) == 0
    assert known.before == known.after


def test_a_chat_and_its_deployment_add_up() -> None:
    deployment = learn(MODEL, NONE, FENCES, "spam").correction
    chat = learn(MODEL, NONE, FENCES, "ham", deployment)
    both = scores(MODEL, [FENCES], deployment, chat.correction)[0]
    assert both == pytest.approx(chat.after)
    assert both < scores(MODEL, [FENCES], deployment)[0]


def test_a_correction_stays_small_whatever_is_reported() -> None:
    learnt = NONE
    for n in range(60):
        noise = "".join(chr(0x4E00 + (n * 977 + i * 31) % 20_000) for i in range(600))
        learnt = learn(MODEL, learnt, noise, "spam").correction
    assert len(learnt.buckets) <= KEPT_MOST
    assert len(to_bytes(learnt)) < 130_000


def test_a_correction_reads_back_and_holds_no_text() -> None:
    learnt = learn(MODEL, NONE, FENCES, "spam").correction
    data = to_bytes(learnt)
    again = from_bytes(data)
    assert scores(MODEL, [FENCES], again)[0] == pytest.approx(scores(MODEL, [FENCES], learnt)[0], abs=0.05)
    assert again.reports == 1
    *head, packed = data.split(b"\n", 2)
    plain = zlib.decompress(packed)
    assert len(plain) == 6 * len(learnt.buckets), "numbers and nothing else"
    assert not any(word.encode() in b"".join([*head, plain]) for word in FENCES.split() if len(word) > 3)


@pytest.mark.parametrize(
    "data", [b"", b"x", b"dze correction 1\n", b"dze correction 1\n1 1 5\nxx", b"dze correction 1\n9 0 0\n"]
)
def test_a_damaged_correction_is_refused(data: bytes) -> None:
    with pytest.raises(BadModelError):
        from_bytes(data)


@pytest.mark.parametrize("text", ["", "\u200b", "x" * 100_000, "😀" * 500, "\x00"])
def test_hostile_reports_do_no_harm(text: str) -> None:
    assert learn(MODEL, NONE, text, "spam").correction.reports == 1


SPAM = "СРОЧНЫЙ НАБОР! Дoхoд oт 500$ в день, пишитe в личныe сообщения https://t.me/+abcdefgh"


def test_reasons_name_traits_and_known_words_but_never_quote() -> None:
    found = reasons(SPAM + " Пшыбышевский", MODEL)
    assert {name for name, _ in found.traits} & {"mixed_alphabets", "links", "money", "capitals"}
    assert found.words
    vocabulary = " ".join(own_samples().spam).lower()
    assert all(word in vocabulary for word in found.words)


def test_traits_are_codes_strongest_first() -> None:
    found = reasons(SPAM, MODEL).traits
    assert traits(SPAM, MODEL) == tuple(name for name, _ in found)
    assert traits("Кто завтра на субботник?", MODEL) == ()
