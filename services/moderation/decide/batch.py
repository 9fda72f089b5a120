"""One batch of updates of one partition: load, decide in order, hand over one commit."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from services.moderation.decide.acts import acts_of
from services.moderation.decide.desk import Desk
from services.moderation.domain import lookalike, vouching
from services.moderation.domain.context import Context
from services.moderation.domain.decide import STALE, decide, needs_admins, needs_linked
from services.moderation.domain.facts import Fact, needs_facts
from services.moderation.domain.migration import Moved, at_new_id, migration
from services.moderation.domain.policy import Policy
from services.moderation.domain.state import ChatState
from services.moderation.domain.update import ADMINS, BadUpdate, Change, Person, Update, parse
from services.moderation.identity import TYPES
from services.moderation.raids.watch import watch
from services.moderation.store.chats import Wanted
from shared.bus.commit import NOTHING, Command, Commit
from shared.contracts.telegram import TelegramUpdate
from shared.telemetry import metrics

log = structlog.get_logger()
COMMAND_STALE = 3600
"""Seconds after which a command is not carried out any more: who wrote it has long helped themselves."""


LEARNT_MOST = 3
"""Times that something is looked up for one update."""


class TwoAtOnce(Exception):  # noqa: N818
    """Two updates of a batch want to decide the same: each is tried alone, so that the first one wins."""


@dataclass
class Batch:
    """`updates` beside the messages in which they came.

    `cut`: the message with which the next batch begins. The second word to the bot in one chat must read what
    the first one has written; so must a purge, and whatever follows a word that the chat had another id.
    """

    desk: Desk
    now: int
    updates: list[tuple[Update, TelegramUpdate]]
    states: dict[int, ChatState] = field(default_factory=dict)
    said: list[Commit] = field(default_factory=list)
    cut: TelegramUpdate | None = None
    again: list[TelegramUpdate] = field(default_factory=list)
    """To be answered once more, when the chat of which they speak has moved."""
    learnt: dict[int, Policy] = field(default_factory=dict)
    """By update id, under which settings it was looked at whether something must be learnt for it."""
    moves: dict[int, Commit] = field(default_factory=dict)
    """By a chat's old id, everything that goes to the new one."""

    async def decide(self) -> Commit:
        """Raises TryLater when an update needs what cannot be learnt now."""
        context = self.desk.context(self.now)
        await self._load(context)
        if self.desk.texts is not None:
            updates = [update for update, _ in self.updates if not _is_stale(update, self.now)]
            context = replace(context, texts=await self.desk.texts.read(updates, self.states, context))
        await self.desk.know_admins(self._unsure(context), self.now)
        await self._learn_all(context)
        spoken: set[int] = set()
        for at, (update, event) in enumerate(self.updates):
            if at and self._reads_what_was_written(at, spoken, context):
                self.cut, self.updates = event, self.updates[:at]
                break
            if self._is_said(update, context):
                spoken.add(event.chat_id)
            await self._take(update, event, context)
        return await self._commit()

    def _reads_what_was_written(self, at: int, spoken: set[int], context: Context) -> bool:
        (update, event), (before, _) = self.updates[at], self.updates[at - 1]
        if before.message is not None and before.message.migrated_from is not None:
            return True
        if not self._is_said(update, context):
            return False
        return event.chat_id in spoken or self.desk.bot.looks_back(update)

    async def _load(self, context: Context) -> None:
        ids = {update.id: event.chat_id for update, event in self.updates}
        self.states, done = await self.desk.store.chats.load(self._wanted(context), ids)
        seen: set[int] = set()
        fresh = []
        for update, event in self.updates:
            if update.id not in done and update.id not in seen:
                seen.add(update.id)
                fresh.append((update, event))
        self.updates = fresh
        moved = {old: state.moved_to for old, state in self.states.items() if state.moved_to is not None}
        if moved:
            await self._follow(moved, context)

    async def _follow(self, moved: Mapping[int, int], context: Context) -> None:
        """What is late of a group that has moved is decided where it now is."""
        late = [(at_new_id(update, moved), event) for update, event in self.updates]
        self.updates = [(update, event) for update, event in late if update is not None]
        self.states, _ = await self.desk.store.chats.load(self._wanted(context), {})
        known = {new: state.about for new in moved.values() if (state := self.states.get(new)) is not None}
        self.updates = [
            (update._replace(chat=known.get(update.chat.id) or update.chat) if update.chat else update, event)
            for update, event in self.updates
        ]

    def _wanted(self, context: Context) -> dict[int, Wanted]:
        wanted: dict[int, Wanted] = {}
        for update, _ in self.updates:
            if update.chat is None or update.chat.type == "private":
                continue
            want = wanted.get(update.chat.id)
            if want is None:
                want = wanted[update.chat.id] = Wanted()
            want.people.update([context.person(person.id) for person in _people(update)])
            if update.message is not None and update.message.album:
                want.albums.add(update.message.album)
            if update.chat.username:
                want.links[f"u:{update.chat.username}"] = TYPES.get(update.chat.type, "other")
        return wanted

    def _unsure(self, context: Context) -> list[ChatState]:
        """Chats whose admins must be known for what is about to be decided."""
        unknown = {key: one for key, one in self.states.items() if not self.desk.knows(one, self.now)}
        found: dict[int, ChatState] = {}
        for update, _ in self.updates if unknown else ():
            state = unknown.get(update.chat.id) if update.chat else None
            if state is not None and state.id not in found and needs_admins(update, state, context):
                found[state.id] = state
        return list(found.values())

    def _state(self, update: Update) -> ChatState | None:
        return self.states.get(update.chat.id) if update.chat else None

    async def _take(self, update: Update, event: TelegramUpdate, context: Context) -> None:
        if _is_stale(update, self.now):
            metrics.UPDATES_LATE.inc()
            return
        state = self._state(update)
        if state is not None:
            self._correct(update, state)
            if (channel := needs_linked(update, state)) is not None:
                await self.desk.know_linked(state, channel, self.now)
            if not self.desk.knows(state, self.now) and needs_admins(update, state, context):
                await self.desk.know_admins([state], self.now)
            await self._learn(update, state, context)
            decide(update, state, context)
        if self._is_said(update, context):
            try:
                await self._converse(update)
            except Moved as moved:
                await self._move(moved, event)

    async def _learn(self, update: Update, state: ChatState, context: Context) -> None:
        """What decides whether a link or a quote is held against who sent it. One fact may raise the next."""
        if self.learnt.get(update.id) is state.policy:
            return
        for _ in range(LEARNT_MOST):
            needed = self._needed(update, state, context)
            if not needed:
                return
            await self.desk.facts.learn(needed, update, state, context)
            context.memo.pop(update.id, None)

    def _needed(self, update: Update, state: ChatState, context: Context) -> frozenset[Fact]:
        needed = needs_facts(update, state, context)
        if not needed and state.admins is not None:  # without admins nobody is accused, and nothing asked
            self.learnt[update.id] = state.policy
        return needed

    async def _learn_all(self, context: Context) -> None:
        """The chats side by side, so that a slow answer about one does not hold up the others. What is known
        of a chat with another title or name than before is learnt when that is noted.
        """
        by_chat: dict[int, list[Update]] = {}
        for update, _ in self.updates:
            state = self._state(update)
            if state is None or update.message is None or update.chat != state.about:
                continue
            if not _is_stale(update, self.now) and self._needed(update, state, context):
                by_chat.setdefault(state.id, []).append(update)
        waiting = [self._learn_of(self.states[chat], found, context) for chat, found in by_chat.items()]
        for result in await asyncio.gather(*waiting, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def _learn_of(self, state: ChatState, updates: list[Update], context: Context) -> None:
        for update in updates:
            await self._learn(update, state, context)

    def _is_said(self, update: Update, context: Context) -> bool:
        """Whether the bot is to answer."""
        return _is_for_the_bot(update, self.now) and not self._is_noise(update, self._state(update), context)

    def _is_noise(self, update: Update, state: ChatState | None, context: Context) -> bool:
        """A command of somebody who is surely no admin: nobody's commands may cost a call to Telegram each.

        As an admin the bot hears of every new admin, so a fresh list can be believed when it says no.
        A member's word for a newcomer costs no call.
        """
        message = update.message
        if state is None or message is None or message.sender is None or not message.is_command:
            return False
        if message.sender_chat is not None:
            return message.sender_chat != state.id  # a channel is no admin
        if state.bot not in ADMINS or state.admins is None:
            return False
        person = context.person(message.sender.id)
        if state.is_admin(person) or not state.admins.fresh(self.now):
            return False
        return not (vouching.is_meant(update.body.get("text")) and vouching.may(person, state, self.now))

    async def _converse(self, update: Update) -> None:
        """What is said may change settings: what follows in this batch must already see them."""
        answer = await self.desk.bot.converse(update)
        if {expect.key for expect in answer.expect} & {e.key for said in self.said for e in said.expect}:
            raise TwoAtOnce
        self.said.append(answer)
        for state in self.states.values():
            for name, value in self.desk.store.chats.settings_in(answer.writes, state.id).items():
                state.settings = state.settings.with_value(name, value)

    async def _move(self, moved: Moved, event: TelegramUpdate) -> None:
        """First the chat moves; then what was said is heard again, and answered where the chat now is."""
        move = await self.desk.move(moved.old, moved.new, self.now)
        if move == NOTHING:
            log.warning("chat_moved_in_vain")
            return
        self.moves[moved.old] = move
        self.again.append(event)

    def _correct(self, update: Update, state: ChatState) -> None:
        """Keep what is known of the chat in step with what the update says of it."""
        if update.chat is not None and update.chat != state.about:
            if state.about is not None and state.about.username != update.chat.username:
                state.changes.former_name = state.about.username
            state.about, state.changes.about = update.chat, True
            self.learnt.clear()
            state.addresses, state.sealed_addresses = None, b""
        if update.message is not None and (migrated := migration(update.message, state.id)) is not None:
            state.changes.migrated = migrated
        if update.change is None:
            return
        if update.kind == "my_chat_member":
            state.bot, state.changes.status = update.change.after, True
            state.admins, state.changes.admins = None, True
        else:
            self._correct_admins(update.change, state)

    def _correct_admins(self, change: Change, state: ChatState) -> None:
        if state.admins is None:
            return
        if change.after in ADMINS:
            lookalike.add(state.admins, change.person, self.desk.keys.person, self.desk.keyed)
            state.changes.admins = True
        elif change.before in ADMINS:
            state.admins, state.changes.admins = None, True

    async def _commit(self) -> Commit:
        chats = self.desk.store.chats
        parts = [*self.said]
        parts += [await acts_of(self.desk, state, self.now) for state in self.states.values()]
        parts.append(await watch(self.desk, self.states.values(), self.now))
        parts.append(Commit.of(writes=await self.desk.learn_leaders(self.states.values(), self.now)))
        for state in self.states.values():
            parts.append(Commit.of(writes=chats.save(state, self.now)))
            parts.append(Commit.of(expect=[chats.at_home(state.id)]))
            if (migrated := state.changes.migrated) is not None and migrated[0] not in self.moves:
                self.moves[migrated[0]] = await self.desk.move(*migrated, self.now)
        parts += self.moves.values()  # last: what is written of a chat before that goes along
        parts.append(Commit.of(writes=self._handled()))
        parts.append(Commit.of(events=self.again))
        return Commit.of(
            writes=[write for part in parts for write in part.writes],
            events=[event for part in parts for event in part.events],
            expect=[expect for part in parts for expect in part.expect],
        )

    def _handled(self) -> list[Command]:
        """The updates are remembered where the next one with the same id will be looked for; not those that
        come again.
        """
        chats, tags = self.desk.store.chats, dict[str, tuple[int, list[int]]]()
        again = {event.update_id for event in self.again}
        for update, event in self.updates:
            if update.id in again:
                continue
            tags.setdefault(chats.tag(event.chat_id), (event.chat_id, []))[1].append(update.id)
        return [write for chat_id, ids in tags.values() for write in chats.handled(ids, chat_id)]


def read(events: Sequence[TelegramUpdate]) -> list[tuple[Update, TelegramUpdate]]:
    """The updates of a batch; one that is none at all is counted and passed over, the stream goes on."""
    found = []
    for event in events:
        try:
            found.append((_dated(parse(event.raw), event), event))
        except BadUpdate as error:
            log.warning("update_unreadable", reason=str(error))
    return found


def _dated(update: Update, event: TelegramUpdate) -> Update:
    """An update without a date that can be read happened when it came."""
    message = update.message
    if update.at and (message is None or message.at):
        return update
    came = int(event.received_at.timestamp())
    if message is not None:
        message = message._replace(at=message.at or came)
    return update._replace(at=update.at or came, message=message)


def _is_stale(update: Update, now: int) -> bool:
    """Too old to act on. What says where the bot now stands, or where the chat has gone, is never too old."""
    message = update.message
    if now - update.at < STALE or (message is not None and now - message.at < STALE):
        return False
    moved = message is not None and migration(message, 0) is not None
    return not moved and update.kind not in ("my_chat_member", "callback_query")


def _people(update: Update) -> list[Person]:
    """Everybody about whom something is known that this update needs."""
    message = update.message
    change = update.change
    found = [update.sender, change.person if change else None, change.by if change else None]
    if message is not None:
        found += [*message.joined, message.left]
    return [person for person in found if person is not None]


def _is_for_the_bot(update: Update, now: int) -> bool:
    """Pressed buttons, private messages, commands in groups, being added or removed."""
    if update.kind in ("callback_query", "my_chat_member"):
        return True
    if update.kind != "message" or update.message is None or update.chat is None:
        return False
    if now - update.at >= COMMAND_STALE:
        return False
    return update.chat.type == "private" or (update.message.is_command and update.chat.is_group)
