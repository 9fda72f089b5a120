"""Files of Telegram ids in `lists/` of `DZE_DATA`, as CAS and LOLS give them away.

One id a line, or the first column of a CSV (the export of CAS, `banlist.txt` of LOLS), or JSON with the ids
in a list (`banned_users`). Each file is turned once into a sorted array of keyed hashes, eight bytes an id,
mapped into memory: the array is worth nothing without the deployment's key, and a million ids are 8 MB.
"""

import hashlib
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import orjson
import structlog
from numpy.typing import NDArray

from shared.keys import Keys

log = structlog.get_logger()
SORTED = ".sorted"
SUFFIXES = (".csv", ".txt", ".json")
IDS_MOST = 50_000_000
CHUNK = 200_000
_FIRST = re.compile(r"\s*\"?(\d{1,18})\"?\s*(?:[,;\t].*)?")
Hashes = NDArray[np.uint64]


@dataclass
class IdLists:
    """All files of the folder; `refresh` reads what is new or changed, `naming` asks them all."""

    folder: Path
    keys: Keys
    _lists: dict[str, Hashes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._key = self.keys.derive("lists of ids")
        self._sorted = self.folder / SORTED

    def _make_room(self) -> None:
        """Choose a folder for sorted files: beside the lists, or where nothing can be written there, as in a
        container, a temporary one of this process.
        """
        try:
            self._sorted.mkdir(exist_ok=True)
            tempfile.TemporaryFile(dir=self._sorted).close()
        except OSError:
            self._sorted = Path(tempfile.mkdtemp(prefix="dze-lists-"))
            weakref.finalize(self, shutil.rmtree, self._sorted, ignore_errors=True)

    def naming(self, user_id: int) -> int:
        """How many lists name this person."""
        if not self._lists:
            return 0
        wanted = np.uint64(self._hash(user_id))
        count = 0
        for one in self._lists.values():
            at = one.searchsorted(wanted)
            count += bool(at < len(one) and one[at] == wanted)
        return count

    def sizes(self) -> dict[str, int]:
        """Ids in each list, by the file's name."""
        return {name.partition("@")[0]: len(one) for name, one in self._lists.items()}

    def refresh(self, *, ready_only: bool = False) -> None:
        """Load each file once in each of its versions; sorting takes seconds for a million ids, once.

        `ready_only`: only what was sorted before, which takes no time.
        """
        found: dict[str, Hashes] = {}
        for path in self._files():
            about = path.stat()
            name = f"{path.name}@{about.st_mtime_ns}-{about.st_size}"
            if ready_only and not self._ready(name).is_file():
                continue
            try:
                found[name] = self._lists[name] if name in self._lists else self._load(path, name)
            except OSError as error:
                log.warning("list_not_read", file=path.name, reason=type(error).__name__)
        self._lists = found
        if not ready_only:
            self._tidy()

    def _files(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if path.suffix in SUFFIXES and path.is_file())

    def _load(self, path: Path, name: str) -> Hashes:
        ready = self._ready(name)
        if not ready.is_file():
            self._make_room()
            ready = self._ready(name)
            self._sort(path, ready)
        if not ready.stat().st_size:
            return np.empty(0, np.uint64)
        return np.asarray(np.memmap(ready, np.dtype("<u8"), "r"))

    def _ready(self, name: str) -> Path:
        return self._sorted / f"{name}.u64"

    def _sort(self, path: Path, ready: Path) -> None:
        """Several processes may do this at once: each writes its own file and renames it."""
        parts, bad = [], 0
        for ids, wrong in _read(path):
            digests = b"".join(self._digest(one) for one in ids)
            parts.append(np.frombuffer(digests, ">u8").astype(np.uint64))
            bad += wrong
        hashes = np.unique(np.concatenate(parts)) if parts else np.empty(0, np.uint64)
        mine = ready.with_suffix(f".{id(self):x}.tmp")
        hashes.astype("<u8").tofile(mine)
        mine.rename(ready)
        log.info("list_read", file=path.name, ids=len(hashes), lines_passed_over=bad)

    def _tidy(self) -> None:
        """Sorted files whose list has changed or gone are removed."""
        for path in self._sorted.glob("*.u64") if self._sorted.is_dir() else ():
            if path.name.removesuffix(".u64") not in self._lists:
                path.unlink(missing_ok=True)

    def _hash(self, user_id: int) -> int:
        return int.from_bytes(self._digest(user_id))

    def _digest(self, user_id: int) -> bytes:
        return hashlib.blake2b(user_id.to_bytes(8), key=self._key, digest_size=8).digest()


def _read(path: Path) -> Iterator[tuple[list[int], int]]:
    """Ids in pieces, and how many lines of each piece were none. The head of a CSV is such a line."""
    if path.suffix == ".json":
        yield _json(path)
        return
    ids: list[int] = []
    bad = total = 0
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            text = line.partition("#")[0]
            if not text.strip():
                continue
            if (found := _FIRST.fullmatch(text.rstrip("\r\n"))) is None or total >= IDS_MOST:
                bad += 1
                continue
            ids.append(int(found[1]))
            total += 1
            if len(ids) == CHUNK:
                yield ids, bad
                ids, bad = [], 0
    yield ids, bad


def _json(path: Path) -> tuple[list[int], int]:
    try:
        found = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        return [], 1
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), [])
    if not isinstance(found, list):
        return [], 1
    ids = [one for one in found if isinstance(one, int) and not isinstance(one, bool) and 0 < one < 1 << 60]
    return ids[:IDS_MOST], len(found) - len(ids)
