"""Which chats are heard by the others, and how many independent voices they are.

A chat is a guest when it comes: the bot moderates it, and nothing that it says of people counts elsewhere.
The operator's people make it known, or block it. Known chats with a common owner or admin are one team and
have one voice, however many they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple, get_args

State = Literal["guest", "known", "blocked"]
STATES: tuple[State, ...] = get_args(State)
DAY = 86_400
YOUNG = 7 * DAY
"""Seconds with the bot until a chat's word counts like others'."""
ADMINS_KEPT = 90 * DAY
"""Seconds for which somebody who was an admin still joins chats to one team: else whoever holds two chats
would be two voices as soon as another account leads one of them."""
BEFORE, NOT_YET = 0, -1
"""In place of the moment at which the bot came: before admissions were recorded; it has not come yet."""


class Admission(NamedTuple):
    """What was decided of one chat. `came` and `words_from` are unix seconds."""

    state: State = "guest"
    came: int = BEFORE
    words_from: int = 0
    """What the chat has said until then counts nowhere else, also when it is admitted again."""
    by: str = ""
    """Who decided, as role and short code; empty: nobody yet."""
    brought_by: str = ""
    """Who added the bot, as an opaque token like those of admins; empty: not known."""

    @property
    def is_let_in(self) -> bool:
        """Whether somebody has decided that the bot may be there."""
        return self.state == "known" or (self.state == "guest" and bool(self.by))

    @property
    def remembers_bans(self) -> bool:
        """Whether its bans are kept for long: what was there before admissions may still be admitted."""
        return self.state == "known" or (
            self.state == "guest" and self.came == BEFORE and not self.words_from
        )


def arrived(before: Admission | None, now: int, brought_by: str) -> Admission:
    """The bot has come to a chat; what was decided of it before stays."""
    if before is None:
        return Admission(came=now, brought_by=brought_by)
    if before.came == NOT_YET:
        return before._replace(came=now, brought_by=brought_by)
    return before


def decided(before: Admission | None, state: State, by: str, now: int) -> Admission:
    """The operator's people have decided; what a chat said ends when it is known no longer, or blocked."""
    was = Admission(came=NOT_YET) if before is None else before
    ends = state == "blocked" or is_withdrawn(before, state)
    return was._replace(state=state, by=by, words_from=now if ends else was.words_from)


def is_withdrawn(before: Admission | None, state: State) -> bool:
    """Whether others have heard the chat until now and do so no longer."""
    return before is not None and before.state == "known" and state != "known"


@dataclass(frozen=True)
class Admissions:
    """Of all chats by their keyed hashes. `admins`: opaque tokens of each chat's human owner and admins, now
    or within `ADMINS_KEPT`; nothing for a chat of which that was not learnt.
    """

    chats: Mapping[str, Admission] = field(default_factory=dict)
    admins: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def state(self, chat: str) -> State:
        found = self.chats.get(chat)
        return "guest" if found is None else found.state

    def is_known(self, chat: str) -> bool:
        found = self.chats.get(chat)
        return found is not None and found.state == "known"

    def words_from(self, chat: str) -> int:
        found = self.chats.get(chat)
        return 0 if found is None else found.words_from

    def remembers_bans(self, chat: str) -> bool:
        """Of a chat that nobody has recorded yet too: it was there before."""
        found = self.chats.get(chat)
        return found is None or found.remembers_bans

    def is_heard(self, chat: str, at: int) -> bool:
        """Whether what the chat said at this moment counts elsewhere."""
        found = self.chats.get(chat)
        return found is not None and found.state == "known" and at > found.words_from

    def team(self, chat: str) -> str:
        """The team to which a known chat belongs; any other is one by itself."""
        return self._teams.get(chat, chat)

    def is_young(self, team: str, now: int) -> bool:
        """Whether all chats of a team have had the bot for less than a week."""
        since = self._since.get(team, BEFORE)
        return since == NOT_YET or (since != BEFORE and now - since < YOUNG)

    @cached_property
    def _teams(self) -> Mapping[str, str]:
        return teams(
            {
                chat: self.admins.get(chat, frozenset()) | ({one.brought_by} if one.brought_by else set())
                for chat, one in self.chats.items()
                if one.state == "known"
            },
            unknown=[chat for chat in self.chats if not self.admins.get(chat)],
        )

    @cached_property
    def _since(self) -> Mapping[str, int]:
        """Since when the oldest chat of each team has had the bot."""
        found: dict[str, int] = {}
        for chat, team in self._teams.items():
            came = self.chats[chat].came
            before = found.get(team, NOT_YET)
            found[team] = came if before == NOT_YET or (came != NOT_YET and came < before) else before
        return found


class _EveryChat(Admissions):
    """Every chat is known and a team by itself."""

    def state(self, chat: str) -> State:
        del chat
        return "known"

    def is_known(self, chat: str) -> bool:
        del chat
        return True

    def is_heard(self, chat: str, at: int) -> bool:
        del chat, at
        return True


EVERY_CHAT: Admissions = _EveryChat()
"""Where nothing was recorded of admissions: for benchmarks of other things, and tests."""


def teams(people: Mapping[str, Iterable[str]], unknown: Iterable[str] = ()) -> dict[str, str]:
    """The team of each chat, named after one of its chats: chats that share a person are one.

    `people`: those who lead each chat. `unknown`: chats of which that is not known; they are one team, and
    join whatever team else they share a person with.
    """
    parent = {chat: chat for chat in sorted(people)}
    first: dict[str, str] = {}
    for chat in parent:
        for person in people[chat]:
            _join(parent, first.setdefault(person, chat), chat)
    hidden = [chat for chat in sorted(unknown) if chat in parent]
    for chat in hidden[1:]:
        _join(parent, hidden[0], chat)
    return {chat: _root(parent, chat) for chat in parent}


def _join(parent: dict[str, str], one: str, other: str) -> None:
    a, b = _root(parent, one), _root(parent, other)
    parent[max(a, b)] = min(a, b)


def _root(parent: dict[str, str], chat: str) -> str:
    while parent[chat] != chat:
        parent[chat] = parent[parent[chat]]
        chat = parent[chat]
    return chat
