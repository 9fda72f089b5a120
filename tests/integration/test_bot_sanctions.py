"""What an admin is told when something stands already: the answer is true, and nothing gets weaker."""

from typing import Any

import pytest

from services.moderation.bot.i18n import Speech
from services.moderation.bot.reply import ANSWER_MOST
from services.moderation.bot.withholding import in_short
from services.moderation.domain.permissions import FREE, MUTED
from services.moderation.domain.precedence import CODES, Withhold
from services.moderation.store import Store
from shared.contracts.telegram import Method, PersonObserved, TelegramAction
from simulator.demo import ALENA, CHANNEL, RESIDENT, REVIEWER, UPPER_TOWN
from simulator.faults import Fault
from tests.conftest import eventually
from tests.stored import still
from tests.telling import NOW, PERSON, TARGET, Given, acts, command, tell, texts
from tests.town import Town, judged, speak

HOUR, DAY = 3_600, 86_400
T = int(NOW.timestamp())
BANNED = {"status": "kicked", "until_date": 0}
PHOTOLESS = {"status": "restricted", "is_member": True, "until_date": 0, **FREE, "can_send_photos": False}


def muted(seconds: int) -> dict[str, Any]:
    return {"status": "restricted", "is_member": True, "until_date": T + seconds if seconds else 0, **MUTED}


def banned(seconds: int) -> dict[str, Any]:
    return {"status": "kicked", "until_date": T + seconds}


@pytest.mark.parametrize(
    ("text", "stands", "words", "code"),
    [
        ("/mute 1h", BANNED, "is banned: for good", "ban.stands"),
        ("/unmute", BANNED, "is banned: for good", "ban.stands"),
        ("/mute 1h", banned(DAY), "is banned: until 23.11 15:00", "ban.stands"),
        ("/ban 1d", BANNED, "is banned for longer already: for good", "ban.longer"),
        ("/ban", BANNED, "is banned already: for good", "ban.same"),
        ("/spam", BANNED, "is banned already: for good", "ban.same"),
        ("/mute 1h", muted(DAY), "may not write for longer already: until 23.11 15:00", "mute.longer"),
        ("/mute 1h", PHOTOLESS, "first /unmute", "restriction.longer"),
    ],
)
async def test_what_would_weaken_what_stands_is_said_and_not_sent(
    deps: Given, text: str, stands: dict[str, Any], words: str, code: str
) -> None:
    deps.telegram.places[PERSON] = stands
    commit = await tell(deps, "message", command(text, reply_to_message=TARGET))
    (said,) = texts(commit)
    assert words in said
    assert "&lt;b&gt;x" in said
    assert {method for method, _ in acts(commit)} <= {Method.DELETE_MESSAGES}
    assert bool(acts(commit)) is (text == "/spam"), "spam is deleted whoever stands behind it"
    assert any(code.encode() in str(write).encode() for write in commit.writes), "the log says so"


@pytest.mark.parametrize("text", ["/ban 1d", "/spam"])
async def test_an_admins_word_on_a_person_holds_though_nothing_is_sent(deps: Given, text: str) -> None:
    deps.telegram.places[PERSON] = BANNED
    commit = await tell(deps, "message", command(text, reply_to_message=TARGET))
    assert [one.kind for one in commit.events if isinstance(one, PersonObserved)] == ["banned"]


@pytest.mark.parametrize(
    ("text", "words"), [("/unban", "is not banned here"), ("/unmute", "Nothing is forbidden")]
)
async def test_where_there_is_nothing_to_lift_it_is_said_and_what_is_on_its_way_is_lifted(
    deps: Given, text: str, words: str
) -> None:
    """A ban may wait behind a limit: what comes after it is carried out after it."""
    commit = await tell(deps, "message", command(text, reply_to_message=TARGET))
    assert words in texts(commit)[0]
    assert len(acts(commit)) == 1


@pytest.mark.parametrize("verb", ["ban", "unban", "mute", "unmute", "spam", "warn"])
@pytest.mark.parametrize("odd", [{"status": "banished"}, {"status": ["kicked"]}, {"status": None}])
async def test_of_whom_telegram_says_nothing_that_is_known_nothing_is_done(
    deps: Given, verb: str, odd: dict[str, Any]
) -> None:
    deps.telegram.places[PERSON] = odd
    commit = await tell(deps, "message", command(f"/{verb}", reply_to_message=TARGET))
    assert acts(commit) == []
    assert "Nothing was done" in texts(commit)[0]


async def test_a_timed_ban_over_a_longer_restriction_says_that_this_ends_it(deps: Given) -> None:
    deps.telegram.places[PERSON] = PHOTOLESS
    commit = await tell(deps, "message", command("/ban 7d", reply_to_message=TARGET))
    assert "ends with this removal" in texts(commit)[0]
    assert [method for method, _ in acts(commit)] == [Method.BAN_MEMBER]


async def test_a_warning_that_would_mute_somebody_banned_says_what_stands(deps: Given) -> None:
    deps.chats.values |= {"warn.most": "2", "warn.then": "mute"}
    deps.telegram.places[PERSON] = BANNED
    for _ in range(2):
        commit = await tell(deps, "message", command("/warn шум", reply_to_message=TARGET))
        redis: Any = deps.chats._redis
        for write in commit.writes:
            await redis.execute_command(*write)
    assert acts(commit) == []
    (said,) = texts(commit)
    assert "is banned: for good" in said
    assert "шум" in said
    assert "Code:" not in said


async def test_in_dry_run_it_is_said_what_stands_and_nothing_is_logged(deps: Given) -> None:
    deps.chats.values["dryrun"] = "on"
    deps.telegram.places[PERSON] = BANNED
    commit = await tell(deps, "message", command("/mute 1h", reply_to_message=TARGET))
    assert "is banned: for good" in texts(commit)[0]
    assert (acts(commit), commit.writes) == ([], ())


async def test_every_sanction_that_is_asked_for_says_so_if_it_turns_out_otherwise(deps: Given) -> None:
    for text in ("/ban", "/ban 1d", "/mute 1h", "/spam", "/warn"):
        deps.chats.values |= {"warn.most": "2", "warn.then": "ban"}
        commit = await tell(deps, "message", command(text, reply_to_message=TARGET))
        asked = [
            one
            for one in commit.events
            if isinstance(one, TelegramAction) and one.method in {Method.BAN_MEMBER, Method.RESTRICT_MEMBER}
        ]
        for one in asked:
            assert one.follow is not None, text
            edit = TelegramAction.model_validate(one.follow.otherwise)
            assert edit.method is Method.EDIT_TEXT
            assert edit.params["message_of"] in {
                other.action_id for other in commit.events if isinstance(other, TelegramAction)
            }


# With the whole of moderation before the simulator.


def place(town: Town, who: int = RESIDENT) -> Any:
    return town.sim.world.member(town.sim.world.chat(UPPER_TOWN), who)


async def acting(town: Town) -> int:
    """The chat acts and speaks English; a message to answer."""
    speak(town, "en")
    town.say("/set language en")
    await town.hears("(language)")
    town.say("/dryrun off")
    await town.hears("I act as the settings say")
    return town.say("купляйце", RESIDENT)


async def settled(town: Town) -> None:
    await eventually(lambda: still(town.bus.redis))


def by_hand(town: Town, how: str, until: int = 0, **permissions: bool) -> None:
    town.sim.do(
        "remove", chat=UPPER_TOWN, user=RESIDENT, by=ALENA, how=how, until=until, permissions=permissions
    )


async def test_a_mute_after_a_ban_leaves_the_ban_and_an_unban_ends_it(town: Town) -> None:
    noise = await acting(town)
    town.say("/ban", reply_to=noise)
    await eventually(lambda: place(town).status == "kicked")
    for text in ("/mute 1h", "/unmute", "/ban 1d"):
        town.say(text, reply_to=noise)
        await settled(town)
        assert (place(town).status, place(town).until) == ("kicked", 0), text
    await town.hears("is banned for longer already")
    town.say("/unban", reply_to=noise)
    await eventually(lambda: place(town).status == "left")
    town.say("/log")
    log = (await town.hears("Log")).content["text"]
    assert "not done: a ban stands · for good" in log
    assert "not done: a longer ban stands · for good" in log


async def test_who_is_unmuted_is_a_plain_member(town: Town) -> None:
    noise = await acting(town)
    town.say("/mute 1h", reply_to=noise)
    await eventually(lambda: place(town).status == "restricted")
    town.say("/unmute", reply_to=noise)
    await eventually(lambda: place(town).status == "member")


async def test_an_undo_of_a_mute_leaves_a_ban_by_hand_after_it(town: Town) -> None:
    noise = await acting(town)
    town.say("/mute 1h", reply_to=noise)
    said = await town.hears("may not write now")
    await eventually(lambda: place(town).status == "restricted")
    by_hand(town, "ban")
    assert "banned by now (for good)" in await town.answer(ALENA, UPPER_TOWN, said, text="Undo")
    await settled(town)
    assert (place(town).status, place(town).until) == ("kicked", 0)
    assert "banned by now" in await town.answer(ALENA, UPPER_TOWN, said, text="Undo"), "it is not spent"


async def test_an_undo_of_a_removal_leaves_a_longer_ban_by_hand_and_one_that_was_set_anew(town: Town) -> None:
    noise = await acting(town)
    town.say("/ban 30d", reply_to=noise)
    said = await town.hears("Removing")
    await eventually(lambda: place(town).status == "kicked")
    end = place(town).until
    by_hand(town, "ban")
    assert "something else stands" in await town.answer(ALENA, UPPER_TOWN, said, text="Undo")
    by_hand(town, "unban")
    by_hand(town, "ban", end)
    await settled(town)
    assert "something else stands" in await town.answer(ALENA, UPPER_TOWN, said, text="Undo")
    await settled(town)
    assert place(town).status == "kicked"


async def test_an_undo_puts_back_what_stood_before(town: Town) -> None:
    noise = await acting(town)
    end = int(town.sim.world.clock()) + HOUR
    by_hand(town, "restrict", end, **{**FREE, "can_send_photos": False})
    town.say("/mute 1d", reply_to=noise)
    said = await town.hears("may not write now")
    await eventually(lambda: place(town).until > end)
    assert "Taken back" in await town.answer(ALENA, UPPER_TOWN, said, text="Undo")
    await eventually(lambda: place(town).until == end)
    assert place(town).permissions == {**FREE, "can_send_photos": False}
    town.say("/ban", reply_to=noise)
    said = await town.hears("Removing")
    await eventually(lambda: place(town).status == "kicked")
    assert "Taken back" in await town.answer(ALENA, UPPER_TOWN, said, text="Undo")
    await eventually(lambda: place(town).status == "restricted")
    assert (place(town).until, place(town).is_member) == (end, False)


async def test_an_undo_of_what_has_ended_says_so_and_teaches_all_the_same(town: Town) -> None:
    noise = await acting(town)
    town.say("/mute 1h", reply_to=noise)
    said = await town.hears("may not write now")
    await eventually(lambda: place(town).status == "restricted")
    by_hand(town, "restrict", **FREE)
    await settled(town)
    assert "nothing of it was left" in await town.answer(ALENA, UPPER_TOWN, said, text="Undo")
    person = town.bus.keys.person(RESIDENT)

    async def trusted() -> bool:
        found = await Store(town.bus.redis, town.bus.keys).people.load([person])
        return any(one.trusted for one in found[person].chats.values())

    await eventually(trusted)


async def test_an_undo_of_a_channels_ban_leaves_a_later_one(town: Town) -> None:
    await acting(town)
    posted = [town.say("рэклама", REVIEWER, as_chat=CHANNEL) for _ in range(2)]
    said = []
    for one in posted:
        town.say("/ban", reply_to=one)
        await settled(town)
        said.append(await town.hears("Removing"))
    banned_channels = town.sim.world.chat(UPPER_TOWN).banned_chats
    assert CHANNEL in banned_channels
    assert "something was done after it" in await town.answer(ALENA, UPPER_TOWN, said[0], text="Undo")
    await settled(town)
    assert CHANNEL in banned_channels
    assert "may write again" in await town.answer(ALENA, UPPER_TOWN, said[1], text="Undo")
    await eventually(lambda: CHANNEL not in banned_channels)


async def test_an_answer_that_has_become_untrue_by_the_call_is_mended(town: Town) -> None:
    noise = await acting(town)
    limit = Fault("too_many", "restrictChatMember", UPPER_TOWN, retry_after=2, times=1)
    town.sim.hub.faults.add(limit)
    town.say("/mute 1h", reply_to=noise)
    said = await town.hears("may not write now")
    await eventually(lambda: limit.struck)
    by_hand(town, "ban")
    await eventually(lambda: "is banned: for good" in said.content["text"], 20)
    assert not said.markup or not said.markup.get("inline_keyboard")
    assert place(town).status == "kicked"


async def test_a_card_mutes_nobody_who_is_banned_and_says_so(town: Town) -> None:
    await acting(town)
    town.say("/start", ALENA, ALENA)
    await town.hears("Hello", ALENA)
    await town.bus.publish(judged(town))
    card = await town.hears("It is for you to decide", ALENA)
    by_hand(town, "ban")
    answer = await town.answer(ALENA, ALENA, card, text="Mute for a day")
    assert answer == "Not done: a ban stands (for good)."
    await settled(town)
    assert place(town).status == "kicked"
    await town.answer(ALENA, ALENA, card, text="Remove")
    await eventually(lambda: "Decided: remove" in card.content["text"])
    assert town.calls("restrictChatMember") == town.calls("banChatMember") == []


@pytest.mark.parametrize("language", ["be", "ru", "uk", "en"])
def test_an_answer_to_a_press_is_never_cut(language: str) -> None:
    for code in CODES:
        for until in (None, 0, T + 320 * DAY):
            said = in_short(Speech(language), Withhold("withheld", code, until), "Europe/Minsk", NOW)
            assert len(said) < ANSWER_MOST
    for key in ("undo.over", "undo.banned", "undo.changed", "undo.later"):
        said = Speech(language).plain(key, code="abcdef", until="until 31.12.2027 23:59")
        assert len(said) < ANSWER_MOST
