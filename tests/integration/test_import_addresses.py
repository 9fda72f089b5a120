"""A gazetteer of addresses into a running directory."""

import gzip
from pathlib import Path

import pytest

from services.directory.exchange import FileError, import_addresses
from services.directory.exchange.published import listings, snapshot
from shared.bus.bus import Bus
from shared.contracts.listings import Place, Precision
from shared.contracts.registry import STREETS_CHANGED
from shared.contracts.streets import Street
from shared.settings import City
from tests.conftest import BusFactory, eventually
from tests.integration.test_directory_service import content, directory, proposal, settled

MINSK = Path(__file__).parents[3] / "shared" / "data" / "minsk-addresses.csv.gz"
ROWS = (
    "address,lat,lon\n"
    "вуліца Кветак 2,53.9001,27.5001\n"
    '"ул. Кветак, д. 10 корп. 3, кв. 7",53.9002,27.5002\n'
    "Кветак 10/3,53.9004,27.5004\n"
    "между Кветак 2 и 4,53.9,27.5\n"
    "праспект Маяка,53.9,27.5\n"
    "праспект Маяка 5,north,27.5\n"
)


async def streets(bus: Bus) -> dict[str, Street]:
    return {e.street_id: e.street async for e in snapshot(bus, STREETS_CHANGED) if e.street}


async def test_houses_come_in_once_and_every_row_is_told(
    bus_factory: BusFactory, nothing_pending: None, tmp_path: Path
) -> None:
    path = tmp_path / "addresses.csv"
    path.write_text(ROWS, encoding="utf-8")
    told: list[tuple[int, int]] = []
    async with directory(bus_factory) as bus:
        report = await import_addresses(bus, path, lambda *at: told.append(at), city=City())
        assert (report.added, report.changed, report.unchanged) == (3, 0, 0)
        assert [(s.number, s.code) for s in report.skipped] == [
            (5, "address.between"), (6, "house.missing"), (7, "place.invalid"),
        ]  # fmt: skip
        assert told[-1] == (1, 1)
        (street,) = (await streets(bus)).values()
        assert street.names["be"] == "вуліца Кветак"
        assert [house[0] for house in street.houses] == ["2", "10k3"]
        assert street.houses[1][1:] == (53.9003, 27.5003)
        again = await import_addresses(bus, path, city=City())
        assert (again.added, again.changed, again.unchanged, len(again.skipped)) == (0, 0, 3, 3)


async def test_houses_of_an_earlier_file_stay(
    bus_factory: BusFactory, nothing_pending: None, tmp_path: Path
) -> None:
    first, second = tmp_path / "one.csv", tmp_path / "two.csv.gz"
    first.write_text("address,lat,lon\nвуліца Кветак 2,53.9,27.5\n", encoding="utf-8")
    second.write_bytes(gzip.compress("lon;lat;address\n27.5;53.9;вул. Кветак 1а\n".encode()))
    async with directory(bus_factory) as bus:
        await import_addresses(bus, first)
        assert (await import_addresses(bus, second)).added == 1
        (street,) = (await streets(bus)).values()
        assert [house[0] for house in street.houses] == ["1a", "2"]


@pytest.mark.parametrize("content", [b"", b"\x1f\x8bnot gzip", b"name,link\n1,2\n", b"\xff\xff\x98\x00"])
async def test_what_is_no_gazetteer_is_refused_in_a_line(
    bus_factory: BusFactory, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(FileError):
        await import_addresses(bus_factory("cli"), path)


@pytest.mark.skipif(not MINSK.exists(), reason="the addresses of Minsk are not on this machine")
async def test_a_whole_city_is_taken_in_twice_and_changes_once(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus:
        first = await import_addresses(bus, MINSK, city=City())
        assert first.rows == 69_794
        assert first.added > 67_000
        assert first.changed == first.unchanged == 0
        second = await import_addresses(bus, MINSK, city=City())
        assert (second.added, second.changed, second.unchanged) == (0, 0, first.added)
        found = await streets(bus)
        assert "11k2" in {house[0] for house in found["street-surhanaua"].houses}


async def test_listings_find_their_street_when_houses_come_in(
    bus_factory: BusFactory, nothing_pending: None, tmp_path: Path
) -> None:
    path = tmp_path / "addresses.csv"
    path.write_text(
        "address,lat,lon\nвуліца Кветак 2,53.9002,27.5003\nвул. Кветак 4,53.95,27.55\n", encoding="utf-8"
    )
    async with directory(bus_factory) as bus:
        vague = Place(lat=53.9, lon=27.5, precision=Precision.QUARTER)
        close, rough = content("dzedemo_one"), content("dzedemo_two", place=vague)
        await bus.publish(proposal("add", "close", close), proposal("add", "rough", rough))
        await settled(bus)
        await import_addresses(bus, path)
        await eventually(lambda: _street_of(bus, "dzedemo_one"), 20)
        assert await _street_of(bus, "dzedemo_two") is None


async def _street_of(bus: Bus, link: str) -> str | None:
    found = next(each for each in await listings(bus) if each.link.value == link)
    return next((area for area in found.areas if area.startswith("street-")), None)
