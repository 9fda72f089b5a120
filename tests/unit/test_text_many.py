"""Many texts at once are read like each alone, whatever stands in them."""

from hypothesis import given
from hypothesis import strategies as st

from shared.text import fold
from shared.text.many import read_all
from shared.text.sounds import sounds

LETTERS = "абвгдеёжзійклмнопрстуўфхцчшщъыьэюя'’ʼ`abcdzhkhtsjioux  123№-\n\u0301\u2028\u00a0שלום漢字🏠"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(LETTERS), max_size=40)


@given(st.lists(TEXTS, max_size=6))
def test_many_texts_are_read_like_each_alone(texts: list[str]) -> None:
    folded, heard = read_all(texts)
    assert folded == [fold(text) for text in texts]
    assert heard == [sounds(text) for text in texts]


def test_doubled_letters_and_words_side_by_side_stay_apart() -> None:
    folded, heard = read_all(["Росса Аа", "a11 11 c", "вул. Незалежнасці", ""])
    assert folded == [fold("Росса Аа"), "a11 11 c", "vul nezaleznasci", ""]
    assert heard == [sounds("Росса Аа"), ["a1", "11", "t"], sounds("вул. Независимости"), []]
