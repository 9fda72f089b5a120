"""Links and locks with the whole bot: what an admin allows, what the bot makes, what goes."""

from functools import partial

from simulator.demo import ALENA, RESIDENT, UPPER_TOWN
from tests.conftest import eventually
from tests.town import BOT, Town


def are_gone(town: Town, numbers: list[int]) -> bool:
    return all(town.sim.world.chat(UPPER_TOWN).messages[number].gone for number in numbers)


async def test_only_strangers_links_go(town: Town) -> None:
    there = town.sim.world.chat(UPPER_TOWN)
    there.extra["active_usernames"] = [there.username, "second_name"]
    town.say("/dryrun off")
    town.say("/set lock.link delete")
    await town.hears("(lock.link)")
    town.say("/set lock.allow https://T.me/Other_Chat https://www.example.org/news/")
    await town.hears("@other_chat example.org/news")
    town.say("/link пад’езд 1")
    made = await eventually(
        lambda: next((one.url for one in there.links.values() if one.creator.id == BOT), None), 15
    )
    code = made.rpartition("+")[2]
    stay = [
        f"https://{there.username}.t.me/5",
        "tg://resolve?domain=second_name",
        f"https://t.me/c/{-there.id - 10**12}/5",
        f"t.me/joinchat/{code}",
        "tg://resolve?domain=OTHER_CHAT&post=5",
        "https://EXAMPLE.org/news/1",
    ]
    go = [
        "t.me/third_name",
        f"t.me/joinchat/{code}x",
        "https://example.org/newspaper",
        "t.me:443/addlist/abcdef",
        "https://t.me/share/url?url=https://t.me/third_name",
    ]
    stayed = [town.say(text, RESIDENT) for text in stay]
    await eventually(partial(are_gone, town, [town.say(text, RESIDENT) for text in go]), 30)
    assert not any(there.messages[number].gone for number in stayed)
    assert not there.messages[town.say("t.me/third_name", ALENA)].gone
