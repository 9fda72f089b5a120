"""`dze train`, `dze classify`, `dze model`: the text model from sample files, on files, and to look at."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from cli.errors import MISUSED, Stop
from cli.samples import labelled, lines, messages
from services.moderation.spam import shelf
from services.moderation.spam.calibrate import within
from services.moderation.spam.features import BATCH
from services.moderation.spam.learn import ENOUGH_HAM, ENOUGH_SPAM, Samples, samples
from services.moderation.spam.learn import train as learn
from services.moderation.spam.model import BadModelError, Model, read
from services.moderation.spam.ready import own_samples
from shared.settings import Settings, load

LISTED = 30
"""N-grams shown for each side."""


class Files(NamedTuple):
    """Files of spam, of ham, and of both with a label before each message."""

    spam: Sequence[Path]
    ham: Sequence[Path]
    labelled: Sequence[Path]


def train(files: Files, *, out: Path | None, accused: float | None, alone: bool) -> None:
    """Train, write the file as a whole, say what is to be expected of it."""
    given = _given(files)
    few = len(given.spam) < ENOUGH_SPAM or len(given.ham) < ENOUGH_HAM
    if alone and few:
        raise Stop(
            f"--alone needs {ENOUGH_SPAM} messages of spam and {ENOUGH_HAM} of ham at least, for its"
            f" threshold; there are {len(given.spam)} and {len(given.ham)}", MISUSED,
        )  # fmt: skip
    print(f"Learning from {len(given.spam)} spam and {len(given.ham)} ham ...", file=sys.stderr)
    own = Samples([], []) if alone else own_samples()
    model = learn(given, own, aim=within(accused / 100) if accused is not None else None)
    written = _write(model, out)
    told = model.header
    print(f"{written}: revision {model.revision}, threshold {told.threshold:.2f}")
    print(
        f"Held back in cross-validation{', with samples of our own as there are few' if few else ''}:"
        f" {told.found:.1%} of spam found, {told.accused:.2%} of ham accused (aim {told.aim:.2%})"
    )


def _given(files: Files) -> Samples:
    """Different messages of both sorts, without what stands in both. Raises Stop where a sort is missing."""
    sorted_already = labelled(files.labelled)
    given = samples(
        chain(messages(files.spam), sorted_already.spam), chain(messages(files.ham), sorted_already.ham)
    )
    both = set(given.spam) & set(given.ham)
    if both:
        print(f"dze: left out, as they are given both as spam and as ham: {len(both)}", file=sys.stderr)
    kept = Samples(*([text for text in sort if text not in both] for sort in given))
    for sort, found, named in (("spam", kept.spam, files.spam), ("ham", kept.ham, files.ham)):
        if not found:
            where = ", ".join(str(file) for file in [*named, *files.labelled]) or f"--{sort} or --labelled"
            raise Stop(f"no message of {sort} in {where}", MISUSED)
    return kept


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
        for batch in _batches(line.text for line in lines(file)):
            verdicts = told.classify(batch)
            sys.stdout.write(
                "".join(f"{'spam' if one.spam else 'ham'}\t{one.score:.4f}\n" for one in verdicts)
            )
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has seen enough


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
    kept = ", ".join(shelf.revisions(load(Settings).data))
    print(f"To be had back, newest first, ours last: {kept}. `dze model --use REVISION` goes back.")


def use_revision(revision: str) -> None:
    """Go back to an earlier model."""
    try:
        shelf.go_back(data := load(Settings).data, revision)
    except BadModelError as error:
        raise Stop(str(error), MISUSED) from None
    except OSError as error:
        raise Stop(f"cannot write {data}: {error.strerror}", MISUSED) from None


def _model(file: Path | None) -> Model:
    try:
        return read(file) if file is not None else shelf.current(load(Settings).data)
    except BadModelError as error:
        raise Stop(str(error), MISUSED) from None


def _batches(lines: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(lines, BATCH)):
        yield batch
