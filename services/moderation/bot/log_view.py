"""`/log` by pages, `/why` for one line of it, and the buttons that take a deed back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.moderation.bot.i18n import Html, Speech, html, joined, reason_word
from services.moderation.bot.moments import until_words
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.reply import Row, Rows
from services.moderation.bot.rights import Rights, Unknown
from services.moderation.bot.settings_menu import value_word
from services.moderation.bot.signing import Buttons
from services.moderation.bot.subject import Subject, here, rights_in
from services.moderation.bot.turn import Turn
from services.moderation.bot.withholding import told
from services.moderation.domain.precedence import Withhold
from services.moderation.domain.schedule import there
from services.moderation.domain.settings import SETTINGS
from services.moderation.telegram.audit import AuditEntry
from services.moderation.telegram.store import AUDIT_ENTRIES
from services.moderation.telegram.undo import CODE
from shared.bus.commit import Commit

PURPOSE = "l"
DAYS = 2.0
"""As long as a deed can be taken back."""
SHOWN = 10
IN_ROW = 3
_WORD = re.compile(r"[a-z2-7]+")


@dataclass(frozen=True)
class Log:
    """A chat's log as one person reads it, in that chat or alone with the bot."""

    turn: Turn
    speech: Speech
    subject: Subject

    @classmethod
    def of(cls, turn: Turn, subject: Subject | None = None) -> "Log":
        return cls(turn, turn.speech, subject or here(turn))

    async def page(self, number: int) -> tuple[Html, Rows]:
        """Newest first; under it a button for each deed that can be taken back, and the other pages."""
        store = self.turn.deps.actor_store
        entries = await store.audited(self.subject.chat_id, AUDIT_ENTRIES)
        if not entries:
            return self.speech("log.empty"), []
        pages = -(-len(entries) // SHOWN)
        number = min(max(number, 0), pages - 1)
        shown = entries[number * SHOWN : (number + 1) * SHOWN]
        lines = [self.line(entry) for entry in shown]
        title = self.speech("log.title", page=number + 1, pages=pages)
        if self.subject.title:
            title = joined("\n", [self.speech("settings.of", title=self.subject.title), title])
        rows = [*self._undos(await self._open(shown)), *self._turns(number, pages)]
        return joined("\n", [title, *lines, "", self.speech("log.how")]), rows

    async def _open(self, entries: Sequence[AuditEntry]) -> list[str]:
        codes = [entry.code for entry in entries if entry.code and entry.outcome == "done"]
        kept = await self.turn.deps.actor_store.undos.kept(self.subject.chat_id, codes)
        return [code for code in codes if code in kept]

    def _undos(self, codes: Sequence[str]) -> list[Row]:
        buttons = [self.undo(code) for code in codes]
        return [buttons[start : start + IN_ROW] for start in range(0, len(buttons), IN_ROW)]

    def _turns(self, number: int, pages: int) -> list[Row]:
        neighbours = (("‹", number - 1), ("›", number + 1))
        turns = [self._button(sign, "p", str(n)) for sign, n in neighbours if 0 <= n < pages]
        return [turns] if turns else []

    def undo(self, code: str, label: str = "") -> dict[str, str]:
        return self._button(label or self.speech.plain("log.undo", code=code), "u", code)

    def _button(self, label: str, *args: str) -> dict[str, str]:
        turn = self.turn
        button = Buttons.of(turn.deps.keys, turn.chat.id, PURPOSE, turn.reply.now, DAYS)
        return button(label, args[0], self.subject.code, *args[1:])

    def line(self, entry: AuditEntry) -> Html:
        """When, who, what, why, and the code to ask about it."""
        parts: list[str] = [who(entry, self.speech), what(entry, self.speech)]
        if entry.outcome == "already" and self.speech.knows("refusal", entry.detail):
            parts.append(self.speech.word("refusal", entry.detail))
        elif entry.outcome == "withheld":
            parts.append(_outcome(entry, self.speech))
        elif entry.outcome not in {"done", "already"}:
            parts.append(self.speech.word("outcome", entry.outcome))
        parts += self._until(entry)
        parts += [without_figures(reason_word(self.speech, code)) for code in entry.reasons[:2]]
        code = f" · <code>{html(entry.code)}</code>" if entry.code else ""
        return Html(f"<code>{self.when(entry, '%d.%m %H:%M')}</code> {joined(' · ', parts)}{code}")

    def _until(self, entry: AuditEntry) -> list[str]:
        """When what was done, or what stands instead, ends."""
        if entry.until is None:
            return []
        now, zone = self.turn.reply.now, self.subject.settings.timezone
        return [until_words(self.speech, entry.until, zone, now)]

    def when(self, entry: AuditEntry, form: str) -> str:
        return there(entry.at.timestamp(), self.subject.settings.timezone).strftime(form)

    def whole(self, entry: AuditEntry) -> Html:
        """Everything that is known of one line."""
        lines = [
            self.speech("why.title", code=entry.code or "—"),
            self.speech("why.when", when=self.when(entry, "%d.%m.%Y %H:%M:%S")),
            self.speech("why.who", who=who(entry, self.speech)),
            self.speech("why.what", what=what(entry, self.speech)),
            self.speech(
                "why.outcome", outcome=joined(", ", [_outcome(entry, self.speech), *self._until(entry)])
            ),
        ]
        if entry.outcome == "withheld" and self.speech.knows("stands", entry.detail):
            found = Withhold("withheld", entry.detail, entry.until)
            zone = self.subject.settings.timezone
            lines.append(told(self.speech, found, entry.target, zone, self.turn.reply.now))
        if entry.reasons:
            reasons = (Html(f"• {_named(self.speech, code)}") for code in entry.reasons)
            lines += [self.speech("why.reasons"), *reasons]
        return joined("\n", lines)


def _named(speech: Speech, code: str) -> Html:
    """A reason in words; one that is a setting with its name, so that it can be changed."""
    words = without_figures(reason_word(speech, code))
    return Html(f"{words} (<code>{html(code)}</code>)") if code in SETTINGS else words


def _outcome(entry: AuditEntry, speech: Speech) -> Html:
    words = speech.word("outcome", entry.outcome)
    if not entry.detail or not speech.knows("refusal", entry.detail):
        return words
    return joined(": ", [words, speech.word("refusal", entry.detail)])


def who(entry: AuditEntry, speech: Speech) -> Html:
    role, _, code = entry.by.partition(" ")
    if not role:
        return speech("log.bot")
    if role == "admin" and code == "anon":
        return speech("log.anonymous")
    if role == "admin":
        return speech("log.admin", code=code)
    words = speech.word("log.role", role)
    return Html(f"{words} {html(code)}") if role == "reviewer" and code else words


def what(entry: AuditEntry, speech: Speech) -> Html:
    if entry.what == "settings":
        name, _, value = entry.detail.partition("=")
        now = Html(f"{speech.word('setting', name)}: {value_word(speech, name, value)}")
        if entry.before in {"", value}:
            return now
        return speech("log.was", now=now, before=value_word(speech, name, entry.before))
    if entry.what == "settings.all":
        name, _, value = entry.detail.partition("=")
        return Html(f"{speech.word('group', name)}: {value_word(speech, name, value)} ×{entry.count}")
    words = speech.word("did", entry.what)
    if entry.count > 1:
        words = Html(f"{words} ×{entry.count}")
    return Html(f"{words} <code>{html(entry.target)}</code>") if entry.target else words


def without_figures(text: Html) -> Html:
    """A reason's words where its figures are not known: they stand after its last colon."""
    return Html(text.partition("[")[0].rpartition(":")[0] if "[" in text else text)


# Commands.


async def asked(turn: Turn, _words: tuple[str, ...], _rights: Rights) -> Commit:
    """`/log`."""
    text, rows = await Log.of(turn).page(0)
    return Commit.of(events=[turn.say(text, rows)])


async def why(turn: Turn, words: tuple[str, ...], _rights: Rights) -> Commit:
    """`/why CODE`, or in answer to a message of the bot with a code in it."""
    code = next((word for word in words if CODE.fullmatch(word)), "") or _replied(turn)
    if not code:
        return Commit.of(events=[turn.say(turn.speech("why.how"))])
    log = Log.of(turn)
    entries = await turn.deps.actor_store.audited(turn.chat.id, AUDIT_ENTRIES)
    entry = next((one for one in entries if one.code == code), None)
    if entry is None:
        return Commit.of(events=[turn.say(turn.speech("why.unknown", code=code))])
    kept = await turn.deps.actor_store.undos.kept(turn.chat.id, [code])
    rows = [[log.undo(code, turn.speech.plain("undo.button"))]] if code in kept else []
    return Commit.of(events=[turn.say(log.whole(entry), rows)])


def _replied(turn: Turn) -> str:
    """The code in a message of the bot's own: it stands there as code, so no word is taken for one."""
    replied = turn.update.body.get("reply_to_message")
    author = replied.get("from") if isinstance(replied, dict) else None
    if not isinstance(replied, dict) or not isinstance(author, dict) or author.get("id") != turn.deps.me.id:
        return ""
    text, marks = replied.get("text"), replied.get("entities")
    for mark in marks if isinstance(text, str) and isinstance(marks, list) else ():
        if isinstance(mark, dict) and mark.get("type") == "code":
            word = _cut(str(text), mark)
            if CODE.fullmatch(word):
                return word
    return ""


def _cut(text: str, mark: dict[str, object]) -> str:
    """Telegram counts in UTF-16."""
    start, length = mark.get("offset"), mark.get("length")
    if not isinstance(start, int) or not isinstance(length, int):
        return ""
    units = text.encode("utf-16-le")
    return units[2 * start : 2 * (start + length)].decode("utf-16-le", errors="replace")


async def turned(press: PressTurn, subject: Subject, number: str) -> Commit:
    """Another page."""
    try:
        rights = await rights_in(press.turn, subject.chat_id)
    except Unknown:
        return Commit.of(events=[press.answer("press.unknown", alert=True)])
    rights.require_admin()
    text, rows = await Log.of(press.turn, subject).page(int(number) if number.isdecimal() else 0)
    return Commit.of(events=[press.edit(text, rows), press.answer()])
