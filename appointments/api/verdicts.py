"""The dry run of a booking."""

from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.api.asking import wanted
from appointments.api.serializers import VerdictInput
from appointments.api.shown import VerdictShown, show_reasons
from appointments.selectors.teams import shown_teams
from appointments.selectors.verdicts import Verdict, verdict
from clinic.api.base import ApiView
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.schema import describe
from clinic.api.strict import read
from clinic.errors import RuleBroken
from treatments.selectors.work import Work


class Verdicts(ApiView):
    """Whether something may be done, before anybody books it."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Would this be booked?", taken=VerdictInput, shown=VerdictShown, refuses=(409, 422))
    def post(self, request: Request) -> Response:
        """Judge it; nothing is written."""
        given = read(VerdictInput, request)
        try:
            asked = wanted(request.user, given, now=timezone.now())
        except RuleBroken as error:
            return Response(_refused(error))
        return Response(_shown(verdict(request=asked), asked.work))


def _shown(judged: Verdict, work: Work) -> dict[str, Any]:
    return {
        "allowed": judged.allowed,
        "reasons": show_reasons(judged.reasons),
        "warnings": show_reasons(judged.warnings),
        "overrides_needed": list(judged.overrides_needed),
        "alternatives": shown_teams(judged.alternatives, work=work),
        "scopes": work.scopes,
    }


def _refused(error: RuleBroken) -> dict[str, Any]:
    """What cannot even be judged, since the site does not offer it."""
    empty: dict[str, Any] = {"warnings": [], "overrides_needed": [], "alternatives": [], "scopes": []}
    return {"allowed": False, "reasons": show_reasons(error.reasons)} | empty
