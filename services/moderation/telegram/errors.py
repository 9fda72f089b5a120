"""What a call to Telegram may end in, each with what follows from it. No text carries a token or a name."""


class TelegramError(Exception):
    """Any refusal. `str()` is safe to log: a code or a number, never Telegram's own words."""


class RetryAfter(TelegramError):  # noqa: N818
    """429: nothing more for this chat and method for `seconds`."""

    def __init__(self, method: str, seconds: float) -> None:
        super().__init__(f"{method}: retry after {seconds:g} s")
        self.method = method
        self.seconds = seconds


class Migrated(TelegramError):  # noqa: N818
    """The group is a supergroup now and has another id: repeat the call there."""

    def __init__(self, new_id: int) -> None:
        super().__init__("the group has become a supergroup")
        self.new_id = new_id


class Gone(TelegramError):  # noqa: N818
    """What was asked for is already so: the message is deleted, the person is not there. Counts as done."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Forbidden(TelegramError):  # noqa: N818
    """The bot is not in the chat any more, or the person has blocked it: the chat is parked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(TelegramError):  # noqa: N818
    """Telegram will never do it: a right is missing, the person is an admin, the request is wrong."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Conflict(TelegramError):  # noqa: N818
    """409: another poller, or a webhook, is reading the updates."""


class Unauthorized(TelegramError):  # noqa: N818
    """401 or 404 for the token itself: the operator must correct `DZE_TELEGRAM_TOKEN`."""


class Transient(TelegramError):  # noqa: N818
    """Not known whether it was done: 5xx, HTML instead of JSON, a time-out, a broken connection."""
