"""Sample data of our own making: a Minsk that could be.

Made by `python -m services.directory.sample.generate`.

Names, numbers and links are invented (every link begins with `dzedemo`, which nobody has), and the areas are
drawn by hand from memory: good enough to look at, not to find one's way by.
"""

from pathlib import Path

GROUND = Path(__file__).with_name("ground.geojson")
AREAS = Path(__file__).with_name("areas.geojson")
LISTINGS = Path(__file__).with_name("listings.geojson")
