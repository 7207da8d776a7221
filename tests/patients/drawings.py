"""Drawn signatures for tests: pictures as a tablet would send them, and such as nobody should."""

import base64
from io import BytesIO

from PIL import Image, ImageDraw, PngImagePlugin


def a_drawing(width: int = 300, height: int = 100, *, mode: str = "RGBA", note: str = "", drawn: bool = True) -> bytes:
    """A PNG with a stroke across it; `note` is hidden in a text chunk."""
    picture = Image.new(mode, (width, height), 0 if mode == "RGBA" else "white")
    if drawn:
        ImageDraw.Draw(picture).line((5, height - 5, width - 5, 5), fill="black", width=3)
    hidden = PngImagePlugin.PngInfo()
    if note:
        hidden.add_text("Comment", note)
    kept = BytesIO()
    picture.save(kept, format="PNG", pnginfo=hidden)
    return kept.getvalue()


def as_url(picture: bytes, media: str = "image/png") -> str:
    """The picture as a data URL."""
    return f"data:{media};base64,{base64.b64encode(picture).decode()}"


def as_jpeg() -> bytes:
    kept = BytesIO()
    Image.new("RGB", (50, 50), "white").save(kept, format="JPEG")
    return kept.getvalue()
