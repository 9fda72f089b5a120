"""One configuration of the logs for every process: JSON for machines, plain lines for a terminal."""

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from shared.telemetry.privacy import frames, without_people

Form = Literal["auto", "json", "console"]

KEPT = ("timestamp", "level", "service", "logger")
"""Fields that we set ourselves and need not be cleaned."""
OURS = frozenset({"__main__", "bench", "cli", "dze", "ops", "services", "shared", "simulator", "tests"})
"""The first words of the names of our own loggers."""
TOLD = frozenset({"aiogram", "asyncio", "faststream", "redis", "uvicorn"})
"""Libraries whose warnings an operator needs. All others are off, at every level: an allow-list, because any
library may log what it works on (fontTools the letters of a chat's name, httpx the address with the token).
"""
REPLACED = ("uvicorn.access", "uvicorn.error")
"""Loggers that bring handlers of their own."""


def configure(service: str, *, level: str = "info", form: Form = "auto") -> None:
    """Set up structlog and the standard library's logging, both cleaned of people, to standard output.

    `auto` means lines for a terminal and JSON for everything else.
    """
    console = form == "console" or (form == "auto" and sys.stdout.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _of_service(service),
        _render_error,
        _clean,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _as_line
                if console
                else structlog.processors.JSONRenderer(sort_keys=True, ensure_ascii=False),
            ],
        )
    )
    handler.addFilter(_may_be_told)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(number, logging.WARNING))
    for name in OURS:
        logging.getLogger(name).setLevel(number)
    for name in REPLACED:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(max(number, logging.WARNING))


def _may_be_told(record: logging.LogRecord) -> bool:
    """A filter of the handler, because a library may set the levels of its loggers itself."""
    first = record.name.partition(".")[0]
    return first in OURS or (first in TOLD and record.levelno >= logging.WARNING)


def _of_service(service: str) -> Processor:
    def add(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return add


def _render_error(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Put where an exception came from in place of its text."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = frames(error)
    return event


def _clean(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    kept = {name: event.pop(name) for name in (*KEPT, "_record", "_from_structlog") if name in event}
    return {**without_people(event), **kept}


def _as_line(_: WrappedLogger, __: str, event: EventDict) -> str:
    """`13:05:09 warning: lease lost (stream=telegram.updates.v1 partition=3)`, then an error's lines."""
    error = event.pop("error", "")
    clock, level, text = event.pop("timestamp")[11:19], event.pop("level"), event.pop("event")
    event.pop("service", None)
    extra = " ".join(f"{name}={value}" for name, value in sorted(event.items()))
    mark = "" if level == "info" else f"{level}: "
    return f"{clock} {mark}{text}" + (f" ({extra})" if extra else "") + (f"\n{error}" if error else "")
