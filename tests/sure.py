"""What a test knows to be there or to be of a kind: checked when it runs, and told to mypy."""

from typing import TypeVar

T = TypeVar("T")


def sure(value: T | None) -> T:
    assert value is not None
    return value


def as_a(kind: type[T], value: object) -> T:
    assert isinstance(value, kind), value
    return value
