"""The directory's settings: those that all services share."""

from shared.settings import Settings


class DirectorySettings(Settings):
    """Nothing of its own yet."""
