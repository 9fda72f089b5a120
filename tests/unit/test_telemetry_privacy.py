"""Nothing of a person reaches a log."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from shared.telemetry import configure, frames, scrub
from shared.telemetry.privacy import LEFT_OUT, PERSONAL, without_people

TOKEN = "123456789:AAF-abcdefghijklmnopqrstuvwxyz012345"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "text",
    [
        "93.85.12.7",
        "2a02:d247:1:2::5",
        "fe80::1",
        "5550001112",
        "-1001234567890",
        "@some_neighbour",
        "https://t.me/+AbCdEfGhIjK",
        "telegram.me/joinchat/AbCdEfGh",
        "T.me:443/some_neighbour",
        "some_neighbour.t.me",
        "tg://resolve?domain=some_neighbour",
        "tg:join?invite=AbCdEfGhIjK",
        "https://web.telegram.org/k/#@some_neighbour",
        TOKEN,
        f"https://api.telegram.org/bot{TOKEN}/getMe",
        "person@example.org",
    ],
)
def test_what_names_a_person_is_blotted_out_of_texts(text: str) -> None:
    cleaned = scrub(f"it failed for {text} at last")
    assert LEFT_OUT in cleaned
    assert text not in cleaned
    assert cleaned.startswith("it failed for ")
    assert cleaned.endswith(" at last")


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:8000",
        "telegram.updates.v1.{07}",
        "1732281234567-0",
        "13:05:09",
        "took 4821 ms",
        "bus.py:120",
    ],
)
def test_what_names_nobody_stays_readable(text: str) -> None:
    assert scrub(text) == text


def test_fields_that_name_people_are_dropped_however_deep_they_lie() -> None:
    fields = {
        "user_id": 5,
        "stream": "a",
        "why": {"ip": "1.2.3.4", "group": "g", "all": [{"username": "x", "n": 1}]},
    }
    assert without_people(fields) == {"stream": "a", "why": {"group": "g", "all": [{"n": 1}]}}


@pytest.mark.parametrize("name", sorted(PERSONAL))
@given(value=st.text() | st.integers())
def test_no_personal_field_ever_stays(name: str, value: str | int) -> None:
    assert without_people({name: value, name.upper(): value}) == {}


def test_an_error_is_told_by_its_place_and_not_by_its_text() -> None:
    try:
        try:
            int("Ivan Ivanovich")
        except ValueError as inner:
            raise RuntimeError("cannot read Ivan Ivanovich") from inner
    except RuntimeError as error:
        told = frames(error)
    assert "Ivan" not in told
    assert "builtins.RuntimeError" in told
    assert "builtins.ValueError" in told
    assert "test_telemetry_privacy.py" in told


def _logged(form: Any, deed: Any) -> str:
    out = io.StringIO()
    with redirect_stdout(out):
        configure("gateway", form=form)
        deed()
    return out.getvalue()


def test_a_line_of_a_library_is_cleaned_like_our_own() -> None:
    def deed() -> None:
        logging.getLogger("aiogram").warning("cannot reach bot%s for %s", TOKEN, 5550001112)

    line = json.loads(_logged("json", deed))
    assert TOKEN not in line["event"]
    assert "5550001112" not in line["event"]
    assert line["service"] == "gateway"
    assert line["level"] == "warning"


def test_libraries_that_log_each_request_are_silent_below_warnings() -> None:
    def deed() -> None:
        for name in ("httpx", "uvicorn.access", "aiogram.event"):
            logging.getLogger(name).info("GET https://api.telegram.org/bot%s/getMe", TOKEN)

    assert _logged("json", deed) == ""


@pytest.mark.parametrize(
    "name", ["fontTools.subset", "fpdf.fpdf", "httpx", "httpcore.connection", "any.library"]
)
def test_a_library_that_is_not_on_the_list_is_off_whatever_level_it_sets_itself(name: str) -> None:
    library = logging.getLogger(name)
    before = library.level

    def deed() -> None:
        library.setLevel(logging.DEBUG)
        for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.CRITICAL):
            library.log(level, "Plošča Pieramien")

    try:
        assert _logged("json", deed) == ""
    finally:
        library.setLevel(before)


def test_our_own_loggers_tell_at_the_level_that_is_set() -> None:
    told = _logged("json", lambda: logging.getLogger("services.gateway.shield").info("it works"))
    assert json.loads(told)["event"] == "it works"


def test_an_exception_in_the_log_holds_no_text_of_it() -> None:
    def deed() -> None:
        try:
            int("Ivan Ivanovich")
        except ValueError:
            structlog.get_logger().exception("could not read", stream="a")

    for form in ("json", "console"):
        told = _logged(form, deed)
        assert "could not read" in told
        assert "ValueError" in told
        assert "Ivan" not in told
