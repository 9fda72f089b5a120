"""Print the description of the API as `docs/openapi.json` holds it: `python -m ops.openapi`."""

import json
import sys

from pydantic import SecretStr

from services.gateway.app import create_app
from services.gateway.settings import GatewaySettings
from shared.bus import Bus


def main() -> None:
    settings = GatewaySettings(
        key=SecretStr("-" * 64), redis_url=SecretStr("redis://localhost"), _env_file=None
    )
    document = create_app(settings, Bus("gateway", settings)).openapi()
    sys.stdout.write(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
