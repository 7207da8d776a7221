"""A picture as it is kept: upright, in sRGB, a plain JPEG with nothing beside its pixels."""

from typing import BinaryIO

import pyvips

from patients.decoder.answering import answer
from patients.decoder.reading import PROFILE, Refused, opened
from patients.policies.containers import flaw_of
from patients.policies.images import UNSUPPORTED, kind_of

WHITE = 255
UPRIGHT = 1


def clean(content: bytes, out: BinaryIO) -> None:
    """
    Write the picture anew: width, height and kind of what was sent as a line of JSON, then the JPEG.

    :raises Refused: with the code of what speaks against the file.
    """
    kind = kind_of(content)
    if kind is None:
        raise Refused(UNSUPPORTED)
    if flaw := flaw_of(kind, content):
        raise Refused(flaw)
    image = in_srgb(upright(opened(kind, content)))
    answer(image, {"width": image.width, "height": image.height, "kind": kind}, out)


def upright(image: pyvips.Image) -> pyvips.Image:
    """As the camera was held; what has to be turned is held in memory, everything else is read from top to bottom."""
    turned = image.get_typeof("orientation") and image.get("orientation") != UPRIGHT
    return (image.copy_memory() if turned else image).autorot()


def in_srgb(image: pyvips.Image) -> pyvips.Image:
    """Three bands of eight bits in sRGB, on white where the picture is transparent; a profile that cannot be read is left out."""
    if image.get_typeof(PROFILE):
        try:
            image = image.icc_transform("srgb", embedded=True, depth=8)
        except pyvips.Error:
            image = image.copy()
            image.remove(PROFILE)
    image = image.colourspace("srgb")
    if image.hasalpha():
        image = image.flatten(background=WHITE)
    return image.cast("uchar")
