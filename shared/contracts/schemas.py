"""The contracts as files, for people and programs that are not written in Python.

`python -m shared.contracts.schemas` writes `schemas/`: for each stream its facts and the JSON Schema of its
message. It refuses a change that breaks what stands there. `examples/` holds one message of each, written by
hand. Both are committed, and tests compare them with the code.
"""

import json
import sys
from pathlib import Path
from typing import Any

from shared.contracts.base import PARTITIONS, AnyStream, Message
from shared.contracts.compatibility import breaking
from shared.contracts.registry import STREAMS

HERE = Path(__file__).parent
Json = dict[str, Any]


def described(stream: AnyStream) -> Json:
    """What is promised of a stream. `example_key` tells when the key of a message is made in another way."""
    return {
        "stream": {
            "name": stream.name,
            "version": stream.version,
            "topic": stream.topic,
            "partitions": PARTITIONS,
            "producers": sorted(stream.producers),
            "consumers": sorted(stream.consumers),
            "readers": sorted(stream.readers),
            "retention_seconds": int(stream.retention.total_seconds()),
            "sealed": stream.sealed,
            "compacted": stream.compacted,
            "example_key": stream.key(example(stream)),
        },
        "message": stream.model.model_json_schema(mode="validation"),
    }


def example(stream: AnyStream) -> Message:
    """The committed message of a stream. Raises ValidationError when it can no longer be read."""
    message: Message = stream.model.model_validate_json(example_path(stream).read_bytes())
    return message


def committed(stream: AnyStream) -> Json:
    """What the file says. Raises FileNotFoundError for a stream that was never written."""
    document: Json = json.loads(schema_path(stream).read_bytes())
    return document


def schema_path(stream: AnyStream) -> Path:
    return HERE / "schemas" / f"{stream.topic}.json"


def example_path(stream: AnyStream) -> Path:
    return HERE / "examples" / f"{stream.topic}.json"


def rendered(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def main() -> int:
    """Write what is new; answers 1, and writes nothing, when something would break."""
    problems = [
        f"{stream.topic}: {problem}"
        for stream in STREAMS
        if schema_path(stream).exists()
        for problem in breaking(committed(stream), described(stream))
    ]
    if problems:
        sys.stderr.write("\n".join([*problems, "Give the stream a new version instead."]) + "\n")
        return 1
    for stream in STREAMS:
        path = schema_path(stream)
        path.parent.mkdir(exist_ok=True)
        path.write_text(rendered(described(stream)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
