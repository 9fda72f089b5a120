"""The bot as the rest of the service knows it: it answers, advises, and writes lines into a chat's log."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.moderation.bot import closing, dialogue, news, notices, waves, wiping, withdrawals
from services.moderation.bot.news_store import AlertKind
from services.moderation.bot.ports import Deps
from services.moderation.domain.precedence import Withhold
from services.moderation.domain.raids import Wave
from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.state import Sanction
from services.moderation.domain.update import Person, Update
from services.moderation.store.removals import Removal
from services.moderation.telegram.audit import AuditEntry, short
from shared.bus.commit import Command, Commit
from shared.contracts.telegram import FollowUp, PersonJudged, TelegramAction


@dataclass(frozen=True)
class Talk:
    """Given to whoever decides."""

    deps: Deps

    async def converse(self, update: Update) -> Commit:
        """Answer a command, a private message, a pressed button, or being added to a chat."""
        return await dialogue.converse(update, self.deps)

    def looks_back(self, update: Update) -> bool:
        """Whether an answer needs the messages before this update."""
        return wiping.looks_back(update)

    async def advise(self, judged: PersonJudged, done: TelegramAction | None = None) -> Commit:
        """Tell the chat's admins of a person, and what was done already."""
        return await news.advise(judged, self.deps, done)

    def withdrawn(self, removals: Iterable[tuple[int, Removal]]) -> Commit:
        """Tell the admins of each chat that the word is withdrawn on which somebody was removed there."""
        return withdrawals.pieces(self.deps, removals)

    async def wave(self, wave: Wave) -> Commit:
        """Tell the chat's admins of many joins at once, or that it is over."""
        return await waves.tell(self.deps, wave)

    async def alert(self, chat_id: int, kind: AlertKind, who: Person, by: Person | None) -> Commit:
        """Tell the chat's admins, each alone, that rights have changed hands."""
        return await news.alert(self.deps, chat_id, kind, who, by)

    def warned(self, settings: ChatSettings, found: Sanction, *, basic: bool) -> str:
        """What a person who met a lock reads, be it a warning or what followed; HTML."""
        return notices.warned(settings.language, found, settings.timezone, basic=basic)

    def night(self, language: str, *, closed: bool, until: int | None, zone: str) -> str:
        """What everybody reads when the chat closes or opens; plain text, `until` in unix seconds."""
        return closing.night_notice(notices.speech_in(language), closed=closed, until=until, zone=zone)

    def would(self, language: str, codes: tuple[str, ...]) -> str:
        """What a dry-run notice says; plain text."""
        return notices.would_do(language, codes)

    def withheld(self, action: TelegramAction, found: Withhold) -> list[Command]:
        """A line in the chat's log of a sanction in place of which something stands."""
        code = short(self.deps.keys, action.params["user_id"])
        entry = AuditEntry(
            at=self.deps.now(),
            what=action.method,
            target=code,
            reasons=action.reasons,
            outcome=found.outcome,
            detail=found.code,
            until=found.until,
        )
        return self.deps.actor_store.audit(action.chat_id, entry)

    def mended(self, settings: ChatSettings, found: Sanction, word: TelegramAction) -> FollowUp:
        """What becomes of the word on a sanction (`warned`) that turns out otherwise."""
        return notices.mended(settings.language, settings.timezone, found, word)

    def by_others(self, chat_id: int, user_id: int) -> list[Command]:
        """Somebody else has changed what the bot did to a person: taking that back would be too late."""
        return self.deps.actor_store.undos.changed_by_others(chat_id, user_id)

    def note(
        self, chat_id: int, what: str, *, reasons: tuple[str, ...], count: int, target: int | None
    ) -> list[Command]:
        """A line in the chat's log of something that dry run held back."""
        code = "" if target is None else short(self.deps.keys, target)
        entry = AuditEntry(
            at=self.deps.now(), what=what, target=code, count=count, reasons=reasons, outcome="would"
        )
        return self.deps.actor_store.audit(chat_id, entry)
