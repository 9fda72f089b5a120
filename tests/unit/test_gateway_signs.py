"""Signs rule out only what cannot hold a word."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.signs import Signs, bits_of

LETTERS = st.text(st.sampled_from("abcdvorхата🚗ש 12"), max_size=12)


@given(st.lists(LETTERS, min_size=1, max_size=8), st.data())
def test_a_text_that_holds_a_word_is_possible(texts: list[str], data: st.DataObject) -> None:
    signs = Signs()
    signs.put(range(len(texts)), texts)
    slots = np.array(data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=12)), dtype=np.int32)
    words = [word for text in texts for word in text.split()] or ["a"]
    word = data.draw(st.sampled_from(words))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(word))] * 2)))
    part = word[start:end]
    possible = signs.possible(part, slots)
    assert all(possible[n] for n, slot in enumerate(slots.tolist()) if part in texts[slot])


def test_most_of_what_does_not_hold_a_word_is_ruled_out() -> None:
    signs = Signs()
    texts = [f"dvor {number} kalvariiskaia house {number}" for number in range(3_000)]
    signs.put(range(3_000), texts)
    slots = np.arange(3_000, dtype=np.int32)
    assert not signs.possible("surhanava", slots).any()
    assert signs.possible("kalvar", slots).all()
    assert signs.possible("x", slots).all()


def test_texts_follow_one_another_without_touching() -> None:
    assert np.array_equal(
        bits_of(["ab", "", "cd"]), np.concatenate([bits_of([one]) for one in ("ab", "", "cd")])
    )
