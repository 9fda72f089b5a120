"""What an update means in its chat: which messages go, what is remembered, what is told of people."""

from dataclasses import replace

from services.moderation.domain import media, replaced, spam
from services.moderation.domain.context import Context
from services.moderation.domain.doomed import delete
from services.moderation.domain.locks import strongest
from services.moderation.domain.noted import NEWCOMER, first_message, is_first_of_day, note
from services.moderation.domain.roles import role_of
from services.moderation.domain.state import (
    Alert,
    AlertKind,
    ChatState,
    Delete,
    Observation,
    Sanction,
)
from services.moderation.domain.update import ADMINS, TELEGRAM_OWN, Change, Message, Person, Update
from services.moderation.domain.violations import (
    is_held,
    keys_of,
    kinds_in,
    quote_of_here,
    role_of_source,
    violations,
)
from services.moderation.domain.warnings import mute_until, step

JOIN_REPEAT = 120
"""Seconds within which a second word of one join (`chat_member` and a service message) is none."""
STALE = 48 * 3600
"""Updates of this age are only counted: nothing can be deleted any more, and nobody is there."""


def needs_admins(update: Update, state: ChatState, context: Context) -> bool:
    """Whether deciding this needs to know who the chat's admins are."""
    if not (update.chat and update.chat.is_group):
        return False
    if update.message is not None:
        return _message_needs_admins(update, update.message, state, context)
    return update.change.joined if update.change else update.kind == "chat_join_request"


def needs_linked(update: Update, state: ChatState) -> int | None:
    """The channel that somebody writes as, when it must be known whether it is the group's own."""
    message = update.message
    if message is None or message.sender_chat in (None, state.id) or message.is_automatic_forward:
        return None
    asked = not state.linked and (state.policy.media or bool(state.policy.locks))
    return message.sender_chat if asked and update.chat is not None and update.chat.is_group else None


def _message_needs_admins(update: Update, message: Message, state: ChatState, context: Context) -> bool:
    if message.service is not None:
        return bool(message.joined)
    if not _is_person(message):
        return False
    if update.id in context.texts:
        return True
    assert message.sender is not None
    if not message.edited and is_first_of_day(message, context.person(message.sender.id), state):
        return True
    chat = state.policy
    if message.media and (media.code(message, chat, update.at) or message.album in state.albums):
        return True
    return bool(chat.locks and violations(update, message, state, context))


def decide(update: Update, state: ChatState, context: Context) -> None:
    """Add to `state.changes` what follows from this update. Commands are answered elsewhere."""
    if update.change is not None:
        _on_change(update, update.change, state, context)
    elif update.message is not None:
        _on_message(update, update.message, state, context)
    elif update.kind == "chat_join_request" and update.sender is not None:
        _observe(Observation(update.sender, "requested", (), None, update.at), state, context)


def _on_message(update: Update, message: Message, state: ChatState, context: Context) -> None:
    chat = state.policy
    if message.service is not None:
        _on_service(message, state, context)
        return
    person, channel = keys_of(message, context)
    if message.is_automatic_forward and channel and channel != state.linked:
        state.linked, state.changes.linked = channel, True
    if not message.edited:
        _remember(update, message, (person, channel), state, context)
    role = role_of(message, person, channel, state, chat)
    text = context.texts.get(update.id)
    if not chat.media and not chat.locks and text is None and not _may_go_with_album(message, state):
        return
    if state.admins is None and _is_person(message):
        return  # nobody is accused where the admins cannot be known
    doomed = media.on_message(update, message, role, state, context)
    if chat.locks and is_held(role, state):
        _on_locks(update, message, state, context, again=doomed)
    if text is not None:
        spam.on_message(update, role, state, context)


def _may_go_with_album(message: Message, state: ChatState) -> bool:
    """Whether another part's words may be the end of this one."""
    return message.album is not None and (state.policy.text_goes or message.album in state.albums)


# Service messages.


def _on_service(message: Message, state: ChatState, context: Context) -> None:
    chat = state.policy
    setting = f"service.{message.service}"
    erased = setting in chat.erased and not message.edited
    trace = Delete(message.id, message.at, setting)
    if message.owner and message.sender is not None and chat.alert and not message.edited:
        _alert(
            Alert(message.owner, message.new_owner or message.sender, message.sender),
            state,
            trace if erased else None,
        )
    elif erased:
        delete(trace, state, context)
    by = message.sender if message.sender_chat is None else None
    for person in message.joined:
        _joined(person, message.at, message.id, state, context, by=by)
    if message.left is not None:
        _left(message.left, message.at, state, context)
    if not message.edited:
        key = context.person(message.sender.id) if message.sender else state.key
        state.changes.index.append((message.id, key, message.at, message.topic or 0))


def _alert(alert: Alert, state: ChatState, trace: Delete | None) -> None:
    """The trace waits for its alert; in dry run it stays and is only named."""
    if trace is not None and state.settings.dryrun:
        state.changes.would[trace.code] = state.changes.would.get(trace.code, 0) + 1
        trace = None
    state.changes.alerts.append(alert._replace(trace=trace))


# Locks.


_BY_ITSELF = frozenset({"location"})
"""What goes on changing without anybody's doing: a live location is edited every few seconds."""


def _on_locks(update: Update, message: Message, state: ChatState, context: Context, *, again: bool) -> None:
    """`again`: nobody answers for it, as with an album of which a part has been answered for."""
    chat = state.policy
    kinds = violations(update, message, state, context)
    if kinds and (quote := quote_of_here(update, state, context)) is not None:
        own = kinds_in(quote.rest, update, message, state)
        if own or not is_held(role_of_source(quote, state, context), state):
            kinds = own
        else:
            again = True  # what may not stand here goes with its quote, and only its author answers for it
    if not kinds:
        return
    kind = strongest(kinds, chat.locks)
    code = f"lock.{kind}"
    media.doom(message, code, state, context)
    if again or state.settings.dryrun or (message.edited and kind in _BY_ITSELF):
        return
    if message.sender_chat is not None:
        if chat.locks[kind] == "mute":
            state.changes.sanctions.append(
                Sanction("ban_channel", code, message.id, None, channel=message.sender_chat)
            )
    elif message.sender is not None and not message.sender.is_bot:
        broken = Sanction("", code, message.id, message.sender, topic=message.topic)
        _punish(chat.locks[kind], broken, message.sender, state, context)


def _punish(how: str, broken: Sanction, who: Person, state: ChatState, context: Context) -> None:
    """What a lock has for who broke it, beside the message's end."""
    if how == "mute":
        until = mute_until(state.settings, context.now)
        state.changes.sanctions.append(replace(broken, what="mute", person=who, until=until))
    elif how == "warn":
        person = context.person(who.id)
        found = step(state.settings, state.warned_of(person), context.now)
        state.warned[person] = found.warned
        state.changes.warned.add(person)
        state.changes.sanctions.append(
            replace(
                broken, what=found.what, person=who, until=found.until, count=found.count, most=found.most
            )
        )


def _bot_added(
    bot: Person, by: Person | None, message_id: int | None, state: ChatState, context: Context
) -> None:
    """A bot that somebody who is no admin has brought."""
    chat = state.policy
    how = chat.locks.get("bot")
    if how is None or state.admins is None or by is None or bot.id == context.me:
        return
    if by.id == bot.id or by.id in TELEGRAM_OWN:
        return
    if state.is_admin(context.person(by.id)) or state.is_admin(context.person(bot.id)):
        return
    if chat.dryrun:
        state.changes.would["lock.bot"] = state.changes.would.get("lock.bot", 0) + 1
        return
    removed = Sanction("remove", "lock.bot", message_id or 0, bot)
    state.changes.sanctions.append(removed)
    _punish(how, removed, by, state, context)


# People.


def _is_person(message: Message) -> bool:
    return (
        message.sender is not None and message.sender_chat is None and message.sender.id not in TELEGRAM_OWN
    )


def _remember(
    update: Update, message: Message, keys: tuple[str, str], state: ChatState, context: Context
) -> None:
    """Index the message; on a person's first message of a day pass it on with what was noticed."""
    sender, (person, channel) = message.sender, keys
    state.changes.index.append((message.id, channel or person or state.key, message.at, message.topic or 0))
    if sender is None or not _is_person(message) or not is_first_of_day(message, person, state):
        return
    reasons = first_message(update, message, person, state, context)
    note(message, person, state)
    if sender.username:
        state.changes.named[sender.username] = sender.id
    kind = "wrote" if message.is_own else "noted"
    _observe(Observation(sender, kind, reasons, message.id, message.at), state, context)


def _on_change(update: Update, change: Change, state: ChatState, context: Context) -> None:
    if update.kind == "my_chat_member":
        return
    replaced.on_change(change, update.id, state, context)
    if change.joined:
        own_link = change.road == "invite" and change.link_by == context.me
        road = "entrance" if own_link else change.road
        _joined(change.person, update.at, None, state, context, by=change.by, road=road)
    elif change.left:
        _left(change.person, update.at, state, context)
    if (kind := _rights_changed(change)) and state.policy.alert and update.chat is not None:
        state.changes.alerts.append(Alert(kind, change.person, change.by))


def _rights_changed(change: Change) -> AlertKind | None:
    """Whether somebody became an admin, is none any more, or may do other things than before."""
    before, after = change.before in ADMINS, change.after in ADMINS
    if before != after:
        return "admin_added" if after else "admin_removed"
    return "admin_rights" if after and change.rights_before != change.rights_after else None


def _joined(
    person: Person,
    at: int,
    message_id: int | None,
    state: ChatState,
    context: Context,
    *,
    by: Person | None,
    road: str = "",
) -> None:
    key = context.person(person.id)
    if abs(at - state.joined.get(key, 0)) < JOIN_REPEAT:
        return
    state.joined[key] = state.changes.joined[key] = at
    if person.is_bot:
        _bot_added(person, by, message_id, state, context)
    road = _road(road, person, by, state, context)
    _observe(Observation(person, "joined", (), message_id, at, road), state, context)


def _road(road: str, person: Person, by: Person | None, state: ChatState, context: Context) -> str:
    """How somebody came in; who is brought by a member of longer standing, who writes, is vouched for."""
    if by is None or by.id == person.id or road not in ("", "added"):
        return road
    member = context.person(by.id)
    lately = context.now - state.joined.get(member, 0) < NEWCOMER
    writes_here = state.days.get(member, 0) > 0
    return "vouched" if state.is_admin(member) or (writes_here and not lately) else "added"


def _left(person: Person, at: int, state: ChatState, context: Context) -> None:
    state.joined.pop(context.person(person.id), None)
    _observe(Observation(person, "left", (), None, at), state, context)


def _observe(seen: Observation, state: ChatState, context: Context) -> None:
    """Pass on what a person did, with what this chat noticed; nothing of bots and Telegram's own.

    Of an admin only that they lead a listed chat: what others have listed is no chat made for this.
    """
    person = seen.person
    if person.is_bot or person.id in TELEGRAM_OWN:
        return
    if state.is_admin(context.person(person.id)):
        if seen.kind == "wrote" and state.place is not None:
            state.changes.observed.append(Observation(person, "noted", ("leads",), None, seen.at))
        return
    if seen.kind != "left":
        if state.admins is None:
            return
        seen = seen._replace(reasons=seen.reasons + context.likeness(state, person))
        if seen.kind == "noted" and not seen.reasons:
            return
    state.changes.observed.append(seen)
