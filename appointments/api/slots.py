"""Free starts for the front desk."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from appointments.api.asking import searched
from appointments.api.serializers import FEW_STARTS, MOST_STARTS, EdgeField, SlotSearchInput
from appointments.api.shown import SlotsShown, show_reasons
from appointments.selectors.slots import Search, search_slots
from appointments.selectors.teams import shown_teams
from clinic.api.base import ApiView
from clinic.api.pagination import filters, limit_of
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import word
from clinic.api.schema import describe
from clinic.api.strict import read
from clinic.errors import Malformed
from treatments.selectors.work import Asked

LIMIT = {"type": "integer", "minimum": 1, "maximum": MOST_STARTS}
REQUIRED = ("site", "treatment")


class SlotSearch(ApiView):
    """Free starts for what a patient needs."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Free starts for these treatments", taken=SlotSearchInput, shown=SlotsShown, refuses=(409, 422))
    def post(self, request: Request) -> Response:
        """By start; one for each start and practitioner."""
        given = read(SlotSearchInput, request)
        return _answer(searched(request.user, given, now=timezone.now()))


class Slots(ApiView):
    """Free starts for one treatment of any adult."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "Free starts for one treatment; without a lesion it is judged as on the eyelid",
        shown=SlotsShown,
        query={
            "site": OpenApiParameter("site", required=True, description="Site code."),
            "treatment": OpenApiParameter("treatment", required=True, description="Treatment code."),
            "practitioner": "Id or username.",
            "from": OpenApiParameter("from", OpenApiTypes.DATETIME, description="A moment or a date; now unless told."),
            "to": OpenApiParameter("to", OpenApiTypes.DATETIME, description="A moment or a date; 30 days on unless told."),
            "limit": OpenApiParameter("limit", LIMIT, description=f"{FEW_STARTS} unless told."),
        },
        refuses=(422,),
    )
    def get(self, request: Request) -> Response:
        """By start; one for each start and practitioner."""
        allowed = {"site": word, "treatment": word, "practitioner": word, "from": _edge, "to": _edge, "limit": str}
        given = filters(request, allowed, paging=False)
        if missing := [name for name in REQUIRED if name not in given]:
            raise Malformed(dict.fromkeys(missing, "This parameter is required."))
        given["limit"] = limit_of(request, default=FEW_STARTS, most=MOST_STARTS)
        given["treatments"] = [Asked(treatment=given.pop("treatment"))]
        return _answer(searched(request.user, given, now=timezone.now(), anywhere=True))


def _answer(search: Search) -> Response:
    found = search_slots(search=search)
    shown: dict[str, Any] = {"results": shown_teams(found.teams, work=search.work), "reasons": show_reasons(found.reasons)}
    return Response(shown)


def _edge(text: str) -> Any:
    try:
        return EdgeField().run_validation(text)
    except ValidationError as error:
        raise ValueError(str(error.detail[0])) from error
