"""Refusals in Telegram's own words.

Wording from the sources of the Bot API server and TDLib (`Client.cpp`, `DialogParticipantManager.cpp`,
`MessagesManager.cpp`): the first letter is lowered behind the prefix, constants such as
`CHAT_ADMIN_REQUIRED` are kept.
"""

from typing import Any

PREFIX = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}


class Refusal(Exception):  # noqa: N818 - Telegram refuses; nothing is broken
    """Telegram says no. `description` is the full text, `parameters` as in ResponseParameters."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters or {}

    def json(self) -> dict[str, Any]:
        answer = {"ok": False, "error_code": self.code, "description": self.description}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


def bad(text: str, **parameters: Any) -> Refusal:
    """400, with the prefix put before `text`."""
    return Refusal(400, f"{PREFIX[400]}: {text}", parameters)


def forbidden(text: str) -> Refusal:
    """403, with the prefix put before `text`."""
    return Refusal(403, f"{PREFIX[403]}: {text}")


def conflict(text: str) -> Refusal:
    """409: two pollers, or a poller beside a webhook."""
    return Refusal(409, f"{PREFIX[409]}: {text}")


def too_many(seconds: int) -> Refusal:
    """429 with `parameters.retry_after`."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
