"""The submissions service's settings: those that all services share."""

from services.submissions.domain.life import Service
from shared.settings import Settings


class SubmissionsSettings(Settings):
    """Nothing of its own: how long things are kept is a promise to residents and no setting."""


def service_of(settings: Settings) -> Service:
    """What the decisions need to know of the settings."""
    return Service(area=settings.city.area, city=tuple(sorted(set(settings.city.name.values()))))
