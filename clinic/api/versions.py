"""Strong entity tags, and edits that name the version they were made from."""

import hashlib
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.errors import Conflict


def etag_of(shown: Any) -> str:
    """The tag of what is shown: a hash of its JSON."""
    return f'"{hashlib.sha256(JSONRenderer().render(shown)).hexdigest()[:32]}"'


def answer(shown: Any, *, status: int = 200, etag: str | None = None) -> Response:
    """A resource with its ETag."""
    return Response(shown, status=status, headers={"ETag": etag or etag_of(shown)})


def require_version(request: Request, etag: str) -> None:
    """
    Refuse an edit unless `If-Match` names the version that stands; ask with the row locked.

    :raises Conflict: `version_required` (428) without the header, `stale_version` (412) for another version.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise Conflict("version_required", "Say in If-Match which version (ETag) you are changing.")
    tags = {tag.strip() for tag in header.split(",")}
    if "*" not in tags and etag not in tags:
        raise Conflict("stale_version", "Somebody changed this since you read it: read it again.")
