"""Real-looking updates of four hundred chats, for `bench.moderation`."""

import random
from collections.abc import Callable
from typing import Any

from bench.latency import CHATS, FIRST_CHAT, PHOTO
from shared.clock import unix
from simulator.demo import DEMO_TOKEN

REGULARS, FRESH = 60, 45
"""People who write in a chat, and how many of them write in no chat before it: the others are neighbours."""
WORDS = ("суседзі", "вада", "ліфт", "заўтра", "хто", "ведае", "калі", "двор", "пад'езд", "дзякуй", "вечар")


class Mix:
    """Real-looking updates, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.number = 700_000_000
        self.at = int(unix())

    def make(self, count: int) -> list[dict[str, Any]]:
        kinds: tuple[Callable[[], list[dict[str, Any]]], ...] = (
            self._text, self._link, self._join, self._album, self._edit, self._sticker, self._command,
        )  # fmt: skip
        made: list[dict[str, Any]] = []
        while len(made) < count:
            (kind,) = self.dice.choices(kinds, (68, 4, 6, 6, 7, 8, 1))
            made += kind()
        return made[:count]

    def greetings(self) -> list[dict[str, Any]]:
        """The bot is made an admin in each chat, and a text comes, so that its admins are learnt."""
        chats = [FIRST_CHAT - n for n in range(CHATS)]
        bot = {"id": int(DEMO_TOKEN.partition(":")[0]), "is_bot": True, "first_name": "Dze"}
        rights = {
            "old_chat_member": {"user": bot, "status": "member"},
            "new_chat_member": {
                "user": bot, "status": "administrator",
                "can_delete_messages": True, "can_restrict_members": True,
            },
        }  # fmt: skip
        return [
            update
            for chat in chats
            for update in (
                self._update(rights, "my_chat_member", chat=chat),
                self._update({"text": "вітаю"}, chat=chat),
            )
        ]

    def _update(self, content: dict[str, Any], field: str = "message", chat: int = 0) -> dict[str, Any]:
        self.number += 1
        chat = chat or self._chat()
        body = {
            "message_id": self.number,
            "date": self.at,
            "chat": {"id": chat, "type": "supergroup", "title": f"Двор {FIRST_CHAT - chat}"},
            "from": self._person(chat),
            **content,
        }
        return {"update_id": self.number, field: body}

    def _chat(self) -> int:
        return FIRST_CHAT - self.dice.randrange(CHATS)

    def _person(self, chat: int) -> dict[str, Any]:
        """One of the chat's regulars, the nth of whom writes about 1/n as much as the first."""
        rank = int(REGULARS ** self.dice.random()) - 1
        number = (FIRST_CHAT - chat) * FRESH + rank
        return {
            "id": 5_400_000_000 + number, "is_bot": False, "first_name": f"Алесь {number}",
            "username": f"ales_{number}", "language_code": "be",
        }  # fmt: skip

    def _words(self) -> str:
        return " ".join(self.dice.choices(WORDS, k=self.dice.randrange(2, 25)))

    def _text(self) -> list[dict[str, Any]]:
        return [self._update({"text": self._words()})]

    def _link(self) -> list[dict[str, Any]]:
        text = "https://example.org/zbor " + self._words()
        entities = [{"type": "url", "offset": 0, "length": 24}]
        return [self._update({"text": text, "entities": entities})]

    def _join(self) -> list[dict[str, Any]]:
        chat = self._chat()
        who = self._person(chat)
        member = {
            "from": who,
            "old_chat_member": {"user": who, "status": "left"},
            "new_chat_member": {"user": who, "status": "member"},
        }
        change = self._update(member, "chat_member", chat=chat)
        return [change, self._update({"from": who, "new_chat_members": [who]}, chat=chat)]

    def _album(self) -> list[dict[str, Any]]:
        chat = self._chat()
        who = self._person(chat)
        group = {"media_group_id": str(self.number), "photo": PHOTO, "from": who}
        return [self._update(group, chat=chat) for _ in range(3)]

    def _edit(self) -> list[dict[str, Any]]:
        return [self._update({"text": self._words(), "edit_date": self.at}, "edited_message")]

    def _sticker(self) -> list[dict[str, Any]]:
        sticker = {
            "file_id": "A", "file_unique_id": "u", "type": "regular", "width": 512, "height": 512,
            "is_animated": False, "is_video": False,
        }  # fmt: skip
        return [self._update({"sticker": sticker})]

    def _command(self) -> list[dict[str, Any]]:
        entities = [{"type": "bot_command", "offset": 0, "length": 5}]
        return [self._update({"text": "/help", "entities": entities})]
