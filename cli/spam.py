"""`dze train`, `dze classify`, `dze model`: the text model from sample files, on files, and to look at."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.table import Table

from cli.errors import MISUSED, Stop
from services.moderation.spam import shelf
from services.moderation.spam.features import BATCH
from services.moderation.spam.learn import NoSamplesError, Samples, samples
from services.moderation.spam.learn import train as learn
from services.moderation.spam.model import BadModelError, Model, read
from services.moderation.spam.ready import own_samples
from shared.settings import Settings, load

LISTED = 30
"""N-grams shown for each side."""


def train(
    spam: Sequence[Path], ham: Sequence[Path], *, out: Path | None, accused: float | None, alone: bool
) -> None:
    """Train, write the file as a whole, say what is to be expected of it."""
    given = samples(_lines_of(spam), _lines_of(ham))
    for sort, found, files in (("spam", given.spam, spam), ("ham", given.ham, ham)):
        if not found:
            raise Stop(f"no message of {sort} in {', '.join(str(file) for file in files)}", MISUSED)
    print(f"Learning from {len(given.spam)} spam and {len(given.ham)} ham ...", file=sys.stderr)
    own = Samples([], []) if alone else own_samples()
    try:
        model = learn(given, own, aim=accused / 100 if accused is not None else None)
    except NoSamplesError as error:
        raise Stop(str(error), MISUSED) from None
    written = _write(model, out)
    told = model.header
    print(f"{written}: revision {model.revision}, threshold {told.threshold:.2f}")
    print(
        f"Held back in cross-validation: {told.found:.1%} of spam found, {told.accused:.2%} of ham accused"
        f" (aim {told.aim:.2%})"
    )


def _write(model: Model, out: Path | None) -> Path:
    data = load(Settings).data
    try:
        if out is None:
            return shelf.put(data, model)
        shelf.write(out, model.to_bytes())
    except OSError as error:
        raise Stop(f"cannot write {out or data}: {error.strerror}", MISUSED) from None
    return out


def classify(file: Path, model: Path | None) -> None:
    """One line out for each line in, also for empty ones; reads and writes as it goes."""
    told = _model(model)
    try:
        with _open(file) as lines:
            for batch in _batches(_decoded(lines)):
                sys.stdout.write(
                    "".join(
                        f"{'spam' if one.spam else 'ham'}\t{one.score:.4f}\n" for one in told.classify(batch)
                    )
                )
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has seen enough
    except OSError as error:
        raise Stop(f"cannot read {file}: {error.strerror}", MISUSED) from None


def show(file: Path | None, *, as_json: bool) -> None:
    """Print the model's header and the n-grams that say most."""
    model = _model(file)
    if as_json:
        told = model.header.model_dump() | {"revision": model.revision}
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return
    told_of = model.header
    print(
        f"Revision {model.revision}, learnt from {told_of.spam} spam, {told_of.ham} ham"
        f" and {told_of.own} samples of our own"
    )
    print(
        f"Spam from log-odds {told_of.threshold:.2f} on; held back: {told_of.found:.1%} of spam found,"
        f" {told_of.accused:.2%} of ham accused"
    )
    table = Table(box=None, pad_edge=False)
    for title in ("speaks for spam", "", "speaks for ham", ""):
        table.add_column(title, justify="left" if title else "right")
    for left, right in zip(told_of.top_spam[:LISTED], told_of.top_ham[:LISTED], strict=False):
        table.add_row(left[0], f"{left[1]:+.2f}", right[0], f"{right[1]:+.2f}")
    Console(markup=False, highlight=False).print(table)
    if file is None:
        _print_earlier()


def _print_earlier() -> None:
    kept = [path.name[len("spam-") : -len(".model")] for path in shelf.earlier(load(Settings).data)]
    if kept:
        print(f"Kept, newest first: {', '.join(kept)}. `dze model --use REVISION` goes back.")


def use_revision(revision: str) -> None:
    """Go back to an earlier model."""
    try:
        shelf.go_back(load(Settings).data, revision)
    except BadModelError as error:
        raise Stop(str(error), MISUSED) from None


def _model(file: Path | None) -> Model:
    try:
        return read(file) if file is not None else shelf.current(load(Settings).data)
    except BadModelError as error:
        raise Stop(str(error), MISUSED) from None


def _open(file: Path) -> BinaryIO:
    return sys.stdin.buffer if str(file) == "-" else file.open("rb")


def _lines_of(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        try:
            with file.open("rb") as lines:
                yield from _decoded(lines)
        except OSError as error:
            raise Stop(f"cannot read {file}: {error.strerror}", MISUSED) from None


def _decoded(lines: Iterable[bytes]) -> Iterator[str]:
    """Lines end at a line feed only: other separators of Unicode are part of what somebody wrote."""
    for at, line in enumerate(lines):
        text = line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace")
        yield text.removeprefix("\ufeff") if at == 0 else text


def _batches(lines: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(lines, BATCH)):
        yield batch
