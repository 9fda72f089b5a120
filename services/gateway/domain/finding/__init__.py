"""Search: words that sound alike, beginnings, slips of the finger; listings, areas, streets and houses."""

from services.gateway.domain.finding.finder import Finder, Found
from services.gateway.domain.finding.search import Hit, Search
from services.gateway.domain.finding.streets import Streets

__all__ = ["Finder", "Found", "Hit", "Search", "Streets"]
