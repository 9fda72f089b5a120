"""What imported streets change."""

import re
from collections.abc import Iterable, Mapping

from shared.contracts.listings import AreaId
from shared.contracts.streets import HOUSES_MOST, ImportStreet, Street, StreetChanged


def united(known: Mapping[AreaId, Street], events: Iterable[ImportStreet]) -> list[StreetChanged]:
    """One change for each street that says something new; houses and names that are not named anew stay."""
    streets: dict[AreaId, Street] = dict(known)
    changes: dict[AreaId, StreetChanged] = {}
    for event in events:
        before = streets.get(event.street.id)
        after = event.street if before is None else _merged(before, event.street)
        if after != before:
            streets[after.id] = after
            changes[after.id] = StreetChanged(street_id=after.id, street=after, changed_at=event.imported_at)
    return [change for street_id, change in changes.items() if change.street != known.get(street_id)]


def house_order(number: str) -> tuple[int, str]:
    """2 before 10, 13 before 13a."""
    digits = re.match(r"\d+", number)
    return int(digits.group()) if digits else 0, number


def _merged(old: Street, new: Street) -> Street:
    """Known houses first, so that a street that is full keeps what it has."""
    places = {house[0]: house for house in old.houses}
    for house in new.houses:
        if house[0] in places or len(places) < HOUSES_MOST:
            places[house[0]] = house
    houses = tuple(sorted(places.values(), key=lambda house: house_order(house[0])))
    return new.model_copy(update={"names": {**old.names, **new.names}, "houses": houses})
