"""Pictures made by code, for tests: well-formed ones in every format, and what somebody might send to do harm."""

import io
import random
import struct
import zipfile
import zlib
from functools import cache
from typing import Any

import pillow_heif
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

pillow_heif.register_heif_opener()

RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 200, 30), (30, 30, 220), (220, 220, 30)
CORNERS = (RED, GREEN, BLUE, YELLOW)
"""Top left, top right, bottom left, bottom right."""
SECRET = b"39.9612 N 82.9988 W secret-of-the-camera"
TURNED_BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""What a camera that was held so has stored, from the upright picture."""


def upright(width: int = 64, height: int = 48) -> Image.Image:
    """Four corners of four colours, wider than high."""
    image = Image.new("RGB", (width, height))
    for index, colour in enumerate(CORNERS):
        box = (index % 2 * (width // 2), index // 2 * (height // 2))
        image.paste(colour, (*box, box[0] + width // 2, box[1] + height // 2))
    return image


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def jpeg(image: Image.Image | None = None, **options: Any) -> bytes:
    return encoded(image or upright(), "JPEG", **{"quality": 95} | options)


def png(image: Image.Image | None = None, **options: Any) -> bytes:
    return encoded(image or upright(), "PNG", **options)


def webp(image: Image.Image | None = None, **options: Any) -> bytes:
    return encoded(image or upright(), "WEBP", **{"quality": 95} | options)


def heic(image: Image.Image | None = None, **options: Any) -> bytes:
    return encoded(image or upright(), "HEIF", **{"quality": 90} | options)


def exif(orientation: int = 1) -> Image.Exif:
    """What a telephone writes: how it was held, where it was, who owns it."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "Camera " + SECRET.decode()
    place = tags.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (39.0, 57.0, 40.0), "W", (82.0, 59.0, 56.0)
    return tags


def held(orientation: int, image: Image.Image | None = None) -> Image.Image:
    """The upright picture as a camera stores it that was held so."""
    image = image or upright()
    return image.transpose(TURNED_BACK[orientation]) if orientation in TURNED_BACK else image


@cache
def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def xmp() -> bytes:
    return b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/">' + SECRET + b"</x:xmpmeta>"


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    depth = len(Image.new(mode, (1, 1)).tobytes())
    return Image.frombytes(mode, (width, height), random.Random(7).randbytes(width * height * depth))


def chunk(name: bytes, content: bytes) -> bytes:
    """One chunk of a PNG, with its checksum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_of(width: int, height: int, *more: bytes, rows: bytes | None = None, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG by hand: whatever size it claims, with these chunks before its pixels (none of its own, if `rows` is None)."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(rows or b"", 9))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + pixels + chunk(b"IEND", b"")


def blank_png(width: int, height: int) -> bytes:
    """A true PNG of that size, all zero: a few thousand times smaller than its pixels."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + 3 * width)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg_claiming(width: int, height: int) -> bytes:
    """A small JPEG whose header says another size."""
    content = bytearray(jpeg())
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def webp_claiming(width: int, height: int) -> bytes:
    """An extended WebP whose canvas says another size."""
    small = webp()[12:]
    canvas = struct.pack("<I", 0)[:4] + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + canvas + small
    return b"RIFF" + struct.pack("<I", len(body)) + body


def heic_claiming(width: int, height: int) -> bytes:
    """A HEIC whose property says another size."""
    content = bytearray(heic())
    at = content.index(b"ispe")
    while at >= 0:
        content[at + 8 : at + 16] = struct.pack(">II", width, height)
        at = content.find(b"ispe", at + 4)
    return bytes(content)


def with_segment(content: bytes, marker: int, data: bytes) -> bytes:
    """The JPEG with one more segment after its first two bytes."""
    return content[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data + content[2:]


def zipped(name: str = "run.sh") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "#!/bin/sh\necho taken over\n")
    return buffer.getvalue()


def moving(form: str, frames: int = 3) -> bytes:
    """A picture that moves."""
    images = [upright(), *(held(3) for _ in range(frames - 1))]
    return encoded(images[0], form, save_all=True, append_images=images[1:], duration=100)


def many_scans(content: bytes, copies: int) -> bytes:
    """A progressive JPEG that says one of its scans again and again: small to send, long to decode."""
    marks = [at for at in range(len(content) - 1) if content[at : at + 2] == b"\xff\xda"]
    last = content[marks[-1] : -2]
    return content[:-2] + last * copies + content[-2:]


def text_bomb(megabytes: int) -> bytes:
    """A chunk of compressed text that unpacks to that size."""
    return chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * (megabytes * 1_000_000), 9))


def profile_bomb(megabytes: int) -> bytes:
    """A colour profile that unpacks to that size."""
    return chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(b"\0" * (megabytes * 1_000_000), 9))


def info(**texts: str) -> PngInfo:
    told = PngInfo()
    for name, text in texts.items():
        told.add_text(name, text, zip=True)
    return told


def interlaced() -> bytes:
    """An Adam7 PNG of the four corners, without filters."""
    image, passes = (
        upright(),
        ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
    )
    rows = b"".join(
        b"\0" + b"".join(bytes(image.getpixel((x, y))) for x in range(left, image.width, across))
        for left, top, across, down in passes
        for y in range(top, image.height, down)
    )
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", image.width, image.height, 8, 2, 0, 0, 1))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def ten_bits() -> bytes:
    """A HEIC of more than eight bits a colour."""
    image = upright()
    samples = b"".join(struct.pack("<H", value * 257) for value in image.tobytes())
    buffer = io.BytesIO()
    pillow_heif.encode("RGB;16", image.size, samples, buffer, quality=90)
    return buffer.getvalue()
