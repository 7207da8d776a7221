"""What the decoding process writes: a line of JSON, then a JPEG."""

import json
from typing import Any, BinaryIO

import pyvips

QUALITY = 88
"""Of the JPEG that is kept."""


def answer(image: pyvips.Image, facts: dict[str, Any], out: BinaryIO) -> None:
    """The facts as one line, then the image, encoded while its pixels are read."""
    out.write(json.dumps(facts).encode() + b"\n")
    out.flush()
    target = pyvips.Target.new_to_descriptor(out.fileno())
    image.jpegsave_target(target, Q=QUALITY, keep="none")
