"""All text of a message, whatever field it stands in, through one door."""

from services.moderation.domain.text.entrance import Text, message_text

__all__ = ["Text", "message_text"]
