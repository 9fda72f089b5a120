"""What imported areas change."""

from collections.abc import Iterable, Mapping

from shared.contracts.directory import AreaChanged, ImportArea
from shared.contracts.listings import Area, AreaId


def renewed(known: Mapping[AreaId, Area], events: Iterable[ImportArea]) -> list[AreaChanged]:
    """One change for each area that differs from what is known; of several for one area the last counts."""
    last = {event.area.id: event for event in events}
    return [
        AreaChanged(area_id=area_id, area=event.area, changed_at=event.imported_at)
        for area_id, event in last.items()
        if known.get(area_id) != event.area
    ]
