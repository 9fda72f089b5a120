"""Texts as Telegram reads them: entities found by itself, and those of parse_mode."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.world.errors import Refusal
from simulator.world.markup import parse
from simulator.world.text import found, units


def kinds(text: str) -> list[tuple[str, int, int]]:
    return [(entity["type"], entity["offset"], entity["length"]) for entity in found(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("гл. https://t.me/dvor7.", [("url", 4, 18)]),
        ("пішыце @alena_demo", [("mention", 7, 11)]),
        ("/ban@dze_demo_bot now", [("bot_command", 0, 17)]),
        ("#двор і $USD", [("hashtag", 0, 5), ("cashtag", 8, 4)]),
        ("a@b.by", [("email", 0, 6)]),
        ("+375 29 000-00-00", [("phone_number", 0, 17)]),
        ("t.me/+AbCdEf", [("url", 0, 12)]),
        ("T.me:443/+AbCdEf", [("url", 0, 16)]),
        ("tg://join?invite=A.", [("url", 0, 18)]),
        ("our_chat.t.me/3", [("url", 0, 15)]),
        ("1/2 of a@b", []),
    ],
)
def test_what_stands_out_in_a_text_is_found(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert kinds(text) == expected


def test_offsets_count_utf16_units() -> None:
    assert kinds("\N{WAVING HAND SIGN} /start") == [("bot_command", 3, 6)]


@pytest.mark.parametrize(
    ("source", "mode", "plain", "entities"),
    [
        ("<b>a</b> &lt;c&gt;", "HTML", "a <c>", [("bold", 0, 1)]),
        ('<a href="https://t.me/x">l</a>', "HTML", "l", [("text_link", 0, 1)]),
        ("<pre><code class='language-py'>x</code></pre>", "HTML", "x", [("pre", 0, 1)]),
        ("  <i>a</i>\n", "HTML", "a", [("italic", 0, 1)]),
        ("*a* _b_ ||c||", "MarkdownV2", "a b c", [("bold", 0, 1), ("italic", 2, 1), ("spoiler", 4, 1)]),
        (r"1\. `x_y`", "MarkdownV2", "1. x_y", [("code", 3, 3)]),
        ("[l](https://t.me/x)", "Markdown", "l", [("text_link", 0, 1)]),
        ("*a* b", "", "*a* b", []),
    ],
)
def test_a_parse_mode_gives_plain_text_and_entities(
    source: str, mode: str, plain: str, entities: list[tuple[str, int, int]]
) -> None:
    text, parsed = parse(source, mode)
    assert text == plain
    assert [(one["type"], one["offset"], one["length"]) for one in parsed] == entities


@pytest.mark.parametrize(
    ("source", "mode", "said"),
    [
        ("<b>a", "HTML", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "HTML", "Unexpected end tag at byte offset 1"),
        ("<b><i>a</b></i>", "HTML", 'expected "</i>", found "</b>"'),
        ("я <script>", "HTML", 'Unsupported start tag "script" at byte offset 3'),
        ("a.", "MarkdownV2", "Character '.' is reserved"),
        ("*a", "MarkdownV2", "Can't find end of Bold entity"),
        ("a", "BBCode", "unsupported parse_mode"),
    ],
)
def test_bad_markup_is_refused(source: str, mode: str, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(source, mode)
    assert refused.value.code == 400
    assert said in refused.value.description


MARKS = (
    ("<b>", "</b>"), ("<i>", "</i>"), ("<a href='https://t.me/x'>", "</a>"), ("<pre>", "</pre>"), ("*", "*"),
    ("_", "_"), ("`", "`"), ("||", "||"), ("[", "](https://t.me/x)"), ("<b>", ""), ("", "*"),
)  # fmt: skip
MARKUP = st.recursive(
    st.sampled_from(["двор", "&lt;", "\\.", "\n", " ", "", "\N{WAVING HAND SIGN}"]) | st.text(max_size=3),
    lambda inner: st.tuples(st.sampled_from(MARKS), inner, inner).map(
        lambda made: f"{made[0][0]}{made[1]}{made[0][1]}{made[2]}"
    ),
    max_leaves=5,
)
WORDS = st.lists(
    st.sampled_from(
        ["https://t.me/x", "@alena_demo", "/ban", "#двор", "$USD", "a@b.by", "+375 29 000-00-00", " ", "."]
    )
    | st.text(max_size=3),
    max_size=10,
).map("".join)


@given(st.text(max_size=60) | MARKUP, st.sampled_from(["HTML", "Markdown", "MarkdownV2"]))
def test_any_text_is_parsed_or_refused(source: str, mode: str) -> None:
    try:
        text, entities = parse(source, mode)
    except Refusal:
        return
    for entity in entities:
        assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= units(text)


@given(st.text(max_size=80) | WORDS)
def test_found_entities_never_overlap(text: str) -> None:
    end = 0
    for entity in found(text):
        assert entity["offset"] >= end
        end = entity["offset"] + entity["length"]
    assert end <= units(text)
