"""What an admin has the bot do to somebody: what is said of it, and that it is true."""

import pytest

from shared.contracts.telegram import Method
from tests.telling import CHAT, TARGET, Given, acts, command, tell, texts


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("be", "Забараняю пісаць: &lt;b&gt;x. Тэрмін: 2 гадзіны."),
        ("ru", "Запрещаю писать: &lt;b&gt;x. Срок: 2 часа."),
        ("uk", "Забороняю писати: &lt;b&gt;x. Строк: 2 години."),
        ("en", "&lt;b&gt;x may not write now. For how long: 2 hours."),
    ],
)
async def test_a_deed_is_told_to_the_chat_in_its_language_with_the_time_in_words(
    deps: Given, language: str, words: str
) -> None:
    """The admin's Telegram is English: in dry run only the admin is answered."""
    deps.chats.values = {"dryrun": "off", "language": language}
    commit = await tell(deps, "message", command("/mute 2h", reply_to_message=TARGET))
    assert [method for method, _ in acts(commit)] == [Method.RESTRICT_MEMBER]
    assert texts(commit)[0].startswith(words)
    deps.chats.values = {"language": language}
    (told,) = texts(await tell(deps, "message", command("/mute 90m", reply_to_message=TARGET)))
    assert "for how long: 1 hour 30 minutes" in told


async def test_what_could_not_be_looked_up_is_named(deps: Given) -> None:
    deps.telegram.silent = {"getChat"}
    (said,) = texts(await tell(deps, "message", command("/lock")))
    assert "what members may do here" in said
    assert await deps.chats.closed(CHAT) is None
    deps.telegram.silent = {"getChatMember"}
    (said,) = texts(await tell(deps, "message", command("/lock")))
    assert "could not check your rights" in said
    anonymous = command("/lock", sender_chat={"id": CHAT})
    (said,) = texts(await tell(deps, "message", anonymous))
    assert "could not check who may do what" in said
