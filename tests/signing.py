"""Calls that are signed as a gateway signs them."""

import json
import time
from typing import Any

from rest_framework.response import Response
from rest_framework.test import APIClient

from clinic.api.signatures import signature_of

SECRET = "a secret that both sides know"


def signed(url: str, body: Any, *, secret: str = SECRET, stamp: str | None = None, **headers: str) -> Response:
    """The answer to a POST of the body (bytes, or what becomes JSON) that is signed now, or with that timestamp."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(time.time())) if stamp is None else stamp
    told = {"X-Timestamp": stamp, "X-Signature": signature_of(stamp=stamp, body=raw, secret=secret)} | headers
    return APIClient().post(url, raw, content_type="application/json", headers=told)
