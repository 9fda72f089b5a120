"""What a chat allows its members: at the moment of the call only what was meant to change is changed.

Between a decision and its call an admin may have changed something else by hand, which then stays.
"""

from services.moderation.domain.closing import changed, permissions_of
from services.moderation.telegram.calls import Calls, Params, Unanswered
from services.moderation.telegram.sanctioning import LOOK_UP_SECONDS, UNKNOWN_AGAIN, Settled
from services.moderation.telegram.work import End
from shared.contracts.telegram import TelegramAction


async def carry_out(calls: Calls, action: TelegramAction) -> End:
    """Raises as `Calls` does."""

    async def prepare() -> Params:
        params = {"chat_id": action.chat_id, **action.params}
        if action.expected is None:
            return params
        chat = await calls.telegram.call("getChat", {"chat_id": action.chat_id}, seconds=LOOK_UP_SECONDS)
        current = permissions_of(chat)
        if current is None:
            raise Unanswered("what a chat allows is not known", UNKNOWN_AGAIN)
        wanted = changed(current, action.params["permissions"], action.expected.permissions)
        if wanted == current:
            raise Settled(End("already", "chat.same"))
        return params | {"permissions": wanted}

    await calls.permit(action.method, action.chat_id)
    try:
        await calls(action.method, action.chat_id, prepare)
    except Settled as settled:
        return settled.end
    return End("done")
