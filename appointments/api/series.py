"""A course of visits over HTTP."""

from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.api.asking import require_work_at, wanted
from appointments.api.serializers import SeriesInput
from appointments.api.shown import SeriesShown, show_visit
from appointments.selectors.requests import Request as Wanted
from appointments.services.series import OfVisit, book_series, of_visit, refused
from clinic.api.base import ApiView
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.schema import ACTS, describe
from clinic.api.strict import read
from clinic.api.versions import answer
from clinic.errors import Malformed, RuleBroken
from clinic.models import User


class Series(ApiView):
    """Visits that belong together."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Book a course of visits, all or none", taken=SeriesInput, shown=SeriesShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """Every refusal of every visit is told at once; `visit` counts them from 0."""
        asked = _wanted(request.user, read(SeriesInput, request)["visits"], timezone.now())
        for visit in asked:
            require_work_at(request.user, visit.work.site)
        return answer({"visits": [show_visit(visit) for visit in book_series(requests=asked)]}, status=201)


def _wanted(user: User, visits: list[dict[str, Any]], now: datetime) -> list[Wanted]:
    if len({given["patient"] for given in visits}) > 1:
        raise Malformed({"visits": "A course is of one patient."})
    asked: list[Wanted] = []
    malformed: dict[str, str] = {}
    reasons: list[OfVisit] = []
    for place, given in enumerate(visits):
        try:
            asked.append(wanted(user, given, now=now))
        except Malformed as error:
            malformed |= {f"visits[{place}].{field}": detail for field, detail in error.fields.items()}
        except RuleBroken as error:
            reasons += [of_visit(reason, visit=place) for reason in error.reasons]
    if malformed:
        raise Malformed(malformed)
    if reasons:
        raise refused(reasons)
    return asked
