"""The demo's scene: two neighbourhoods, a channel, the reviewers' chat, four people and the bot."""

from simulator.deeds import writing
from simulator.deeds.writing import Voice
from simulator.world.chats import Chat
from simulator.world.makers import make_bot, make_chat, make_user, seat
from simulator.world.people import User
from simulator.world.text import with_entities
from simulator.world.world import World

DEMO_TOKEN = "7000000001:AAdemo-token-of-the-simulator-only00"  # noqa: S105 - opens nothing but the simulator
BOT_USERNAME = "dze_demo_bot"
REVIEW_CHAT = -1001700000100
"""For `DZE_REVIEW_CHAT`."""
UPPER_TOWN = -1001700000101
LINDEN_COURT = -1001700000102
CHANNEL = -1001700000103
YARD_GROUP = -1700000104
"""A basic group, to be made a supergroup."""
ALENA, REVIEWER, RESIDENT, STRANGER = 5_000_000_001, 5_000_000_002, 5_000_000_003, 5_000_000_004


def scene(world: World) -> None:
    """Fill a fresh world."""
    alena = make_user(world, "Alena", user_id=ALENA, username="alena_demo", language_code="be")
    reviewer = make_user(world, "Yury", user_id=REVIEWER, username="yury_demo", language_code="ru")
    resident = make_user(world, "Maryna", user_id=RESIDENT, username="maryna_demo", language_code="be")
    make_user(world, "Stranger", user_id=STRANGER, language_code="en")
    bot = make_bot(world, DEMO_TOKEN, BOT_USERNAME, "Dze")

    upper = make_chat(
        world, "supergroup", "Верхні горад", alena, chat_id=UPPER_TOWN, username="upper_town_demo"
    )
    linden = make_chat(
        world, "supergroup", "Ліпавы двор", alena, chat_id=LINDEN_COURT, username="linden_court_demo"
    )
    channel = make_chat(
        world, "channel", "Навіны раёна", alena, chat_id=CHANNEL, username="district_news_demo"
    )
    review = make_chat(world, "supergroup", "Dze: праверка", alena, chat_id=REVIEW_CHAT)
    yard = make_chat(world, "group", "Двор 7", alena, chat_id=YARD_GROUP)
    upper.silent_members, linden.silent_members, channel.silent_members = 148, 36, 512
    upper.description = "Суседзі Верхняга горада"

    for chat in (upper, linden, channel, review, yard):
        seat(world, chat, bot.user, admin=True)
    for chat in (upper, linden, channel, yard):
        seat(world, chat, resident)
    seat(world, review, reviewer)
    seat(world, upper, reviewer)
    _talk(world, upper, linden, channel, (alena, reviewer, resident))
    bot.inbox.clear()


def _talk(world: World, upper: Chat, linden: Chat, channel: Chat, people: tuple[User, User, User]) -> None:
    alena, reviewer, resident = people
    said = (
        (upper, alena, "Вітаю, суседзі! У суботу а 12-й прыбіраем двор, рыхлікі ёсць."),
        (upper, resident, "Буду з дзецьмі. Ці патрэбныя пальчаткі?"),
        (upper, reviewer, "Я принесу две пары."),
        (linden, alena, "Гэта чат нашага двара. Пра ліфт пішыце сюды."),
        (linden, resident, "Ліфт у трэцім пад’ездзе зноў працуе."),
        (channel, alena, "З панядзелка аўтобус 24 ідзе ў абход праз набярэжную."),
    )
    for chat, who, text in said:
        writing.write(world, chat, Voice(who), with_entities(text))
