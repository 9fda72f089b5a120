"""One table of how links of Telegram are written, and what each leads to.

`NAME`, `CHANNEL_ID` and `HASH` stand for a chat's user name, its internal id and the hash of an invite link.
"""

from typing import NamedTuple
from urllib.parse import quote

from shared.text.targets import TargetKind as Kind

NAME = "zatoka_chat"
CHANNEL_ID = 1234567890
HASH = "AAAAAEabcDEF0123_-xyzQ"
SLUG = "wJrgfwSHk_sxODIy"
PHONE = "375291234567"


class Spelling(NamedTuple):
    text: str
    kind: Kind
    username: str = ""
    chat: int = 0
    code: str = ""
    message: int = 0
    is_listed: bool = False
    """Whether the form lists it."""

    @property
    def is_address(self) -> bool:
        """Whether Telegram makes a link of it, and all programs read it alike."""
        return self.text[:1] != "@" and "\\" not in self.text


def _name(text: str, message: int = 0, *, is_listed: bool = True) -> Spelling:
    return Spelling(text, Kind.CHAT, username=NAME, message=message, is_listed=is_listed)


def _private(text: str, message: int = 0) -> Spelling:
    return Spelling(text, Kind.PRIVATE, chat=CHANNEL_ID, message=message)


def _invite(text: str, *, is_listed: bool = True) -> Spelling:
    return Spelling(text, Kind.INVITE, code=HASH, is_listed=is_listed)


def _folder(text: str) -> Spelling:
    return Spelling(text, Kind.FOLDER, code=SLUG)


def _phone(text: str) -> Spelling:
    return Spelling(text, Kind.PHONE, code=PHONE)


_RESOLVE, _JOIN = f"tg://resolve?domain={NAME}", f"tg://join?invite={HASH}"

NAMES = (
    _name(f"@{NAME}"),
    _name(f"@{NAME.title()}"),
    _name(f"t.me/{NAME}"),
    _name(f"http://t.me/{NAME}"),
    _name(f"https://t.me/{NAME}"),
    _name(f"https://t.me/{NAME}/"),
    _name(f"HTTPS://T.ME/{NAME.upper()}"),
    _name(f"https:t.me/{NAME}"),
    _name(f"//t.me/{NAME}"),
    _name(f"https://www.t.me/{NAME}"),
    _name(f"https://t.me./{NAME}"),
    _name(f"https://t.me:443/{NAME}"),
    _name(f"t.me:80/{NAME}"),
    _name(f"https://telegram.me/{NAME}"),
    _name(f"telegram.dog/{NAME}"),
    _name(f"https://t.me//{NAME}"),
    _name(f"https://t.me/@{NAME}"),
    _name(f"https://t.me/s/{NAME}"),
    _name(f"https://t.me/s/s/{NAME}"),
    _name(f"https://t.me/%73/{NAME}"),
    _name(f"https://t.me/s/{NAME}?before=9"),
    _name(f"https://t.me/s/{NAME}/3", 3),
    _name(f"https://t.me/{NAME}/3", 3),
    _name(f"https://t.me/{NAME}/2/3", 3),
    _name(f"https://t.me/{NAME}/3?thread=2&single", 3),
    _name(f"https://t.me/{NAME}/3?comment=55", 3),
    _name(f"https://t.me/{NAME}/s/7"),
    _name(f"https://t.me/{NAME}?start=abc&x=1"),
    _name(f"https://t.me/{NAME}?startgroup=true"),
    _name(f"https://t.me/{NAME}?boost"),
    _name(f"https://t.me/{NAME}?videochat=abc"),
    _name(f"https://t.me/{NAME}?direct"),
    _name(f"https://t.me/{NAME}?text=hello"),
    _name(f"https://t.me/{NAME}/app?startapp=1"),
    _name(f"https://t.me/{NAME}#top"),
    _name("https://t.me/%7aatoka%5Fchat"),
    _name("https://t.me/%257aatoka_chat"),
    _name(f"https://{NAME}.t.me"),
    _name(f"{NAME}.t.me/3", 3),
    _name(f"https://{NAME.upper()}.T.me/2/3?single", 3),
    _name(f"https://web.t.me/{NAME}"),
    _name(_RESOLVE),
    _name(f"TG://resolve?domain={NAME}"),
    _name(f"tg:resolve?domain={NAME}"),
    _name(f"tg://resolve/?domain={NAME}"),
    _name(f"tg://resolve?domain={NAME.title()}&post=3&single", 3),
    _name(f"tg://resolve?start=1&domain={NAME}"),
    _name(f"https://web.telegram.org/k/#@{NAME}"),
    _name(f"https://web.telegram.org/a/#@{NAME}/3", 3),
    _name(f"https://web.telegram.org/#/im?p=@{NAME}"),
    _name(f"https://web.telegram.org/k/#?tgaddr={quote(_RESOLVE, safe='')}"),
    _name(f"https://web.telegram.org/a/#?tgaddr={quote(quote(_RESOLVE, safe=''), safe='')}"),
    _name(f"https://web.telegram.org/k/#?tgaddr={_RESOLVE}"),
    _name(f"https://web.telegram.org/k/#?tgaddr=resolve?domain={NAME}"),
    _name(f"https://webk.telegram.org/?tgaddr={quote(_RESOLVE, safe='')}"),
    _name("t.me/zat\u200boka_chat"),
    _name(f"t\u200b.me/{NAME}"),
    # Telegram's host, but disguised: no form takes it, and it leads there all the same.
    _name(f"https://somebody@t.me/{NAME}", is_listed=False),
    _name(f"https://user:word@t.me/{NAME}", is_listed=False),
    _name(f"https://t.me:8443/{NAME}", is_listed=False),
    _name(f"https://t%2Eme/{NAME}", is_listed=False),
    _name(f"https://ｔ.me/{NAME}", is_listed=False),
    _name(f"https://ｔ．ｍｅ/{NAME}", is_listed=False),
    _name(f"https://t。me/{NAME}", is_listed=False),
    _name(f"https://𝐭.𝐦𝐞/{NAME}", is_listed=False),
    _name(f"https:\\\\t.me\\{NAME}", is_listed=False),
)  # fmt: skip
PRIVATES = (
    _private(f"t.me/c/{CHANNEL_ID}"),
    _private(f"https://t.me/c/{CHANNEL_ID}/3", 3),
    _private(f"https://t.me/c/{CHANNEL_ID}/2/3?single", 3),
    _private(f"https://T.ME/C/{CHANNEL_ID}/3?thread=2", 3),
    _private("https://t.me/c/%31234567890/3", 3),
    _private(f"https://t.me/c/100{CHANNEL_ID}/3", 3),
    _private(f"https://t.me/c/{CHANNEL_ID}?boost"),
    _private(f"tg://privatepost?channel={CHANNEL_ID}&post=3&thread=2", 3),
    _private(f"tg:privatepost?channel={CHANNEL_ID}&post=3", 3),
    _private(f"tg://openmessage?chat_id={CHANNEL_ID}&message_id=3", 3),
    _private(f"https://web.telegram.org/a/#-100{CHANNEL_ID}"),
    _private(f"https://web.telegram.org/a/#-100{CHANNEL_ID}_3", 3),
    _private(f"https://web.telegram.org/k/#-{CHANNEL_ID}"),
    _private(f"https://web.telegram.org/#/im?p=c{CHANNEL_ID}_998877", 998877),
)
INVITES = (
    _invite(f"t.me/+{HASH}"),
    _invite(f"https://t.me/+{HASH}"),
    _invite(f"https://t.me/+{HASH}?x=1#a"),
    _invite(f"https://t.me/%2B{HASH}"),
    _invite(f"https://t.me/%2b{HASH}"),
    _invite(f"https://t.me/%252B{HASH}"),
    _invite(f"https://t.me/%20{HASH}"),
    _invite(f"https://t.me/joinchat/{HASH}"),
    _invite(f"https://t.me/JoinChat/{HASH}/"),
    _invite(f"https://t.me/joinchat/+{HASH}"),
    _invite(f"https://t.me/s/joinchat/{HASH}"),
    _invite(f"https://t.me/%6Aoinchat/{HASH}"),
    _invite(f"https://www.telegram.me/joinchat/{HASH}#a"),
    _invite(f"https://telegram.dog/+{HASH}"),
    _invite(f"https://t.me:443/+{HASH}"),
    _invite(f"https://t.me./+{HASH}"),
    _invite(_JOIN),
    _invite(f"tg:join?invite={HASH}"),
    _invite(f"tg:join?invite=%2B{HASH}"),
    _invite(f"TG://JOIN?invite={HASH}"),
    _invite(f"https://web.telegram.org/k/#?tgaddr={quote(_JOIN, safe='')}"),
    _invite(f"https://web.telegram.org/a/#?tgaddr={quote(f'https://t.me/+{HASH}', safe='')}"),
    _invite(f"https://web.telegram.org/#/im?tgaddr={quote(_JOIN, safe='')}"),
    _invite(f"https://t.me:8443/+{HASH}", is_listed=False),
    _invite(f"https://x@t.me/+{HASH}", is_listed=False),
    _invite(f"https://t.me%2e/+{HASH}", is_listed=False),
    _invite(f"ｔ．ｍｅ/+{HASH}", is_listed=False),
    _invite(f"https:\\\\t.me\\joinchat\\{HASH}", is_listed=False),
)
FOLDERS = (
    _folder(f"t.me/addlist/{SLUG}"),
    _folder(f"https://T.me/AddList/{SLUG}?x"),
    _folder(f"https://telegram.me/addlist/{SLUG}/"),
    _folder(f"tg://addlist?slug={SLUG}"),
    _folder(f"tg:addlist?slug={SLUG}"),
    _folder(f"https://web.telegram.org/k/#?tgaddr=tg%3A%2F%2Faddlist%3Fslug%3D{SLUG}"),
)
PHONES = (
    _phone(f"https://t.me/+{PHONE}"),
    _phone(f"t.me/%2B{PHONE}"),
    _phone(f"t.me/%20{PHONE}"),
    _phone(f"tg://resolve?phone={PHONE}"),
    _phone(f"tg://resolve?phone=%2B{PHONE}"),
)
OTHERS = tuple(
    Spelling(text, Kind.TELEGRAM)
    for text in (
        "https://t.me", "t.me/", "https://telegram.org/faq", "https://core.telegram.org/api/links",
        "https://zatoka.telegram.me/x", "https://web.telegram.org/k/", "https://t.me/addstickers/Zatoka",
        "https://t.me/addemoji/Zatoka", "https://t.me/addtheme/x", "https://t.me/bg/111111",
        "https://t.me/proxy?server=1.2.3.4&port=443&secret=ee", "tg://proxy?server=1.2.3.4&port=1&secret=ee",
        "https://t.me/socks?server=1.2.3.4&port=1", "https://t.me/login/12345", "https://t.me/setlanguage/be",
        "https://t.me/confirmphone?phone=1&hash=2", "https://t.me/invoice/abc", "https://t.me/$abc",
        "https://t.me/giftcode/abc", "https://t.me/contact/abc", "https://t.me/m/abc", "https://t.me/call/abc",
        "https://t.me/nft/abc-1", "https://t.me/auction/abc", "https://t.me/newbot/manager_bot/x",
        "tg://settings/privacy", "tg://stars", "tg://premium_offer", "tg:addstickers?set=x", "tg://call?slug=x",
        "tg://user?id=5000000001", "tg://", "https://t.me/zatoka_chat/../other_chat",
    )
)  # fmt: skip
BOOSTS = (
    Spelling(f"https://t.me/boost/{NAME}", Kind.TELEGRAM, username=NAME),
    Spelling(f"tg://boost?domain={NAME}", Kind.TELEGRAM, username=NAME),
    Spelling(f"https://t.me/boost?c={CHANNEL_ID}", Kind.TELEGRAM, chat=CHANNEL_ID),
    Spelling(f"tg://boost?channel={CHANNEL_ID}", Kind.TELEGRAM, chat=CHANNEL_ID),
)
SHARES = tuple(
    Spelling(text, Kind.SHARE)
    for text in (
        "https://t.me/share/url?url=https%3A%2F%2Fexample.org&text=x", "https://t.me/share?url=x",
        "https://telegram.me/share/url?url=", "https://t.me/msg/url?url=x", "tg://msg_url?url=x",
        "tg://share?url=x", "https://t.me/iv?url=https%3A%2F%2Fexample.org&rhash=1",
    )
)  # fmt: skip
BROKEN = (
    Spelling("https://t.me/abc", Kind.CHAT),
    Spelling("https://t.me/" + "a" * 33, Kind.CHAT),
    Spelling("https://t.me/1zatoka", Kind.CHAT),
    Spelling("https://t.me/затока", Kind.CHAT),
    Spelling("https://t.me/zаtoka", Kind.CHAT),
    Spelling("https://t.me/zatoka%00", Kind.CHAT),
    Spelling("https://zatoka-chat.t.me", Kind.CHAT),
    Spelling("tg://resolve", Kind.CHAT),
    Spelling("@", Kind.CHAT),
    Spelling("https://t.me/+", Kind.INVITE),
    Spelling("https://t.me/joinchat", Kind.INVITE),
    Spelling("https://t.me/+абв", Kind.INVITE),
    Spelling("https://t.me/+AAAAAEabcDEF0123%2Fxyz", Kind.INVITE),
    Spelling("tg://join?invite=", Kind.INVITE),
    Spelling("https://t.me/addlist", Kind.FOLDER),
    Spelling("https://t.me/c/abc/3", Kind.PRIVATE, message=3),
    Spelling("https://t.me/c/" + "9" * 40, Kind.PRIVATE),
)
SITES = tuple(
    Spelling(text, Kind.SITE)
    for text in (
        "https://example.org", "example.org/a", "https://дзе.бел", "дзе.бел/форум", "https://xn--d1acf.xn--90ais",
        "https://vk.com/minsk24", "https://t.me.example.org/zatoka_chat", "https://t.me@example.org/zatoka_chat",
        "https://т.me/zatoka_chat", "https://xn--r1a.me/x", "https://telegrarn.org", "https://t-me.xyz/x",
        "https://example.org/t.me/zatoka_chat", "ftp://t.me/zatoka_chat", "viber://chat?number=1",
        "mailto:ann@example.org", "tel:+375291234567", "javascript:alert(1)//t.me/zatoka_chat",
        "data:text/html,t.me/zatoka_chat", "https://[::1]/x", "https://xt.me/zatoka_chat", "t.me@evil.com",
        "tonsite://example.ton/x", "https://t.me\u0301/zatoka_chat",
    )
)  # fmt: skip
NOTHINGS = tuple(
    Spelling(text, Kind.NOTHING)
    for text in (
        "", " ", "/", "zatoka_chat", "ann@example.org", "hello there", "t . me / zatoka", "t[.]me/x",
    )
)  # fmt: skip
LEADING = NAMES + PRIVATES + INVITES + FOLDERS + PHONES
"""Spellings of five targets that each have a canonical form."""
ALL = LEADING + OTHERS + BOOSTS + SHARES + BROKEN + SITES + NOTHINGS
