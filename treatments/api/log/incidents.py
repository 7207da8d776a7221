"""Incidents over HTTP: reported, reviewed by somebody else, closed."""

from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, MANAGERS, PRACTITIONERS, RolesByMethod, require_role
from clinic.api.render import key, one_of, word
from clinic.api.schema import ACTS, choice, describe, page_of
from clinic.api.strict import read
from clinic.api.versions import answer
from clinic.models import User
from patients.selectors.records import all_found, found, lesions_visible_to
from treatments.api.log.inputs import CloseInput, IncidentInput, ReviewInput
from treatments.api.log.shapes import IncidentShown
from treatments.api.log.shown import show_incident
from treatments.models import Incident
from treatments.models.incidents import INCIDENT_STATUSES
from treatments.selectors.log.records import encounters_visible_to, incidents_visible_to, procedures_visible_to
from treatments.services.log.incidents import close_incident, report_incident, review_incident

REVIEWERS = PRACTITIONERS | MANAGERS


class Incidents(ApiView):
    """The incidents of the patients whom the caller may see."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "POST": PRACTITIONERS}

    @describe(
        "Incidents",
        shown=page_of(IncidentShown),
        query={
            "patient": "Patient id.",
            "encounter": "The stay.",
            "site": "Site code.",
            "status": choice("status", INCIDENT_STATUSES, "Its status."),
        },
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page."""
        allowed = {"patient": key, "encounter": key, "site": word, "status": one_of(*INCIDENT_STATUSES)}
        asked = filters(request, allowed)
        if "site" in asked:
            asked["site__code"] = asked.pop("site")
        return paged(request, incidents_visible_to(request.user).filter(**asked), show_incident)

    @describe("Report an incident", taken=IncidentInput, shown=IncidentShown, status=201, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """It is kept as it is told, and put before the medical director."""
        given = read(IncidentInput, request)
        encounter = found(encounters_visible_to(request.user), given["encounter"])
        require_role(request.user, PRACTITIONERS, site=encounter.site)
        lesions = all_found(lesions_visible_to(request.user), given.get("lesions") or [])
        procedure = found(procedures_visible_to(request.user), given["procedure"]) if given.get("procedure") else None
        incident = report_incident(
            actor=request.user,
            encounter=encounter,
            kind=given["kind"],
            what_happened=given["what_happened"],
            lesions=[lesion.pk for lesion in lesions],
            procedure=procedure,
            now=timezone.now(),
        )
        return _shown(request, incident.pk, status=201)


class OneIncident(ApiView):
    """An incident."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("An incident", shown=IncidentShown)
    def get(self, request: Request, incident: UUID) -> Response:
        """Show it."""
        return _shown(request, incident)


class Review(ApiView):
    """What somebody else found out about it."""

    roles: ClassVar[RolesByMethod] = {"POST": REVIEWERS}

    @describe("Review an incident that somebody else reported", taken=ReviewInput, shown=IncidentShown, refuses=ACTS)
    def post(self, request: Request, incident: UUID) -> Response:
        """It can be closed from now on."""
        given = read(ReviewInput, request)
        review_incident(actor=request.user, incident=_of_my_site(request.user, incident), now=timezone.now(), **given)
        return _shown(request, incident)


class Close(ApiView):
    """The end of it."""

    roles: ClassVar[RolesByMethod] = {"POST": REVIEWERS}

    @describe("Close a reviewed incident", taken=CloseInput, shown=IncidentShown, refuses=ACTS)
    def post(self, request: Request, incident: UUID) -> Response:
        """With the measures that were taken."""
        given = read(CloseInput, request)
        close_incident(actor=request.user, incident=_of_my_site(request.user, incident), now=timezone.now(), **given)
        return _shown(request, incident)


def _shown(request: Request, incident: UUID, *, status: int = 200) -> Response:
    return answer(show_incident(found(incidents_visible_to(request.user), incident)), status=status)


def _of_my_site(user: User, incident: UUID) -> Incident:
    row = found(incidents_visible_to(user), incident)
    require_role(user, REVIEWERS, site=row.site)
    return row
