"""What a message is: media, service messages."""

from typing import Any

import pytest

from services.moderation.domain import content
from services.moderation.domain.settings import SETTINGS
from tests.moderation import file, message, photo

MEDIA: dict[str, dict[str, Any]] = {
    "photo": {"photo": photo()},
    "video": {"video": file()},
    "video_note": {"video_note": file()},
    "animation": {"animation": file(), "document": file(mime_type="video/mp4")},
    "sticker": {"sticker": file()},
    "story": {"story": {"chat": {"id": 1}, "id": 2}},
    "live_photo": {"live_photo": file(), "photo": photo()},
    "paid_media": {"paid_media": {"star_count": 1, "paid_media": []}},
    "voice": {"voice": file()},
    "audio": {"audio": file()},
    "document": {"document": file(mime_type="application/pdf")},
}
PLAIN: dict[str, dict[str, Any]] = {
    "text": {"text": "hello"},
    "contact": {"contact": {"phone_number": "1", "first_name": "A"}},
    "location": {"location": {"latitude": 53.9, "longitude": 27.5}},
    "dice": {"dice": {"emoji": "x", "value": 1}},
    "poll": {"poll": {"id": "1", "question": "?", "options": [{"text": "a"}]}},
    "game": {"game": {"title": "t", "description": "d", "photo": photo()}},
    "text with a field that is new": {"text": "hello", "mood": "calm"},
    "text with a quoted picture": {"text": "hello", "reply_to_message": {"photo": photo()}},
}


@pytest.mark.parametrize("kind", MEDIA)
def test_each_kind_of_media_is_known(kind: str) -> None:
    found = message(**MEDIA[kind])
    assert content.media_kinds(found)[0] == kind
    assert content.service_kind(found) is None
    assert f"media.{kind}" in SETTINGS


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_no_picture_and_no_trace_is_neither(name: str) -> None:
    found = message(**PLAIN[name])
    assert content.media_kinds(found) == ()
    assert content.service_kind(found) is None


@pytest.mark.parametrize("field", content.SERVICE)
def test_each_kind_of_service_message_is_known_and_can_be_set(field: str) -> None:
    fields: dict[str, Any] = {field: {}}
    found = message(**fields)
    assert content.service_kind(found) == content.SERVICE[field]
    assert content.media_kinds(found) == ()
    assert f"service.{content.SERVICE[field]}" in SETTINGS


@pytest.mark.parametrize(
    ("mime", "kinds"),
    [
        ("image/jpeg", ("document", "photo")),
        ("video/mp4", ("document", "video")),
        ("image/gif", ("document", "animation")),
        ("application/zip", ("document",)),
        (None, ("document",)),
        (7, ("document",)),
    ],
)
def test_a_picture_sent_as_a_file_is_a_document_and_a_picture(
    mime: int | str | None, kinds: tuple[str, ...]
) -> None:
    assert content.media_kinds(message(document=file(mime_type=mime))) == kinds


@pytest.mark.parametrize(
    "fields",
    [
        {"hologram": file()},
        {"hologram": {"layers": [{"deep": [file()]}]}},
        {"hologram": 1, "caption": "look"},
        {"hologram": True, "media_group_id": "9"},
        {"text": "look", "hologram": [file()]},
        {"text": "look", "hologram": {"file_unique_id": "u"}},
        {"hologram": {"chat": {"id": 1}, "cover": {"thumbnail": {"width": 9}}}},
        {"poll": {"question": "?", "options": []}, "hologram": file()},
    ],
)
def test_an_unknown_kind_of_media_counts_as_media(fields: dict[str, Any]) -> None:
    found = message(**fields)
    assert content.media_kinds(found) == ("other",)
    assert content.service_kind(found) is None


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [
        ({"rich_message": {"blocks": [{"type": "photo", "photo": photo()}]}}, ("photo", "other")),
        (
            {"rich_message": {"blocks": [{"blocks": [{"video": file()}, {"photo": photo()}]}]}},
            ("video", "photo", "other"),
        ),
        ({"hologram": {"animation": file(), "photo": []}}, ("animation", "other")),
    ],
)
def test_a_picture_inside_something_else_is_of_its_own_kind_as_well(
    fields: dict[str, Any], kinds: tuple[str, ...]
) -> None:
    assert content.media_kinds(message(**fields)) == kinds


@pytest.mark.parametrize(
    "poll",
    [
        {"question": "?", "media": {"photo": photo()}, "options": []},
        {"question": "?", "options": [{"text": "a", "media": {"video": file()}}]},
        {"question": "?", "explanation_media": {"animation": file()}},
    ],
)
def test_a_poll_with_pictures_is_a_kind_of_its_own(poll: dict[str, Any]) -> None:
    assert content.media_kinds(message(poll=poll)) == ("poll",)
    assert content.media_kinds(message(poll={"question": "?", "options": [{"text": "a"}]})) == ()


@pytest.mark.parametrize("fields", [{"chat_haunted": {}}, {"chat_haunted": True}, {"a": 1, "b": {"c": "d"}}])
def test_a_message_without_any_known_content_is_a_service_message(fields: dict[str, Any]) -> None:
    assert content.service_kind(message(**fields)) == "other"


def test_a_new_chat_photo_is_a_trace_and_no_picture() -> None:
    found = message(new_chat_photo=photo())
    assert content.service_kind(found) == "photo"
    assert content.media_kinds(found) == ()


def test_a_file_that_lies_very_deep_does_not_exhaust_the_reader() -> None:
    nest: dict[str, Any] = {}
    for _ in range(200):
        nest = {"x": nest}
    assert content.media_kinds(message(strange=nest)) == ()
