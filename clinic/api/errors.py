"""The one place where an error gets its HTTP status; every error is rendered as problem+json (RFC 9457)."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404
from psycopg import InterfaceError as DriverInterfaceError
from psycopg import OperationalError as DriverOperationalError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from clinic.errors import Conflict, DomainError, Malformed, NotAllowed, NotFound, RuleBroken, Unavailable, by_gate
from clinic.services.tokens import BadCredentials, TooMany

PROBLEM = "application/problem+json"
RETRY_AFTER_S = 2
DATABASE_ERRORS = (IntegrityError, OperationalError, InterfaceError, DriverOperationalError, DriverInterfaceError)
COLLISIONS = ("40P01", "40001", "55P03")

KINDS: Mapping[type[DomainError], int] = {
    Malformed: 400,
    BadCredentials: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    RuleBroken: 422,
    TooMany: 429,
    Unavailable: 503,
}
STATUS_OF_CODE = {
    "not_permitted": 403,
    "order_required": 403,
    "slot_taken": 409,
    "hold_expired": 409,
    "illegal_transition": 409,
    "patient_merged": 409,
    "merge_overtaken": 409,
    "later_merge_first": 409,
    "stands_on_both": 409,
    "version_required": 428,
    "stale_version": 412,
}
CODES = {
    400: "malformed",
    401: "not_authenticated",
    403: "not_permitted",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many",
    503: "unavailable",
}
OVERTAKEN = {
    "merged_patient_takes_nothing_new": ("patient_merged", "This patient was merged into another one just now: look again."),
}
"""Constraints that only a race can meet, because the same was asked before: the code and what is said."""
DETAILS = {
    "not_authenticated": "Sign in first: send a live token as Authorization: Bearer.",
    "not_permitted": "Your role does not include this.",
    "not_found": NotFound().detail,
}
UNQUOTED = {"invalid_choice": "This is none of the choices."}
"""By code: what is said where the framework would quote the value that was sent."""


class Problem(exceptions.APIException):
    """An error that is ready to be shown; DRF's own handler turns it into the response."""

    def __init__(self, *, status: int, code: str, detail: str, title: str = "", wait: int | None = None, **rest: Any) -> None:
        self.status_code = status
        self.wait = wait
        self.auth_header = "Bearer" if status == 401 else None
        self.detail = body_of(status=status, code=code, detail=detail, title=title, **rest)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The EXCEPTION_HANDLER: what is known becomes a problem, the unexpected rises to a 500 and a log."""
    problem = problem_of(error)
    if problem is None:
        return None
    response = exception_handler(problem, context)
    if response is not None:
        response.content_type = PROBLEM
        if isinstance(error, exceptions.MethodNotAllowed):
            response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def problem_of(error: Exception) -> Problem | None:
    """The problem that the error is, or None for what nobody foresaw."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, DomainError):
        return _domain(error)
    if isinstance(error, DATABASE_ERRORS):
        return _database(error)
    if isinstance(error, exceptions.ValidationError):
        return _malformed([{"field": field, "detail": detail} for field, detail in flatten(error.detail)])
    if isinstance(error, exceptions.ParseError):
        return _malformed([{"field": "", "detail": str(error.detail)}])
    if isinstance(error, SuspiciousOperation):
        return _plain(413, "The request is too large.")
    if isinstance(error, Http404 | exceptions.NotFound):
        return _plain(404, "")
    if isinstance(error, PermissionDenied):
        return _plain(403, "")
    if isinstance(error, exceptions.APIException):
        return _plain(error.status_code, str(error.detail), wait=getattr(error, "wait", None))
    return None


def body_of(*, status: int, code: str, detail: str, title: str = "", **rest: Any) -> dict[str, Any]:
    """The members of a problem, always the same ones; `rest` fills or adds some."""
    return {
        "type": f"urn:pearl:problem:{code}",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "reasons": [],
        "alternatives": [],
        "errors": [],
    } | rest


def flatten(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The errors of a serializer as (`treatments[0].lesions`, sentence), in the order of the fields."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            if key == "non_field_errors":
                step = path
            else:
                step = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}".lstrip(".")
            yield from flatten(inner, step)
    elif isinstance(detail, Sequence) and not isinstance(detail, str):
        for index, inner in enumerate(detail):
            yield from flatten(inner, f"{path}[{index}]" if isinstance(inner, Mapping) else path)
    else:
        yield path, UNQUOTED.get(getattr(detail, "code", ""), str(detail))


def _domain(error: DomainError) -> Problem | None:
    """What the first reason says decides; without reasons, the kind of the error."""
    reasons = by_gate(error.reasons)
    code = reasons[0].code if reasons else error.code
    of_kind = next((status for kind, status in KINDS.items() if isinstance(error, kind)), None)
    status = STATUS_OF_CODE.get(code) or (422 if reasons else of_kind)
    if status is None:
        return None
    errors = [{"field": field, "detail": detail} for field, detail in getattr(error, "fields", {}).items()]
    return Problem(
        status=status,
        code=code,
        detail=reasons[0].detail if reasons else error.detail,
        wait=getattr(error, "wait", RETRY_AFTER_S if status == 503 else None),
        reasons=[reason.as_dict() for reason in reasons],
        alternatives=error.alternatives,
        errors=errors,
        **error.extra,
    )


def _database(error: Exception) -> Problem | None:
    if isinstance(error, IntegrityError):
        return _overtaken(error)
    code = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None)
    busy = code in COLLISIONS
    title = "Two changes met" if busy else "The database is away"
    detail = (
        "Nothing was changed: please try again."
        if busy
        else "Nothing can be read or changed just now: please try again shortly."
    )
    return Problem(status=503, code="unavailable", title=title, detail=detail, wait=RETRY_AFTER_S)


def _overtaken(error: IntegrityError) -> Problem | None:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    if name not in OVERTAKEN:
        return None
    code, detail = OVERTAKEN[name]
    return Problem(status=STATUS_OF_CODE[code], code=code, detail=detail)


def _malformed(errors: list[dict[str, str]]) -> Problem:
    return Problem(status=400, code="malformed", detail=Malformed({}).detail, errors=errors)


def _plain(status: int, detail: str, *, wait: int | None = None) -> Problem:
    code = CODES.get(status, "malformed" if status < 500 else "unavailable")
    return Problem(status=status, code=code, detail=DETAILS.get(code, detail), wait=wait)
