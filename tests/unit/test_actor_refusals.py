"""Telegram's refusals, by its own words, and what follows from each."""

import json
from typing import Any

import pytest
from aiogram import Bot
from aiogram.methods import GetMe
from aiogram.methods.base import Response

from services.moderation.telegram.client import Telegram, _Session
from services.moderation.telegram.errors import (
    Conflict,
    Forbidden,
    Gone,
    Migrated,
    Refused,
    RetryAfter,
    TelegramError,
    Transient,
    Unauthorized,
)
from services.moderation.telegram.refusals import refusal
from tests.sure import as_a

TOKEN = "123456:AAsecret-token-that-must-not-be-seen"


def refused(code: int, description: str, **parameters: Any) -> TelegramError:
    answer = {"ok": False, "error_code": code, "description": description}
    return refusal("deleteMessages", code, answer | ({"parameters": parameters} if parameters else {}))


@pytest.mark.parametrize(
    ("code", "description", "kind", "meaning"),
    [
        (400, "Bad Request: message to delete not found", Gone, "message.gone"),
        (400, "Bad Request: message is not modified: specified new message", Gone, "message.same"),
        (400, "Bad Request: query is too old and response timeout expired", Gone, "query.old"),
        (400, "Bad Request: USER_NOT_PARTICIPANT", Gone, "person.gone"),
        (400, "Bad Request: HIDE_REQUESTER_MISSING", Gone, "request.answered"),
        (403, "Forbidden: bot was kicked from the supergroup chat", Forbidden, "chat.kicked"),
        (403, "Forbidden: bot is not a member of the channel chat", Forbidden, "chat.left"),
        (403, "Forbidden: bot was blocked by the user", Forbidden, "person.blocked"),
        (403, "Forbidden: something new", Forbidden, "forbidden"),
        (400, "Bad Request: chat not found", Forbidden, "chat.unknown"),
        (400, "Bad Request: user is an administrator of the chat", Refused, "person.admin"),
        (400, "Bad Request: can't remove chat owner", Refused, "person.admin"),
        (400, "Bad Request: not enough rights to restrict/unrestrict chat member", Refused, "right.missing"),
        (403, "Forbidden: CHAT_WRITE_FORBIDDEN", Refused, "right.missing"),
        (400, "Bad Request: message can't be deleted for everyone", Refused, "message.old"),
        (400, "Bad Request: words nobody has seen", Refused, "answer.400"),
    ],
)
def test_each_refusal_is_read(
    code: int, description: str, kind: type[Gone | Forbidden | Refused], meaning: str
) -> None:
    error = as_a(kind, refused(code, description))
    assert type(error) is kind
    assert error.code == meaning


def test_a_limit_says_how_long() -> None:
    error = refused(429, "Too Many Requests: retry after 17", retry_after=17)
    assert isinstance(error, RetryAfter)
    assert error.seconds == 17


@pytest.mark.parametrize("value", [None, "soon", -5, 10**9])
def test_a_strange_limit_still_waits_a_sane_time(value: int | str | None) -> None:
    error = refused(429, "Too Many Requests", retry_after=value)
    assert isinstance(error, RetryAfter)
    assert 1 <= error.seconds <= 3600


def test_a_moved_chat_gives_its_new_id() -> None:
    error = refused(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100200)
    assert isinstance(error, Migrated)
    assert error.new_id == -100200


@pytest.mark.parametrize(
    ("code", "kind"), [(500, Transient), (502, Transient), (409, Conflict), (401, Unauthorized)]
)
def test_numbers_without_words_have_a_meaning(code: int, kind: type[TelegramError]) -> None:
    assert isinstance(refused(code, ""), kind)


def check(status: int, content: str) -> Response[Any]:
    session = _Session()
    return session.check_response(Bot(TOKEN), GetMe(), status, content)


@pytest.mark.parametrize("content", ["<html><h1>502 Bad Gateway</h1></html>", "", "[1]", "null", '{"x":1}'])
def test_an_answer_that_is_no_answer_is_tried_again(content: str) -> None:
    with pytest.raises(Transient):
        check(502, content)


def test_a_result_that_no_model_knows_is_taken_as_it_is() -> None:
    result = {"status": "a_status_of_2030", "user": {"id": 1}}
    assert check(200, json.dumps({"ok": True, "result": result})).result == result


async def test_nothing_that_is_raised_or_shown_holds_the_token() -> None:
    telegram = Telegram(TOKEN, "http://127.0.0.1:9")
    with pytest.raises(Transient) as caught:
        await telegram.call("getMe", seconds=1)
    await telegram.close()
    assert "secret" not in repr(caught.value) + str(caught.value) + repr(telegram)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("token", ["", "x", "123456:", "nonsense:token with spaces"])
def test_what_is_no_token_is_refused_without_being_repeated(token: str) -> None:
    with pytest.raises(Unauthorized) as caught:
        Telegram(token, "http://127.0.0.1:9")
    assert "nonsense" not in str(caught.value)
