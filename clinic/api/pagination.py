"""Lists: pages by cursor, and filters and orderings from an allow-list."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.errors import Malformed

PAGE, MOST = 50, 100
ALWAYS = ("limit", "cursor")


class CursorPages(CursorPagination):
    """`{results, next, previous}`, 50 rows unless `limit` (1 to 100) says otherwise."""

    page_size = PAGE
    max_page_size = MOST
    page_size_query_param = "limit"
    ordering = ("id",)

    def get_page_size(self, request: Request) -> int:
        """The number of rows asked for."""
        return limit_of(request)

    def get_paginated_response(self, data: Any) -> Response:
        """The page and its neighbours."""
        return Response({"results": data, "next": self.get_next_link(), "previous": self.get_previous_link()})


def paged(
    request: Request,
    queryset: QuerySet[Any],
    render: Callable[[Any], dict[str, Any]] | None = None,
    *,
    ordering: Sequence[str] = ("id",),
    render_all: Callable[[Sequence[Model]], Iterable[dict[str, Any]]] | None = None,
) -> Response:
    """One page of the rows: `render` shows one, `render_all` a whole page in few queries."""
    pages = CursorPages()
    pages.ordering = tuple(ordering)
    try:
        rows = pages.paginate_queryset(queryset.order_by(*ordering), request)
    except (NotFound, ValidationError, DataError, ValueError) as error:
        raise Malformed({"cursor": "This is not a cursor of this list."}) from error
    shown = render_all(rows) if render_all else [render(row) for row in rows]
    return pages.get_paginated_response(list(shown))


def limit_of(request: Request, *, default: int = PAGE, most: int = MOST) -> int:
    """
    The query's `limit`.

    :raises Malformed: unless it is a whole number from 1 to `most`.
    """
    text = request.query_params.get("limit")
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):
        raise Malformed({"limit": f"This is a whole number from 1 to {most}."})
    return int(text)


def filters(request: Request, allowed: Mapping[str, Callable[[str], Any]], *, paging: bool = True) -> dict[str, Any]:
    """
    The query's parameters, each read by its parser (which raises ValueError with a sentence); those not given are left out.

    :raises Malformed: for a parameter that is not allowed, given twice, or not readable.
    """
    known = {*allowed, *(ALWAYS if paging else ())}
    errors: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, given in request.query_params.lists():
        if name not in known:
            errors[name] = "There is no such parameter here."
        elif len(given) > 1:
            errors[name] = "This parameter is given once."
        elif name in allowed:
            _read(name, given[0], allowed[name], values, errors)
    if errors:
        raise Malformed(errors)
    return values


def ordered_by(allowed: Iterable[str]) -> Callable[[str], tuple[str, str]]:
    """A parser for `ordering`: one of these fields, `-` before it for the other direction; equal rows stand by id."""
    names = tuple(allowed)

    def parse(text: str) -> tuple[str, str]:
        if text.removeprefix("-") not in names:
            raise ValueError(f"This is one of {', '.join(names)}, with - before it for the other direction.")
        return text, "-id" if text.startswith("-") else "id"

    return parse


def _read(name: str, text: str, parse: Callable[[str], Any], values: dict[str, Any], errors: dict[str, str]) -> None:
    if not text or "\0" in text:
        errors[name] = "This parameter needs a value."
        return
    try:
        values[name] = parse(text)
    except ValueError as error:
        errors[name] = str(error)
