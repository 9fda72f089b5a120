"""What imported pieces of ground change."""

from collections.abc import Iterable, Mapping

from shared.contracts.ground import Ground, GroundChanged, ImportGround
from shared.contracts.listings import AreaId


def laid(known: Mapping[AreaId, Ground], events: Iterable[ImportGround]) -> list[GroundChanged]:
    """One change for each piece that differs from what is known; of several for one piece the last counts."""
    last = {event.ground.id: event for event in events}
    return [
        GroundChanged(ground_id=ground_id, ground=event.ground, changed_at=event.imported_at)
        for ground_id, event in last.items()
        if known.get(ground_id) != event.ground
    ]
