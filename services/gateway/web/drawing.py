"""The map that the server draws: geometry only, in pixels of an SVG, web Mercator like every web map."""

import math
from dataclasses import dataclass, replace

from services.gateway.domain.query import Box

TILE = 256
LATITUDE_MOST = 85.05112878
ZOOM_LEAST, ZOOM_MOST = 2, 18
EARTH_ROUND = 40_075_016.686
"""Metres around the equator (WGS 84)."""
SCALE_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class View:
    """A window on the map: its middle in degrees, a whole zoom, its size in pixels."""

    lat: float
    lon: float
    zoom: int
    width: int = 720
    height: int = 540

    @classmethod
    def parse(cls, text: str, home: "View") -> "View":
        """From `lat,lon,zoom`; anything else gives `home`."""
        if not text.isascii() or "_" in text:  # Python's `float` takes digits of every script
            return home
        try:
            lat, lon, zoom = (float(part) for part in text[:60].split(","))
        except ValueError:
            return home
        if not all(map(math.isfinite, (lat, lon, zoom))):
            return home
        return replace(home, lat=lat, lon=lon, zoom=int(zoom)).tamed()

    def tamed(self) -> "View":
        """Inside the world and the zooms that are drawn."""
        return replace(
            self,
            lat=round(max(-LATITUDE_MOST, min(LATITUDE_MOST, self.lat)), 6),
            lon=round((self.lon + 180) % 360 - 180, 6),
            zoom=max(ZOOM_LEAST, min(ZOOM_MOST, self.zoom)),
        )

    @property
    def world_size(self) -> int:
        """Edge of the whole world in pixels."""
        return TILE << self.zoom

    @property
    def text(self) -> str:
        """As in an address; `parse` reads it back."""
        return f"{self.lat:.5f},{self.lon:.5f},{self.zoom}"

    def world(self, lat: float, lon: float) -> tuple[float, float]:
        """Pixels from the north-west corner of the whole world at this zoom."""
        size = self.world_size
        sin = math.sin(math.radians(max(-LATITUDE_MOST, min(LATITUDE_MOST, lat))))
        return (lon + 180) / 360 * size, (0.5 - math.log((1 + sin) / (1 - sin)) / (4 * math.pi)) * size

    @property
    def corner(self) -> tuple[float, float]:
        x, y = self.world(self.lat, self.lon)
        return x - self.width / 2, y - self.height / 2

    def point(self, lat: float, lon: float) -> tuple[float, float]:
        """Pixels inside the window, to a tenth. The nearest copy of the world is meant."""
        size = self.world_size
        (x, y), (left, top) = self.world(lat, lon), self.corner
        across = (x - left - self.width / 2 + size / 2) % size - size / 2 + self.width / 2
        return round(across, 1), round(y - top, 1)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Latitude and longitude under a pixel, to 5 places (about a metre)."""
        size = self.world_size
        left, top = self.corner
        lon = ((left + x) / size * 360) % 360 - 180
        lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (top + y) / size))))
        return round(lat, 5), round(lon, 5)

    @property
    def box(self) -> Box:
        """What the window shows; never more than the world."""
        north, west = self.place(0, 0)
        south, east = self.place(self.width, self.height)
        if self.width >= self.world_size:
            west, east = -180.0, 180.0
        return Box(west, max(south, -LATITUDE_MOST), east, min(north, LATITUDE_MOST))

    def moved(self, right: float, down: float) -> "View":
        """By parts of the window's size."""
        lat, lon = self.place(self.width * (0.5 + right), self.height * (0.5 + down))
        return replace(self, lat=lat, lon=lon).tamed()

    def zoomed(self, steps: int) -> "View":
        return replace(self, zoom=self.zoom + steps).tamed()

    def at(self, lat: float, lon: float, zoom: int) -> "View":
        return replace(self, lat=lat, lon=lon, zoom=zoom).tamed()

    @property
    def metres(self) -> float:
        """Metres a pixel at the middle."""
        return EARTH_ROUND * math.cos(math.radians(self.lat)) / (self.world_size)

    def scale(self, longest: float = 120) -> tuple[float, int]:
        """A round distance that fits: its length in pixels and in metres."""
        most = longest * self.metres
        power = 10 ** math.floor(math.log10(most))
        metres = max(step * power for step in SCALE_STEPS if step * power <= most)
        return round(metres / self.metres, 1), int(metres) or 1

    def graticule(self) -> tuple[list[tuple[float, str]], list[tuple[float, str]]]:
        """Meridians (x, name) and parallels (y, name) about 150 pixels apart, at round degrees."""
        box, step = self.box, _step(self.width / self.world_size * 360 / 5)
        span = (box.east - box.west) % 360 or 360.0
        first = math.ceil(box.west / step)
        meridians = [n * step for n in range(first, math.floor((box.west + span) / step) + 1)]
        parallels = [n * step for n in range(math.ceil(box.south / step), math.floor(box.north / step) + 1)]
        return (
            [(self.point(self.lat, lon)[0], _degrees(lon, step)) for lon in meridians],
            [(self.point(lat, self.lon)[1], _degrees(lat, step)) for lat in parallels],
        )

    def tiles(self, zoom_most: int, pixels: int = TILE) -> list[tuple[int, int, int, float, float, float]]:
        """Images that cover the window: zoom, x, y, left, top and edge in pixels, each meant for `pixels`."""
        zoom = max(0, min(self.zoom - round(math.log2(pixels / TILE)), zoom_most))
        edge, count = TILE * 2.0 ** (self.zoom - zoom), 2**zoom
        left, top = self.corner
        columns = range(math.floor(left / edge), math.ceil((left + self.width) / edge))
        rows = range(max(0, math.floor(top / edge)), min(count, math.ceil((top + self.height) / edge)))
        return [
            (zoom, x % count, y, round(x * edge - left, 1), round(y * edge - top, 1), edge)
            for y in rows
            for x in columns
        ]


def _step(most: float) -> float:
    """The largest round number of degrees that is not above `most`."""
    for step in (45.0, 30.0, 15.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001):
        if step <= most:
            return step
    return 0.0005


def _degrees(value: float, step: float) -> str:
    places = 0 if step >= 1 else len(f"{step:.4f}".rstrip("0").split(".")[1])
    return f"{value:.{places}f}°"
