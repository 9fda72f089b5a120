"""Listings written for other programs: GeoJSON, CSV, KML. `dze import` reads all of them back."""

from shared.exchange.formats import CSV, GEOJSON, KML, TSV, Format
from shared.exchange.public import public
from shared.exchange.values import ordered, values

__all__ = ["CSV", "GEOJSON", "KML", "TSV", "Format", "ordered", "public", "values"]
