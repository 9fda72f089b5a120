"""Leases with fencing tokens: who may work on what, and proof of it in every commit."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared.bus.scripts import Scripts
from shared.telemetry.metrics import LEASES_LOST

LEASE_MS = 5_000
"""How long a lease lives without being renewed. A dead replica's work is taken over after this."""
SAFETY = 0.8
"""The share of a lease's life after which its holder stops trusting it."""


@dataclass(frozen=True)
class Holder:
    """Who has a lease; `since` is unknown when a replica of an older release took it."""

    replica: str
    since: datetime | None


def holder_of(value: bytes) -> Holder:
    """The holder that a lease's value names."""
    replica, _, rest = value.decode(errors="replace").partition(":")
    since = rest.partition(":")[2]
    return Holder(replica, datetime.fromtimestamp(int(since) / 1000, UTC) if since.isdigit() else None)


@dataclass
class Lease:
    """Held by this process as `value` at `key`; the commit script compares them."""

    key: str
    value: str
    milliseconds: int = LEASE_MS
    renewed: float = field(default_factory=time.monotonic)
    lost: bool = False

    @property
    def expired(self) -> bool:
        """Whether the holder must stop; Redis fences it anyway."""
        return self.lost or time.monotonic() - self.renewed > self.milliseconds / 1000 * SAFETY


class Leases:
    """All leases of one process, renewed together in one call."""

    def __init__(self, scripts: Scripts, replica: str, milliseconds: int = LEASE_MS) -> None:
        self._scripts = scripts
        self._replica = replica
        self._held: dict[str, Lease] = {}
        self.milliseconds = milliseconds

    async def acquire(self, key: str) -> Lease | None:
        """The lease at `key`, or None while another replica holds it."""
        asked = time.monotonic()
        value = await self._scripts.run("lease", [key, f"{key}:epoch"], [self._replica, self.milliseconds])
        if not value:
            return None
        lease = Lease(key, value.decode(), self.milliseconds, asked)
        self._held[key] = lease
        return lease

    async def renew(self) -> None:
        """Renew every lease; those that were taken away are marked lost."""
        held = list(self._held.values())
        if not held:
            return
        asked = time.monotonic()
        args = [self.milliseconds, *(lease.value for lease in held)]
        for lease, kept in zip(
            held, await self._scripts.run("renew", [x.key for x in held], args), strict=True
        ):
            if kept:
                lease.renewed = asked
            else:
                lease.lost = True
                self._held.pop(lease.key, None)
                LEASES_LOST.inc()

    async def release(self, lease: Lease) -> None:
        """Give it back at once, so that nobody has to wait for its end."""
        lease.lost = True
        self._held.pop(lease.key, None)
        await self._scripts.run("release", [lease.key], [lease.value])
