"""A service that is asked to stop does so, also while it waits for a Redis that says nothing."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.conftest import KEY, SERVICES, port

pytestmark = pytest.mark.system
TRIES = 2
"""Connections after which a service surely waits: the first look at the key, then the bus."""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_waits_for_redis_stops_when_it_is_asked(service: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        env = {name: value for name, value in os.environ.items() if not name.startswith("DZE_")}
        env |= {
            "DZE_REDIS_URL": f"redis://127.0.0.1:{silent.getsockname()[1]}/0", "DZE_KEY": KEY,
            "DZE_DATA": str(tmp_path), "DZE_PORT": str(port()), "DZE_INTERNAL_PORT": "0",
        }  # fmt: skip
        with subprocess.Popen(
            [sys.executable, "-m", f"services.{service}"], env=env, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                silent.settimeout(60)
                asked = [silent.accept()[0] for _ in range(TRIES)]
                process.send_signal(signal.SIGTERM)
                said, _ = process.communicate(timeout=10)
            finally:
                process.kill()
        for connection in asked:
            connection.close()
    assert process.returncode == 0, said
    assert "Traceback" not in said
