"""Tiles of the ground: what is seen from where, small, safe, and the same everywhere."""

import gzip
import random
from datetime import UTC, datetime

from defusedxml.ElementTree import fromstring

from services.directory.exchange import read_areas
from services.directory.exchange.areas import read_pieces
from services.directory.sample import AREAS, GROUND
from services.gateway.domain.ground.looks import Look
from services.gateway.domain.ground.picture import UNITS, Picture, beyond, of_sheet, picture
from services.gateway.domain.ground.pieces import Ground, Parts
from services.gateway.domain.ground.sheet import Sheet, mercator
from services.gateway.domain.ground.svg import inside, tile
from services.gateway.web.drawing import View
from shared.contracts.directory import AreaChanged
from shared.contracts.ground import Ground as Piece
from shared.contracts.ground import GroundChanged
from shared.contracts.listings import Area
from shared.contracts.streets import Street, StreetChanged

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LAT, LON = 53.9023, 27.5619
PHONE_MOST = 30_000
"""Bytes, compressed, that the ground of one view may take."""


def at(zoom: int, lat: float = LAT, lon: float = LON) -> tuple[int, int, int]:
    """The tile around a place, for a map of this zoom."""
    x, y = mercator(lon, lat)
    size = 1 << (zoom - 1)
    return zoom - 1, int(x * size), int(y * size)


def painted(sheet: Sheet, zoom: int, language: str = "be") -> Picture:
    return picture(of_sheet(sheet, *at(zoom), language), zoom)


def street(name: str = "вуліца Кветак", rank: int = 2, **values: object) -> Piece:
    around = at(15)
    size = 360 / (1 << around[0])
    west = around[1] * size - 180
    line = [(west + size * part, LAT) for part in (0.02, 0.5, 0.98)]
    return Piece(id="s", kind="street", names={"be": name}, rank=rank, lines=[line], **values)


def lake(around: float = 0.004, **values: object) -> Piece:
    ring = [
        (LON + dx * around, LAT + dy * around) for dx, dy in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    ]
    return Piece(id="l", kind="water", polygon=[[ring]], **values)


def sample() -> Sheet:
    areas = tuple(area for area in read_areas(AREAS) if isinstance(area, Area))
    pieces = tuple(piece for piece in read_pieces(GROUND) if isinstance(piece, Piece))
    assert len(pieces) > 300
    return Parts(areas, (), pieces).sheet().sheet


def test_the_sample_city_has_streets_water_and_parks_in_every_view() -> None:
    sheet = sample()
    for zoom in (11, 12, 13, 14):
        looks = set(painted(sheet, zoom).paths)
        assert {Look.WATER, Look.PARK, Look.AVENUE, Look.STREET} <= looks, zoom
    assert Look.LANE not in painted(sheet, 11).paths
    assert Look.LANE in painted(sheet, 14).paths


def test_the_ground_of_a_view_is_small_at_every_zoom() -> None:
    sheet = sample()
    for zoom in range(9, 18):
        tiles = View(LAT, LON, zoom).tiles(17, 512)
        bodies = [tile(picture(of_sheet(sheet, z, x, y, "be"), z + 1)) for z, x, y, *_ in tiles]
        assert sum(len(gzip.compress(body.encode(), 6)) for body in bodies) < PHONE_MOST, zoom


def test_lines_are_only_as_fine_as_a_zoom_can_show() -> None:
    rough = random.Random(5)
    wild = [(LON + n / 10_000, LAT + rough.uniform(0, 0.0004)) for n in range(400)]
    sheet = Parts(pieces=(Piece(id="r", kind="street", rank=1, lines=[wild]),)).sheet().sheet
    near, far = (len(painted(sheet, zoom).paths[Look.AVENUE]) for zoom in (15, 10))
    assert far * 20 < near


def test_a_street_is_named_along_itself_and_no_name_is_cut() -> None:
    shown = painted(Parts(pieces=(street(),)).sheet().sheet, 15)
    (label,) = shown.labels
    assert label.text == "вуліца Кветак"
    assert all(0 <= x <= UNITS and 0 <= y <= UNITS for x, y in label.line)
    assert not painted(Parts(pieces=(street("я" * 110),)).sheet().sheet, 15).labels


def test_names_come_in_the_language_or_in_belarusian() -> None:
    piece = street().model_copy(update={"names": {"be": "Кветак", "ru": "Цветов"}})
    sheet = Parts(pieces=(piece,)).sheet().sheet
    assert [painted(sheet, 15, language).labels[0].text for language in ("ru", "en")] == ["Цветов", "Кветак"]


def test_a_name_made_to_do_harm_is_only_text() -> None:
    body = tile(painted(Parts(pieces=(street("</text><script>alert(1)</script>&"),)).sheet().sheet, 15))
    root = fromstring(body)
    assert not [each for each in root.iter() if each.tag.endswith("script")]
    assert "".join(root.itertext()).endswith("</text><script>alert(1)</script>&")


def test_water_that_overlaps_stays_water() -> None:
    pieces = (lake(), lake(0.002).model_copy(update={"id": "m"}))
    paths = painted(Parts(pieces=pieces).sheet().sheet, 14).paths[Look.WATER]
    turns = list(map(turned, paths.split("z")[:-1]))
    assert len(turns) == 2
    assert turns[0] * turns[1] > 0, "rings that turn against each other would leave a hole"


def turned(path: str) -> float:
    """Twice the area within a path of relative moves, with its sign."""
    start, moves = path[1:].split("l")
    x, y = map(int, start.split())
    numbers = [int(each) for each in moves.replace("-", " -").split()]
    points = [(x, y)]
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        points.append((points[-1][0] + dx, points[-1][1] + dy))
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True))


def test_what_lies_beyond_the_city_is_a_tile_with_a_hole() -> None:
    (whole,) = beyond((-10, -10, 10, 10), *at(11))
    assert inside(picture([whole], 11)).count("z") >= 2
    assert beyond((26.9, 53.55, 28.3, 54.25), *at(12)) == []
    (part,) = beyond((LON, 53.55, 28.3, 54.25), *at(12))
    assert 0 < part.parts[1][0][0] < UNITS


def test_ids_of_several_tiles_in_one_document_do_not_meet() -> None:
    shown = painted(sample(), 15)
    one, other = inside(shown, "t0"), inside(shown, "t1")
    assert 'id="t0' in one
    assert "t0" not in other


def test_streets_of_a_gazetteer_are_drawn_until_better_lines_are_imported() -> None:
    houses = tuple((str(n + 1), LAT, LON - 0.01 + n * 0.0008) for n in range(24))
    known = Street(id="k", type="street", names={"be": "Кветак"}, houses=houses)
    drawn = Parts(streets=(known,)).sheet()
    assert Look.STREET in painted(drawn.sheet, 15).paths
    again = Parts(streets=(known,)).sheet(drawn.traced)
    assert again.traced["k"] is drawn.traced["k"], "a street that stays is not joined into a line anew"
    assert not Parts(streets=(known,), pieces=(street(rank=1),)).sheet().traced


def test_the_version_is_that_of_what_is_known_whatever_the_order() -> None:
    area = Area(id="a", level="city", names={"be": "a"}, polygon=[[[(27, 53), (28, 53), (28, 54), (27, 53)]]])
    known = Street(id="s", type="street", names={"be": "s"}, houses=(("1", 53.9, 27.5),))
    one, other = Ground(), Ground()
    one.apply_area(AreaChanged(area_id="a", area=area, changed_at=NOW))
    one.apply_street(StreetChanged(street_id="s", street=known, changed_at=NOW))
    one.apply_ground(GroundChanged(ground_id="l", ground=lake(), changed_at=NOW))
    other.apply_ground(GroundChanged(ground_id="l", ground=lake(0.001), changed_at=NOW))
    before = other.version
    other.apply_ground(GroundChanged(ground_id="l", ground=lake(), changed_at=NOW))
    other.apply_street(StreetChanged(street_id="s", street=known, changed_at=NOW))
    other.apply_area(AreaChanged(area_id="a", area=area, changed_at=NOW))
    assert one.version == other.version != before
    other.forget_areas()
    other.forget_streets()
    other.forget_ground()
    assert other.version == Ground().version
    assert other.empty
