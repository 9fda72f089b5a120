"""Every metric, with a sentence each. Labels are names of ours only: never a chat, a person or an address."""

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds."""

HANDLED = Counter(
    "dze_messages_handled_total",
    "Messages whose effect was committed, by what became of the commit.",
    ["stream", "group", "outcome"],
)
HANDLE_SECONDS = Histogram(
    "dze_handle_seconds",
    "From reading a message or batch to its commit, in seconds.",
    ["stream", "group"],
    buckets=FAST,
)
TRIES_FAILED = Counter(
    "dze_tries_failed_total",
    "Handlers that raised; the message is tried again or goes to the dead letters.",
    ["stream", "group", "error"],
)
DEAD_LETTERS = Counter(
    "dze_dead_letters_total", "Messages given up and put into the group's dead letters.", ["stream", "group"]
)
RECLAIMED = Counter(
    "dze_messages_reclaimed_total",
    "Messages taken over from a consumer that had them too long.",
    ["stream", "group"],
)
BRAKED = Gauge(
    "dze_brake_on",
    "1 while a group has stopped reading because most of its messages fail.",
    ["stream", "group"],
)
LEASES = Gauge("dze_leases_held", "Partitions of a stream that this process reads.", ["stream", "group"])
LEASES_LOST = Counter("dze_leases_lost_total", "Leases that another process took while this one held them.")
PUBLISHED = Counter(
    "dze_messages_published_total", "Messages written to a stream by this process.", ["stream"]
)
COMMIT_SECONDS = Histogram(
    "dze_commit_seconds", "One commit in Redis, with its way there and back.", buckets=FAST
)
LAG = Gauge(
    "dze_stream_lag", "Entries that a group has not read yet, over all partitions.", ["stream", "group"]
)
PENDING = Gauge("dze_stream_pending", "Entries that were read and not yet acknowledged.", ["stream", "group"])
READ_AGE = Gauge("dze_read_age_seconds", "Seconds since the last read of any partition finished.", ["group"])

SENT_AGAIN = Counter(
    "dze_telegram_sends_repeated_total",
    "Messages sent again because it could not be known whether Telegram had taken them.",
)
ASIDE = Gauge(
    "dze_keys_aside",
    "Keys whose messages wait in streams of their own, in this process.",
    ["stream", "group"],
)

REQUESTS = Counter(
    "dze_http_requests_total", "Requests answered, by route pattern.", ["method", "route", "status"]
)
REQUEST_SECONDS = Histogram(
    "dze_http_request_seconds", "From a request's head to its answer's, in seconds.", ["route"], buckets=FAST
)
CACHE = Counter(
    "dze_http_cache_total",
    "Answers that are the same for everybody: kept ones given again (hit), or made (miss).",
    ["pool", "result"],
)
LIMITED = Counter(
    "dze_http_limited_total", "Requests refused for being too many, by what was limited.", ["limit"]
)
LISTENERS = Gauge("dze_live_listeners", "Browsers now following live changes.")
LISTINGS = Gauge("dze_listings", "Listings in this gateway's read model.")

UPDATES = Counter(
    "dze_telegram_updates_total", "Updates taken in, by Telegram's name of their kind.", ["kind"]
)
UPDATES_LATE = Counter("dze_telegram_updates_late_total", "Updates too old to act on, only counted.")
ACTIONS = Counter(
    "dze_telegram_actions_total",
    "Actions that came to an end, by method and outcome.",
    ["method", "outcome"],
)
CALL_SECONDS = Histogram(
    "dze_telegram_call_seconds", "One call to the Bot API, in seconds.", ["method"], buckets=FAST
)
HELD_BACK = Counter(
    "dze_telegram_held_back_total",
    "Times that Telegram told us to wait (retry_after), by method.",
    ["method"],
)
ACTION_SECONDS = Histogram(
    "dze_telegram_action_seconds",
    "From the decision that something is to be done to Telegram's answer that it is, in seconds.",
    ["method"],
    buckets=(*FAST, 30, 60, 300),
)


def render() -> tuple[bytes, str]:
    """The text for `/metrics`, and its content type."""
    return generate_latest(), CONTENT_TYPE_LATEST
