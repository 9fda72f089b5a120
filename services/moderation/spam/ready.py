"""The model that comes with the project, and the samples it was made from; all written for this project."""

from functools import cache
from pathlib import Path

from services.moderation.spam.learn import Samples, samples, train
from services.moderation.spam.model import Model, read

FOLDER = Path(__file__).parent
AIM = 0.004
"""Part of ham to accuse at most: what it finds is advice until a deployment has samples of its own."""
FILE = FOLDER / "ready.model"


@cache
def own_samples() -> Samples:
    """Our own samples: files `spam.LANGUAGE.txt` and `ham.LANGUAGE.txt`, one message a line."""
    return samples(_lines("spam"), _lines("ham"))


def _lines(sort: str) -> list[str]:
    files = sorted((FOLDER / "samples").glob(f"{sort}.*.txt"))
    return [line for file in files for line in file.read_text(encoding="utf-8").split("\n")]


def ready() -> Model:
    """The model in the project."""
    return read(FILE)


def make() -> Model:
    """Train it anew from the samples; `python -m services.moderation.spam.ready` writes it."""
    return train(Samples([], []), own_samples(), aim=AIM)


if __name__ == "__main__":
    FILE.write_bytes(make().to_bytes())
