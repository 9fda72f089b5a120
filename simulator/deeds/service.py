"""Service messages: the traces of what happened in a chat."""

from typing import Any

from simulator.world.chats import Chat, Message
from simulator.world.people import User
from simulator.world.world import World


def service(world: World, chat: Chat, actor: User, content: dict[str, Any]) -> Message:
    """Post one, from `actor`, or from the channel itself."""
    channel = chat.kind == "channel"
    return world.post(
        Message(
            world.next_message_id(chat),
            chat,
            world.now(),
            content,
            sender=None if channel else actor,
            sender_chat=chat if channel else None,
            author=actor.id,
        )
    )
