"""Drawn pictures for media that nobody uploaded: calm colours, different for each file."""

import zlib
from html import escape

LABELS = {
    "photo": "photo",
    "video": "video",
    "animation": "GIF",
    "sticker": "sticker",
    "document": "file",
    "video_note": "round video",
    "live_photo": "live photo",
    "paid_media": "paid media",
}


def placeholder(file_id: str) -> str:
    """An SVG, always the same for the same id."""
    seed = zlib.crc32(file_id.rsplit("-", 1)[0].encode())
    hue, ridge = seed % 360, 110 + seed // 360 % 50
    kind = next((label for name, label in LABELS.items() if f"-{name}-" in file_id), "")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 240" role="img">'
        f'<rect width="320" height="240" fill="hsl({hue} 32% 82%)"/>'
        f'<circle cx="{60 + seed % 200}" cy="64" r="26" fill="hsl({hue} 60% 95%)"/>'
        f'<path d="M0 240V{ridge + 40}L90 {ridge}L170 {ridge + 50}L250 {ridge - 10}L320 {ridge + 45}V240Z" '
        f'fill="hsl({hue} 25% 58%)"/>'
        f'<text x="306" y="226" text-anchor="end" font-family="sans-serif" font-size="15" '
        f'fill="hsl({hue} 30% 96%)">{escape(kind)}</text></svg>'
    )
