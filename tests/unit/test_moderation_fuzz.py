"""Updates that Telegram has changed: whatever stands where, the stream goes on and nothing else is hurt."""

import copy
from contextlib import suppress
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies._internal.core import DataObject

from services.moderation.domain.decide import decide, needs_admins, needs_linked
from services.moderation.domain.facts import Fact, needs_facts
from services.moderation.domain.settings import LOCKS
from services.moderation.domain.update import BadUpdate, of, parse
from tests.moderation import (
    ADMIN,
    STRANGER,
    context,
    file,
    membership,
    message,
    photo,
    raw,
    state,
    user,
)

ODD: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
ENTITIES = [
    {"type": "url", "offset": 0, "length": 10},
    {"type": "text_link", "offset": 0, "length": 1, "url": "x"},
]
REAL = [
    raw(message(text="https://a.by @x +375291234567", entities=ENTITIES)),
    raw(message(text="/ban 1d", entities=[{"type": "bot_command", "offset": 0, "length": 4}])),
    raw(message(photo=photo(), caption="t.me/+abc", media_group_id="9", has_media_spoiler=True)),
    raw(
        message(document=file(mime_type="image/png"), forward_origin={"type": "user", "sender_user": user()})
    ),
    raw(message(poll={"question": "?", "options": [{"text": "a", "media": {"photo": photo()}}]})),
    raw(
        message(rich_message={"blocks": [{"type": "url", "text": ["a"], "url": "a.by"}, {"photo": photo()}]})
    ),
    raw(message(checklist={"title": "x", "title_entities": ENTITIES, "tasks": [{"text": "+375291234567"}]})),
    raw(
        message(text="x", link_preview_options={"url": "https://a.by"}, guest_bot_caller_user=user(STRANGER))
    ),
    raw(message(new_chat_members=[user(STRANGER), user(7, is_bot=True)])),
    raw(message(left_chat_member=user(STRANGER))),
    raw(message(chat_owner_changed={"new_owner": user(STRANGER)})),
    raw(message(pinned_message=message(text="x"))),
    raw(message(text="x", sender_chat={"id": -1009, "type": "channel"}, is_automatic_forward=True)),
    raw(message(text="x", reply_markup={"inline_keyboard": [[{"text": "a", "url": "https://a.by"}]]})),
    raw(message(text="x", message_thread_id=4, is_topic_message=True, quote={"text": "y"})),
    raw(
        message(
            text="t.me/evil_chat",
            external_reply={
                "origin": {"type": "user", "date": 1, "sender_user": user(STRANGER)},
                "chat": {"id": -1001234567890, "type": "supergroup"},
                "message_id": 5,
                "link_preview_options": {"url": "https://a.by"},
            },
            quote={"text": "t.me/+abc", "position": 0, "entities": ENTITIES, "is_manual": True},
            reply_markup={"inline_keyboard": [[{"text": "t.me/x", "copy_text": {"text": "t.me/+a"}}]]},
        )
    ),
    raw(message(photo=photo(), edit_date=1_790_000_100), "edited_message"),
    raw(message(text="x", sender_chat={"id": -1001234567890}), "channel_post"),
    raw(membership(user(STRANGER), "left", "member"), "chat_member"),
    raw(membership(user(STRANGER), "administrator", "creator"), "chat_member"),
    raw({**membership(user(77), "left", "administrator")}, "my_chat_member"),
    raw({"chat": message()["chat"], "from": user(), "date": 1_790_000_000}, "chat_join_request"),
    raw({"id": "1", "from": user(), "message": message(), "data": "x"}, "callback_query"),
]
ALL_ON = {f"lock.{kind}": "warn" for kind in LOCKS} | {
    "media.photo": "delete",
    "media.other": "delete",
    "media.poll": "delete",
    "media.for": "untrusted",
    "media.hours": "22:00-07:00",
    "service.other": "delete",
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


def changed(update: dict[str, Any], place: tuple[Any, ...], value: Any, way: str) -> Any:
    """The update with another value at a place, without it, or with a new field there."""
    made = copy.deepcopy(update)
    if not place:
        return made
    holder = made
    for key in place[:-1]:
        holder = holder[key]
    if way == "drop":
        del holder[place[-1]]
    elif way == "add" and isinstance(holder, dict):
        holder["field_of_tomorrow"] = value
    else:
        holder[place[-1]] = value
    return made


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_telegram_changes_is_decided_without_an_error(data: DataObject) -> None:
    update = data.draw(st.sampled_from(REAL))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(places(update)))
        update = changed(update, place, data.draw(ODD), data.draw(st.sampled_from(["set", "drop", "add"])))
    chat = state(ALL_ON)
    found = of(orjson.loads(orjson.dumps(update)))
    asked = context()
    needs_admins(found, chat, asked)
    assert needs_facts(found, chat, asked) <= set(Fact)
    needs_linked(found, chat)
    decide(found, chat, asked)
    for delete in chat.changes.deletes:
        assert isinstance(delete.message_id, int)
    assert ADMIN not in {one.person.id for one in chat.changes.sanctions if one.person}
    assert all(0 <= at < 2**32 for _, _, at, _ in chat.changes.index)


@given(st.binary(max_size=200) | ODD.map(orjson.dumps))
def test_what_is_no_update_is_refused_and_nothing_worse(data: bytes) -> None:
    with suppress(BadUpdate):
        parse(data)


def test_the_updates_that_are_changed_here_are_understood_unchanged() -> None:
    chat = state(ALL_ON)
    for update in REAL:
        decide(of(update), chat, context())
    changes = chat.changes
    assert changes.deletes
    assert len(changes.observed) >= 3
    assert {one.what for one in changes.sanctions} >= {"warn", "remove"}
    assert {one.kind for one in changes.alerts} == {"owner_changed"}
