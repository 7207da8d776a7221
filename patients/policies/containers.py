"""How picture files are built, as far as their pixels do not say: where they end, what moves, and what else hides in them."""

import re
from typing import Final, Literal

from patients.policies.images import ANIMATED, DAMAGED, HEIC, PNG, POLYGLOT, TOO_LARGE, WEBP, Size, size_refusal

EDGE: Final = 65_536
"""Bytes at both ends of a file in which a page would have to begin to be taken for one."""
ARCHIVE_END: Final = b"PK\x05\x06"
ARCHIVES: Final = (b"rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"__halt_compiler();")
PROGRAMS: Final = (b"<script", b"<?php ", b"<?php\n", b"<?php\r", b"<?php\t", b"<!doctype html", b"<iframe")
"""In small letters, long enough not to occur by chance."""
PAGE: Final = re.compile(rb"<(?:html|svg|body|object|embed|img)[\s>/]")
HEAD: Final = 1_000_000
"""Bytes in which a HEIC says what it holds."""
SPATIAL_EXTENTS: Final = re.compile(rb"\0\0\0\x14ispe\0\0\0\0")
MOST_CHUNKS: Final = 100_000
"""Chunks; a camera writes a few hundred."""


def flaw_of(kind: str, content: bytes) -> str | None:
    """The code of what speaks against the file before its pixels are looked at, None for nothing."""
    if is_something_else_too(content):
        return POLYGLOT
    if any(size_refusal(size) for size in claimed_sizes(kind, content)):
        return TOO_LARGE
    if kind == PNG:
        return _png_flaw(content)
    if kind == WEBP:
        return _webp_flaw(content)
    return None


def claimed_sizes(kind: str, content: bytes) -> list[Size]:
    """The sizes that the file names for its canvas and its parts, where they stand in one place (not in a JPEG); none is zero."""
    if kind == PNG:
        sizes = [_size(content[16:24], "big")]
    elif kind == WEBP and content[12:16] == b"VP8X":
        sizes = [_size(content[24:30], "little", plus=1)]
    elif kind == HEIC:
        sizes = [_size(content[found.end() : found.end() + 8], "big") for found in SPATIAL_EXTENTS.finditer(content[:HEAD])]
    else:
        sizes = []
    return [size for size in sizes if size.width and size.height]


def is_something_else_too(content: bytes) -> bool:
    """Whether other programs would take the file for an archive, a document, a page or a program."""
    folded = content.lower()
    edges = folded[:EDGE] + b"\0" + folded[-EDGE:]
    return (
        b"%pdf-" in folded[:1024]
        or b"%!ps-adobe" in folded[:1024]
        or content[128:132] == b"DICM"
        or content[257:262] == b"ustar"
        or (content.startswith(b"\xff\xd8") and content[4:6] == b"/*")
        or _ends_an_archive(content)
        or any(sign in folded for sign in (*ARCHIVES, *PROGRAMS))
        or PAGE.search(edges) is not None
    )


def _size(field: bytes, order: Literal["big", "little"], *, plus: int = 0) -> Size:
    half = len(field) // 2
    return Size(
        width=int.from_bytes(field[:half], order) + plus,
        height=int.from_bytes(field[half:], order) + plus,
    )


def _ends_an_archive(content: bytes) -> bool:
    """A ZIP is found from its end: a record there whose directory lies before it."""
    tail = content[-(EDGE + 22) :]
    at = tail.rfind(ARCHIVE_END)
    while at >= 0:
        record = tail[at : at + 22]
        entries, length = int.from_bytes(record[10:12], "little"), int.from_bytes(record[12:16], "little")
        if len(record) == 22 and length <= len(content) and (entries > 0) == (length >= 46):
            return True
        at = tail.rfind(ARCHIVE_END, 0, at)
    return False


def _png_flaw(content: bytes) -> str | None:
    """A PNG is chunks up to IEND; one that announces animation moves."""
    at, chunks = 8, 0
    while chunks < MOST_CHUNKS:
        length, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if name == b"acTL":
            return ANIMATED
        at += 12 + length
        if at > len(content) or len(name) < 4:
            return DAMAGED
        if name == b"IEND":
            return None
        chunks += 1
    return DAMAGED


def _webp_flaw(content: bytes) -> str | None:
    """A WebP says its length, and an extended one whether it moves."""
    if int.from_bytes(content[4:8], "little") + 8 > len(content):
        return DAMAGED
    return ANIMATED if content[12:16] == b"VP8X" and content[20] & 0x02 else None
