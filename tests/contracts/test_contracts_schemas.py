"""The streams' promises: committed as files, and never broken."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from shared.contracts import schemas
from shared.contracts.base import AnyStream
from shared.contracts.compatibility import breaking
from shared.contracts.registry import BY_MODEL, STREAMS

WRITE = "run `python -m shared.contracts.schemas` and commit what it writes"
each_stream = pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.topic)


@each_stream
def test_nothing_that_was_promised_is_broken(stream: AnyStream) -> None:
    assert breaking(schemas.committed(stream), schemas.described(stream)) == []


@each_stream
def test_what_was_added_is_committed(stream: AnyStream) -> None:
    written = schemas.schema_path(stream).read_text(encoding="utf-8")
    assert written == schemas.rendered(schemas.described(stream)), WRITE


@each_stream
def test_the_example_is_read_and_written_back_the_same(stream: AnyStream) -> None:
    message = schemas.example(stream)
    assert type(message).model_validate_json(message.model_dump_json()) == message


@each_stream
def test_an_old_reader_survives_a_field_of_a_newer_writer(stream: AnyStream) -> None:
    newer = schemas.example(stream).model_dump(mode="json") | {"of_tomorrow": {"any": 1}}
    assert stream.model.model_validate(newer) == schemas.example(stream)


@pytest.mark.parametrize("folder", ["schemas", "examples"])
def test_there_is_a_file_for_each_stream_and_none_besides(folder: str) -> None:
    found = {path.stem for path in (schemas.HERE / folder).glob("*.json")}
    assert found == {stream.topic for stream in STREAMS}


def test_each_kind_of_message_has_one_stream_and_each_stream_one_name() -> None:
    assert len(BY_MODEL) == len(STREAMS)
    assert len({stream.topic for stream in STREAMS}) == len(STREAMS)


def test_each_stream_has_a_writer_and_a_reader() -> None:
    for stream in STREAMS:
        assert stream.producers
        assert stream.consumers or stream.readers


OLD: dict[str, Any] = {
    "stream": {
        "name": "a", "version": 1, "topic": "a.v1", "partitions": 8, "sealed": True, "compacted": False,
        "retention_seconds": 60, "example_key": "k",
    },
    "message": {
        "type": "object",
        "required": ["id", "kind"],
        "properties": {
            "id": {"type": "string", "maxLength": 10, "pattern": "^[a-z]+$"},
            "kind": {"$ref": "#/$defs/Kind"},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
            "tags": {"type": "array", "items": {"type": "string"}, "default": []},
            "count": {"type": "integer", "minimum": 0, "default": 0},
        },
        "$defs": {"Kind": {"type": "string", "enum": ["group", "channel"]}},
    },
}  # fmt: skip


def _changed(change: Callable[[dict[str, Any]], Any]) -> list[str]:
    new = copy.deepcopy(OLD)
    change(new)
    return breaking(OLD, new)


def test_an_unchanged_contract_breaks_nothing() -> None:
    assert breaking(OLD, OLD) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda new: new["message"]["properties"].pop("note"), "message.note: is gone"),
        (lambda new: new["message"]["required"].append("note"), "message.note: is now required"),
        (
            lambda new: new["message"]["$defs"]["Kind"]["enum"].remove("channel"),
            "'channel' is no longer allowed",
        ),
        (lambda new: new["message"]["properties"]["count"].update(type="string"), "integer became string"),
        (lambda new: new["message"]["properties"]["count"].update(minimum=1), "minimum became 1"),
        (lambda new: new["message"]["properties"]["id"].update(maxLength=9), "maxLength became 9"),
        (lambda new: new["message"]["properties"]["id"].update(pattern="^x$"), "the pattern became"),
        (lambda new: new["message"]["properties"]["tags"]["items"].update(maxLength=3), "tags[]: maxLength"),
        (lambda new: new["message"]["properties"]["note"]["anyOf"].pop(), "message.note: null became string"),
        (
            lambda new: new["message"]["properties"]["note"].update(anyOf=[{"type": "null"}]),
            "string became null",
        ),
        (lambda new: new["stream"].update(sealed=False), "stream.sealed: True became False"),
        (lambda new: new["stream"].update(example_key="other"), "stream.example_key"),
        (lambda new: new["stream"].update(partitions=16), "stream.partitions"),
        (lambda new: new["stream"].update(topic="b.v1"), "stream.topic"),
        (lambda new: new["stream"].update(retention_seconds=0), "became shorter"),
    ],
)
def test_a_breaking_change_is_found(change: Callable[[dict[str, Any]], Any], problem: str) -> None:
    assert any(problem in found for found in _changed(change)), _changed(change)


@pytest.mark.parametrize(
    "change",
    [
        lambda new: new["message"]["properties"].update(extra={"type": "string", "default": ""}),
        lambda new: new["message"]["required"].remove("kind"),
        lambda new: new["message"]["$defs"]["Kind"]["enum"].append("bot"),
        lambda new: new["message"]["properties"]["id"].update(maxLength=20),
        lambda new: new["message"]["properties"]["count"].update(type="number"),
        lambda new: new["stream"].update(retention_seconds=3600),
    ],
)
def test_what_only_adds_breaks_nothing(change: Callable[[dict[str, Any]], Any]) -> None:
    assert _changed(change) == []


def test_a_breaking_change_is_never_written_over_the_promise(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = STREAMS[0]
    promised = schemas.described(stream)
    promised["message"]["properties"]["of_yesterday"] = {"type": "string"}
    (tmp_path / "schemas").mkdir()
    path = tmp_path / "schemas" / f"{stream.topic}.json"
    path.write_text(schemas.rendered(promised))
    examples = schemas.HERE / "examples"
    (tmp_path / "examples").symlink_to(examples)
    monkeypatch.setattr(schemas, "HERE", tmp_path)
    assert schemas.main() == 1
    assert "of_yesterday: is gone" in capsys.readouterr().err
    assert path.read_text() == schemas.rendered(promised)
