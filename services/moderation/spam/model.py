"""The trained model and its file.

A file starts with lines that a person can read (`head -c 4000 FILE`): a mark, a header as JSON, a rule.
Behind them stand the weights, compressed. It holds no text: n-grams are named in the header only when at
least three different messages had them. Reading a file runs nothing from it.
"""

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.moderation.spam import solver
from services.moderation.spam.features import BATCH, BUCKETS, SIZE, Floats, Rows, encode

MARK = "dze spam model 1"
RULE = "---"
FEATURES = 2
"""Raised when the meaning of a bucket changes: weights of another number would be noise."""
HEADER_MOST = 1 << 20
_BODY = SIZE * 2 + BUCKETS


class BadModelError(ValueError):
    """A file is no model, damaged, or of another version; the text is one line for the operator."""


class Header(BaseModel):
    """What can be known of a model by reading the start of its file."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    features: int
    spam: int = Field(ge=0)
    """Different messages learnt from, without the project's own samples."""
    ham: int = Field(ge=0)
    own: int = Field(ge=0)
    """Samples of the project's own that were learnt from as well."""
    samples: str
    """SHA-256 over all samples: the same samples give the same model."""
    threshold: float
    """From this log-odds on a message is spam."""
    aim: float
    """The part of ham that the threshold was chosen to accuse at most."""
    found: float
    accused: float
    """Parts of held-back spam and ham above the threshold, in cross-validation."""
    weights: str = ""
    """SHA-256 over the weights."""
    top_spam: tuple[tuple[str, float], ...] = ()
    top_ham: tuple[tuple[str, float], ...] = ()
    """N-grams that say most, with their weights; `¤` stands for what was replaced by a sign."""


class Scored(NamedTuple):
    spam: bool
    score: float
    """Log-odds that the text is spam where half of all messages are."""


@dataclass(frozen=True)
class Model:
    """Weights for all buckets, and for each bucket how common it was (log2 of messages, at most 255)."""

    header: Header
    weights: Floats
    common: NDArray[np.uint8]

    @property
    def revision(self) -> str:
        """Names the weights and the threshold."""
        told = f"{self.header.weights}:{self.header.threshold}"
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def scores(self, texts: Sequence[str]) -> Floats:
        """Log-odds of each text, in order."""
        parts = [
            solver.score(self.weights, encode(texts[at : at + BATCH])) for at in range(0, len(texts), BATCH)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def rows_scores(self, rows: Rows) -> Floats:
        """The same for rows that are already encoded."""
        return solver.score(self.weights, rows)

    def classify(self, texts: Sequence[str]) -> list[Scored]:
        """Spam or ham for each text, in order; what has no text is never spam."""
        edge = self.header.threshold
        told = zip(texts, self.scores(texts).tolist(), strict=True)
        return [Scored(value >= edge and bool(text.strip()), round(value, 4)) for text, value in told]

    def to_bytes(self) -> bytes:
        """The file's content; the same model gives the same bytes."""
        fields = sorted(self.header.model_dump().items())
        lines = [f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields]
        told = "{\n" + ",\n".join(lines) + "\n}"
        return f"{MARK}\n{told}\n{RULE}\n".encode() + zlib.compress(_body(self.weights, self.common), 6)


def build(header: Header, weights: Floats, common: NDArray[np.uint8]) -> Model:
    """A model as it will be read again: weights rounded to what the file holds."""
    rounded = weights.astype("<f2")
    digest = hashlib.sha256(_body(rounded, common)).hexdigest()
    return Model(header.model_copy(update={"weights": digest}), rounded.astype(np.float64), common)


def _body(weights: NDArray[np.floating], common: NDArray[np.uint8]) -> bytes:
    return weights.astype("<f2").tobytes() + common.tobytes()


def from_bytes(data: bytes) -> Model:
    """Read a model. Raises BadModelError with one line that says what is wrong."""
    mark, _, rest = data.partition(b"\n")
    if mark != MARK.encode():
        raise BadModelError("this is no spam model, or one of a newer version")
    told, ruled, packed = rest.partition(f"\n{RULE}\n".encode())
    if not ruled or len(told) > HEADER_MOST:
        raise BadModelError("the model's header is damaged")
    try:
        header = Header.model_validate_json(told)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BadModelError(f"the model's header is damaged at {where or 'its start'}") from None
    if header.features != FEATURES:
        raise BadModelError(
            f"this model was trained for features {header.features}, not {FEATURES}; train it again"
        )
    return _unpack(header, packed)


def _unpack(header: Header, packed: bytes) -> Model:
    unpacker = zlib.decompressobj()
    try:
        body = unpacker.decompress(packed, _BODY + 1)
    except zlib.error:
        raise BadModelError("the model's weights are damaged") from None
    if len(body) != _BODY or hashlib.sha256(body).hexdigest() != header.weights:
        raise BadModelError("the model's weights are damaged")
    weights = np.frombuffer(body, "<f2", SIZE).astype(np.float64)
    if not np.isfinite(weights).all() or not np.isfinite(header.threshold):
        raise BadModelError("the model's weights are damaged")
    return Model(header, weights, np.frombuffer(body, np.uint8, BUCKETS, SIZE * 2))


def read(path: Path) -> Model:
    """Read a model's file. Raises BadModelError, also when it cannot be read."""
    try:
        return from_bytes(path.read_bytes())
    except OSError as error:
        raise BadModelError(f"cannot read {path}: {error.strerror}") from None
    except BadModelError as error:
        raise BadModelError(f"{path}: {error}") from None
