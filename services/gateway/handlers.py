"""The gateway follows streams without a group: each process builds its own read model."""

import gc

from services.gateway.context import Gateway
from shared.contracts.directory import AreaChanged, DirectoryChanged
from shared.contracts.ground import GroundChanged
from shared.contracts.registry import (
    AREAS_CHANGED,
    DIRECTORY_CHANGED,
    GROUND_CHANGED,
    STREETS_CHANGED,
    SUBMISSIONS_CHANGED,
)
from shared.contracts.streets import StreetChanged
from shared.contracts.submissions import SubmissionChanged


def follow(gateway: Gateway) -> None:
    """Subscribe the read model to what it is made of."""
    bus, model, search, feed = gateway.bus, gateway.model, gateway.search, gateway.feed

    def on_directory(event: DirectoryChanged) -> None:
        if not model.apply_listing(event):
            return
        search.apply_listing(event)
        if feed.live:
            feed.publish(event)

    def on_snapshot(bodies: list[bytes]) -> None:
        gc.disable()  # a batch makes no garbage in circles, and looking for it took a fifth of the time
        try:
            news = model.load(bodies)
            search.load(news)
        finally:
            gc.freeze()  # or the search for garbage would look through all that is loaded, again and again
            gc.enable()

    def on_directory_caught_up() -> None:
        model.settle()
        search.settle()
        gc.collect()
        gc.freeze()  # what is loaded stays: looking through it for garbage would hold up requests
        feed.go_live()

    def on_directory_lost() -> None:
        model.forget_listings()
        search.forget_listings()
        feed.restart()
        gc.unfreeze()
        gc.collect()

    def on_submission(event: SubmissionChanged) -> None:
        model.apply_submission(event)
        gateway.intake.note(event)

    def on_submissions_lost() -> None:
        model.forget_submissions()
        gateway.intake.forget()

    bus.follow(
        DIRECTORY_CHANGED,
        on_directory,
        reset=on_directory_lost,
        caught_up=on_directory_caught_up,
        load=on_snapshot,
    )
    _follow_places(gateway)
    bus.follow(SUBMISSIONS_CHANGED, on_submission, reset=on_submissions_lost)


def _follow_places(gateway: Gateway) -> None:
    model, search, ground = gateway.model, gateway.search, gateway.ground

    def on_area(event: AreaChanged) -> None:
        if model.apply_area(event):
            search.apply_area(event)
            ground.apply_area(event)

    def on_areas_lost() -> None:
        model.forget_areas()
        search.forget_areas()
        ground.forget_areas()

    def on_street(event: StreetChanged) -> None:
        search.apply_street(event)
        ground.apply_street(event)

    def on_streets_lost() -> None:
        search.forget_streets()
        ground.forget_streets()

    def on_ground(event: GroundChanged) -> None:
        ground.apply_ground(event)

    gateway.bus.follow(AREAS_CHANGED, on_area, reset=on_areas_lost)
    gateway.bus.follow(STREETS_CHANGED, on_street, reset=on_streets_lost)
    gateway.bus.follow(GROUND_CHANGED, on_ground, reset=ground.forget_ground)
