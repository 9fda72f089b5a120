"""XML as a stream of events, in bounded memory: no tree, document types, entities, nothing from outside."""

from collections.abc import Iterable, Iterator, Mapping
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from services.directory.exchange.rows import FileError

DEPTH_MOST = 100
NAMES_MOST = 5_000
"""Different names of elements and attributes; expat keeps every one that it has met."""
TOKEN_MOST = 1024 * 1024
"""Characters of one tag or comment, which expat keeps until its end."""
Event = tuple[str, str, Mapping[str, str]]
"""`start`, name, attributes; `end`, name; `text`, the text. Names are without their prefixes."""
_NOTHING: Mapping[str, str] = {}


class _Handler(ContentHandler):
    """Collects what the parser tells."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []
        self._depth = 0
        self._names: set[str] = set()

    def startElement(self, name: str, attrs: "AttributesImpl[str]") -> None:  # noqa: N802
        self._depth += 1
        if self._depth > DEPTH_MOST:
            raise FileError(f"not valid XML of a list: nested more than {DEPTH_MOST} levels deep")
        self._names.add(name)
        given = dict(attrs.items()) if len(attrs) else _NOTHING
        self._names.update(given)
        if len(self._names) > NAMES_MOST:
            raise FileError(f"not valid XML of a list: more than {NAMES_MOST} different names")
        self.events.append(("start", _local(name), {_local(key): value for key, value in given.items()}))

    def endElement(self, name: str) -> None:  # noqa: N802
        self._depth -= 1
        self.events.append(("end", _local(name), _NOTHING))

    def characters(self, content: str) -> None:
        self.events.append(("text", content, _NOTHING))


def events(pieces: Iterable[str]) -> Iterator[Event]:
    """Events of a document that comes in pieces. Raises FileError, perhaps after the first of them."""
    handler = _Handler()
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(handler)
    silent = 0
    try:
        for piece in pieces:
            parser.feed(piece)
            silent = 0 if handler.events else silent + len(piece)
            if silent > TOKEN_MOST:
                raise FileError(f"not valid XML of a list: one tag of more than {TOKEN_MOST // 2**20} MiB")
            yield from handler.events
            handler.events = []
        parser.close()
        yield from handler.events
    except DefusedXmlException:
        raise FileError("XML with a document type or entities is not read") from None
    except SAXParseException as error:
        line, column = error.getLineNumber() or 1, (error.getColumnNumber() or 0) + 1
        raise FileError(f"not valid XML: line {line}, column {column}: {error.getMessage()}") from None


def _local(name: str) -> str:
    return name.rpartition(":")[2]
