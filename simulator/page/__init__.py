"""The web page at `/`: chats as in Telegram, for whoever one wants to be."""
