"""Visits: booked, listed and shown."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.api.asking import wanted, works_at
from appointments.api.serializers import BookingInput
from appointments.api.shown import VisitShown, etag_of_visit, show_visit
from appointments.models import Appointment
from appointments.policies.statuses import STATUSES
from appointments.selectors.requests import Request as Wanted
from appointments.selectors.teams import shown_teams
from appointments.selectors.verdicts import verdict
from appointments.selectors.visits import appointments_visible_to, of_day, with_names
from appointments.services.booking import book_appointment
from appointments.services.refusing import refuse
from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import day, key, one_of, word
from clinic.api.schema import ACTS, describe, page_of
from clinic.api.strict import read
from clinic.api.versions import answer
from clinic.errors import NotAllowed
from clinic.models import User
from clinic.selectors.people import practitioner_named, site_named, visible_sites
from patients.selectors.records import found

BY_START = ("starts_at", "id")


class Visits(ApiView):
    """The visits of the patients whom the caller may see."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": ANY_STAFF}

    @describe(
        "Visits by start",
        shown=page_of(VisitShown),
        query={
            "site": "Site code.",
            "date": OpenApiParameter("date", OpenApiTypes.DATE, description="The day at the site on which they start."),
            "practitioner": "Id or username.",
            "patient": OpenApiParameter("patient", OpenApiTypes.UUID, description="Patient id."),
            "status": OpenApiParameter("status", enum=STATUSES, description="One status."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        allowed = {"site": word, "date": day, "practitioner": word, "patient": key, "status": one_of(*STATUSES)}
        rows = _wanted(request.user, filters(request, allowed))
        return paged(request, with_names(rows).annotate(starts_at=F("during__startswith")), show_visit, ordering=BY_START)

    @describe("Book a visit", taken=BookingInput, shown=VisitShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """Judged, and held to the same rules by the database."""
        asked = wanted(request.user, read(BookingInput, request), now=timezone.now())
        _require_place(asked)
        visit = book_appointment(request=asked)
        return answer(show_visit(visit), status=201, etag=etag_of_visit(visit))


class OneVisit(ApiView):
    """A visit."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("A visit", shown=VisitShown)
    def get(self, request: Request, appointment: UUID) -> Response:
        """Show it."""
        visit = found(with_names(appointments_visible_to(request.user)), appointment)
        return answer(show_visit(visit), etag=etag_of_visit(visit))


def visit_shown(visit: UUID) -> Response:
    """The visit as it is now, with its version."""
    row = with_names(Appointment.objects.all()).get(pk=visit)
    return answer(show_visit(row), etag=etag_of_visit(row))


def _require_place(asked: Wanted) -> None:
    """Only those who work at a site book there; what the rules say is told all the same."""
    if works_at(asked.booker, asked.work.site):
        return
    judged = verdict(request=asked)
    if judged.reasons:
        raise refuse(judged, shown_teams(judged.alternatives, work=asked.work))
    raise NotAllowed("not_permitted", "Your role does not include booking at that site.")


def _wanted(user: User, asked: dict[str, Any]) -> QuerySet[Appointment]:
    rows = appointments_visible_to(user)
    sites = visible_sites(user)
    if "site" in asked:
        sites = [site_named(asked["site"])]
        rows = rows.filter(site=sites[0])
    if "date" in asked:
        rows = of_day(rows, day=asked["date"], sites=sites)
    if "practitioner" in asked:
        rows = rows.filter(practitioner=practitioner_named(asked["practitioner"]))
    return rows.filter(**{name: asked[name] for name in ("patient", "status") if name in asked})
