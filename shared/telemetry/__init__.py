"""Logs and metrics, neither of which may hold anything of a person."""

from shared.telemetry.logs import configure
from shared.telemetry.privacy import frames, scrub

__all__ = ["configure", "frames", "scrub"]
