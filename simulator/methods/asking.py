"""Answers to pressed buttons, and signs of life."""

from simulator.methods.access import Access, chat_of
from simulator.methods.call import Call, method
from simulator.world.errors import bad
from simulator.world.text import units

ANSWERABLE = 60
"""Seconds for which a pressed button waits."""
ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


@method("answerCallbackQuery")
def answer_callback_query(call: Call) -> bool:
    query = call.world.queries.get(call.args.text("callback_query_id"))
    too_old = query is not None and call.world.clock() - query.at > ANSWERABLE
    if query is None or query.bot_id != call.bot.user.id or query.answer is not None or too_old:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    text = call.args.text("text")
    if units(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    query.answer = {"text": text, "show_alert": call.args.flag("show_alert"), "url": call.args.text("url")}
    return True


@method("sendChatAction")
def send_chat_action(call: Call) -> bool:
    chat_of(call, Access.WRITE)
    if call.args.text("action") not in ACTIONS:
        raise bad("wrong parameter action in request")
    return True
