"""The gateway follows streams without a group: each process builds its own read model."""

from services.gateway.context import Gateway
from shared.contracts.directory import AreaChanged, DirectoryChanged
from shared.contracts.registry import AREAS_CHANGED, DIRECTORY_CHANGED, SUBMISSIONS_CHANGED
from shared.contracts.submissions import SubmissionChanged


def follow(gateway: Gateway) -> None:
    """Subscribe the read model to what it is made of."""
    bus, model, feed = gateway.bus, gateway.model, gateway.feed

    def on_directory(event: DirectoryChanged) -> None:
        if model.apply_listing(event) and feed.live:
            feed.publish(event)

    def on_directory_lost() -> None:
        model.forget_listings()
        feed.restart()

    def on_area(event: AreaChanged) -> None:
        model.apply_area(event)

    def on_submission(event: SubmissionChanged) -> None:
        model.apply_submission(event)

    bus.follow(DIRECTORY_CHANGED, on_directory, reset=on_directory_lost, caught_up=feed.go_live)
    bus.follow(AREAS_CHANGED, on_area, reset=model.forget_areas)
    bus.follow(SUBMISSIONS_CHANGED, on_submission, reset=model.forget_submissions)
