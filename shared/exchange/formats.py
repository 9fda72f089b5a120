"""The formats: head, one piece for each listing, foot, so that a file can be sent while it is made."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import orjson

from shared.contracts.listings import PublicListing
from shared.exchange.cells import line
from shared.exchange.markup import holdable
from shared.exchange.values import COLUMNS, values


@dataclass(frozen=True)
class Format:
    """One format; `between` stands between two listings."""

    media_type: str
    head: bytes
    piece: Callable[[PublicListing], bytes]
    foot: bytes = b""
    between: bytes = b""

    def parts(self, listings: Iterable[PublicListing]) -> Iterator[bytes]:
        """The whole file, in the order of the listings."""
        yield self.head
        for index, listing in enumerate(listings):
            yield self.between + self.piece(listing) if index else self.piece(listing)
        yield self.foot


def _feature(listing: PublicListing) -> bytes:
    properties = values(listing)
    lat, lon = properties.pop("lat"), properties.pop("lon")
    feature = {
        "type": "Feature",
        "id": properties.pop("id"),
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": properties,
    }
    return orjson.dumps(feature)


def _placemark(listing: PublicListing) -> bytes:
    """The fields as ExtendedData."""
    fields = values(listing)
    name, lat, lon = fields.pop("name"), fields.pop("lat"), fields.pop("lon")
    data = "".join(
        f"<Data name={quoteattr(field)}><value>{escape(_text(value))}</value></Data>"
        for field, value in fields.items()
        if value not in (None, "", [])
    )
    placemark = (
        f"<Placemark><name>{escape(name)}</name><ExtendedData>{data}</ExtendedData>"
        f"<Point><coordinates>{lon},{lat}</coordinates></Point></Placemark>\n"
    )
    return holdable(placemark).encode()


def _text(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)


def _table(media_type: str, delimiter: str) -> Format:
    """With a byte order mark, by which spreadsheets know UTF-8."""

    def piece(listing: PublicListing) -> bytes:
        return line(values(listing), delimiter).encode()

    head = line(dict(zip(COLUMNS, COLUMNS, strict=True)), delimiter)
    return Format(media_type, head.encode("utf-8-sig"), piece)


GEOJSON = Format(
    "application/geo+json", b'{"type":"FeatureCollection","features":[\n', _feature, b"\n]}\n", b",\n"
)
"""One feature a line, so that two exports can be compared."""
KML = Format(
    "application/vnd.google-earth.kml+xml",
    b'<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n',
    _placemark,
    b"</Document></kml>\n",
)
CSV = _table("text/csv; charset=utf-8", ",")
TSV = _table("text/tab-separated-values; charset=utf-8", "\t")
