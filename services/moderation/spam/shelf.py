"""Where a deployment keeps its model: `spam.model` in `DZE_DATA`, with the ones before it beside it."""

import os
import re
import tempfile
from pathlib import Path

from services.moderation.spam.model import BadModelError, Model, read
from services.moderation.spam.ready import ready

CURRENT = "spam.model"
KEPT = 10
"""Earlier models kept for going back to."""
_EARLIER = re.compile(r"spam-([0-9a-f]{12})\.model")


def current(data: Path) -> Model:
    """The deployment's own model, or else the one in the project. Raises BadModelError when damaged."""
    own = data / CURRENT
    return read(own) if own.exists() else ready()


def put(data: Path, model: Model) -> Path:
    """Make a model the current one and keep it under its revision as well."""
    data.mkdir(parents=True, exist_ok=True)
    content = model.to_bytes()
    kept = data / f"spam-{model.revision}.model"
    write(kept, content)
    write(data / CURRENT, content)
    for old in earlier(data)[KEPT:]:
        old.unlink(missing_ok=True)
    return data / CURRENT


def write(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all, for its owner only."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def earlier(data: Path) -> list[Path]:
    """Files of models by revision, newest first."""
    files = [path for path in data.glob("spam-*.model") if _EARLIER.fullmatch(path.name)]
    return sorted(files, key=lambda path: (-path.stat().st_mtime_ns, path.name))


def go_back(data: Path, revision: str) -> Model:
    """Make an earlier model the current one, the project's own among them.

    Raises BadModelError when there is none of that revision.
    """
    found = [path for path in earlier(data) if path.name == f"spam-{revision}.model"]
    if not found and revision == (own := ready()).revision:
        (data / CURRENT).unlink(missing_ok=True)
        return own
    if not found:
        raise BadModelError(f"no model {revision} in {data}; there are: {', '.join(revisions(data))}")
    model = read(found[0])
    put(data, model)
    return model


def revisions(data: Path) -> list[str]:
    """What can be gone back to: earlier models, newest first, and the one in the project."""
    kept = [path.name[len("spam-") : -len(".model")] for path in earlier(data)]
    own = ready().revision
    return kept if own in kept else [*kept, own]
