"""Our index beside supercluster's: `python -m bench.clusters [COUNT ...] [--seed N]`.

The same points, cells of 64 pixels and sums of members in both, in one run: time to build, memory, and the
time for a tile. Supercluster is fetched from npm into a temporary folder and is needed for nothing else.
"""

import argparse
import gc
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.made.city import City, tile_at
from services.gateway.domain.query import Query
from services.gateway.domain.readmodel import ReadModel
from services.gateway.domain.tiles import encode

PEER = Path(__file__).parent / "peers" / "supercluster.mjs"
PACKAGE = "supercluster@8"
TILES = 600
ZOOMS = range(6, 17)
BATCH = 1_000


def tiles_of(city: City, seed: int) -> list[tuple[int, int, int]]:
    """Tiles with something in them, at all zooms alike."""
    random = np.random.default_rng(seed)
    chosen = random.integers(0, len(city), TILES)
    return [
        tile_at(city.lat[number], city.lon[number], ZOOMS[at % len(ZOOMS)])
        for at, number in enumerate(chosen.tolist())
    ]


def resident() -> int:
    """Bytes of memory that this process holds."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def ours(city: City, tiles: list[tuple[int, int, int]]) -> dict[str, Any]:
    bodies = list(city.bodies())
    before, started = resident(), time.perf_counter()
    model = ReadModel()
    for start in range(0, len(bodies), BATCH):
        model.load(bodies[start : start + BATCH])
    loaded = time.perf_counter()
    model.settle()
    settled = time.perf_counter()
    sorting = time.perf_counter()
    model._index._rebuild()  # noqa: SLF001  # the index alone, from columns that are there
    built = time.perf_counter() - sorting
    memory = resident() - before
    times, encoded, kept, features = [], [], [], 0
    for round_ in range(2):
        for place in tiles:
            begun = time.perf_counter()
            found = model.tile(Query(), *place)
            gathered = time.perf_counter()
            body = encode(found, model.brief, *place)
            done = time.perf_counter()
            model.tiles.get(Query(), place, partial(bytes, body))
            again = time.perf_counter()
            model.tiles.get(Query(), place, bytes)
            if round_:
                features += len(found)
                times.append((gathered - begun) * 1000)
                encoded.append((done - begun) * 1000)
                kept.append((time.perf_counter() - again) * 1000)
    return {
        "load": settled - started,
        "parse": loaded - started,
        "build": built,
        "memory": memory,
        "columns": index_bytes(model),
        "times": times,
        "encoded": encoded,
        "kept": kept,
        "features": features,
    }


def index_bytes(model: ReadModel) -> int:
    """Of all arrays: columns, running sums, both orders, rows by slot."""
    index = model._index  # noqa: SLF001
    rankings = index._rankings.values()  # noqa: SLF001
    arrays = [*index.table.columns.arrays(), *index.table.sums, index.table.row_of, index.table.alive]
    arrays += [array for one in rankings for array in (one.rows, one.rank)]
    return sum(array.nbytes for array in arrays)


def install(folder: Path) -> bool:
    """Whether the peer could be fetched."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return False
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    done = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--silent", PACKAGE], cwd=folder, check=False
    )
    shutil.copy(PEER, folder)
    return done.returncode == 0


def peer(folder: Path, city: City, tiles: list[tuple[int, int, int]]) -> dict[str, Any]:
    points = folder / "points.json"
    columns = {"lat": city.lat.tolist(), "lon": city.lon.tolist(), "members": city.members.tolist()}
    points.write_text(json.dumps(columns | {"tiles": tiles}))
    command = ["node", "--expose-gc", "--max-old-space-size=8192", PEER.name, points.name]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def spread(times: list[float]) -> str:
    return f"{statistics.median(times):.3f} ms, 99 % below {statistics.quantiles(times, n=100)[98]:.3f} ms"


def report(count: int, mine: dict[str, Any], theirs: dict[str, Any] | None) -> None:
    print(f"{count:,} listings")
    print(f"  read model from JSON     {mine['load']:.2f} s, {mine['memory'] / count:.0f} bytes a listing")
    print(f"  index alone              {mine['build']:.2f} s, {mine['columns'] / count:.0f} bytes a listing")
    print(f"  tile, gathered           {spread(mine['times'])} ({mine['features'] / TILES:.1f} features)")
    print(f"  tile, gathered, encoded  {spread(mine['encoded'])}")
    print(f"  tile, kept               {spread(mine['kept'])}")
    if theirs is None:
        print("  supercluster             could not be fetched")
        return
    print(
        f"  supercluster             {theirs['build']:.2f} s, {theirs['memory'] / count:.0f} bytes a point; "
        f"tile {spread(theirs['times'])} ({theirs['features'] / TILES:.1f} features)"
    )
    tile, kept = (
        statistics.median(mine[name]) / statistics.median(theirs["times"]) for name in ("times", "kept")
    )
    print(
        f"  ours / supercluster      build {mine['build'] / theirs['build']:.2f}, "
        f"memory of the index {mine['columns'] / theirs['memory']:.2f}, tile {tile:.1f}, kept tile {kept:.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--seed", type=int, default=2020)
    asked = parser.parse_args()
    print(f"seed {asked.seed}; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        fetched = install(Path(folder))
        for count in asked.counts:
            city = City.of(count, asked.seed)
            tiles = tiles_of(city, asked.seed)
            theirs = peer(Path(folder), city, tiles) if fetched else None
            report(count, ours(city, tiles), theirs)


if __name__ == "__main__":
    main()
