"""`/link`: invite links that the bot makes, one for each entrance, sheet or friend.

Only its own links can a bot change; so in a wave it is these that ask for a request (`raid.action`). In the
group they are named and not shown: the address goes to the admin alone, where that is possible.
"""

from services.moderation.bot import deeds, links
from services.moderation.bot.i18n import Html, html, joined
from services.moderation.bot.rights import Rights, Unknown, look_up
from services.moderation.bot.turn import Turn
from services.moderation.domain.invites import LINKS_MOST, NAME_MOST, Invite
from services.moderation.domain.required import Right
from services.moderation.telegram.inviting import PLACE, SAY
from shared.bus.commit import Commit
from shared.contracts.telegram import Method

OFF = "off"


async def asked(turn: Turn, words: tuple[str, ...], rights: Rights) -> Commit:
    """`/link` lists, `/link NAME` makes one, `/link off CODE` ends one."""
    kept = await turn.deps.actor_store.invites.of(turn.chat.id)
    if not words:
        return deeds.only(turn, _listed(turn, kept))
    if (lacking := await _lacking(turn, rights)) is not None:
        return deeds.only(turn, turn.speech(lacking))
    if words[0].lower() == OFF and len(words) > 1:
        return _ended(turn, kept, words[1].lower())
    if len(kept) >= LINKS_MOST:
        return deeds.only(turn, turn.speech("link.enough", most=str(LINKS_MOST)))
    return await _made(turn, " ".join(words)[:NAME_MOST])


async def _lacking(turn: Turn, rights: Rights) -> str | None:
    """Key of what Telegram would refuse."""
    rights.require(Right.INVITE)
    try:
        mine = await look_up(turn.deps.telegram, turn.chat.id, turn.deps.me.id)
    except Unknown:
        return "rights.mine_unknown"
    return None if mine.can_invite else "link.bot_lacks"


def _listed(turn: Turn, kept: list[Invite]) -> Html:
    if not kept:
        return turn.speech("link.none")
    lines = (
        Html(f"• {html(one.name)} — {_state(turn, one)} (<code>{_code(turn, one)}</code>)") for one in kept
    )
    return joined("\n", [turn.speech("link.list"), *lines, turn.speech("link.how")])


def _state(turn: Turn, link: Invite) -> Html:
    return turn.speech("link.shut" if link.shut else "link.requests" if link.requests else "link.open")


def _code(turn: Turn, link: Invite) -> str:
    return turn.deps.actor_store.invites.code(link)


async def _made(turn: Turn, name: str) -> Commit:
    """The address is said when Telegram has given one, to the admin alone if they have opened the bot."""
    to = turn.person.id if turn.person is not None and not turn.is_anonymous_admin else 0
    alone = bool(to and await turn.deps.store.who_talks([to]))
    text = turn.speech("link.made", name=name, link=PLACE)
    say = turn.reply.send(to, text, name="link") if alone else turn.say(text, name="link")
    ask = turn.reply.act(
        turn.chat.id,
        Method.CREATE_INVITE,
        {"name": name, SAY: say.model_dump(mode="json")},
        by=turn.by,
        reasons=("admin.link",),
    )
    if alone:
        return Commit.of(events=[ask, turn.say(turn.speech("link.alone"))])
    url = links.to_private(turn.deps.me.username, links.SETTINGS, turn.chat.id)
    hint = turn.say(turn.speech("link.here"), [[{"text": turn.speech.plain("settings.alone"), "url": url}]])
    return Commit.of(events=[ask, hint])


def _ended(turn: Turn, kept: list[Invite], code: str) -> Commit:
    link = next((one for one in kept if _code(turn, one) == code), None)
    if link is None:
        return deeds.only(turn, turn.speech("link.unknown"))
    revoke = turn.reply.act(
        turn.chat.id, Method.REVOKE_INVITE, {"invite_link": link.url}, by=turn.by, reasons=("admin.link",)
    )
    said = turn.say(turn.speech("link.ended", name=link.name))
    return Commit.of(writes=turn.deps.actor_store.invites.drop(turn.chat.id, link), events=[revoke, said])
