"""The model in use: the deployment's own file, else the ready one; read again when the file changes."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from services.moderation.spam.model import BadModelError, Model, read
from services.moderation.spam.ready import ready
from services.moderation.spam.shelf import CURRENT

log = structlog.get_logger()
LOOK_EVERY = 2.0
"""Seconds between two looks at the file."""
Mark = tuple[int, int, int]


class Models:
    """Each replica looks at the file by itself, so that `dze train` needs to tell nobody."""

    def __init__(self, data: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = data / CURRENT
        self._clock = clock
        self._model: Model | None = None
        self._mark: Mark | None = None
        self._next = float("-inf")

    async def current(self) -> Model:
        """The model as it now stands; a file that is no model changes nothing."""
        if self._model is not None and self._clock() < self._next:
            return self._model
        self._next = self._clock() + LOOK_EVERY
        mark = _mark(self._path)
        if self._model is None or mark != self._mark:
            self._mark = mark
            self._model = await asyncio.to_thread(self._read, mark)
        return self._model

    def _read(self, mark: Mark | None) -> Model:
        try:
            found = ready() if mark is None else read(self._path)
        except BadModelError as error:
            kept = self._model or ready()
            log.warning("spam_model_broken", reason=str(error), kept=kept.revision)
            return kept
        log.info("spam_model", revision=found.revision, own=mark is not None, spam=found.header.spam)
        return found


def _mark(path: Path) -> Mark | None:
    """Changes with the file; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
