"""Builds a mirror, also as a process of its own: the contents come over standard input, the path as argument.

The gateway builds in another process, so that readers do not wait and a build that fails takes nothing along.
"""

import os
import sys
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from services.gateway.mirror import archive
from services.gateway.mirror.contents import Contents
from services.gateway.mirror.pages import files
from shared.contracts.ground import Ground
from shared.contracts.listings import Area, PublicListing
from shared.contracts.streets import Street
from shared.settings import City


def build(path: Path, contents: Contents, seed: bytes) -> None:
    """Write the archive; an existing file is replaced as a whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as out:
            build_to(out, contents, seed)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def build_to(out: BinaryIO, contents: Contents, seed: bytes) -> None:
    """Write the archive to a file that can be wound back: the same contents give the same bytes."""
    about = {
        "site": contents.site,
        "city": contents.city.name,
        "listings": len(contents.listings),
        "languages": contents.languages,
    }
    archive.write(out, files(contents), about, seed=seed, made=contents.made, until=contents.until)


def packed(contents: Contents, seed: bytes) -> bytes:
    """For the other process."""
    return orjson.dumps({
        "seed": seed.hex(),
        "listings": [listing.model_dump(mode="json") for listing in contents.listings],
        "areas": [area.model_dump(mode="json") for area in contents.areas],
        "streets": [street.model_dump(mode="json") for street in contents.streets],
        "ground": [piece.model_dump(mode="json") for piece in contents.ground],
        "city": contents.city.model_dump(mode="json"),
        "languages": contents.languages,
        "site": contents.site,
        "made": contents.made.isoformat(),
    })  # fmt: skip


def _unpacked(body: bytes) -> tuple[Contents, bytes]:
    raw: dict[str, Any] = orjson.loads(body)
    contents = Contents.of(
        map(PublicListing.model_validate, raw["listings"]),
        map(Area.model_validate, raw["areas"]),
        city=City.model_validate(raw["city"]),
        languages=tuple(raw["languages"]),
        site=raw["site"],
        made=date.fromisoformat(raw["made"]),
        streets=map(Street.model_validate, raw["streets"]),
        ground=map(Ground.model_validate, raw["ground"]),
    )
    return contents, bytes.fromhex(raw["seed"])


def main() -> int:
    """`python -m services.gateway.mirror.build PATH`."""
    os.nice(10)
    contents, seed = _unpacked(sys.stdin.buffer.read())
    build(Path(sys.argv[1]), contents, seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
