"""Which chat the link of a listing leads to: fixed once, hidden when it differs, asked about once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from services.directory.domain import Book, Change, accepted, imported, link_events, observed, reviewed
from services.directory.domain.identity import RETURNS_MOST
from services.directory.domain.records import Record
from shared.contracts.directory import ChatObserved, ImportListing
from shared.contracts.links import LinkChanged, LinkReviewed
from shared.contracts.listings import Content, Kind, Link, Place
from shared.contracts.submissions import SubmissionAccepted
from shared.keys import Keys
from tests.sure import sure

KEYS = Keys("t" * 32)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ID = KEYS.token("listing", "yard", 8)


def identity(name: str) -> str:
    return KEYS.token("chat.identity", name)


OURS, THEIRS, THIRD = identity("ours"), identity("theirs"), identity("third")


def content(value: str = "dzedemo_yard", **changes: Any) -> Content:
    fields = {"name": "Двор", "kind": Kind.GROUP, "place": Place(lat=53.9, lon=27.5)}
    return Content(**(fields | {"link": Link(kind="username", value=value)} | changes))


class Yard:
    """One listing, what happens to it an hour after the other, and what was told of its link."""

    def __init__(self, value: str = "dzedemo_yard", **changes: Any) -> None:
        self.book = Book(lambda _place: ())
        self.hours, self.value, self.told = 0, value, list[LinkChanged]()
        self.take(
            imported(
                self.book,
                ImportListing(listing_id=ID, content=content(value, **changes), imported_at=self.now),
            )
        )

    @property
    def now(self) -> datetime:
        return NOON + self.hours * HOUR

    @property
    def record(self) -> Record:
        return sure(self.book.record(ID))

    @property
    def is_open(self) -> bool:
        return self.record.listing.link_is_open

    def take(self, change: Change | None) -> Change | None:
        self.hours += 1
        if change is not None:
            self.told += link_events(change)
            self.book.note(change)
        return change

    def sees(self, who: str | None, kind: Any = "group", **more: Any) -> Change | None:
        """The look-up finds this chat; None: nothing."""
        link = Link(kind="username", value=self.value)
        found = {"identity": who, "chat_type": kind} if who else {}
        return self.take(
            observed(
                self.book,
                ChatObserved(link=link, alive=who is not None, observed_at=self.now, **(found | more)),
            )
        )

    def says(self, decision: Any, question: int | None = None) -> Change | None:
        number = question or sure(self.record.chat.question).number
        answer = LinkReviewed(
            listing_id=ID, question=number, decision=decision, reviewer="b" * 13, reviewed_at=self.now
        )
        return self.take(reviewed(self.book, answer))

    def accepts(self, action: Any, what: Content | None = None, who: str | None = None) -> Change | None:
        order = SubmissionAccepted(
            submission_id="s" * 26, listing_id=ID, action=action, content=what, identity=who,
            accepted_at=self.now,
        )  # fmt: skip
        return self.take(accepted(self.book, order))

    def asked(self) -> list[int]:
        """Numbers of the questions, each once."""
        return list(dict.fromkeys(sure(one.question).number for one in self.told if one.state == "asked"))


def test_the_first_look_fixes_which_chat_it_is_and_tells_moderation_alone() -> None:
    yard = Yard()
    change = sure(yard.sees(OURS))
    assert [(one.state, one.identity) for one in yard.told] == [("open", OURS)]
    assert OURS not in change.event().model_dump_json()
    yard.sees(OURS, title="Іншая назва")
    assert len(yard.told) == 1
    assert yard.is_open


def test_another_chat_under_the_link_hides_it_at_once_and_asks_once() -> None:
    yard = Yard()
    yard.sees(OURS, members=300)
    taken = sure(yard.sees(THEIRS, "channel", title="Навіны двара", members=12))
    assert not yard.is_open
    assert taken.visible
    assert yard.record.listing.members == 300, "what is told of the other chat is not the listing's"
    for _ in range(5):
        yard.sees(THEIRS, "channel", title="Яшчэ адна назва", members=90)
    (question,) = yard.asked()
    told = yard.told[-1]
    assert (told.state, told.identity, told.listed_type) == ("asked", OURS, "group")
    assert sure(told.listed).name == "Двор"
    seen = sure(told.question).seen
    assert (seen.title, seen.chat_type, seen.members) == ("Навіны двара", "channel", 12)
    assert seen.identity == THEIRS
    assert question == sure(yard.record.chat.question).number


@pytest.mark.parametrize("kind", ["channel", "bot", "group"])
def test_a_dead_chat_whose_name_is_another_ones_is_hidden_and_asked_about(kind: str) -> None:
    yard = Yard()
    yard.sees(OURS)
    for _ in range(3):
        yard.sees(None)
    assert yard.record.listing.dead_since is not None
    yard.sees(THEIRS, kind)
    assert yard.record.listing.link_hidden_since is not None
    assert yard.record.listing.dead_since is not None, "the listed chat is as dead as before"
    assert len(yard.asked()) == 1


def test_a_dead_link_is_not_shown_and_the_same_chat_alive_again_shows_it() -> None:
    yard = Yard()
    yard.sees(OURS)
    yard.sees(None)
    yard.sees(None)
    assert yard.is_open, "a look-up can fail"
    yard.sees(None)
    assert not yard.is_open
    yard.sees(OURS)
    assert yard.is_open
    assert yard.asked() == []


def test_a_name_that_was_missing_before_it_was_ever_known_is_asked_about() -> None:
    yard = Yard()
    yard.sees(None)
    yard.sees(THEIRS)
    assert not yard.is_open
    assert len(yard.asked()) == 1
    yard.says("same")
    assert yard.is_open
    assert yard.record.chat.identity == THEIRS


def test_a_dead_link_of_a_file_is_asked_about_when_somebody_is_there() -> None:
    made = Book(lambda _place: ())
    row = ImportListing(
        listing_id=ID, content=content(), checked_at=NOON, dead_since=NOON - HOUR, imported_at=NOON
    )
    made.note(imported(made, row))
    link = Link(kind="username", value="dzedemo_yard")
    alive = ChatObserved(
        link=link, alive=True, identity=THEIRS, chat_type="group", observed_at=NOON + HOUR
    )  # fmt: skip
    change = sure(observed(made, alive))
    assert not change.listing.link_is_open
    assert [one.state for one in link_events(change)] == ["asked"]


def test_a_file_neither_calls_a_dead_link_alive_nor_shows_a_hidden_one() -> None:
    yard = Yard()
    yard.sees(OURS)
    for _ in range(3):
        yard.sees(None)
    late = ImportListing(
        listing_id=ID, content=content(), checked_at=yard.now + HOUR, dead_since=None, imported_at=yard.now
    )
    yard.take(imported(yard.book, late))
    assert not yard.is_open
    yard.sees(THEIRS)
    yard.take(imported(yard.book, late.model_copy(update={"content": content(name="Новая назва")})))
    assert yard.record.listing.link_hidden_since is not None
    assert len(yard.asked()) == 1


def test_the_old_chat_back_under_its_name_shows_the_link_and_ends_the_question() -> None:
    yard = Yard()
    yard.sees(OURS)
    yard.sees(THEIRS)
    yard.sees(OURS)
    assert yard.is_open
    assert yard.told[-1].state == "open"
    assert yard.record.chat.question is None


def test_who_gives_the_name_away_and_takes_it_back_too_often_waits_for_the_reviewers() -> None:
    yard = Yard()
    yard.sees(OURS)
    for _ in range(RETURNS_MOST):
        yard.sees(THEIRS)
        yard.sees(OURS)
        assert yard.is_open
    yard.sees(THEIRS)
    for _ in range(10):
        yard.sees(OURS)
        assert not yard.is_open
    question = sure(yard.told[-1].question)
    assert (question.returned, question.seen.identity) == (True, OURS)
    assert len(yard.asked()) == RETURNS_MOST + 2
    yard.says("same")
    assert yard.is_open
    yard.sees(THEIRS)
    yard.sees(OURS)
    assert yard.is_open, "after a reviewer's word it is counted anew"


def test_a_third_chat_makes_the_question_another_one_so_that_nobody_accepts_what_they_have_not_seen() -> None:
    yard = Yard()
    yard.sees(OURS)
    yard.sees(THEIRS)
    first = sure(yard.record.chat.question).number
    yard.sees(THIRD)
    assert sure(yard.record.chat.question).number > first
    assert yard.says("same", first) is None
    assert not yard.is_open


def test_the_reviewers_accept_the_chat_that_they_were_shown() -> None:
    yard = Yard()
    yard.sees(OURS)
    yard.sees(THEIRS, "channel", members=55)
    question = sure(yard.record.chat.question).number
    yard.says("same")
    listing = yard.record.listing
    assert (yard.is_open, yard.record.chat.identity, listing.members) == (True, THEIRS, 55)
    assert yard.says("remove", question) is None, "it was answered"
    yard.sees(OURS)
    assert not yard.is_open, "the chat that was listed before is another one now"


def test_what_the_reviewers_keep_hidden_stays_hidden_and_asks_no_more() -> None:
    yard = Yard()
    yard.sees(OURS)
    yard.sees(THEIRS)
    yard.says("hide")
    for who in (THEIRS, THIRD, None, THIRD, THEIRS):
        yard.sees(who)
        assert not yard.is_open
    assert len(yard.asked()) == 1
    yard.sees(OURS)
    assert yard.is_open, "the listed chat itself is no stranger"


def test_the_reviewers_remove_the_listing() -> None:
    yard = Yard()
    yard.sees(OURS)
    yard.sees(THEIRS)
    assert sure(yard.says("remove")).after is None
    assert yard.told[-1].state == "gone"
    assert yard.says("remove", 1) is None


def test_a_listing_that_comes_back_has_questions_of_other_numbers() -> None:
    yard = Yard()
    yard.sees(OURS)
    yard.sees(THEIRS)
    (first,) = yard.asked()
    yard.says("remove")
    yard.accepts("add", content(), OURS)
    assert yard.record.chat.identity == OURS
    yard.sees(THEIRS)
    assert yard.asked()[-1] > first


def test_a_proposal_moves_the_listing_to_a_new_link_and_that_chat_is_then_the_listed_one() -> None:
    yard = Yard()
    yard.sees(OURS)
    yard.sees(THEIRS)
    yard.accepts("change", content("dzedemo_new"), THIRD)
    assert yard.is_open
    assert [(one.state, one.link.value) for one in yard.told[-2:]] == [
        ("gone", "dzedemo_yard"),
        ("open", "dzedemo_new"),
    ]
    yard.value = "dzedemo_new"
    yard.sees(THEIRS)
    assert not yard.is_open


def test_new_words_for_a_hidden_link_do_not_show_it() -> None:
    yard = Yard()
    yard.sees(OURS)
    yard.sees(THEIRS)
    yard.accepts("change", content(name="Двор на Сурганава"), THEIRS)
    assert not yard.is_open
    assert yard.record.chat.identity == OURS
    assert sure(yard.told[-1].listed).name == "Двор на Сурганава", "the card says what is listed now"


@pytest.mark.parametrize("who", [THEIRS, None])
def test_adding_a_hidden_link_anew_makes_the_chat_that_is_there_the_listed_one(
    who: str | None,
) -> None:
    yard = Yard()
    yard.sees(OURS)
    yard.sees(THEIRS)
    yard.accepts("add", content(name="Новы чат"), who)
    assert yard.is_open
    assert yard.told[-1].state == "open"
    yard.sees(THEIRS)
    assert yard.is_open
    yard.sees(OURS)
    assert not yard.is_open


def test_the_chat_that_the_reviewers_were_shown_is_fixed_before_the_first_look() -> None:
    yard = Yard()
    yard.accepts("remove")
    yard.accepts("add", content(), OURS)
    assert [(one.state, one.identity) for one in yard.told] == [("open", OURS)]
    yard.sees(THEIRS)
    assert not yard.is_open


def test_a_group_that_becomes_a_supergroup_is_the_same_where_that_is_known() -> None:
    yard = Yard()
    yard.sees(OURS)
    yard.sees(THIRD, former_identity=OURS)
    assert yard.is_open
    assert yard.record.chat.identity == THIRD
    assert yard.told[-1].identity == THIRD
    yard.sees(OURS)
    assert not yard.is_open


def test_a_chat_that_bans_the_bot_cannot_be_known_and_is_asked_about() -> None:
    yard = Yard()
    yard.sees(OURS)
    for _ in range(3):
        yard.sees(THEIRS, identity=None, bot_banned=True)
        assert not yard.is_open
    assert len(yard.asked()) == 1
    yard.says("same")
    yard.sees(THEIRS, identity=None, bot_banned=True)
    assert yard.is_open, "the reviewers know this one"
    yard.sees(OURS)
    assert yard.is_open
    yard.sees(THEIRS)
    assert not yard.is_open


def test_a_chat_that_has_always_banned_the_bot_is_left_as_it_is() -> None:
    yard = Yard()
    yard.sees(OURS, identity=None, bot_banned=True)
    assert yard.is_open
    assert yard.told == []


def test_an_entry_of_an_older_release_says_nothing_of_which_chat_it_is() -> None:
    yard = Yard()
    yard.sees(OURS, identity=None, members=70)
    assert yard.record.listing.members == 70
    yard.sees(OURS)
    for _ in range(3):
        yard.sees(None)
    yard.sees(THEIRS, identity=None)
    assert not yard.is_open
    yard.sees(THEIRS)
    yard.sees(THEIRS, identity=None)
    assert yard.record.listing.link_hidden_since is not None


def test_looks_that_overtake_each_other_do_not_show_a_hidden_link() -> None:
    yard = Yard()
    yard.sees(OURS)
    yard.sees(THEIRS)
    late = ChatObserved(
        link=content().link, alive=True, identity=OURS, chat_type="group", observed_at=yard.now - 3 * HOUR
    )
    assert observed(yard.book, late) is None


@pytest.mark.parametrize(
    ("kind", "value", "found", "asked"),
    [
        (Kind.BOT, "dzedemo_bot", "bot", False),
        (Kind.BOT, "dzedemo_bot", "channel", True),
        (Kind.BOT, "dzedemo_bot", "group", True),
        (Kind.GROUP, "dzedemo_yard", "bot", True),
        (Kind.CHANNEL, "dzedemo_yard", "bot", True),
        (Kind.GROUP, "dzedemo_bot", "bot", False),
        (Kind.HELP, "dzedemo_help", "bot", False),
        (Kind.GROUP, "dzedemo_yard", "channel", False),
        (Kind.CHANNEL, "dzedemo_yard", "group", False),
    ],
)
def test_a_first_look_that_finds_a_bot_for_a_chat_or_a_chat_for_a_bot_is_asked_about(
    kind: Kind, value: str, found: str, asked: bool
) -> None:
    yard = Yard(value, kind=kind)
    yard.sees(THEIRS, found)
    assert yard.is_open is not asked
    assert len(yard.asked()) == int(asked)


@pytest.mark.parametrize(("kind", "value"), [(Kind.BOT, "dzedemo_help"), (Kind.HELP, "dzedemo_bot")])
def test_a_bot_that_was_never_found_is_not_called_dead_but_one_that_was_is(kind: Kind, value: str) -> None:
    yard = Yard(value, kind=kind)
    for _ in range(5):
        yard.sees(None)
    assert yard.is_open
    yard.sees(OURS, "bot")
    for _ in range(3):
        yard.sees(None)
    assert not yard.is_open


WHO = st.sampled_from([OURS, THEIRS, THIRD, None])
STEPS = st.one_of(
    st.tuples(st.just("sees"), WHO, st.sampled_from(["group", "channel", "bot"])),
    st.tuples(st.just("banned")),
    st.tuples(st.just("says"), st.sampled_from(["same", "hide"])),
    st.tuples(st.just("accepts"), st.sampled_from(["add", "change"]), WHO),
)


def step(yard: Yard, what: tuple[Any, ...]) -> None:
    match what:
        case ("sees", who, kind):
            yard.sees(who, kind)
        case ("banned",):
            yard.sees(OURS, identity=None, bot_banned=True)
        case ("says", decision) if yard.record.chat.question is not None:
            yard.says(decision)
        case ("accepts", action, who):
            yard.accepts(action, content(name="Двор"), who)


@hypothesis_settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=20))
def test_whatever_happens_a_link_is_hidden_exactly_while_there_is_a_question(steps: list[Any]) -> None:
    yard = Yard()
    for what in steps:
        before = yard.record.chat
        step(yard, what)
        chat, listing = yard.record.chat, yard.record.listing
        assert (chat.question is not None) is (listing.link_hidden_since is not None)
        assert chat.asked >= before.asked
        by_itself = what[0] in {"sees", "banned"} and before.identity is not None
        if by_itself and chat.question is None:
            assert chat.identity == before.identity, "no look-up changes which chat it is"
    state = yard.record.chat
    if yard.told:
        assert (yard.told[-1].state, yard.told[-1].identity) == (state.state, state.identity)
