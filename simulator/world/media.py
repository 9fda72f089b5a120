"""Contents with media, as Telegram would describe them. The files themselves are kept for the page only."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

KEPT_BYTES = 64 * 1024 * 1024

Json = dict[str, Any]
_SIZES = (("s", 90, 67), ("m", 320, 240), ("x", 800, 600))


@dataclass(slots=True)
class File:
    id: str
    mime: str
    name: str
    data: bytes = b""


@dataclass(slots=True)
class Files:
    """Known files by id; the oldest bytes are dropped when they take too much room."""

    files: OrderedDict[str, File] = field(default_factory=OrderedDict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    size: int = 0

    def add(self, kind: str, mime: str = "", name: str = "", data: bytes = b"") -> File:
        file = File(f"sim-{kind}-{next(self.numbers):09d}", mime, name, data)
        self.files[file.id] = file
        self.size += len(data)
        for old in self.files.values():
            if self.size <= KEPT_BYTES:
                break
            self.size -= len(old.data)
            old.data = b""
        return file

    def get(self, file_id: str) -> File | None:
        """By the id of a file or of one of a photo's sizes."""
        return self.files.get(file_id) or self.files.get(file_id.rsplit("-", 1)[0])


MIMES = {
    "photo": "image/jpeg",
    "video": "video/mp4",
    "animation": "video/mp4",
    "audio": "audio/mpeg",
    "document": "application/pdf",
    "voice": "audio/ogg",
    "video_note": "video/mp4",
    "sticker": "image/webp",
    "live_photo": "video/mp4",
}


def _named(file: File, **more: Any) -> Json:
    return {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": len(file.data) or 40_000} | more


def photo_sizes(file: File) -> list[Json]:
    return [
        {
            "file_id": f"{file.id}-{letter}",
            "file_unique_id": f"u{file.id}-{letter}",
            "file_size": width * height // 8,
            "width": width,
            "height": height,
        }
        for letter, width, height in _SIZES
    ]


def describe(kind: str, file: File) -> Json:  # noqa: PLR0911 - a table of shapes
    """The content field(s) of one kind of media."""
    mime = {"mime_type": file.mime or MIMES.get(kind, "application/octet-stream")}
    frame = {"width": 640, "height": 480, "duration": 7}
    if kind == "photo":
        return {"photo": photo_sizes(file)}
    if kind == "video":
        return {"video": _named(file, **frame, **mime, file_name=file.name or "video.mp4")}
    if kind == "animation":
        animation = _named(file, **frame, **mime, file_name=file.name or "animation.mp4")
        return {"animation": animation, "document": _named(file, **mime, file_name=animation["file_name"])}
    if kind == "live_photo":
        return {
            "live_photo": _named(file, **frame, **mime, photo=photo_sizes(file)),
            "photo": photo_sizes(file),
        }
    if kind == "paid_media":
        return {
            "paid_media": {"star_count": 5, "paid_media": [{"type": "photo", "photo": photo_sizes(file)}]}
        }
    if kind == "sticker":
        looks = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return {"sticker": _named(file, **looks, emoji="\N{WAVING HAND SIGN}", set_name="neighbours")}
    extra: dict[str, Json] = {
        "video_note": {"length": 240, "duration": 9},
        "voice": {"duration": 5} | mime,
        "audio": {"duration": 180, "title": "Song", "performer": "Choir"} | mime,
        "document": {"file_name": file.name or "document.pdf"} | mime,
    }
    return {kind: _named(file, **extra[kind])}


def poll(number: int, question: str, options: list[str], **more: Any) -> Json:
    """A Poll without votes."""
    return {
        "id": str(number),
        "question": question,
        "options": [
            {"persistent_id": str(place), "text": text, "voter_count": 0}
            for place, text in enumerate(options)
        ],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": True,
        "members_only": False,
    } | more


def other(kind: str, number: int, text: str) -> Json | None:
    """Contents that need no file; None for a kind that is not one of them."""
    place = {"latitude": 53.9023, "longitude": 27.5619}
    known: dict[str, Json] = {
        "location": {"location": place},
        "venue": {
            "location": place,
            "venue": {"location": place, "title": text or "Square", "address": "Street 1"},
        },
        "contact": {"contact": {"phone_number": "+375290000000", "first_name": text or "Neighbour"}},
        "dice": {"dice": {"emoji": "\N{GAME DIE}", "value": 4}},
        "poll": {"poll": poll(number, text or "When do we meet?", ["Saturday", "Sunday"])},
    }
    return known.get(kind)
