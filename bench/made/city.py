"""A made-up city, the same for every seed: quarters around a centre, chats around quarters."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import orjson

from shared.keys import base32

CENTRE = (53.9, 27.5667)
QUARTERS = 160
KINDS = ("group",) * 8 + ("channel", "help")
WHEN = "2026-11-22T00:00:00Z"


@dataclass(frozen=True)
class City:
    """Points in degrees, with members."""

    lat: np.ndarray
    lon: np.ndarray
    members: np.ndarray

    @classmethod
    def of(cls, count: int, seed: int) -> "City":
        random = np.random.default_rng(seed)
        quarters = random.normal(CENTRE, (0.05, 0.085), (QUARTERS, 2))
        places = quarters[random.integers(0, QUARTERS, count)] + random.normal(0, (0.006, 0.01), (count, 2))
        grid = (places / 0.0005).round() * 0.0005  # as coarse as a courtyard is shown
        return cls(grid[:, 0].round(6), grid[:, 1].round(6), random.integers(20, 900, count))

    def __len__(self) -> int:
        return len(self.lat)

    def body(self, number: int, revision: int = 1) -> bytes:
        """The JSON of `DirectoryChanged` for one of them, as it lies in the snapshot."""
        name = listing_id(number)
        listing = {
            "name": f"Двор {number % 977}, вуліца Кальварыйская, дом {number % 131}",
            "link": {"kind": "username", "value": f"house_{number}"},
            "kind": KINDS[number % len(KINDS)],
            "place": {
                "lat": float(self.lat[number]),
                "lon": float(self.lon[number]),
                "precision": "courtyard",
            },
            "description": "",
            "languages": [],
            "flag": "wrw",
            "id": name,
            "members": int(self.members[number]),
            "members_below": None,
            "checked_at": None,
            "dead_since": None,
            "areas": ["minsk", f"minsk-{number % 9}"],
            "revision": revision,
            "created_at": WHEN,
            "updated_at": WHEN,
        }
        change = {"listing_id": name, "change": "added", "revision": revision, "changed_at": WHEN}
        return orjson.dumps(change | {"listing": listing})

    def bodies(self) -> Iterator[bytes]:
        return map(self.body, range(len(self)))


def listing_id(number: int) -> str:
    return base32(hashlib.sha256(str(number).encode()).digest()[:8])


def tile_at(lat: float, lon: float, zoom: int) -> tuple[int, int, int]:
    """The tile in which a point lies: zoom, column, row."""
    size = 1 << zoom
    sin = np.sin(np.radians(lat))
    down = 0.5 - np.log((1 + sin) / (1 - sin)) / (4 * np.pi)
    return zoom, int((lon + 180) / 360 * size), int(down * size)
