"""`python -m simulator`: the Telegram simulator alone."""

import argparse
import asyncio
import sys

from simulator import demo
from simulator.server import run


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="simulator", description="A Telegram Bot API server in a box.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--empty", action="store_true", help="without the demo's people and chats")
    chosen = parser.parse_args()
    scene = (lambda _: None) if chosen.empty else demo.scene
    sys.stderr.write(f"Telegram simulator at http://{chosen.host}:{chosen.port}\n")
    try:
        asyncio.run(run(chosen.host, chosen.port, scene=scene))
    except OSError as error:
        sys.stderr.write(f"Cannot listen on {chosen.host}:{chosen.port}: {error.strerror}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
