"""A course of visits over HTTP."""

from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.api.asking import require_work_at, searched, wanted
from appointments.api.serializers import ProposalInput, SeriesInput
from appointments.api.shown import ProposalShown, SeriesShown, show_reasons, show_visit
from appointments.selectors.courses import Proposal, propose_course
from appointments.selectors.requests import Request as Wanted
from appointments.selectors.teams import shown_teams
from appointments.services.series import OfVisit, book_series, of_visit, refused
from clinic.api.base import ApiView
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import local
from clinic.api.schema import ACTS, describe
from clinic.api.strict import read
from clinic.api.versions import answer
from clinic.errors import Malformed, RuleBroken
from clinic.models import User
from treatments.selectors.work import Work


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


class Proposals(ApiView):
    """Starts for visits that belong together."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Starts for a course of visits, some days apart", taken=ProposalInput, shown=ProposalShown, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """Nothing is written: the starts are free now, and booked by another call."""
        given = read(ProposalInput, request)
        first, count, every_days = (given.pop(name) for name in ("first", "count", "every_days"))
        search = searched(request.user, given | {"from": first.at}, now=timezone.now())
        proposals = propose_course(search=search, count=count, every_days=every_days)
        return Response({"visits": [_proposed(proposal, search.work) for proposal in proposals]})


def _proposed(proposal: Proposal, work: Work) -> dict[str, Any]:
    slots = shown_teams(proposal.found.teams, work=work)
    return {
        "wanted": local(proposal.wanted, work.site.zone),
        "slot": slots[0] if slots else None,
        "reasons": show_reasons(proposal.found.reasons),
    }


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
