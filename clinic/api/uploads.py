"""Forms with a file: bounded before they are read, each field given once, and known again when they are sent again."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, MultiPartParser
from rest_framework.request import Request

FORM: Final = MultiPartParser.media_type


class StrictForm(MultiPartParser):
    """multipart/form-data no longer than what is kept in memory, without NUL characters and without repeated fields."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> DataAndFiles:
        """
        Fields and files.

        :raises RequestDataTooBig: for a body that is longer, before any of it is read.
        :raises ParseError: for whatever is no such form.
        """
        length = (parser_context or {})["request"].META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig
        parsed = super().parse(stream, media_type, parser_context)
        for name, values in (*parsed.data.lists(), *parsed.files.lists()):
            if len(values) > 1 or (name in parsed.data and name in parsed.files):
                raise ParseError(f"The form gives {name!r} more than once.")
        if any("\0" in text for pair in parsed.data.items() for text in pair):
            raise ParseError("The form holds a NUL character.")
        return parsed


def digest_of_form(request: Request) -> bytes:
    """A hash of what the form says: the line that parts its fields is made anew each time that it is sent."""
    digest = hashlib.sha256()
    for name, value in sorted(request.data.items()):
        content = value if isinstance(value, str) else [value.name, value.content_type, _hash(value)]
        digest.update(json.dumps([name, content]).encode() + b"\n")
    return digest.digest()


def _hash(file: Any) -> str:
    digest = hashlib.sha256(b"".join(file.chunks())).hexdigest()
    file.seek(0)
    return digest
