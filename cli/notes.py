"""What waits for people and not for a service: lines below the table of `dze status`."""

from redis import Redis

from services.moderation.store.questions import DUE, OPEN


def notes(redis: Redis) -> list[str]:
    """One line for each thing that somebody has to do something about."""
    return hidden_links(int(redis.zcard(OPEN)), int(redis.zcard(DUE)))


def hidden_links(waiting: int, unasked: int) -> list[str]:
    """Of links under which another chat was found: how many wait, and for how many no card is posted yet."""
    if not waiting:
        return []
    one = waiting == 1
    line = f"{waiting} hidden {'link waits' if one else 'links wait'} for a decision of the reviewers"
    if not unasked:
        return [f"{line}."]
    missing = min(unasked, waiting)
    return [f"{line}; for {missing} no card is posted: that takes a bot and DZE_REVIEW_CHAT."]
