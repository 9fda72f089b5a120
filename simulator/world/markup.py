"""`parse_mode`: HTML and both Markdowns turned into text and entities."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from simulator.world.errors import bad
from simulator.world.text import units

Entity = dict[str, Any]
TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
}
KNOWN_NAMES = frozenset({"lt", "gt", "amp", "quot"})


def parse(text: str, mode: str) -> tuple[str, list[Entity]]:
    """The plain text and its entities. Raises Refusal "can't parse entities: ..."."""
    folded = mode.lower()
    if folded == "html":
        parser = _Html(text)
        parser.run()
        return parser.result()
    if folded == "markdownv2":
        return _Markdown(text, V2, escapes=True).run()
    if folded == "markdown":
        return _Markdown(text, V1, escapes=False).run()
    if folded in {"", "none"}:
        return text, []
    raise bad("unsupported parse_mode")


class _Html(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.source = source
        self.text = ""
        self.entities: list[Entity] = []
        self.open: list[tuple[str, Entity]] = []

    def run(self) -> None:
        self.feed(self.source)
        self.close()

    def _at(self) -> int:
        line, column = self.getpos()
        before = self.source.split("\n")[: line - 1]
        return len("\n".join([*before, ""]).encode()) + len(
            self.source.split("\n")[line - 1][:column].encode()
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag not in TAGS or (tag == "span" and named.get("class") != "tg-spoiler"):
            raise bad(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {self._at()}')
        entity: Entity = {"type": TAGS[tag], "offset": units(self.text)}
        if tag == "a":
            entity["url"] = named.get("href") or ""
        if tag == "tg-emoji":
            entity["custom_emoji_id"] = named.get("emoji-id") or ""
        if tag == "blockquote" and "expandable" in named:
            entity["type"] = "expandable_blockquote"
        if tag == "code" and (language := (named.get("class") or "").removeprefix("language-")):
            entity["language"] = language
        self.open.append((tag, entity))

    def handle_endtag(self, tag: str) -> None:
        if not self.open:
            raise bad(f"can't parse entities: Unexpected end tag at byte offset {self._at()}")
        opened, entity = self.open.pop()
        if opened != tag:
            raise bad(
                f"can't parse entities: Unmatched end tag at byte offset {self._at()}, "
                f'expected "</{opened}>", found "</{tag}>"'
            )
        entity["length"] = units(self.text) - entity["offset"]
        if entity["type"] == "text_link" and not entity["url"]:
            return
        if entity["length"]:
            self._keep(entity)

    def _keep(self, entity: Entity) -> None:
        inner = self.entities[-1] if self.entities else {}
        if entity["type"] == "pre" and inner.get("type") == "code" and inner["offset"] == entity["offset"]:
            if language := inner.get("language"):
                entity["language"] = language
            self.entities.pop()
        if entity["type"] == "code":
            entity = entity if self.open and self.open[-1][0] == "pre" else _without(entity, "language")
        self.entities.append(entity)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_entityref(self, name: str) -> None:
        self.text += self.unescape_one(name)

    def handle_charref(self, name: str) -> None:
        number = int(name[1:], 16) if name[:1] in {"x", "X"} else int(name)
        self.text += chr(number) if 0 < number < 0x110000 else ""

    @staticmethod
    def unescape_one(name: str) -> str:
        return {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}.get(name, f"&{name};")

    def result(self) -> tuple[str, list[Entity]]:
        if self.open:
            where = f'start tag "{self.open[-1][0]}" at byte offset {len(self.source.encode())}'
            raise bad(f"can't parse entities: Can't find end tag corresponding to {where}")
        return _stripped(self.text, self.entities)


def _without(entity: Entity, key: str) -> Entity:
    return {name: value for name, value in entity.items() if name != key}


def _stripped(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Telegram cuts white space at both ends and moves the entities along."""
    left = units(text) - units(text.lstrip())
    plain = text.strip()
    end = units(plain)
    kept = []
    for entity in sorted(entities, key=lambda one: (one["offset"], -one["length"])):
        start = max(entity["offset"] - left, 0)
        stop = min(entity["offset"] + entity["length"] - left, end)
        if stop > start:
            kept.append(entity | {"offset": start, "length": stop - start})
    return plain, kept


V1 = (("```", "pre"), ("`", "code"), ("*", "bold"), ("_", "italic"))
V2 = (
    ("```", "pre"),
    ("`", "code"),
    ("||", "spoiler"),
    ("__", "underline"),
    ("*", "bold"),
    ("_", "italic"),
    ("~", "strikethrough"),
)
RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_LINK = re.compile(r"\((?P<url>(?:[^()\\\s]|\\.)*)\)")


@dataclass
class _Markdown:
    source: str
    marks: tuple[tuple[str, str], ...]
    escapes: bool
    """Version 2: every reserved character must be escaped, and marks may nest."""
    text: str = ""
    place: int = 0
    entities: list[Entity] = field(default_factory=list)
    open: list[tuple[str, Entity]] = field(default_factory=list)

    def run(self) -> tuple[str, list[Entity]]:
        while self.place < len(self.source):
            self._step()
        if self.open:
            kind = self.open[-1][1]["type"]
            at = len(self.source.encode())
            raise bad(f"can't parse entities: Can't find end of {kind.title()} entity at byte offset {at}")
        return _stripped(self.text, self.entities)

    def _step(self) -> None:
        char = self.source[self.place]
        following = self.source[self.place + 1 : self.place + 2]
        if char == "\\" and following and (following in RESERVED if self.escapes else following in "_*`["):
            self._literal(following, 2)
        elif (mark := self._mark()) is not None:
            self._toggle(*mark)
        elif char == "[":
            self.open.append(("]", {"type": "text_link", "offset": units(self.text)}))
            self.place += 1
        elif char == "]" and self.open and self.open[-1][0] == "]":
            self._close_link()
        elif char == ">" and self.escapes and (not self.text or self.text.endswith("\n")):
            self._quote()
        elif self.escapes and char in RESERVED and not self._inside_code():
            at = len(self.source[: self.place].encode())
            reserved = f"Character '{char}' is reserved and must be escaped with the preceding '\\'"
            raise bad(f"can't parse entities: {reserved} at byte offset {at}")
        else:
            self._literal(char, 1)

    def _inside_code(self) -> bool:
        return bool(self.open) and self.open[-1][1]["type"] in {"code", "pre"}

    def _literal(self, text: str, used: int) -> None:
        self.text += text
        self.place += used

    def _mark(self) -> tuple[str, str] | None:
        for mark, kind in self.marks:
            if self.source.startswith(mark, self.place):
                if self._inside_code() and self.open[-1][0] != mark:
                    continue
                return mark, kind
        return None

    def _toggle(self, mark: str, kind: str) -> None:
        self.place += len(mark)
        if self.open and self.open[-1][0] == mark:
            self._finish(self.open.pop()[1])
            return
        entity: Entity = {"type": kind, "offset": units(self.text)}
        if kind == "pre" and (language := re.compile(r"(\w+)\n").match(self.source, self.place)):
            entity["language"] = language.group(1)
            self.place = language.end()
        self.open.append((mark, entity))

    def _finish(self, entity: Entity) -> None:
        entity["length"] = units(self.text) - entity["offset"]
        if entity["length"]:
            self.entities.append(entity)

    def _close_link(self) -> None:
        _, entity = self.open.pop()
        self.place += 1
        if link := _LINK.match(self.source, self.place):
            entity["url"] = re.sub(r"\\(.)", r"\1", link["url"])
            self.place = link.end()
            if entity["url"]:
                self._finish(entity)

    def _quote(self) -> None:
        """A quotation lasts to the end of its line."""
        end = self.source.find("\n", self.place)
        end = len(self.source) if end < 0 else end
        inner, entities = _Markdown(self.source[self.place + 1 : end], self.marks, escapes=True).run()
        base = units(self.text)
        self.entities += [entity | {"offset": entity["offset"] + base} for entity in entities]
        self.entities.append({"type": "blockquote", "offset": base, "length": units(inner)})
        self.text += inner
        self.place = end
