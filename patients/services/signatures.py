"""What stands beneath a text: a typed name, or a small picture that is drawn anew before it is kept."""

import zlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from clinic.errors import Malformed

MOST_BYTES = 64 * 1024
WIDEST, HIGHEST = 1200, 600
"""Pixels."""
LONGEST_NAME = 200
"""Characters."""
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, zlib.error, Image.DecompressionBombError)


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A typed name, or a drawn PNG; one of them."""

    name: str = ""
    image: bytes | None = None


def clean_signature(signature: Signature) -> Signature:
    """
    The signature as it is kept: the name without surplus blanks, or the drawing in grey, without anything hidden in it.

    :raises Malformed: for a name without a letter, and a picture that is no PNG, too large, damaged or empty.
    """
    if signature.image is not None:
        return Signature(image=_drawn_anew(signature.image))
    name = " ".join(signature.name.split())
    if len(name) > LONGEST_NAME or not any(letter.isalpha() for letter in name):
        raise Malformed({"signature": f"Type the signer's name, {LONGEST_NAME} characters at most, or send a drawn signature."})
    return Signature(name=name)


def _drawn_anew(given: bytes) -> bytes:
    if len(given) > MOST_BYTES:
        raise Malformed({"signature": f"The picture has more than {MOST_BYTES // 1024} kB."})
    try:
        with Image.open(BytesIO(given), formats=["PNG"]) as picture:
            _require_small(picture)
            drawing = _on_white(picture)
    except UNREADABLE as error:
        raise Malformed({"signature": "The picture is no PNG that can be read."}) from error
    darkest, lightest = drawing.getextrema()
    if darkest == lightest:
        raise Malformed({"signature": "The picture is empty."})
    kept = BytesIO()
    drawing.save(kept, format="PNG", optimize=True)
    return kept.getvalue()


def _require_small(picture: Image.Image) -> None:
    """Asked of the header, before a pixel is read."""
    if picture.width > WIDEST or picture.height > HIGHEST:
        raise Malformed({"signature": f"The picture is larger than {WIDEST} x {HIGHEST} pixels."})


def _on_white(picture: Image.Image) -> Image.Image:
    drawn = picture.convert("RGBA")
    paper = Image.new("RGBA", drawn.size, "white")
    return Image.alpha_composite(paper, drawn).convert("L")
