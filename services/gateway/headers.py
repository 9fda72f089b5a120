"""Headers of every answer: nothing from elsewhere, nothing told to elsewhere, nothing kept."""

from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.settings import GatewaySettings
from services.gateway.web.assets import ASSETS

CONTENT_SECURITY_POLICY = "; ".join(  # one directive a line
    [
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' {ASSETS.critical_hash}",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
PERMISSIONS_POLICY = ", ".join(
    f"{name}=()"
    for name in (
        "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture", "gyroscope",
        "hid", "magnetometer", "microphone", "midi", "payment", "serial", "usb",
    )
) + ", geolocation=(self)"  # fmt: skip
"""`geolocation` for "near me", which the page computes by itself when pressed. Only names of the registry of
features (w3c/webappsec-permissions-policy, features.md): a browser warns of any other on each page."""
FRAME_OPTIONS = "X-Frame-Options"
HSTS = "max-age=31536000"


def strict(settings: GatewaySettings) -> dict[str, str]:
    """Headers of every answer that does not set them by itself."""
    fixed = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Permissions-Policy": PERMISSIONS_POLICY,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        FRAME_OPTIONS: "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.public_url.startswith("https://"):
        fixed["Strict-Transport-Security"] = HSTS
    return fixed


def raw_path(scope: Scope) -> str:
    """The path as it was asked for, percent-encoded: what was decoded may not stand in a header."""
    return quote(scope.get("raw_path") or scope["path"], safe="/%:@!$&'()*+,;=-._~")


class StrictHeaders:
    """Adds what an answer does not set by itself."""

    def __init__(self, app: ASGIApp, settings: GatewaySettings) -> None:
        self._app = app
        self._onion = settings.onion.rstrip("/")
        self._fixed = strict(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                framed = "frame-ancestors" in headers.get("content-security-policy", "")
                for name, value in self._fixed.items():
                    if name != FRAME_OPTIONS or not framed:  # a page's own policy says who may frame it
                        headers.setdefault(name, value)
                if self._onion and headers.get("content-type", "").startswith("text/html"):
                    headers["Onion-Location"] = self._onion + raw_path(scope)
            await send(message)

        await self._app(scope, receive, with_headers)
