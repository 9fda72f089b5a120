"""Answers that are the same for everybody, made once for each version and kept as bytes.

The outermost layer: what is known is answered before any routing, dependency or template, with all headers
that the layers beneath gave it. What is not known is made once, however many ask at the same moment, from a
request that this layer writes itself: no header of a stranger can be in what others are given.
"""

import asyncio
import gzip
import hashlib
import time
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from prometheus_client import Counter, Histogram
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.domain.cachekeys import BYTES_MOST, Key, Pool, key_of
from services.gateway.domain.lru import LRU
from services.gateway.settings import GatewaySettings
from services.gateway.versions import Version, Versions
from services.gateway.web.i18n import choose, offered
from shared.background import awaited
from shared.telemetry.metrics import CACHE, REQUEST_SECONDS, REQUESTS

PACKED_LEAST = 600
"""Bytes; less is not worth compressing."""
INLINE_MOST = 64 * 1024
"""Bytes that are compressed on the event loop, in some milliseconds; more goes to a thread."""
GZIP_LEVEL = 6
OVERHEAD = 1_500
"""Bytes that an entry takes beside its bodies, about."""
EXPORTED_MOST = 60_000
"""Listings; an export of more would not stay within its pool, and is sent while it is made."""
SPELLINGS = 2_048
"""Spellings of requests whose keys are remembered."""
ACCEPT_MOST = 200
PACKABLE = (b"text/", b"application/json", b"application/geo+json", b"image/svg+xml", b"application/atom+xml",
            b"application/vnd.google-earth.kml+xml", b"application/vnd.mapbox-vector-tile")  # fmt: skip
DROPPED = {b"etag", b"vary"}
Headers = list[tuple[bytes, bytes]]


@dataclass
class Answer:
    """One answer, ready to be sent. Only those with `etag` are kept."""

    status: int
    headers: Headers
    body: bytes
    route: str
    etag: bytes = b""
    packed: bytes | None = None
    version: Version = ()
    _sent: dict[bool, Headers] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed or b"") + OVERHEAD

    def start(self, *, packed: bool) -> Headers:
        """Headers of the whole answer."""
        known = self._sent.get(packed)
        if known is None:
            body = self.packed if packed and self.packed is not None else self.body
            known = [*self.headers, (b"content-length", b"%d" % len(body))]
            if packed:
                known.append((b"content-encoding", b"gzip"))
            self._sent[packed] = known
        return known


class ResponseCache:
    """Answers from memory, or from the application; each key is made by one request at a time."""

    def __init__(self, app: ASGIApp, settings: GatewaySettings, versions: Versions) -> None:
        self._app = app
        self._versions = versions
        self._languages = settings.languages
        self._known = frozenset(offered(settings.languages))
        self._pools: dict[Pool, LRU[Key, Answer]] = {pool: LRU(most) for pool, most in BYTES_MOST.items()}
        self._making: dict[tuple[Key, Version], asyncio.Task[Answer]] = {}
        self._key = lru_cache(SPELLINGS)(self._key_of)

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return sum(pool.size for pool in self._pools.values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        headers = _first(scope["headers"])
        query, language = scope["query_string"], headers.get(b"accept-language", b"")[:500]
        short = len(query) + len(scope["path"]) + len(language) < 1_000
        key = (self._key if short else self._key_of)(scope["path"], query, language)
        if key is None or (key.pool is Pool.EXPORTS and self._versions.listings > EXPORTED_MOST):
            await self._app(scope, receive, send)
            return
        version = self._versions.of(key.parts)
        found = self._pools[key.pool].get(key)
        hit = found is not None and found.version == version
        answer = found if found is not None and hit else await self._made(key, version, scope)
        status = await self._send(answer, headers, send, head=scope["method"] == "HEAD")
        cached, requests, seconds = _counters(key.pool, scope["method"], answer.route, status, hit)
        cached.inc()
        requests.inc()
        seconds.observe(time.perf_counter() - begun)

    def _key_of(self, path: str, query: bytes, accept: bytes) -> Key | None:
        def language(asked: str | None) -> str:
            return choose(asked, accept.decode("latin-1"), self._languages)

        try:
            return key_of(path, query.decode("ascii"), language, self._known)
        except UnicodeDecodeError:
            return None

    async def _made(self, key: Key, version: Version, scope: Scope) -> Answer:
        """By the one who came first; the others wait. It goes on when who asked goes away."""
        making = self._making.get((key, version))
        if making is None:
            making = awaited(self._make(key, version, scope))
            self._making[key, version] = making
            making.add_done_callback(lambda _: self._making.pop((key, version), None))
        return await asyncio.shield(making)

    async def _make(self, key: Key, version: Version, scope: Scope) -> Answer:
        answer = await ask(self._app, key, scope)
        if answer.status != 200 or _is_private(answer.headers):
            return answer
        answer.version = version
        told = next((value for name, value in answer.headers if name == b"etag"), b"")
        answer.etag = told or b'W/"%b"' % hashlib.blake2b(answer.body, digest_size=12).hexdigest().encode()
        packable = _packable(answer.headers)
        vary = {
            part.strip() for name, value in answer.headers if name == b"vary" for part in value.split(b",")
        }
        vary |= {b"Accept-Encoding"} if packable else set()
        answer.headers = [pair for pair in answer.headers if pair[0] not in DROPPED]
        answer.headers += [(b"etag", answer.etag)] + ([(b"vary", b", ".join(sorted(vary)))] if vary else [])
        if packable and len(answer.body) >= PACKED_LEAST:
            answer.packed = await _compressed(answer.body)
        self._pools[key.pool].put(key, answer, answer.size)
        return answer

    async def _send(self, answer: Answer, asked: dict[bytes, bytes], send: Send, *, head: bool) -> int:
        """Answers the status."""
        if answer.etag and (known := asked.get(b"if-none-match")) and matches(known, answer.etag):
            await send({"type": "http.response.start", "status": 304, "headers": list(answer.headers)})
            await send({"type": "http.response.body", "body": b""})
            return 304
        packed = answer.packed is not None and accepts_gzip(asked.get(b"accept-encoding", b""))
        headers = list(answer.start(packed=packed))
        body = answer.packed if packed and answer.packed is not None else answer.body
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if head else body})
        return answer.status


async def ask(app: ASGIApp, key: Key, scope: Scope) -> Answer:
    """The application's answer to the canonical request, which has nothing of the one who asked."""
    headers = [(b"host", b"localhost")]
    if key.language:
        headers.append((b"accept-language", key.language.encode()))
    inner: MutableMapping[str, Any] = {
        **scope,
        "method": "GET",
        "raw_path": key.path.encode(),
        "query_string": key.query.encode(),
        "headers": headers,
        "state": dict(scope.get("state", {})),
        "cached": True,
    }
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    await app(inner, _nothing_more(), keep)
    start = sent[0]
    body = b"".join(message.get("body", b"") for message in sent[1:])
    route = getattr(inner.get("route"), "path", "none")
    kept = [(name.lower(), value) for name, value in start["headers"] if name.lower() != b"content-length"]
    return Answer(start["status"], kept, body, route)


@lru_cache(1_024)
def _counters(
    pool: Pool, method: str, route: str, status: int, hit: bool
) -> tuple[Counter, Counter, Histogram]:
    """Looked up once: a look-up took a third of an answer."""
    cached = CACHE.labels(pool.value, "hit" if hit else "miss")
    return cached, REQUESTS.labels(method, route, str(status)), REQUEST_SECONDS.labels(route)


def _nothing_more() -> Receive:
    """An empty body, and a reader who stays."""
    whole = False

    async def receive() -> Message:
        nonlocal whole
        if whole:
            await asyncio.get_running_loop().create_future()
        whole = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive


async def _compressed(body: bytes) -> bytes | None:
    """None where it does not help."""
    if len(body) > INLINE_MOST:
        packed = await run_in_threadpool(gzip.compress, body, GZIP_LEVEL, mtime=0)
    else:
        packed = gzip.compress(body, GZIP_LEVEL, mtime=0)
    return packed if len(packed) < len(body) else None


def _first(headers: Headers) -> dict[bytes, bytes]:
    """Lists that came in several lines are one list (RFC 9110, 5.3)."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        found[name] = found[name] + b"," + value if name in found else value
    return found


def _is_private(headers: Headers) -> bool:
    return any(
        name == b"set-cookie" or (name == b"cache-control" and (b"no-store" in value or b"private" in value))
        for name, value in headers
    )


def _packable(headers: Headers) -> bool:
    return any(name == b"content-type" and value.startswith(PACKABLE) for name, value in headers)


def matches(asked: bytes, etag: bytes) -> bool:
    """`If-None-Match` (RFC 9110, 13.1.2): a list or `*`, compared weakly."""
    wanted = etag.removeprefix(b"W/")
    return any(
        part == b"*" or part.removeprefix(b"W/") == wanted for part in map(bytes.strip, asked.split(b","))
    )


def accepts_gzip(header: bytes) -> bool:
    """`Accept-Encoding` (RFC 9110, 12.5.3): named, or meant by `*`, and not with a weight of 0."""
    return _accepts_gzip(header) if len(header) <= ACCEPT_MOST else _accepts_gzip.__wrapped__(header)


@lru_cache(64)
def _accepts_gzip(header: bytes) -> bool:
    weights: dict[bytes, float] = {}
    for part in header.lower().split(b","):
        coding, _, rest = part.partition(b";")
        name, _, weight = rest.strip().partition(b"=")
        try:
            weights[coding.strip()] = float(weight) if name.strip() == b"q" else 1.0
        except ValueError:
            weights[coding.strip()] = 0.0
    named = weights.get(b"gzip", weights.get(b"x-gzip", weights.get(b"*", 0.0)))
    return named > 0 and named >= weights.get(b"identity", 0.0)
