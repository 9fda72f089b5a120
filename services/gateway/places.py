"""What is known of one area or street: what lies in it, beside it, and its numbers."""

from dataclasses import dataclass

from services.gateway.context import Gateway
from services.gateway.domain.areas import Spot, neighbours, spot_of, spot_of_street, streets_beside
from services.gateway.domain.query import Query
from shared.contracts.listings import Area, AreaLevel, Kind
from shared.contracts.streets import Street

STREETS_SHOWN = 60


@dataclass(frozen=True)
class Known:
    """`inside` are the areas next below it; `beside` those of its own level around it."""

    listings: int
    members: int
    kinds: dict[Kind, int]
    inside: list[Area]
    beside: list[Area]
    streets: list[Street]


def spot(gateway: Gateway, area_id: str) -> Spot | None:
    """An area or street by its id; where both have it, the area."""
    area = gateway.model.area(area_id)
    if area is not None:
        return spot_of(area)
    street = gateway.search.streets.get(area_id)
    return None if street is None else spot_of_street(street, gateway.model.areas())


def about(gateway: Gateway, found: Spot) -> Known:
    model = gateway.model
    kinds = {kind: model.count(Query(area=found.id, kinds=frozenset({kind}))) for kind in Kind}
    members = sum(one.members for one in model.clusters(Query(area=found.id), 0))
    inside = [area for area in model.areas(parent=found.id) if area.id != found.id]
    beside = [] if found.level is AreaLevel.STREET else neighbours(found, model.areas())
    streets = [] if found.level is AreaLevel.CITY else streets_beside(found, gateway.search.streets)
    return Known(
        listings=sum(kinds.values()),
        members=members,
        kinds={kind: count for kind, count in kinds.items() if count},
        inside=inside,
        beside=beside,
        streets=streets[:STREETS_SHOWN],
    )
