"""Who sends is not who wrote: what is forwarded, quoted or written by a bot orders and answers nothing."""

from typing import Any

import pytest

from services.moderation.bot.commands import COMMANDS
from shared.bus import NOTHING
from shared.bus.commit import Commit
from shared.contracts.telegram import Method
from simulator.demo import ALENA, LINDEN_COURT, RESIDENT, STRANGER, UPPER_TOWN
from tests.authors import BESIDE_OTHERS, FORWARDED, NOT_OWN, WRITTEN_BY_OTHERS
from tests.conftest import eventually
from tests.integration.test_standing_town import standing
from tests.stored import still
from tests.sure import sure
from tests.telling import (
    ADMIN,
    ADMIN_USER,
    BOT,
    CHANNEL,
    CHAT,
    PERSON,
    TARGET,
    Given,
    acts,
    command,
    tell,
    texts,
)
from tests.town import Town, judged

WORDS = ("", "off", "@known", "media.photo delete", "add слова")


async def told(deps: Given, name: str, **fields: Any) -> list[Commit]:
    return [
        await tell(deps, "message", command(f"/{name} {words}", reply_to_message=TARGET) | fields)
        for words in WORDS
    ]


@pytest.mark.parametrize("shape", WRITTEN_BY_OTHERS)
async def test_a_command_that_somebody_else_wrote_is_none(deps: Given, shape: str) -> None:
    for name in COMMANDS:
        for fields in ({}, {"sender_chat": {"id": CHAT}}):
            assert set(await told(deps, name, **fields, **WRITTEN_BY_OTHERS[shape])) == {NOTHING}, name


@pytest.mark.parametrize("shape", BESIDE_OTHERS)
async def test_a_command_beside_others_words_does_nothing_and_its_admin_is_told_why(
    deps: Given, shape: str
) -> None:
    for name in COMMANDS:
        for fields in ({}, {"sender_chat": {"id": CHAT}}):
            for commit in await told(deps, name, **fields, **BESIDE_OTHERS[shape]):
                assert (commit.writes, acts(commit)) == ((), [])
                assert all("somebody else" in text for text in texts(commit))
                assert bool(texts(commit)) == (name != "vouch")
    stranger = {"from": {"id": PERSON, "is_bot": False, "first_name": "x"}}
    assert set(await told(deps, "ban", **stranger, **BESIDE_OTHERS[shape])) == {NOTHING}


async def test_nobody_is_answered_where_rights_cannot_be_looked_up(deps: Given) -> None:
    deps.telegram.silent = {"getChatMember"}
    assert set(await told(deps, "ban", **BESIDE_OTHERS["with a quote"])) == {NOTHING}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("edited_message", {"edit_date": 1}),
        ("channel_post", {}),
        ("edited_channel_post", {}),
        ("business_message", {}),
        ("message", {"text": None, "caption": "/ban @known", "photo": [], "caption_entities": []}),
        ("message", {"sender_chat": {"id": CHANNEL}}),
        ("message", {"from": {"id": ADMIN, "is_bot": True, "first_name": "a bot that is an admin"}}),
        ("message", {"from": None}),
    ],
)
async def test_only_a_persons_new_message_is_a_command(
    deps: Given, kind: str, fields: dict[str, Any]
) -> None:
    assert await tell(deps, kind, command("/ban @known") | fields) == NOTHING


@pytest.mark.parametrize("shape", NOT_OWN)
async def test_alone_with_the_bot_others_words_open_nothing(deps: Given, shape: str) -> None:
    private = {"chat": {"id": ADMIN, "type": "private"}}
    code = "s" + "1n4mw9tr"
    opened = texts(await tell(deps, "message", command(f"/start {code}", **private)))
    passed_on = texts(await tell(deps, "message", command(f"/start {code}", **private, **NOT_OWN[shape])))
    assert "I work in chats" in passed_on[0]
    assert opened != passed_on


@pytest.mark.parametrize("verb", ["ban", "mute", "warn", "trust", "purge person"])
@pytest.mark.parametrize("shape", FORWARDED)
async def test_a_command_about_a_forward_is_about_who_forwarded_it(
    deps: Given, verb: str, shape: str
) -> None:
    """The author of the original is nobody here, and may be innocent."""
    commit = await tell(deps, "message", command(f"/{verb}", reply_to_message=TARGET | FORWARDED[shape]))
    assert str(ADMIN) not in str(acts(commit))
    assert {params["user_id"] for _, params in acts(commit) if "user_id" in params} <= {PERSON}
    if verb == "ban":
        assert acts(commit) == [(Method.BAN_MEMBER, {"user_id": PERSON})]
    assert "Чужы" not in str(texts(commit)), "the name is that of who forwarded it"


async def test_a_forwarded_order_is_none_whoever_forwards_it(town: Town) -> None:
    origin = {"type": "user", "date": 1, "sender_user": town.sim.world.user(STRANGER).json()}
    for text in ("/dryrun off", f"/ban {RESIDENT}", "/set spam remove", "/stopword add добры"):
        town.sim.do("forward", chat=UPPER_TOWN, user=ALENA, origin=origin, text=text)
    written = town.say("/dryrun off", ALENA, LINDEN_COURT)
    await town.hears("З гэтага моманту я дзейнічаю", LINDEN_COURT)
    town.sim.do("forward", chat=UPPER_TOWN, user=ALENA, from_chat=LINDEN_COURT, message=written)
    town.say("/dryrun off", content={"via_bot": town.sim.world.user(BOT_OF_THE_TOWN).json()})
    town.say("/dryrun")
    await town.hears("Пробны рэжым уключаны")
    assert len(town.messages()) == 1
    assert town.calls("banChatMember") == []


BOT_OF_THE_TOWN = 7_000_000_001


async def test_a_quoted_order_is_told_to_be_none(town: Town) -> None:
    noise = town.say("шум", RESIDENT)
    quote = {"quote": {"text": "шум", "position": 0, "is_manual": True}}
    town.say("/dryrun off", RESIDENT, content=quote, reply_to=noise)
    town.say("/dryrun off", content=quote, reply_to=noise)
    await town.hears("Дашліце каманду яшчэ раз без цытаты")
    town.say("/dryrun")
    await town.hears("Пробны рэжым уключаны")
    assert len(town.messages()) == 2


async def test_only_an_own_word_answers_the_bots_question(town: Town) -> None:
    town.say("/start", ALENA, ALENA)
    await town.hears("Вітаю", ALENA)
    town.say("добры дзень", RESIDENT)
    await eventually(lambda: standing(town, RESIDENT, UPPER_TOWN))
    await town.bus.publish(judged(town))
    card = await town.hears("Рашаць вам", ALENA)
    await town.answer(ALENA, ALENA, card, text="Спытаць")
    question = await town.hears("з якога вы дома")

    async def asked() -> int:
        return sure(await standing(town, RESIDENT, UPPER_TOWN)).asked

    await eventually(asked)
    town.say("я з дома шэсць", RESIDENT, content=FORWARDED["of a hidden person"])
    town.say("", RESIDENT, media="photo", content={"via_bot": town.sim.world.user(BOT_OF_THE_TOWN).json()})
    town.say("тут", RESIDENT, content=BESIDE_OTHERS["with a quote"], reply_to=question.id)
    await eventually(lambda: still(town.bus.redis))
    assert await asked() > 0
    town.say("я з дома шэсць", RESIDENT)

    async def answered() -> bool:
        return await asked() == -1

    await eventually(answered)


async def test_only_an_own_word_vouches(town: Town) -> None:
    town.say("/set trust.days 1")
    await town.hears("trust.days")
    town.say("добры дзень", RESIDENT)
    town.sim.do("join", chat=UPPER_TOWN, user=STRANGER)
    hello = town.say("прывітанне", STRANGER)
    await eventually(lambda: standing(town, STRANGER, UPPER_TOWN))
    for shape in ("forwarded of a person", "of an inline bot", "with a quote"):
        town.say("/vouch", RESIDENT, reply_to=hello, content=NOT_OWN[shape])
    await eventually(lambda: still(town.bus.redis))
    assert sure(await standing(town, STRANGER, UPPER_TOWN)).vouched == ()
    town.say("/vouch", RESIDENT, reply_to=hello)
    await town.hears("сусед ручаецца за")


class Learnt:
    """A teacher who only listens."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def reported(self, chat_id: int, sender: int, text: str) -> Commit:
        assert (chat_id, sender) == (CHAT, PERSON)
        self.texts.append(text)
        return NOTHING


@pytest.mark.parametrize("shape", ["", *NOT_OWN])
async def test_spam_that_was_passed_on_goes_with_its_sender_and_is_not_learnt(
    deps: Given, shape: str
) -> None:
    teacher = Learnt()
    object.__setattr__(deps, "teacher", teacher)
    body = TARGET | {"text": "сход заўтра"} | NOT_OWN.get(shape, {})
    found = acts(await tell(deps, "message", command("/spam", reply_to_message=body)))
    if shape != "forwarded of the linked channel":
        assert found == [
            (Method.DELETE_MESSAGES, {"message_ids": [TARGET["message_id"]]}),
            (Method.BAN_MEMBER, {"user_id": PERSON}),
        ]
    assert teacher.texts == ([] if shape else ["сход заўтра"])


SETTINGS_TEXT = '{"format": "dze-settings", "settings": {"media.photo": "delete"}}'
EXPORT = {
    "text": f"слова {SETTINGS_TEXT}",
    "entities": [{"type": "pre", "offset": 6, "length": len(SETTINGS_TEXT)}],
}
BOT_USER = {"id": BOT, "is_bot": True, "first_name": "Dze"}
FILE = {"document": {"file_id": "f"}}
BY_BOT = {"type": "user", "date": 1, "sender_user": BOT_USER}


@pytest.mark.parametrize(
    ("fields", "taken"),
    [
        ({"from": ADMIN_USER, "text": SETTINGS_TEXT}, True),
        ({"from": ADMIN_USER, "sender_chat": {"id": CHAT}, "text": SETTINGS_TEXT}, True),
        ({"from": BOT_USER, **EXPORT}, True),
        ({"from": ADMIN_USER, "forward_origin": BY_BOT, **EXPORT}, True),
        ({"text": SETTINGS_TEXT}, False),
        (FILE, False),
        ({"from": ADMIN_USER, "sender_chat": {"id": CHANNEL}, "text": SETTINGS_TEXT}, False),
        ({"from": BOT_USER | {"id": 9}, **EXPORT}, False),
        ({"from": BOT_USER, "text": SETTINGS_TEXT}, None),
        ({"forward_origin": BY_BOT, **EXPORT}, False),
        ({"from": ADMIN_USER, "forward_origin": BY_BOT, "text": SETTINGS_TEXT}, None),
        ({"from": None, "text": SETTINGS_TEXT}, False),
        *(({"from": ADMIN_USER, "text": SETTINGS_TEXT, **fields}, False) for fields in NOT_OWN.values()),
        *(({"from": ADMIN_USER, **FILE, **fields}, False) for fields in FORWARDED.values()),
    ],
)
async def test_settings_are_taken_from_admins_and_from_the_bot_and_from_nobody_else(
    deps: Given, fields: dict[str, Any], taken: bool | None
) -> None:
    """None: whose they are is fine, but they are no settings."""
    commit = await tell(deps, "message", command("/import", reply_to_message=TARGET | fields))
    assert bool(commit.writes) == (taken is True)
    (said,) = texts(commit)
    if not taken:
        assert ("I take settings only from" in said) == (taken is False)


async def test_settings_of_an_author_who_cannot_be_looked_up_are_not_taken(deps: Given) -> None:
    deps.telegram.silent = {"getChatMember"}
    body = command("/import", reply_to_message=TARGET | {"text": SETTINGS_TEXT}, sender_chat={"id": CHAT})
    commit = await tell(deps, "message", body)
    assert commit.writes == ()
    assert "could not check" in texts(commit)[0]


async def test_an_export_goes_to_another_chat_by_forwarding_it(town: Town) -> None:
    town.say("/set media.video delete")
    town.say("/export")
    exported = await town.hears("dze-settings")
    sent = town.sim.do("forward", chat=LINDEN_COURT, user=ALENA, from_chat=UPPER_TOWN, message=exported.id)
    town.say("/import", chat=LINDEN_COURT, reply_to=sent[0]["message_id"])
    await town.hears("Зменена налад: 1", LINDEN_COURT)
