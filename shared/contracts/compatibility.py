"""Whether a changed contract still keeps what the committed one promised.

What was written into a stream yesterday must be readable today: a value that was allowed stays allowed, a
field that was there stays there, a new one has a default. Anything else needs a new version of the stream.
"""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

FIXED = ("name", "version", "topic", "partitions", "sealed", "compacted", "example_key")
LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


def breaking(old: Json, new: Json) -> list[str]:
    """What in `new` breaks somebody who relies on `old`; both as `schemas.described` gives them."""
    before, after = old["stream"], new["stream"]
    problems = [
        f"stream.{fact}: {before[fact]!r} became {after[fact]!r}"
        for fact in FIXED
        if before[fact] != after[fact]
    ]
    if after["retention_seconds"] < before["retention_seconds"]:
        problems.append("stream.retention_seconds: became shorter")
    return problems + _Comparison(old["message"], new["message"]).of(
        old["message"], new["message"], "message"
    )


class _Comparison:
    """Two JSON Schemas as pydantic writes them, compared part by part."""

    def __init__(self, old: Json, new: Json) -> None:
        self._old = old.get("$defs", {})
        self._new = new.get("$defs", {})

    def of(self, old: Json, new: Json, where: str) -> list[str]:
        """Each choice that was there must be found among those that are there now."""
        problems: list[str] = []
        choices = [_resolved(choice, self._new) for choice in new.get("anyOf", [new])]
        for choice in old.get("anyOf", [old]):
            before = _resolved(choice, self._old)
            found = [self._one(before, after, where) for after in choices]
            nearest = min(found, key=len)
            problems += nearest
        return problems

    def _one(self, old: Json, new: Json, where: str) -> list[str]:
        if new.get("type", old.get("type")) != old.get("type") and (old.get("type"), new.get("type")) != (
            "integer",
            "number",
        ):
            return [f"{where}: {old.get('type')} became {new.get('type')}"] * 2  # worse than a changed limit
        return [
            *_values(old, new, where),
            *_limits(old, new, where),
            *self._fields(old, new, where),
            *self._items(old, new, where),
        ]

    def _fields(self, old: Json, new: Json, where: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        required = set(new.get("required", ())) - set(old.get("required", ()))
        for name in sorted(before.keys() - after.keys()):
            yield f"{where}.{name}: is gone"
        for name in sorted(required):
            yield f"{where}.{name}: is now required"
        for name in sorted(before.keys() & after.keys()):
            yield from self.of(before[name], after[name], f"{where}.{name}")

    def _items(self, old: Json, new: Json, where: str) -> Iterator[str]:
        for part in ("items", "additionalProperties", "propertyNames"):
            before, after = old.get(part), new.get(part)
            if isinstance(after, dict):
                yield from self.of(before if isinstance(before, dict) else {}, after, f"{where}[]")
            elif after is False and before not in (None, False):
                yield f"{where}[]: no further ones are allowed"
        for number, (before, after) in enumerate(
            zip(old.get("prefixItems", ()), new.get("prefixItems", ()), strict=False)
        ):
            yield from self.of(before, after, f"{where}[{number}]")


def _resolved(node: Json, definitions: Json) -> Json:
    while "$ref" in node:
        node = definitions[node["$ref"].removeprefix("#/$defs/")]
    return node


def _values(old: Json, new: Json, where: str) -> Iterator[str]:
    before, after = _named(old), _named(new)
    if after is None:
        return
    if before is None:
        yield f"{where}: only certain values are allowed now"
        return
    for value in before:
        if value not in after:
            yield f"{where}: {value!r} is no longer allowed"


def _named(node: Json) -> list[Any] | None:
    return [node["const"]] if "const" in node else node.get("enum")


def _limits(old: Json, new: Json, where: str) -> Iterator[str]:
    for name in LEAST:
        if name in new and new[name] > old.get(name, float("-inf")):
            yield f"{where}: {name} became {new[name]}"
    for name in MOST:
        if name in new and new[name] < old.get(name, float("inf")):
            yield f"{where}: {name} became {new[name]}"
    for name in ("pattern", "format"):
        if name in new and new[name] != old.get(name):
            yield f"{where}: the {name} became {new[name]}"
