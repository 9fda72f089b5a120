"""What is needed to reach Telegram."""

from typing import Any, Protocol


class Asker(Protocol):
    """Calls the Bot API; `client.Telegram` is the real one."""

    async def call(self, method: str, params: dict[str, Any] | None = None, *, seconds: float = 15) -> Any:
        """`result` as decoded JSON; raises only kinds of `errors.TelegramError`."""


class Caller(Asker, Protocol):
    """For the dialogues, who take files as well."""

    async def fetch(self, file_id: str, most: int, *, seconds: float = 15) -> bytes:
        """A file that somebody sent, at most `most` bytes; raises as `call` does."""
