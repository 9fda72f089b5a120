"""The stage at the entrance: Telegram's updates into the stream, by long poll or by webhook."""
