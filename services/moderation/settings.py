"""Settings of moderation beyond the shared ones."""

import re
from pathlib import Path
from typing import Literal

from shared.settings import Settings, SettingsError

Role = Literal["all", "ingest", "decide", "act"]
WEBHOOK_PATH = "/telegram/webhook"
BLOCK_LIST = "block-list.txt"
PUBLIC_API = "https://api.telegram.org"
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class ModerationSettings(Settings):
    """`role`: which part of the work this process does, see `dze moderation --role`."""

    role: Role = "all"

    @property
    def block_list(self) -> Path:
        """The operator's list: one Telegram id a line, `#` begins a remark. Read at the start."""
        return self.data / BLOCK_LIST

    def webhook(self) -> tuple[str, str]:
        """Where Telegram is to send updates, and the secret it sends along. Raises SettingsError.

        Telegram itself takes HTTPS only; a Bot API server of one's own may take plain HTTP on its network.
        """
        secret = self.telegram_secret.get_secret_value() if self.telegram_secret else ""
        schemes = ("https://",) if self.telegram_api == PUBLIC_API else ("https://", "http://")
        if not self.public_url.startswith(schemes):
            raise SettingsError(
                f"DZE_TELEGRAM_MODE=webhook needs DZE_PUBLIC_URL, beginning with {schemes[0]}."
            )
        if not _SECRET.fullmatch(secret):
            raise SettingsError(
                "DZE_TELEGRAM_MODE=webhook needs DZE_TELEGRAM_SECRET: letters, digits, _ and -, at most 256."
            )
        return self.public_url + WEBHOOK_PATH, secret


def people_on(path: Path) -> list[int]:
    """The ids on the operator's list, none without such a file.

    Raises SettingsError for a bad line, and OSError when the file cannot be read.
    """
    if not path.is_file():
        return []
    found = []
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        word = line.partition("#")[0].strip()
        if not word:
            continue
        if not (word.isascii() and word.isdigit()):
            raise SettingsError(f"{path}, line {number}: not a Telegram id.")
        found.append(int(word))
    return found
