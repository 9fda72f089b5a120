"""What becomes of a listing: pure decisions over a `Book` of what was read."""

from services.directory.domain.accepting import LinkTaken, accepted
from services.directory.domain.areas import renewed
from services.directory.domain.book import Book, Locate
from services.directory.domain.ground import laid
from services.directory.domain.importing import imported
from services.directory.domain.naming import is_from_link, name_from_link
from services.directory.domain.observing import observed
from services.directory.domain.placing import placed
from services.directory.domain.records import HIDDEN_BELOW, Change, Record, shown_members
from services.directory.domain.reviewing import reviewed
from services.directory.domain.streets import united
from services.directory.domain.telling import link_events

__all__ = [
    "HIDDEN_BELOW",
    "Book",
    "Change",
    "LinkTaken",
    "Locate",
    "Record",
    "accepted",
    "imported",
    "is_from_link",
    "laid",
    "link_events",
    "name_from_link",
    "observed",
    "placed",
    "renewed",
    "reviewed",
    "shown_members",
    "united",
]
