"""Two kept pictures of one place, brought to one frame and one brightness, and where they differ."""

import json
from typing import BinaryIO, Final

import pyvips

from patients.decoder.answering import answer
from patients.decoder.bounds import bound_for
from patients.policies.images import JPEG

FRAME: Final = 1024
"""Pixels of the longer side."""
NOTICED: Final = 26
"""Of 255 steps: a tenth of the range."""
BLUR: Final = 2.0
"""Pixels: grain and the loss of JPEG are no change."""
GAINS: Final = (0.5, 2.0)
SHOWN: Final = ("before", "after", "difference")


def pair(content: bytes, out: BinaryIO) -> None:
    """
    What comes in is a line of JSON (`show`, and `length` of the first picture) and the two pictures, the earlier one first.

    What is written are the facts (`change`: the mean difference from 0 to 1, `changed`: the share of the frame that differs
    noticeably, `gain`: how much the later one was brightened) and one picture: the earlier or the later one in the common
    frame, or the earlier one in grey with the differences in red.
    """
    bound_for(JPEG)
    head, _, pictures = content.partition(b"\n")
    asked = json.loads(head)
    before = framed(pictures[: asked["length"]])
    later = framed(pictures[asked["length"] :], width=before.width, height=before.height)
    gain = min(max(before.avg() / max(later.avg(), 1), GAINS[0]), GAINS[1])
    after = (later * gain).cast("uchar")
    difference = difference_of(before, after)
    facts = {
        "width": before.width,
        "height": before.height,
        "gain": round(gain, 3),
        "change": round(difference.avg() / 255, 4),
        "changed": round((difference >= NOTICED).avg() / 255, 4),
    }
    images = {"before": before, "after": later, "difference": shown_on(before, difference)}
    answer(images[asked["show"]], facts, out)


def framed(content: bytes, *, width: int = FRAME, height: int = FRAME) -> pyvips.Image:
    """The picture in that frame: an earlier one is fitted into the largest frame, a later one fills that of the earlier."""
    crop = "centre" if (width, height) != (FRAME, FRAME) else "none"
    image = pyvips.Image.thumbnail_buffer(content, width, height=height, crop=crop, fail_on="error")
    return image.colourspace("srgb").copy_memory()


def difference_of(before: pyvips.Image, after: pyvips.Image) -> pyvips.Image:
    """For each pixel the largest difference of its three colours, 0 to 255."""
    apart = (before.gaussblur(BLUR) - after.gaussblur(BLUR)).abs()
    red, green, blue = apart.bandsplit()
    return red.maxpair(green).maxpair(blue).cast("uchar").copy_memory()


def shown_on(before: pyvips.Image, difference: pyvips.Image) -> pyvips.Image:
    """The earlier picture in grey, differences in red."""
    weight = (difference * 3).cast("uchar") / 255
    grey = before.colourspace("b-w")
    quiet = grey * (1 - weight)
    return (quiet + weight * 255).bandjoin([quiet, quiet]).cast("uchar").copy(interpretation="srgb")
