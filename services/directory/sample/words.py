"""The words from which the sample's listings are put together. `{q}` is the quarter's name."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sort:
    """One sort of listing: names and descriptions by language, and the flags that suit it."""

    kind: str
    slug: str
    names: dict[str, tuple[str, ...]]
    descriptions: dict[str, tuple[str, ...]]
    flags: tuple[str, ...]
    precisions: tuple[str, ...]
    members: tuple[int, int]
    """Usual smallest and largest number of members."""


YARDS = Sort(
    "group", "dvor",
    {
        "be": ("Двор з каштанамі, {q}", "Сінія пад’езды, {q}", "Двор за пекарняй, {q}", "{q}: дом ля фантана",
               "Тры бярозы, {q}", "Двор з галубятняй, {q}", "{q}, дамы над ярам", "Арэлі і лаўкі, {q}"),
        "ru": ("Двор с каштанами, {q}", "Соседи у школы, {q}", "{q}: двор за аптекой", "Жёлтый дом, {q}",
               "Двор с фонтаном, {q}", "{q}, корпуса у пруда", "Наши девять этажей, {q}",
               "Двор с рябиной, {q}"),
        "en": ("Chestnut yard, {q}", "{q} courtyard with a swing"),
    },
    {
        "be": ("Чат нашага двара: ключы, парковачныя месцы, гарбата па нядзелях.",
               "Суседзі трох дамоў. Вітаемся, дапамагаем, не смецім.", ""),
        "ru": ("Чат двора: вопросы к соседям, субботники, потерянные варежки.",
               "Только для жителей дома, представьтесь при входе.", ""),
        "en": ("Neighbours of one courtyard. Say hello when you join.",),
    },
    ("wrw", "wrw-house", "wrw-linden", "wrw-key", "wrw-apple", "wrw-sun"),
    ("courtyard", "courtyard", "courtyard", "street"), (6, 260),
)  # fmt: skip

QUARTER = Sort(
    "group", "kvartal",
    {
        "be": ("{q}: увесь квартал", "{q} размаўляе", "Суседзі. {q}"),
        "ru": ("{q}: весь район", "{q} на связи", "Соседи. {q}"),
        "en": ("{q} neighbours",),
    },
    {
        "be": ("Агульны чат квартала. Пра дваровыя чаты пытайцеся тут.",),
        "ru": ("Общий чат района. О чатах своего двора спрашивайте здесь.",),
        "en": ("The whole quarter in one chat, any language.",),
    },
    ("wrw", "wrw-tower", "wrw-river", "wrw-stork", "wrw-pine", "wrw-cornflower", "wrw-bridge"),
    ("quarter",), (300, 4200),
)  # fmt: skip

NEWS = Sort(
    "channel", "naviny",
    {
        "be": ("{q}. Навіны", "Што новага, {q}?"),
        "ru": ("{q}. Новости", "Вестник: {q}"),
        "en": ("{q} bulletin",),
    },
    {
        "be": ("Аб’явы квартала без каментарыяў.",),
        "ru": ("Объявления района, без комментариев.",),
        "en": ("Announcements only.",),
    },
    ("wrw", "wrw-sun", "wrw-stork"), ("quarter",), (150, 6800),
)  # fmt: skip

RIDES = Sort(
    "carpool", "padviezci",
    {"be": ("Падвязу: {q} — цэнтр",), "ru": ("Попутчики: {q} — центр",), "en": ("Rides: {q} to the centre",)},
    {
        "be": ("Хто едзе і мае месца, піша сюды.",),
        "ru": ("Кто едет и может взять попутчика, пишет сюда.",),
        "en": ("Offer a seat or ask for one.",),
    },
    ("wrw-bicycle", "wrw-bridge"), ("quarter", "district"), (20, 420),
)  # fmt: skip

HELP = Sort(
    "help", "dapamoha",
    {"be": ("Дапамога суседзям, {q}",), "ru": ("Помощь соседям, {q}",), "en": ("Mutual aid, {q}",)},
    {
        "be": ("Купіць лекі, пасядзець з дзецьмі, падняць каляску.",),
        "ru": ("Купить лекарства, посидеть с детьми, поднять коляску.",),
        "en": ("Medicine, childcare, a hand with the pram.",),
    },
    ("wrw-apple", "wrw-sun", "wrw-house"), ("street", "quarter"), (15, 380),
)  # fmt: skip

PETITION = Sort(
    "petition", "zvarot",
    {"be": ("Зварот: ліхтары ў парку, {q}",), "ru": ("Обращение: сохраним сквер, {q}",), "en": ()},
    {
        "be": ("Збіраем подпісы жыхароў, тэкст у замацаваным паведамленні.",),
        "ru": ("Собираем подписи жителей, текст в закреплённом сообщении.",),
        "en": (),
    },
    ("wrw-book", "wrw-linden", "wrw-oak"), ("street",), (30, 900),
)  # fmt: skip

BOT = Sort(
    "bot", "bot",
    {"be": ("Даведачны бот, {q}",), "ru": ("Справочный бот, {q}",), "en": ()},
    {
        "be": ("Адказвае, у якім чаце ваш дом.",),
        "ru": ("Подскажет, в каком чате ваш дом.",),
        "en": (),
    },
    ("wrw-key",), ("quarter",), (0, 0),
)  # fmt: skip

LIBRARY = Sort(
    "other", "knihi",
    {"be": ("Кніжная паліца пад’езда, {q}",), "ru": ("Книжный обмен, {q}",), "en": ("Book swap, {q}",)},
    {
        "be": ("Бяры кнігу, пакідай кнігу.",),
        "ru": ("Взял книгу — оставь книгу.",),
        "en": ("Take a book, leave a book.",),
    },
    ("wrw-book",), ("street", "courtyard"), (8, 190),
)  # fmt: skip
