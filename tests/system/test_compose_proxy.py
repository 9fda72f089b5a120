"""The proxy of compose.yaml, with its own configuration; only names and ports behind it are the test's."""

import ipaddress
import itertools
import os
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.clock import now
from shared.server import EmbeddedRedis
from tests.deployments import SERVICES, compose
from tests.system.conftest import City, port, until

pytestmark = [
    pytest.mark.system,
    pytest.mark.timeout(240),
    pytest.mark.skipif(shutil.which("haproxy") is None, reason="there is no haproxy on this machine"),
]
PROXY = compose()["services"]["proxy"]
STRICT = {"content-security-policy": "default-src 'none'", "referrer-policy": "no-referrer"}
STRICT |= {"x-content-type-options": "nosniff"}


class Proxy:
    """A running haproxy; `said` is all that it has written."""

    def __init__(self, folder: Path, behind: list[tuple[int, int]], certificate: Path | None = None) -> None:
        self.port, self.health = port(), port()
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        self._said = folder / "haproxy.log"
        script = PROXY["command"][-1].replace("/tmp/", f"{folder}/")
        script = script.replace("/run/secrets/site", str(certificate or folder / "none"))
        self.command = ["sh", "-euc", script]
        told = self._configuration(behind).replace("/tmp/", f"{folder}/")
        self.environment = {"PATH": os.environ["PATH"], "TLS": "", "CONFIGURATION": told}

    def _configuration(self, behind: list[tuple[int, int]]) -> str:
        text: str = PROXY["environment"]["CONFIGURATION"]
        found = re.search(r"server-template .* init-addr none check port 9000 (.*)", text)
        assert found
        servers = "\n".join(
            f"server g{number} 127.0.0.1:{web} check port {health} {found[1]}"
            for number, (web, health) in enumerate(behind)
        )
        text = text.replace(found[0], servers)
        text = text.replace("bind :8000", f"bind 127.0.0.1:{self.port}")
        return text.replace("127.0.0.1:8001", f"127.0.0.1:{self.health}")

    def healthy(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.health}/", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def said(self) -> str:
        return self._said.read_text()

    @contextmanager
    def running(self) -> Iterator["Proxy"]:
        with self._said.open("w") as said:
            process = subprocess.Popen(self.command, env=self.environment, stdout=said, stderr=said)
            try:
                yield self
            finally:
                process.terminate()
                process.wait()


class Pair(City):
    """A deployment with two gateways, `gateway` and `gateway:2`."""

    second = 0

    def environment(self, name: str) -> dict[str, str]:
        self.second = self.second or port()
        more = {"DZE_PORT": str(self.second)} if name == "gateway:2" else {}
        return super().environment(name) | more


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Pair, Proxy]]:
    with EmbeddedRedis(tmp_path / "redis") as redis:
        city = Pair(redis, tmp_path)
        try:
            for name in ("simulator", *SERVICES, "gateway:2"):
                city.start(name)
            until(lambda: all(city.ready(name) for name in (*SERVICES, "gateway:2")), 90, "all services")
            behind = [(city.ports["web"], city.ports["gateway"]), (city.second, city.ports["gateway:2"])]
            with Proxy(tmp_path, behind).running() as proxy:
                until(proxy.healthy, what="the proxy")
                city.http = httpx.Client(base_url=proxy.url, timeout=20)
                yield city, proxy
        finally:
            for process in city.processes.values():
                process.kill()
                process.wait()
            city.http.close()
            city.sim.close()


def test_the_configuration_is_right_as_it_stands(tmp_path: Path) -> None:
    """Also what the other tests replace."""
    command = PROXY["command"][-1].replace("/tmp/", f"{tmp_path}/")
    told = PROXY["environment"]["CONFIGURATION"].replace("/tmp/", f"{tmp_path}/")
    done = subprocess.run(
        ["sh", "-euc", command.replace("haproxy -W", "haproxy -c -W")],
        env={"PATH": os.environ["PATH"], "TLS": "", "CONFIGURATION": told},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not re.search("WARNING|ALERT", done.stderr)


def test_what_the_gateway_says_comes_through_unchanged_and_at_once(pair: tuple[Pair, Proxy]) -> None:
    city, proxy = pair
    before = proxy.said()
    with httpx.Client(base_url=f"http://127.0.0.1:{city.ports['web']}") as direct:
        for path in ("/", "/list", "/api/v1/listings", "/nowhere", "/api/v1/listings?limit=x"):
            one, two = city.http.get(path), direct.get(path)
            assert one.status_code == two.status_code
            assert _headers(one) == _headers(two)
            assert one.content == two.content
    with city.http.stream("GET", "/api/v1/changes") as stream:
        assert next(line for line in stream.iter_lines() if line.startswith("event:")) == "event: ready"
    assert proxy.said() == before, "no line about who asked for what"


def _headers(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "date"}


def test_with_each_gateway_killed_in_turn_no_proposal_is_lost_or_doubled(pair: tuple[Pair, Proxy]) -> None:
    city, proxy = pair
    receipts: dict[int, str] = {}
    kills = {5: "gateway", 12: "gateway:2"}
    for number in range(18):
        if name := kills.get(number):
            city.kill(name)
        receipts[number] = _proposed(city, number)
        if name:
            city.start(name)
            until(lambda name=name: city.ready(name), 60, f"{name} ready")  # type: ignore[misc]
            until(proxy.healthy, what="the proxy")
    assert len(set(receipts.values())) == 18
    until(lambda: len(city.cards()) == 18, 60, "a card for each")
    assert [_proposed(city, number) for number in receipts] == list(receipts.values())


def _proposed(city: City, number: int) -> str:
    """As a page does it: the same key again until there is an answer."""
    link = f"https://t.me/proxy_test_{number:02d}"
    for _ in itertools.repeat(None, 30):
        try:
            answer = city.propose(f"key-{number}", link=link, name=f"Двор {number}", lat=53.9 + number / 300)
        except httpx.HTTPError:
            continue
        if answer.status_code == 202:
            return str(answer.json()["receipt"])
        assert answer.status_code in {502, 503}, answer.text
    raise AssertionError


def test_without_a_gateway_it_says_when_to_come_back_with_strict_headers(tmp_path: Path) -> None:
    with Proxy(tmp_path, [(port(), port())]).running() as proxy:
        until(lambda: _reached(proxy), what="the proxy")
        assert not proxy.healthy()
        answer = httpx.get(proxy.url)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert STRICT.items() <= answer.headers.items()
        assert "паспрабуйце" in answer.text


def _reached(proxy: Proxy) -> bool:
    try:
        return bool(httpx.get(proxy.url).status_code)
    except httpx.HTTPError:
        return False


def test_nothing_that_names_a_visitor_is_passed_on(tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []

    class Echo(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            number = server.server_address[1]
            with Proxy(tmp_path, [(number, number)]).running() as proxy:
                until(proxy.healthy, what="the proxy")
                seen.clear()
                httpx.get(f"{proxy.url}/asked", headers={"User-Agent": "u", "Accept": "a"})
        finally:
            server.shutdown()
            thread.join()
    asked = [one for one in seen if one.get("user-agent") == "u"]
    assert {frozenset(one) for one in asked} == {
        frozenset({"host", "user-agent", "accept", "accept-encoding", "connection"})
    }


def test_with_a_certificate_it_speaks_tls(tmp_path: Path) -> None:
    pem = _certificate(tmp_path)
    number = port()
    with Proxy(tmp_path, [(number, number)], pem).running() as proxy:
        trusted = ssl.create_default_context(cafile=str(pem))
        until(lambda: _reached_by_tls(proxy, trusted), what="the proxy")


def _reached_by_tls(proxy: Proxy, trusted: ssl.SSLContext) -> bool:
    try:
        return httpx.get(proxy.url, verify=trusted).status_code == 503
    except httpx.HTTPError:
        return False


def _certificate(folder: Path) -> Path:
    """A certificate of its own with its key, in one file."""
    key, moment = ec.generate_private_key(ec.SECP256R1()), now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "site.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return pem
