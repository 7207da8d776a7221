"""
Hostile and odd files, made by code: what is refused is refused within two seconds and 200 MB, with a code; what is kept is
upright, in sRGB, and nothing but pixels.
"""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from PIL import Image

from clinic.errors import RuleBroken
from patients.services import images
from patients.services.images import SentFile, clean_picture
from tests import pictures as made
from tests.pictures import SECRET, heic, jpeg, png, upright, webp

MOST_SECONDS = 2.0
MOST_BYTES = 200_000_000

Made = Callable[[], bytes]

SCRIPT = b"<script>document.location='http://evil.example'</script>"
PAGE = b"<!DOCTYPE html><html><body>" + SCRIPT
BAD: dict[str, tuple[str, Made, dict[str, str]]] = {
    # No picture, or none that is kept.
    "svg": ("image_unsupported", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', {}),
    "svg after an xml line": ("image_unsupported", lambda: b'<?xml version="1.0"?><svg onload="alert(1)"/>', {}),
    "svg named as jpeg": ("image_unsupported", lambda: b"<svg/>", {"name": "a.jpg", "content_type": "image/jpeg"}),
    "html": ("image_unsupported", lambda: PAGE, {}),
    "gif": ("image_unsupported", lambda: made.encoded(upright(), "GIF"), {}),
    "bmp": ("image_unsupported", lambda: made.encoded(upright(), "BMP"), {}),
    "tiff": ("image_unsupported", lambda: made.encoded(upright(), "TIFF"), {}),
    "icon": ("image_unsupported", lambda: made.encoded(upright(32, 32), "ICO"), {}),
    "pdf": ("image_unsupported", lambda: made.encoded(upright(), "PDF"), {}),
    "postscript": ("image_unsupported", lambda: made.encoded(upright(), "EPS"), {}),
    "jpeg 2000": ("image_unsupported", lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(64), {}),
    "avif": ("image_unsupported", lambda: heic().replace(b"heic", b"avif").replace(b"mif1", b"miaf"), {}),
    "moving heif": ("image_unsupported", lambda: heic().replace(b"ftypheic", b"ftyphevc"), {}),
    "mp4": ("image_unsupported", lambda: b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(200), {}),
    "zip": ("image_unsupported", made.zipped, {}),
    "one byte": ("image_unsupported", lambda: b"\xff", {}),
    "zeros": ("image_unsupported", lambda: bytes(10_000), {}),
    # Under a false name.
    "png named as jpeg": ("image_misnamed", png, {"name": "face.jpg"}),
    "jpeg named as png": ("image_misnamed", jpeg, {"name": "face.png"}),
    "jpeg sent as png": ("image_misnamed", jpeg, {"content_type": "image/png"}),
    "jpeg sent as a page": ("image_misnamed", jpeg, {"name": "a.jpg", "content_type": "text/html"}),
    "jpeg named as a program": ("image_misnamed", jpeg, {"name": "face.jpg.php"}),
    "webp named as heic": ("image_misnamed", webp, {"name": "face.heic"}),
    "heic sent as jpeg": ("image_misnamed", heic, {"name": "IMG_1.HEIC", "content_type": "image/jpeg"}),
    # Cut off or damaged.
    "jpeg of a header": ("image_damaged", lambda: jpeg()[:20], {}),
    "jpeg cut in half": ("image_damaged", lambda: jpeg(upright(400, 300))[: len(jpeg(upright(400, 300))) // 2], {}),
    "jpeg without its end": ("image_damaged", lambda: jpeg()[:-2], {}),
    "jpeg without tables": ("image_damaged", lambda: jpeg().replace(b"\xff\xdb", b"\xff\xe5"), {}),
    "jpeg of no size": ("image_damaged", lambda: made.jpeg_claiming(0, 0), {}),
    "progressive jpeg cut off": ("image_damaged", lambda: jpeg(upright(400, 300), progressive=True)[:-200], {}),
    "png of a header": ("image_damaged", lambda: png()[:33], {}),
    "png cut in half": ("image_damaged", lambda: png(made.noise(80, 60))[:7000], {}),
    "png without its end": ("image_damaged", lambda: png()[:-12], {}),
    "png with a false checksum": ("image_damaged", lambda: png()[:40] + b"XXXX" + png()[44:], {}),
    "png without pixels": ("image_damaged", lambda: made.png_of(64, 48), {}),
    "png with too few rows": ("image_damaged", lambda: made.png_of(64, 48, rows=bytes(193 * 10)), {}),
    "png of no size": ("image_damaged", lambda: made.png_of(0, 0, rows=b"\0"), {}),
    "png with an endless chunk": ("image_damaged", lambda: png()[:33] + b"\x7f\xff\xff\xffIDAT" + bytes(100), {}),
    "png of chunks without end": ("image_damaged", lambda: png()[:33] + made.chunk(b"teXt", b"") * 150_000 + png()[33:], {}),
    "webp of a header": ("image_damaged", lambda: webp()[:30], {}),
    "webp cut in half": ("image_damaged", lambda: webp(made.noise(80, 60))[:2000], {}),
    "webp of noise": ("image_damaged", lambda: webp()[:30] + made.random.Random(1).randbytes(len(webp()) - 30), {}),
    "heic of a header": ("image_damaged", lambda: heic()[:40], {}),
    "heic cut in half": ("image_damaged", lambda: heic(made.noise(160, 120))[:3000], {}),
    "heic without pictures": ("image_damaged", lambda: heic()[:24] + bytes(2000), {}),
    # Too large, told by the header before a pixel is decoded.
    "jpeg of 4 gigapixels": ("image_too_large", lambda: made.jpeg_claiming(65_500, 65_500), {}),
    "jpeg of 8001 pixels": ("image_too_large", lambda: jpeg(Image.new("L", (8_001, 2))), {}),
    "png of 48 kB and 400 megapixels": ("image_too_large", lambda: made.blank_png(20_000, 2_000) + b"", {}),
    "png of 2 gigapixels a side": ("image_too_large", lambda: made.png_of(2_147_483_647, 2_147_483_647, rows=b"\0"), {}),
    "png of 41 megapixels": ("image_too_large", lambda: made.png_of(7_000, 5_900, rows=b"\0" * 100), {}),
    "png of 8001 pixels": ("image_too_large", lambda: png(Image.new("L", (2, 8_001))), {}),
    "webp of 268 megapixels": ("image_too_large", lambda: made.webp_claiming(16_383, 16_383), {}),
    "webp of 8001 pixels": ("image_too_large", lambda: webp(Image.new("RGB", (8_001, 2))), {}),
    "heic of 1 gigapixel": ("image_too_large", lambda: made.heic_claiming(32_000, 32_000), {}),
    "file of 13 MB": ("image_too_large", lambda: jpeg() + bytes(13_000_000), {}),
    # What moves.
    "moving png": ("image_animated", lambda: made.moving("PNG"), {}),
    "moving webp": ("image_animated", lambda: made.moving("WEBP"), {}),
    "moving webp of 500 frames": ("image_animated", lambda: made.moving("WEBP", 500), {}),
    # A picture and something else.
    "jpeg and an archive": ("image_polyglot", lambda: jpeg() + made.zipped(), {}),
    "png and an archive": ("image_polyglot", lambda: png() + made.zipped("classes.dex"), {}),
    "webp and an archive": ("image_polyglot", lambda: webp() + made.zipped(), {}),
    "jpeg with an archive inside": ("image_polyglot", lambda: made.with_segment(jpeg(), 0xFE, made.zipped()), {}),
    "jpeg with a page inside": ("image_polyglot", lambda: made.with_segment(jpeg(), 0xFE, PAGE), {}),
    "jpeg with a script after it": ("image_polyglot", lambda: jpeg() + SCRIPT, {}),
    "jpeg with a server's program": ("image_polyglot", lambda: made.with_segment(jpeg(), 0xFE, b"<?php system($_GET[0]);"), {}),
    "jpeg that is a script": ("image_polyglot", lambda: b"\xff\xd8\xff\xe0/*" + bytes(12_072) + jpeg()[2:], {}),
    "jpeg and a document": ("image_polyglot", lambda: made.with_segment(jpeg(), 0xFE, b"%PDF-1.7\n1 0 obj"), {}),
    "jpeg and a rar": ("image_polyglot", lambda: jpeg() + b"Rar!\x1a\x07\x01\x00" + bytes(50), {}),
    "png with a page inside": ("image_polyglot", lambda: png(pnginfo=_told(PAGE)), {}),
    "png with a drawing after it": ("image_polyglot", lambda: png() + b'<svg onload="alert(1)">', {}),
    "phar": ("image_polyglot", lambda: jpeg() + b"<?php __HALT_COMPILER(); ?>", {}),
    # What takes too long, or too much.
    "jpeg of four thousand scans": ("image_damaged", lambda: _scans(4_000), {}),
    "progressive jpeg of 40 megapixels": ("image_too_demanding", lambda: _largest_progressive(), {}),
}
GOOD: dict[str, Made] = {
    "jpeg": jpeg,
    "jpeg of a telephone": lambda: jpeg(exif=made.exif(), icc_profile=made.srgb_profile(), xmp=made.xmp(), comment=SECRET),
    "jpeg with a trailer": lambda: jpeg() + SECRET + bytes(2_000),
    "jpeg with a film after it": lambda: jpeg() + b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + SECRET + bytes(9_000),
    "jpeg with a second jpeg after it": lambda: jpeg() + jpeg(exif=made.exif()),
    "progressive jpeg": lambda: jpeg(progressive=True),
    "jpeg without thinned colours": lambda: jpeg(subsampling=0),
    "jpeg with restarts": lambda: jpeg(upright(640, 480), restart_marker_rows=1),
    "jpeg with a broken profile": lambda: jpeg(icc_profile=b"no profile at all" * 20),
    "jpeg with a broken exif": lambda: made.with_segment(jpeg(), 0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff"),
    "jpeg with an alien segment": lambda: made.with_segment(jpeg(), 0xED, b"Photoshop 3.0\0" + SECRET),
    "jpeg that names no camera": lambda: jpeg(),
    "cmyk jpeg": lambda: jpeg(upright().convert("CMYK")),
    "png": png,
    "png with texts": lambda: png(pnginfo=made.info(Comment=SECRET.decode()), exif=made.exif()),
    "png with a profile": lambda: png(icc_profile=made.srgb_profile()),
    "png with a trailer": lambda: png() + SECRET,
    "png of a palette": lambda: png(upright().quantize(8)),
    "interlaced png": lambda: made.interlaced(),
    "png with transparency": lambda: png(upright().convert("RGBA")),
    "webp": webp,
    "webp of a telephone": lambda: webp(exif=made.exif(), icc_profile=made.srgb_profile(), xmp=made.xmp()),
    "webp without loss": lambda: webp(lossless=True),
    "webp with transparency": lambda: webp(upright().convert("RGBA")),
    "webp with a trailer": lambda: webp() + SECRET,
    "heic": heic,
    "heic of a telephone": lambda: heic(exif=made.exif().tobytes(), xmp=made.xmp()),
    "heic of ten bits": lambda: made.ten_bits(),
    "heic with transparency": lambda: heic(upright().convert("RGBA")),
}
"""All of them show four corners of four colours."""


def _told(text: bytes) -> Any:
    told = made.PngInfo()
    told.add_text("Comment", text.decode())
    return told


def _scans(copies: int) -> bytes:
    return made.many_scans(jpeg(upright(800, 600), progressive=True, quality=60), copies)


def _largest_progressive() -> bytes:
    return jpeg(Image.new("RGB", (8_000, 5_000), (200, 150, 120)), progressive=True, subsampling=0, quality=50)


MEASURE = """
import os, resource, subprocess, sys
ended = subprocess.run([sys.executable, "-m", "patients.decoder", "clean"], stdout=os.memfd_create("picture"), stderr=subprocess.PIPE)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, ended.returncode)
"""


def measured(content: bytes) -> tuple[int, int]:
    """
    Bytes that the decoding process held at its peak, and its status.

    It is started by a process that holds little itself: what a parent holds counts for its child until that runs.
    """
    ended = subprocess.run(
        [sys.executable, "-c", MEASURE],
        input=content,
        capture_output=True,
        cwd=settings.BASE_DIR,
        env={**images.ENVIRONMENT, "PATH": os.environ["PATH"]},
        check=True,
    )
    peak, status = ended.stdout.split()
    return int(peak), int(status)


def corners(content: bytes) -> list[tuple[int, ...]]:
    """The colours in the middle of the four quarters."""
    image = Image.open(io.BytesIO(content)).convert("RGB")
    width, height = image.size
    return [image.getpixel((width * x // 4, height * y // 4)) for y in (1, 3) for x in (1, 3)]


def assert_upright(content: bytes, tolerance: int = 100) -> None:
    for seen, meant in zip(corners(content), made.CORNERS, strict=True):
        assert max(abs(a - b) for a, b in zip(seen, meant, strict=True)) <= tolerance


def assert_nothing_but_pixels(content: bytes) -> None:
    """A JPEG of the segments that its pixels need, which ends where it ends."""
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert SECRET not in content
    for trace in (b"Exif", b"xmpmeta", b"ICC_PROFILE", b"Photoshop", b"MPF"):
        assert trace not in content
    assert content.endswith(b"\xff\xd9")
    assert content.count(b"\xff\xd9") == 1


class TestARefusedFile:
    @pytest.mark.parametrize("name", BAD)
    def test_is_refused_with_its_code_in_time(self, name):
        code, make, sent = BAD[name]
        content = make()
        began = time.monotonic()

        with pytest.raises(RuleBroken) as refused:
            clean_picture(SentFile(content=content, **sent))

        seconds = time.monotonic() - began
        assert refused.value.code == code
        assert [reason.mend for reason in refused.value.reasons] != [""]
        assert seconds < MOST_SECONDS * slowness()

    @pytest.mark.parametrize("name", [name for name, (code, _, _) in BAD.items() if code != "image_unsupported"])
    def test_takes_no_more_memory_than_is_promised(self, name):
        peak, _ = measured(BAD[name][1]())

        assert peak < MOST_BYTES

    def test_stands_beside_enough_others(self):
        assert len(BAD) >= 60


class TestAKeptPicture:
    @pytest.mark.parametrize("name", GOOD)
    def test_is_upright_and_nothing_but_pixels(self, name):
        kept = clean_picture(SentFile(content=GOOD[name]()))

        assert_upright(kept.content)
        assert_nothing_but_pixels(kept.content)
        assert Image.open(io.BytesIO(kept.content)).size == (kept.width, kept.height)

    @pytest.mark.parametrize("encode", [jpeg, png, webp])
    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_is_turned_as_the_camera_was_held(self, encode, orientation):
        content = encode(made.held(orientation), exif=made.exif(orientation))

        kept = clean_picture(SentFile(content=content))

        assert (kept.width, kept.height) == (64, 48)
        assert_upright(kept.content)
        assert_nothing_but_pixels(kept.content)

    @pytest.mark.parametrize("orientation", [3, 6, 8])
    def test_is_turned_as_a_heic_says(self, orientation):
        content = heic(made.held(orientation), exif=made.exif(orientation).tobytes())

        kept = clean_picture(SentFile(content=content))

        assert_upright(kept.content)

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16"])
    def test_may_have_been_stored_in_any_way(self, mode):
        grey = Image.linear_gradient("L").resize((64, 48))
        image = Image.new("I;16", (64, 48), 30_000) if mode == "I;16" else grey.convert(mode)

        kept = clean_picture(SentFile(content=png(image)))

        assert (kept.width, kept.height) == (64, 48)
        assert_nothing_but_pixels(kept.content)

    @pytest.mark.parametrize("size", [(1, 1), (1, 3_000), (8_000, 1), (7, 13)])
    def test_may_have_an_odd_size(self, size):
        kept = clean_picture(SentFile(content=png(Image.new("RGB", size, made.RED))))

        assert (kept.width, kept.height) == size

    def test_is_on_white_where_it_was_transparent(self):
        kept = clean_picture(SentFile(content=png(Image.new("RGBA", (16, 16), (0, 0, 0, 0)))))

        assert corners(kept.content) == [(255, 255, 255)] * 4

    @pytest.mark.parametrize("name", ["", "image", "IMG_1.JPG", "photo.jpeg", "C:\\fakepath\\face.jpg", "фото.jpg", "a.b.jpg"])
    def test_may_go_by_any_true_name(self, name):
        assert clean_picture(SentFile(content=jpeg(), name=name, content_type="image/jpeg; charset=binary")).width == 64

    @pytest.mark.parametrize("bomb", [made.text_bomb, made.profile_bomb])
    def test_does_not_unpack_what_is_packed_beside_its_pixels(self, bomb):
        peak, _ = measured(png()[:33] + bomb(100) + png()[33:])

        assert peak < MOST_BYTES

    @pytest.mark.parametrize("encode", [jpeg, png, webp])
    def test_may_have_forty_megapixels(self, encode):
        options = {"png": {"compress_level": 1}, "webp": {"method": 0}}.get(encode.__name__, {})
        content = encode(Image.new("RGB", (8_000, 5_000), made.GREEN), **options)

        peak, status = measured(content)

        assert status == 0
        assert peak < MOST_BYTES


class TestTheDecoder:
    def test_is_ended_when_it_takes_too_long(self):
        ended = bounded("while True: pass")

        assert ended.returncode == -signal.SIGPROF

    def test_is_refused_more_memory_than_it_may_have(self):
        ended = bounded("bytearray(400_000_000)")

        assert b"MemoryError" in ended.stderr

    def test_may_not_answer_without_end(self):
        ended = bounded("import os; os.truncate(1, 40_000_000)", stdout=os.memfd_create("picture"))

        assert b"File too large" in ended.stderr

    def test_lets_others_wait_for_their_turn(self, monkeypatch):
        monkeypatch.setattr(images, "WAIT", 0.05)
        for _ in range(images.AT_ONCE):
            images._turns.acquire()
        try:
            with pytest.raises(images.Unavailable):
                clean_picture(SentFile(content=jpeg()))
        finally:
            for _ in range(images.AT_ONCE):
                images._turns.release()

    def test_loads_nothing_of_the_product_but_its_rules(self):
        loaded = subprocess.run(
            [sys.executable, "-c", "import sys, patients.decoder.__main__; print('django' in sys.modules)"],
            capture_output=True,
            text=True,
            cwd=settings.BASE_DIR,
            check=True,
        )

        assert loaded.stdout.strip() == "False"


def bounded(program: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """A program within the bounds of the decoder."""
    start = "from patients.decoder.bounds import bound_this_process; bound_this_process(); "
    command = [sys.executable, "-c", f"{start}\n{program}"]
    return subprocess.run(command, stderr=subprocess.PIPE, cwd=settings.BASE_DIR, check=False, **options)


def slowness() -> float:
    """How much slower than alone this machine is just now: another worker of the suite may hold its other core."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1) * 1.5)
