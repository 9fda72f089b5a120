"""Messages that somebody else than their sender wrote, or that show others' words, in Telegram's shapes."""

from typing import Any

from tests.moderation import STRANGER, user

AT = 1_790_000_000
CHANNEL = {"id": -1009, "type": "channel", "title": "Навіны"}
SENDER = user(STRANGER, "Чужы")

FORWARDED: dict[str, dict[str, Any]] = {
    "of a person": {"forward_origin": {"type": "user", "date": AT, "sender_user": SENDER}},
    "of a hidden person": {"forward_origin": {"type": "hidden_user", "date": AT, "sender_user_name": "Х"}},
    "of a chat": {"forward_origin": {"type": "chat", "date": AT, "sender_chat": CHANNEL}},
    "of a channel": {"forward_origin": {"type": "channel", "date": AT, "chat": CHANNEL, "message_id": 3}},
    "of a kind to come": {"forward_origin": {"type": "planet"}},
    "of no shape": {"forward_origin": {}},
    "before 7.0, of a person": {"forward_from": SENDER, "forward_date": AT},
    "before 7.0, of a channel": {"forward_from_chat": CHANNEL, "forward_from_message_id": 3},
    "before 7.0, hidden": {"forward_sender_name": "Х"},
    "before 7.0, signed": {"forward_signature": "адмін"},
    "before 7.0, a date only": {"forward_date": AT},
    "in a field to come": {"forward_story": {"id": 1}},
    "of the linked channel": {"is_automatic_forward": True},
}
WRITTEN_BY_OTHERS: dict[str, dict[str, Any]] = {
    **{f"forwarded {how}": fields for how, fields in FORWARDED.items()},
    "of an inline bot": {"via_bot": user(9, "bot", is_bot=True)},
    "of a business bot": {"sender_business_bot": user(9, "bot", is_bot=True)},
    "of a business account": {"business_connection_id": "b"},
    "of a guest bot, called by a person": {"guest_bot_caller_user": SENDER},
    "of a guest bot, called by a chat": {"guest_bot_caller_chat": CHANNEL},
    "of a guest bot": {"guest_query_id": "g"},
    "of a guest to come": {"guest_artist": SENDER},
    "a story": {"story": {"id": 1, "chat": CHANNEL}},
}
BESIDE_OTHERS: dict[str, dict[str, Any]] = {
    "with a quote": {"quote": {"text": "x", "position": 0, "is_manual": True}},
    "with a quote of Telegram's": {"quote": {"text": "x", "position": 0}},
    "to another chat": {"external_reply": {"origin": {"type": "user", "date": AT, "sender_user": SENDER}}},
    "to a story": {"reply_to_story": {"id": 1, "chat": CHANNEL}},
}
OWN: dict[str, dict[str, Any]] = {
    "plain": {},
    "in reply": {"reply_to_message": {"message_id": 1, "date": AT, "from": SENDER, "text": "x"}},
    "in reply to a forward": {
        "reply_to_message": {"message_id": 1, "date": AT, "from": SENDER, **FORWARDED["of a person"]}
    },
    "in a topic": {"message_thread_id": 4, "is_topic_message": True},
    "with a tag": {"sender_tag": "адмін"},
    "with an effect": {"effect_id": "1"},
    "sent later": {"is_from_offline": True},
    "with fields that are null": {"forward_origin": None, "via_bot": None, "quote": None},
    "with a field that is false": {"is_automatic_forward": False},
    "with a field to come": {"hologram": {"of": "x"}},
}
NOT_OWN = WRITTEN_BY_OTHERS | BESIDE_OTHERS
