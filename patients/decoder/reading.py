"""Opening a picture of each kind without decoding it, by its own decoder and no other."""

from io import BytesIO
from math import sqrt
from typing import Final

import pillow_heif
import pyvips

from patients.decoder.bounds import bound_for
from patients.policies.images import ANIMATED, DAMAGED, HEIC, JPEG, PNG, WEBP, Size, size_refusal

PROFILE = "icc-profile-data"
WHOLE_WEBP: Final = 12_500_000
"""Pixels."""
LOADERS: Final = {
    JPEG: pyvips.Image.jpegload_buffer,
    PNG: pyvips.Image.pngload_buffer,
    WEBP: pyvips.Image.webpload_buffer,
}


class Refused(Exception):
    """The file is not taken in; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def opened(kind: str, content: bytes) -> pyvips.Image:
    """
    The picture, its pixels not yet read (HEIC: read), its size within what is kept.

    :raises Refused: for a size beyond that, and for whatever moves.
    """
    bound_for(kind)
    if kind == HEIC:
        return _heic(content)
    image = LOADERS[kind](content, access="sequential", fail_on="error")
    _require_size(image.width, image.height)
    return _webp(image, content) if kind == WEBP else image


def _webp(image: pyvips.Image, content: bytes) -> pyvips.Image:
    """A large one is scaled while it is decoded: its decoder holds the whole picture, twice."""
    if image.get_typeof("n-pages") and image.get("n-pages") > 1:
        raise Refused(ANIMATED)
    pixels = image.width * image.height
    if pixels <= WHOLE_WEBP:
        return image
    scale = sqrt(WHOLE_WEBP / pixels)
    return LOADERS[WEBP](content, access="sequential", fail_on="error", scale=scale)


def _heic(content: bytes) -> pyvips.Image:
    """The main picture; libheif turns it upright itself, as the file says."""
    pillow_heif.options.DECODE_THREADS = 2
    file = pillow_heif.open_heif(BytesIO(content), convert_hdr_to_8bit=True)
    _require_size(*file.size)
    main = file[file.primary_index]
    data = main.data
    _require_size(*main.size)
    bands = len(main.mode)
    if main.stride != main.size[0] * bands:
        raise Refused(DAMAGED)
    image = pyvips.Image.new_from_memory(data, *main.size, bands, "uchar")
    image = image.copy(interpretation="srgb" if bands >= 3 else "b-w")
    if profile := main.info.get("icc_profile"):
        image.set_type(pyvips.GValue.blob_type, PROFILE, profile)
    return image


def _require_size(width: int, height: int) -> None:
    if refusal := size_refusal(Size(width=width, height=height)):
        raise Refused(refusal.code)
