"""Calls of other systems, signed with a secret that both sides know."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from clinic.api.errors import Problem
from clinic.errors import Unavailable

TIMESTAMP, SIGNATURE = "X-Timestamp", "X-Signature"
FRESH: Final = timedelta(minutes=5)
MOST_BYTES: Final = 64 * 1024


class Signed(BaseAuthentication):
    """
    `X-Timestamp` in seconds since 1970, and in `X-Signature` the HMAC-SHA256, in hex, of the timestamp, a full stop and the
    body under INBOUND_SECRET.
    """

    def authenticate(self, request: Request) -> tuple[AnonymousUser, None]:
        """
        Nobody in particular, but somebody who knows the secret.

        :raises Unavailable: while no secret is set, so that whoever calls tries again later.
        """
        if not settings.INBOUND_SECRET:
            raise Unavailable("not_configured", "Nobody has set up yet how these calls are signed: INBOUND_SECRET is empty.")
        stamp = request.headers.get(TIMESTAMP, "")
        given = request.headers.get(SIGNATURE, "").encode("utf-8", "replace")
        wanted = signature_of(stamp=stamp, body=_body(request), secret=settings.INBOUND_SECRET).encode()
        if not hmac.compare_digest(given, wanted) or not _is_fresh(stamp, timezone.now()):
            raise Problem(
                status=401, code="wrong_signature", detail="The signature is not that of this body, or older than five minutes."
            )
        return AnonymousUser(), None

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return SIGNATURE


def signature_of(*, stamp: str, body: bytes, secret: str) -> str:
    """In hex."""
    return hmac.new(secret.encode(), stamp.encode("utf-8", "replace") + b"." + body, hashlib.sha256).hexdigest()


def _body(request: Request) -> bytes:
    """
    All of it, before anything reads it.

    :raises RequestDataTooBig: for more than 64 kB.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MOST_BYTES:
        raise RequestDataTooBig
    body = request._request.body
    if len(body) > MOST_BYTES:
        raise RequestDataTooBig
    return body


def _is_fresh(stamp: str, now: datetime) -> bool:
    if not re.fullmatch(r"[0-9]{1,11}", stamp):
        return False
    return abs(now.timestamp() - int(stamp)) <= FRESH.total_seconds()
