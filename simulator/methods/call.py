"""One call of a method: the bot, its arguments however they were sent, and the table of methods."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.world.errors import bad
from simulator.world.people import Bot
from simulator.world.world import World

Json = dict[str, Any]
INT64 = 2**63


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a multipart request."""

    name: str
    mime: str
    data: bytes


def _encodable(text: str) -> str:
    """JSON can carry half a surrogate pair; Telegram refuses it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None
    return text


@dataclass(frozen=True, slots=True)
class Args:
    """Arguments from the query, a form, multipart or JSON: text or JSON values alike."""

    values: Mapping[str, Any]
    files: Mapping[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return self.values.get(name) not in {None, ""} if not self._structured(name) else True

    def _structured(self, name: str) -> bool:
        return isinstance(self.values.get(name), dict | list)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool | dict | list):
            return json.dumps(value)
        return _encodable(str(value))

    def number(self, name: str, default: int = 0) -> int:
        """As the Bot API reads integers: what is not one counts as the default."""
        try:
            value = int(self.text(name).strip())
        except ValueError:
            return default
        return value if -INT64 <= value < INT64 else default

    def flag(self, name: str) -> bool:
        """`true`, `yes`, `1` in any case."""
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def parsed(self, name: str, what: str) -> Any:
        """A JSON-serialized parameter, None when it is not given. Raises Refusal naming `what`."""
        if not self.has(name):
            return None
        try:
            value = self.values[name] if self._structured(name) else json.loads(self.text(name))
        except (ValueError, RecursionError):
            raise bad(f"can't parse {what} JSON object") from None
        _encodable(json.dumps(value, ensure_ascii=False))
        return value


@dataclass(frozen=True, slots=True)
class Call:
    world: World
    bot: Bot
    args: Args

    @property
    def now(self) -> int:
        return self.world.now()

    def user_id(self) -> int:
        """`user_id`. Raises Refusal for what cannot be one."""
        if (number := self.args.number("user_id")) <= 0:
            raise bad("invalid user_id specified")
        return number


Method = Callable[[Call], Any]
METHODS: dict[str, Method] = {}
"""By lower-case name: Telegram does not look at the case either."""


def method(*names: str) -> Callable[[Method], Method]:
    """Register a function as these methods."""

    def register(function: Method) -> Method:
        METHODS.update((name.lower(), function) for name in names)
        return function

    return register
