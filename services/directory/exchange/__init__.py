"""Listings and areas in and out of files: what `dze import`, `dze export` and `dze areas import` call."""

from services.directory.exchange.addresses import import_addresses, is_gazetteer, read_addresses
from services.directory.exchange.areas import import_areas, read_areas
from services.directory.exchange.files import FORMATS, open_file, read, write_to
from services.directory.exchange.importing import Progress, import_file
from services.directory.exchange.report import Report
from services.directory.exchange.rows import FileError, Item, Note, Row, Skipped
from services.directory.exchange.waiting import Stalled

__all__ = [
    "FORMATS",
    "FileError",
    "Item",
    "Note",
    "Progress",
    "Report",
    "Row",
    "Skipped",
    "Stalled",
    "import_addresses",
    "import_areas",
    "import_file",
    "is_gazetteer",
    "open_file",
    "read",
    "read_addresses",
    "read_areas",
    "write_to",
]
