"""What one chat may know of a person: a standing is viewed from a chat before it is judged there.

A known chat sees itself and all other known chats, a guest only itself, so that a stranger's group says
nothing to the city and learns nothing of it. What a chat said before its word was withdrawn counts elsewhere
no more.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace

from services.moderation.domain.admission import Admissions
from services.moderation.domain.standing.person import OFTEN, SHARED, VOUCHED, Presence, Standing

REPEATED = "spam.repeated"
"""Evidence of a chat that rests on what was written in others."""


class Views:
    """Views of one standing; what they have in common is computed once."""

    def __init__(self, standing: Standing, admissions: Admissions) -> None:
        self._standing = standing
        self._admissions = admissions
        self._city: Standing | None = None

    def of(self, chat: str) -> Standing:
        """The standing as this chat may know it. Not to be changed: it shares its parts with the whole."""
        if not self._admissions.is_known(chat):
            return alone(self._standing, chat)
        city, here = self.city, self._standing.chats.get(chat)
        if here is None:
            return city
        own = _standing_words(self._standing, here, self._admissions, at_home=True)
        if own is city.chats.get(chat):
            return city
        return Standing({**city.chats, chat: own}, city.joins)

    @property
    def city(self) -> Standing:
        """What all known chats know of each other."""
        if self._city is None:
            self._city = _city(self._standing, self._admissions)
        return self._city


def _city(standing: Standing, admissions: Admissions) -> Standing:
    chats = {
        key: _heard(standing, key, one, admissions)
        for key, one in standing.chats.items()
        if admissions.is_known(key)
    }
    joins = [join for join in standing.joins if admissions.is_known(join[1])]
    whole = len(joins) == len(standing.joins) and len(chats) == len(standing.chats)
    if whole and all(one is standing.chats[key] for key, one in chats.items()):
        return standing
    return Standing(chats, joins)


def _heard(standing: Standing, key: str, one: Presence, admissions: Admissions) -> Presence:
    """What a known chat says to others."""
    since = admissions.words_from(key)
    return _standing_words(standing, _since(one, since) if since else one, admissions)


def _since(one: Presence, since: int) -> Presence:
    """Without what was said until then; where and when the person was is no word."""
    return replace(
        one,
        evidence={reason: at for reason, at in one.evidence.items() if at > since},
        trusted=one.trusted and one.trusted_at > since,
        leads=one.leads and one.leads_at > since,
        vouched=tuple(at for at in one.vouched if at > since),
        road="added" if one.road == "vouched" and one.joined <= since else one.road,
    )


def _standing_words(
    standing: Standing, one: Presence, admissions: Admissions, *, at_home: bool = False
) -> Presence:
    """Without a ban, or a trust, that rested on the word of chats that say so no longer.

    An admin's trust holds in their own chat whatever it rested on.
    """
    if one.ban_sources and (banned := one.evidence.get("banned")) is not None:
        left = _still_said(standing, one.ban_sources, banned, admissions, taken_back=True)
        one = _ban_on(one, left if set(one.ban_needs) <= set(left) else ())
    if one.trust_sources and one.trusted and not at_home:
        left = _still_said(standing, one.trust_sources, one.trusted_at, admissions, taken_back=False)
        one = one if left == one.trust_sources else replace(one, trusted=bool(left), trust_sources=left)
    return one


def _still_said(
    standing: Standing, sources: Iterable[str], at: int, admissions: Admissions, *, taken_back: bool
) -> tuple[str, ...]:
    """The sources that are still heard, and have not said the contrary since then."""
    return tuple(
        source
        for source in sources
        if source == SHARED
        or (
            admissions.is_heard(source, at)
            and not _turned(standing.chats.get(source), at, taken_back=taken_back)
        )
    )


def _turned(source: Presence | None, at: int, *, taken_back: bool) -> bool:
    if source is None:
        return False
    return source.trusted and source.trusted_at > at if taken_back else "banned" in source.evidence


def _ban_on(one: Presence, sources: tuple[str, ...]) -> Presence:
    """The same with a ban that rests on these sources; on none, there is no ban."""
    if sources == one.ban_sources:
        return one
    if sources:
        return replace(one, ban_sources=sources)
    evidence = {reason: at for reason, at in one.evidence.items() if reason != "banned"}
    return replace(one, evidence=evidence, ban_sources=(), ban_needs=())


def alone(standing: Standing, chat: str) -> Standing:
    """What a chat knows by itself: what happened in it, without what rests on the word of others."""
    here = standing.chats.get(chat)
    joins = [join for join in standing.joins if join[1] == chat]
    if here is None:
        return Standing({}, joins)
    own = _ban_on(here, ()) if here.ban_sources else here
    if REPEATED in own.evidence:
        own = replace(own, evidence={code: at for code, at in own.evidence.items() if code != REPEATED})
    return Standing({chat: own}, joins)


def without(standing: Standing, here: str, gone: AbstractSet[str]) -> Standing:
    """A view with nothing of what some chats have said or seen against the person, and nothing that rests on
    them alone. Their word *for* the person stays: else whoever has both accused and trusted somebody would
    seem to be needed for neither.

    `here` is the chat that looks: it stays. A text that was written in several chats counts only where so
    many saw it that it does without any one of them.
    """
    chats: dict[str, Presence] = {}
    for key, one in standing.chats.items():
        if key in gone and key != here:
            if _speaks_for(one):
                chats[key] = _word_for(one)
            continue
        kept = one
        if one.ban_sources and "banned" in one.evidence:
            left = tuple(source for source in one.ban_sources if source not in gone)
            kept = _ban_on(kept, left if gone.isdisjoint(one.ban_needs) else ())
        if key == here and REPEATED in one.evidence and OFTEN not in one.evidence:
            kept = replace(kept, evidence={c: at for c, at in kept.evidence.items() if c != REPEATED})
        chats[key] = kept
    joins = [join for join in standing.joins if join[1] not in gone or join[1] == here]
    return Standing(chats, joins)


def _speaks_for(one: Presence) -> bool:
    return one.trusted or one.leads or bool(one.vouched) or one.road == VOUCHED


def _word_for(one: Presence) -> Presence:
    """Of a chat only its word for the person."""
    return Presence(
        one.chat_id,
        trusted=one.trusted,
        trusted_at=one.trusted_at,
        trust_sources=one.trust_sources,
        leads=one.leads,
        leads_at=one.leads_at,
        vouched=one.vouched,
        road=one.road if one.road == VOUCHED else "",
    )
