"""Which picture files are taken in: what a file is stands in its content, whatever its name says."""

from dataclasses import dataclass
from typing import Final

from clinic.errors import Refusal

JPEG, PNG, WEBP, HEIC = "jpeg", "png", "webp", "heic"
KINDS: Final = (JPEG, PNG, WEBP, HEIC)
LARGEST_FILE: Final = 12_000_000
"""Bytes of an uploaded file."""
MOST_PIXELS: Final = 40_000_000
LONGEST_SIDE: Final = 8_000
"""Pixels."""

UNSUPPORTED = "image_unsupported"
MISNAMED = "image_misnamed"
DAMAGED = "image_damaged"
TOO_LARGE = "image_too_large"
ANIMATED = "image_animated"
POLYGLOT = "image_polyglot"
TOO_DEMANDING = "image_too_demanding"

SOURCE: Final = "Clinic policy: pictures are JPEG, PNG, WebP or HEIC, of at most 12 MB, 40 megapixels and 8,000 pixels a side"
REFUSED: Final = {
    UNSUPPORTED: ("This is no picture in one of the formats that are kept.", "Send a JPEG, PNG, WebP or HEIC picture."),
    MISNAMED: (
        "The name or the type of the file says something else than its content.",
        "Send the file with the name and type of what it is.",
    ),
    DAMAGED: ("The picture is cut off or damaged.", "Send the original file again, or take the picture anew."),
    TOO_LARGE: ("The picture is larger than what is kept.", "Send a smaller version of it."),
    ANIMATED: ("The file holds a moving picture.", "Send a single still picture."),
    POLYGLOT: (
        "The file is a picture and something else at once, such as an archive or a page with a program.",
        "Save the picture anew in an image editor and send that file.",
    ),
    TOO_DEMANDING: (
        "Reading the picture takes more memory or time than a picture should.",
        "Save it as a plain JPEG, or in a smaller size, and send that file.",
    ),
}

_ENDINGS: Final = {
    JPEG: frozenset({"jpg", "jpeg", "jpe", "jfif"}),
    PNG: frozenset({"png"}),
    WEBP: frozenset({"webp"}),
    HEIC: frozenset({"heic", "heif", "hif"}),
}
_TYPES: Final = {
    JPEG: frozenset({"image/jpeg", "image/jpg", "image/pjpeg"}),
    PNG: frozenset({"image/png", "image/x-png"}),
    WEBP: frozenset({"image/webp"}),
    HEIC: frozenset({"image/heic", "image/heif"}),
}
_SAYS_NOTHING: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_HEVC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis"})
_OPEN_BRANDS: Final = frozenset({b"mif1", b"mif2", b"heif"})


@dataclass(frozen=True, kw_only=True)
class Size:
    """Pixels."""

    width: int
    height: int


def kind_of(content: bytes) -> str | None:
    """What the first bytes of the file say that it is; None for anything that is not kept, AVIF and moving HEIF among it."""
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    return HEIC if content[4:8] == b"ftyp" and _is_heic(content) else None


def refusal_of(code: str, detail: str = "") -> Refusal:
    """That refusal in words; `detail` says it more exactly."""
    said, mend = REFUSED[code]
    return Refusal(code=code, detail=detail or said, source=SOURCE, mend=mend)


def name_refusal(*, kind: str, name: str, content_type: str) -> Refusal | None:
    """Why a file of that kind may not go by this name and type, if so; a name without an ending claims nothing."""
    claimed_type = content_type.partition(";")[0].strip().lower()
    if claimed_type not in _SAYS_NOTHING and claimed_type not in _TYPES[kind]:
        return refusal_of(MISNAMED, f"The file is sent as another type than its content, which is {kind.upper()}.")
    endings = [ending.lower() for ending in name.replace("\\", "/").rpartition("/")[2].split(".")[1:]]
    if endings and endings[-1] not in _ENDINGS[kind]:
        return refusal_of(MISNAMED, f"The file is named as something else than its content, which is {kind.upper()}.")
    return None


def size_refusal(size: Size) -> Refusal | None:
    """Why a picture of that size is not kept, if so; asked before a single pixel is decoded."""
    if size.width < 1 or size.height < 1:
        return refusal_of(DAMAGED)
    if max(size.width, size.height) > LONGEST_SIDE or size.width * size.height > MOST_PIXELS:
        return refusal_of(
            TOO_LARGE,
            f"The picture is {size.width} x {size.height}: at most {MOST_PIXELS // 1_000_000} megapixels"
            f" and {LONGEST_SIDE} pixels a side are kept.",
        )
    return None


def _is_heic(content: bytes) -> bool:
    length = int.from_bytes(content[:4], "big")
    if not 16 <= length <= 256:
        return False
    major = content[8:12]
    compatible = {content[at : at + 4] for at in range(16, min(length, len(content)), 4)}
    return major in _HEVC_BRANDS or (major in _OPEN_BRANDS and bool(compatible & _HEVC_BRANDS))
