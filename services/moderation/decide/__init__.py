"""The stage of chats: what Telegram's updates mean, one batch of one partition at a time."""
