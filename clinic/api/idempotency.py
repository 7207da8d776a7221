"""`Idempotency-Key`: a POST that is sent again under the same key gets the answer of the first, and does nothing."""

import hashlib
import json
from collections.abc import Callable

from django.db import connection, transaction
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.uploads import FORM, digest_of_form
from clinic.errors import Conflict, Malformed, RuleBroken
from clinic.models import KeptAnswer
from clinic.services.tidying import ANSWERS_KEPT_FOR

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
NOT_KEPT = frozenset({401, 429})


def key_of(request: Request) -> str | None:
    """
    The key, if the caller sent one.

    :raises Malformed: unless it is 1 to 255 printable ASCII characters.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 1 <= len(key) <= 255 or not all(" " <= letter <= "~" for letter in key):
        raise Malformed({HEADER: "The key is 1 to 255 printable ASCII characters."})
    return key


def answered_once(
    *, request: Request, key: str, run: Callable[[], Response], refuse: Callable[[Exception], Response]
) -> Response:
    """
    Run the handler, or give again what it answered under this key; work and kept answer are committed together.

    :raises Conflict: `in_flight`, while the first request under the key still runs.
    :raises RuleBroken: `key_reused`, for another request under the same key.
    """
    digest = _digest(request)
    with transaction.atomic():
        if not _is_ours(f"{request.user.pk} {key}"):
            raise Conflict("in_flight", "The first request under this key is still being worked on.")
        kept = KeptAnswer.objects.filter(user_id=request.user.pk, key=key).first()
        if kept and kept.created_at > timezone.now() - ANSWERS_KEPT_FOR:
            return _again(kept, digest)
        response = _run(run, refuse)
        if _is_kept(response):
            KeptAnswer.objects.update_or_create(
                user_id=request.user.pk,
                key=key,
                defaults={
                    "request_digest": digest,
                    "status": response.status_code,
                    "body": json.loads(JSONRenderer().render(response.data) or b"null"),
                    "created_at": timezone.now(),
                },
            )
        return response


def _run(run: Callable[[], Response], refuse: Callable[[Exception], Response]) -> Response:
    """The answer of the handler; what it wrote is undone when it refuses."""
    try:
        with transaction.atomic():
            response = run()
            if response.status_code >= 400:
                transaction.set_rollback(True)
            else:
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except Exception as error:
        response = refuse(error)
    return response


def _again(kept: KeptAnswer, digest: bytes) -> Response:
    if bytes(kept.request_digest) != digest:
        raise RuleBroken("key_reused", "This key was already used for another request.")
    response = Response(kept.body, status=kept.status, headers={REPLAYED: "true"})
    if kept.status >= 400:
        response.content_type = "application/problem+json"
    return response


def _is_kept(response: Response) -> bool:
    """Not what may end differently when it is tried again: failures of ours, of the login, of the role, of the pace."""
    if response.status_code in NOT_KEPT or response.status_code >= 500:
        return False
    return not (response.status_code == 403 and response.data.get("code") == "not_permitted")


def _is_ours(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 24))", [name])
        return bool(cursor.fetchone()[0])


def _digest(request: Request) -> bytes:
    method_and_path = f"{request.method} {request.get_full_path()}\n".encode()
    is_form = (request.content_type or "").partition(";")[0].strip().lower() == FORM
    body = digest_of_form(request) if is_form else request._request.body
    return hashlib.sha256(method_and_path + body).digest()
