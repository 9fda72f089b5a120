"""Files into a running directory and out of it again."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from services.directory.exchange import (
    FileError,
    Report,
    Row,
    Stalled,
    import_areas,
    import_file,
    read,
)
from services.directory.exchange.published import listings
from services.directory.sample import AREAS, LISTINGS
from shared.settings import City
from tests.conftest import BusFactory
from tests.exported import export_file
from tests.integration.test_directory_service import content, directory, ident, proposal, settled
from tests.stored import stored
from tests.sure import as_a

DATA_2020 = Path(__file__).parents[3] / "shared" / "data" / "dze-2020-09-16.json"


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, len(report.skipped)


async def test_the_sample_imports_whole_with_its_areas(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus:
        assert counts(await import_areas(bus, AREAS)) == (32, 0, 0, 0)
        report = await import_file(bus, LISTINGS, city=City())
        assert (report.added, len(report.skipped), report.notes) == (report.rows, 0, [])
        await settled(bus)
        found = await listings(bus)
        assert all(each.areas[0] == "minsk" and len(each.areas) in {2, 3} for each in found)
        assert counts(await import_areas(bus, AREAS)) == (0, 0, 32, 0)


@pytest.mark.parametrize("suffix", [".geojson", ".csv", ".kml"])
async def test_an_export_imports_into_an_empty_directory_and_exports_the_same(
    bus_factory: BusFactory, nothing_pending: None, tmp_path: Path, suffix: str
) -> None:
    first, second = tmp_path / f"first{suffix}", tmp_path / f"second{suffix}"
    async with directory(bus_factory) as bus:
        await import_file(bus, LISTINGS, city=City())
        assert await export_file(bus, first) > 100
        again = await import_file(bus, first, city=City())
        assert (again.added, again.changed, len(again.skipped)) == (0, 0, 0)
        await bus.publish(
            *(
                proposal("remove", each.id).model_copy(update={"listing_id": each.id})
                for each in await listings(bus)
            )
        )
        await settled(bus)
        assert await listings(bus) == []
        await import_file(bus, first, city=City())
        await export_file(bus, second)
    assert second.read_bytes() == first.read_bytes()


async def test_a_second_import_changes_nothing_and_publishes_nothing(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus:
        once = await import_file(bus, LISTINGS)
        before = {each.id: each for each in await listings(bus)}
        told: list[tuple[int, int]] = []
        again = await import_file(bus, LISTINGS, lambda done, total: told.append((done, total)))
        assert counts(again) == (0, 0, once.added, 0)
        assert {each.id: each for each in await listings(bus)} == before
        assert told[-1] == (once.rows, once.rows)


async def test_what_residents_changed_since_is_told_as_changed_back(
    bus_factory: BusFactory, nothing_pending: None, tmp_path: Path
) -> None:
    path = tmp_path / "file.csv"
    path.write_text("name,link,lat,lon\nДвор,@dzedemo_one,53.9,27.5\nІншы,@dzedemo_two,53.9,27.5\n")
    async with directory(bus_factory) as bus:
        assert counts(await import_file(bus, path)) == (2, 0, 0, 0)
        one = next(each for each in await listings(bus) if each.link.value == "dzedemo_one")
        change = proposal("change", "x", content(name="Новы двор"))
        await bus.publish(change.model_copy(update={"listing_id": one.id}))
        await settled(bus)
        assert counts(await import_file(bus, path)) == (0, 1, 1, 0)


async def test_an_import_never_moves_a_link_back(
    bus_factory: BusFactory, nothing_pending: None, tmp_path: Path
) -> None:
    path = tmp_path / "file.csv"
    path.write_text("name,link,lat,lon\nДвор,@dzedemo_one,53.9,27.5\n")
    async with directory(bus_factory) as bus:
        await import_file(bus, path)
        (one,) = await listings(bus)
        moved = proposal("change", "x", content("dzedemo_moved"))
        await bus.publish(moved.model_copy(update={"listing_id": one.id}))
        await settled(bus)
        (skipped,) = (await import_file(bus, path)).skipped
        assert skipped.code == "id.taken"
        assert [each.link.value for each in await listings(bus)] == ["dzedemo_moved"]


async def test_a_listing_that_a_resident_added_keeps_its_id(
    bus_factory: BusFactory, nothing_pending: None, tmp_path: Path
) -> None:
    path = tmp_path / "file.csv"
    path.write_text("name,link,lat,lon,members\nДвор,@dzedemo_one,53.9,27.5,77\n")
    async with directory(bus_factory) as bus:
        await bus.publish(proposal("add", "resident", content()))
        await settled(bus)
        assert counts(await import_file(bus, path)) == (0, 1, 0, 0)
        (one,) = await listings(bus)
        assert (one.id, one.members) == (ident("resident"), 77)


async def test_without_a_directory_the_rows_wait_and_that_is_said(
    bus_factory: BusFactory, nothing_pending: None, tmp_path: Path
) -> None:
    publisher = bus_factory("cli")
    with pytest.raises(Stalled, match="does not read"):
        await import_file(publisher, LISTINGS, patience=0.3)
    async with directory(bus_factory) as bus:
        await settled(bus)
        assert len(await listings(bus)) > 100


async def test_a_file_that_breaks_off_leaves_what_was_good_before(
    bus_factory: BusFactory, nothing_pending: None, tmp_path: Path
) -> None:
    path = tmp_path / "file.kml"
    marks = "".join(
        f"<Placemark><name>Двор {n}</name><description>t.me/dzedemo_{n:04d}</description>"
        "<Point><coordinates>27.5,53.9</coordinates></Point></Placemark>"
        for n in range(450)
    )
    path.write_text(f"<kml>{marks}<broken>")
    async with directory(bus_factory) as bus:
        with pytest.raises(FileError):
            await import_file(bus, path)
        await settled(bus)
        assert len(await listings(bus)) in {400, 450}


@pytest.mark.skipif(not DATA_2020.exists(), reason="the 2020 directory's data is not on this machine")
async def test_the_directory_of_2020_is_taken_in_twice_and_changes_once(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus:
        first = await import_file(bus, DATA_2020, city=City())
        assert counts(first) == (1125, 0, 0, 25)
        found = await listings(bus)
        assert len({each.link.key for each in found}) == 1125
        assert not [each for each in found if each.members is not None and each.members < 20]
        second = await import_file(bus, DATA_2020, city=City())
        assert counts(second) == (0, 0, 1125, 25)
        assert Counter(each.revision for each in await listings(bus)) == {1: 1125}


async def test_an_import_while_residents_propose_the_same_chats_loses_none(
    bus_factory: BusFactory, nothing_pending: None
) -> None:
    async with directory(bus_factory) as bus:
        found = {row.content.link.key: row.content for row in _rows()}
        proposals = [proposal("add", key, each) for key, each in found.items()]
        await asyncio.gather(import_file(bus, LISTINGS), bus.publish(*proposals))
        await settled(bus)
        assert {each.link.key for each in await listings(bus)} == set(found)


def _rows() -> list[Row]:
    return [as_a(Row, row) for row in read(LISTINGS)]


async def test_exported_files_hold_no_count_that_is_hidden(
    bus_factory: BusFactory, nothing_pending: None, tmp_path: Path
) -> None:
    path, out = tmp_path / "file.csv", tmp_path / "out.csv"
    path.write_text("name,link,lat,lon,members\nДвор,@dzedemo_one,53.9,27.5,13\n")
    async with directory(bus_factory) as bus:
        await import_file(bus, path)
        await export_file(bus, out)
        assert ",13," not in out.read_text()
        assert not [key for key, value in (await stored(bus.redis)).items() if b'"members":13' in value]
