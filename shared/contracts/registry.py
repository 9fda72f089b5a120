"""The one registry of streams. Nothing is published that is not named here."""

from datetime import timedelta
from typing import Any

from shared.contracts.base import AnyStream, Message, Stream
from shared.contracts.directory import (
    AreaChanged,
    ChatObserved,
    DirectoryChanged,
    ImportArea,
    ImportListing,
)
from shared.contracts.ground import GroundChanged, ImportGround
from shared.contracts.links import LinkChanged, LinkReviewed
from shared.contracts.streets import ImportStreet, StreetChanged
from shared.contracts.submissions import (
    ReviewClosed,
    ReviewRequested,
    State,
    SubmissionAccepted,
    SubmissionChanged,
    SubmissionReceived,
    SubmissionReviewed,
    SubmissionWithdrawn,
)
from shared.contracts.telegram import (
    PersonJudged,
    PersonObserved,
    SetAdmission,
    TelegramAction,
    TelegramUpdate,
)

AT_ONCE = timedelta(0)
DAY = timedelta(days=1)

SUBMISSIONS_RECEIVED = Stream(
    name="submissions.received",
    version=1,
    model=SubmissionReceived,
    key=lambda m: m.submission_id,
    producers=("gateway",),
    consumers=("submissions",),
    retention=AT_ONCE,
    sealed=True,
)
SUBMISSIONS_WITHDRAWN = Stream(
    name="submissions.withdrawn",
    version=1,
    model=SubmissionWithdrawn,
    key=lambda m: m.submission_id,
    producers=("gateway",),
    consumers=("submissions",),
    retention=AT_ONCE,
)
SUBMISSIONS_CHANGED = Stream(
    name="submissions.changed",
    version=1,
    model=SubmissionChanged,
    key=lambda m: m.submission_id,
    producers=("submissions",),
    consumers=(),
    readers=("gateway",),
    retention=DAY,
    compacted=True,
    tombstone=lambda m: m.state is State.FORGOTTEN,
)
REVIEWS_REQUESTED = Stream(
    name="reviews.requested",
    version=1,
    model=ReviewRequested,
    key=lambda m: m.submission_id,
    producers=("submissions",),
    consumers=("moderation",),
    retention=AT_ONCE,
    sealed=True,
)
REVIEWS_CLOSED = Stream(
    name="reviews.closed",
    version=1,
    model=ReviewClosed,
    key=lambda m: m.submission_id,
    producers=("submissions",),
    consumers=("moderation",),
    retention=AT_ONCE,
)
SUBMISSIONS_REVIEWED = Stream(
    name="submissions.reviewed",
    version=1,
    model=SubmissionReviewed,
    key=lambda m: m.submission_id,
    producers=("moderation",),
    consumers=("submissions",),
    retention=AT_ONCE,
)
SUBMISSIONS_ACCEPTED = Stream(
    name="submissions.accepted",
    version=1,
    model=SubmissionAccepted,
    key=lambda m: m.listing_id,
    producers=("submissions",),
    consumers=("directory",),
    retention=AT_ONCE,
    sealed=True,
)
LISTINGS_IMPORT = Stream(
    name="listings.import",
    version=1,
    model=ImportListing,
    key=lambda m: m.listing_id,
    producers=("cli",),
    consumers=("directory",),
    retention=AT_ONCE,
)
AREAS_IMPORT = Stream(
    name="areas.import",
    version=1,
    model=ImportArea,
    key=lambda _: "areas",
    producers=("cli",),
    consumers=("directory",),
    retention=AT_ONCE,
)
DIRECTORY_CHANGED = Stream(
    name="directory.changed",
    version=1,
    model=DirectoryChanged,
    key=lambda m: m.listing_id,
    producers=("directory",),
    consumers=("submissions", "moderation"),
    readers=("gateway",),
    retention=DAY,
    compacted=True,
    tombstone=lambda m: m.listing is None,
)
AREAS_CHANGED = Stream(
    name="areas.changed",
    version=1,
    model=AreaChanged,
    key=lambda m: m.area_id,
    producers=("directory",),
    consumers=(),
    readers=("gateway",),
    retention=DAY,
    compacted=True,
    tombstone=lambda m: m.area is None,
)
STREETS_IMPORT = Stream(
    name="streets.import",
    version=1,
    model=ImportStreet,
    key=lambda m: m.street.id,
    producers=("cli",),
    consumers=("directory",),
    retention=AT_ONCE,
)
STREETS_CHANGED = Stream(
    name="streets.changed",
    version=1,
    model=StreetChanged,
    key=lambda m: m.street_id,
    producers=("directory",),
    consumers=(),
    readers=("gateway",),
    retention=DAY,
    compacted=True,
    tombstone=lambda m: m.street is None,
)
GROUND_IMPORT = Stream(
    name="ground.import",
    version=1,
    model=ImportGround,
    key=lambda m: m.ground.id,
    producers=("cli",),
    consumers=("directory",),
    retention=AT_ONCE,
)
GROUND_CHANGED = Stream(
    name="ground.changed",
    version=1,
    model=GroundChanged,
    key=lambda m: m.ground_id,
    producers=("directory",),
    consumers=(),
    readers=("gateway",),
    retention=DAY,
    compacted=True,
    tombstone=lambda m: m.ground is None,
)
CHATS_OBSERVED = Stream(
    name="chats.observed",
    version=1,
    model=ChatObserved,
    key=lambda m: m.link.key,
    producers=("moderation",),
    consumers=("directory",),
    retention=AT_ONCE,
    sealed=True,
)
CHATS_ADMISSION = Stream(
    name="chats.admission",
    version=1,
    model=SetAdmission,
    key=lambda m: str(m.chat_id),
    producers=("moderation", "cli"),
    consumers=("moderation",),
    retention=AT_ONCE,
    sealed=True,
)
LINKS_CHANGED = Stream(
    name="links.changed",
    version=1,
    model=LinkChanged,
    key=lambda m: m.listing_id,
    producers=("directory",),
    consumers=("moderation",),
    retention=AT_ONCE,
    sealed=True,
)
LINKS_REVIEWED = Stream(
    name="links.reviewed",
    version=1,
    model=LinkReviewed,
    key=lambda m: m.listing_id,
    producers=("moderation",),
    consumers=("directory",),
    retention=AT_ONCE,
)
TELEGRAM_UPDATES = Stream(
    name="telegram.updates",
    version=1,
    model=TelegramUpdate,
    key=lambda m: str(m.chat_id),
    producers=("moderation", "gateway"),
    consumers=("moderation",),
    retention=AT_ONCE,
    sealed=True,
)
TELEGRAM_ACTIONS = Stream(
    name="telegram.actions",
    version=1,
    model=TelegramAction,
    key=lambda m: m.lane,
    producers=("moderation",),
    consumers=("moderation",),
    retention=AT_ONCE,
    sealed=True,
)
PEOPLE_OBSERVED = Stream(
    name="people.observed",
    version=1,
    model=PersonObserved,
    key=lambda m: m.person,
    producers=("moderation",),
    consumers=("moderation",),
    retention=AT_ONCE,
    sealed=True,
)
PEOPLE_JUDGED = Stream(
    name="people.judged",
    version=1,
    model=PersonJudged,
    key=lambda m: str(m.chat_id),
    producers=("moderation",),
    consumers=("moderation",),
    retention=AT_ONCE,
    sealed=True,
)

STREAMS: tuple[AnyStream, ...] = tuple(s for s in list(globals().values()) if isinstance(s, Stream))
BY_MODEL: dict[type[Message], Stream[Any]] = {s.model: s for s in STREAMS}
BY_TOPIC: dict[str, Stream[Any]] = {s.topic: s for s in STREAMS}


def stream_of(message: Message) -> AnyStream:
    """The stream that carries this kind of message. Raises KeyError for an unregistered one."""
    return BY_MODEL[type(message)]
