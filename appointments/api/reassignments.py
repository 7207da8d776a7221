"""Visits that lost their ground, and giving them to others."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.api.asking import works_at
from appointments.api.serializers import ApplyInput
from appointments.api.shown import AppliedShown, ReassignmentShown, show_reasons
from appointments.models import Appointment
from appointments.selectors.reassignments import WayOut, visits_to_reassign, ways_out
from appointments.selectors.visits import appointments_visible_to
from appointments.services.reassigning import Move, apply_reassignments
from clinic.api.base import ApiView
from clinic.api.pagination import filters, paged
from clinic.api.permissions import ANY_STAFF, RolesByMethod
from clinic.api.render import local, word
from clinic.api.schema import ACTS, describe, page_of
from clinic.api.strict import read
from clinic.errors import DomainError, NotAllowed
from clinic.models import User
from clinic.selectors.people import practitioner_named, site_named
from patients.selectors.records import found

SUBSTITUTE = ("practitioner", "start", "end")


class Reassignments(ApiView):
    """What waits for a substitute."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe(
        "Visits that need somebody else, with substitutes",
        shown=page_of(ReassignmentShown),
        query={"site": "Site code."},
        paging=True,
    )
    def get(self, request: Request) -> Response:
        """One page, those that wait longest in front."""
        asked = filters(request, {"site": word})
        rows = visits_to_reassign(request.user)
        if "site" in asked:
            rows = rows.filter(site=site_named(asked["site"]))
        now = timezone.now()
        return paged(request, rows, render_all=partial(_shown, request.user, now), ordering=("needs_reassignment_since", "id"))


class Apply(ApiView):
    """Give many visits away at once."""

    roles: ClassVar[RolesByMethod] = {"POST": ANY_STAFF}

    @describe("Move visits to substitutes, each for itself", taken=ApplyInput, shown=AppliedShown, refuses=ACTS)
    def post(self, request: Request) -> Response:
        """What fails stays as it was, and hinders none of the others."""
        moves, failed = [], []
        for given in read(ApplyInput, request)["moves"]:
            try:
                moves.append(_move(request.user, given))
            except DomainError as error:
                failed.append((given["appointment"], error.code))
        outcome = apply_reassignments(actor=request.user, moves=moves, now=timezone.now())
        return Response(
            {
                "moved": [str(visit) for visit in outcome.moved],
                "failed": [{"appointment": str(visit), "code": code} for visit, code in (*failed, *outcome.failed)],
            }
        )


def _move(user: User, given: dict[str, Any]) -> Move:
    rows = appointments_visible_to(user).select_related("patient", "site", "practitioner")
    visit = found(rows, given["appointment"])
    if not works_at(user, visit.site):
        raise NotAllowed("not_permitted", "Your role does not include this at that site.")
    return Move(
        visit=visit,
        practitioner=practitioner_named(given["practitioner"]),
        start=given["start"].at,
        skipped=given["start"].is_skipped(visit.site.zone),
    )


def _shown(user: User, now: datetime, visits: Sequence[Appointment]) -> list[dict[str, Any]]:
    return [_way_out_shown(way) for way in ways_out(visits=visits, user=user, now=now)]


def _way_out_shown(way: WayOut) -> dict[str, Any]:
    return {
        "appointment": str(way.visit.id),
        "reason": way.visit.reassignment_reason,
        "since": local(way.visit.needs_reassignment_since, way.visit.site.zone),
        "substitutes": [{name: team[name] for name in SUBSTITUTE} for team in way.substitutes],
        "needs": show_reasons(way.lacking),
    }
