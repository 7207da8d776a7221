"""The view that every other one extends: who calls, what is recorded of it, and one answer per idempotency key."""

import contextlib
from typing import Any, ClassVar

import pghistory
import structlog
from django.db import transaction
from django.http import HttpRequest
from rest_framework.exceptions import NotFound
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinic.api.authentication import TokenAuthentication
from clinic.api.idempotency import answered_once, key_of
from clinic.api.permissions import HasRole, RolesByMethod
from clinic.api.schema import Described
from clinic.api.strict import StrictJson

READING = ("GET", "HEAD")


class AlwaysJson(BaseContentNegotiation):
    """JSON, whatever is asked for."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The parser of the content type; a body without one is read as JSON."""
        kind = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if kind in ("", parser.media_type)), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """The only one."""
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """
    Denied by default: `roles` names for each method who may call it (a set of roles, or a callable of the request).

    Every write happens under a history context (who, request id). A POST honours `Idempotency-Key`; PUT, PATCH and
    DELETE run in one transaction, so that a row that was locked for its version stays locked until it is written.
    """

    roles: ClassVar[RolesByMethod] = {}
    http_method_names: ClassVar[list[str]] = ["get", "post", "put", "patch", "delete", "head"]
    authentication_classes = (TokenAuthentication,)
    permission_classes = (HasRole,)
    parser_classes = (StrictJson,)
    content_negotiation_class = AlwaysJson
    schema = Described()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """As in DRF, with `perform` around the handler."""
        self.args, self.kwargs = args, kwargs
        self.headers = self.default_response_headers
        request = self.initialize_request(request, *args, **kwargs)
        self.request = request
        try:
            self.initial(request, *args, **kwargs)
            with _recorded(request):
                response = self.perform(request, *args, **kwargs)
        except Exception as error:
            response = self.handle_exception(error)
        self.response = self.finalize_response(request, response, *args, **kwargs)
        return self.response

    def perform(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Call the handler of the method: once per key, in a transaction, or plainly."""
        handler = getattr(self, request.method.lower(), self.http_method_not_allowed)
        if request.method in READING:
            return handler(request, *args, **kwargs)
        key = key_of(request) if request.method == "POST" and request.user.is_authenticated else None
        if key is not None:
            return answered_once(
                request=request, key=key, run=lambda: handler(request, *args, **kwargs), refuse=self.handle_exception
            )
        if request.method == "POST":
            return handler(request, *args, **kwargs)
        with transaction.atomic():
            return handler(request, *args, **kwargs)


class Unknown(ApiView):
    """Whatever address under /api/ nothing else answers to: 401 without a token, else the same 404 as an unknown id."""

    permission_classes = (IsAuthenticated,)
    schema = None

    def perform(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """There is nothing here."""
        raise NotFound


def _recorded(request: Request) -> contextlib.AbstractContextManager[Any]:
    """The context in which history rows are written: who and in which request."""
    if request.method in READING:
        return contextlib.nullcontext()
    user = str(request.user.pk) if request.user.is_authenticated else None
    return pghistory.context(user=user, request_id=structlog.contextvars.get_contextvars().get("request_id"))
