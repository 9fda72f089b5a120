"""Asks a process how it is."""

import socket
from http.client import HTTPConnection, HTTPException

PATIENCE = 2.0


def state(port: int, path: str = "/readyz", host: str = "127.0.0.1") -> tuple[int | None, str]:
    """Status and text of a health address; no status when nobody answers."""
    connection = HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(2000).decode(errors="replace").strip()
    except (OSError, HTTPException) as error:
        return None, f"no answer on port {port} ({type(error).__name__})"
    finally:
        connection.close()


def free_port() -> int:
    """A port of the loopback interface that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def taken(host: str, port: int) -> bool:
    """Whether somebody listens there already. Raises OSError for an address that is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise
        except OSError as error:
            import errno  # noqa: PLC0415

            if error.errno == errno.EADDRINUSE:
                return True
            raise
    return False
