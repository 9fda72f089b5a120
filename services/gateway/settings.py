"""Settings of the gateway beyond the shared ones."""

from pydantic import Field

from shared.settings import Settings


class GatewaySettings(Settings):
    """Limits are for one process; none of them needs to know who somebody is."""

    streams_most: int = Field(default=1000, ge=1)
    """Open event streams; further ones are asked to come back later."""
    connections_most: int = Field(default=4000, ge=10)
    submissions_per_minute: float = Field(default=60, gt=0)
    """Proposals taken in a minute, from everybody together, after a burst of as many."""
    challenge_bits: int = Field(default=16, ge=0, le=32)
    """Leading zero bits of a proof of work; each one more doubles the work."""
