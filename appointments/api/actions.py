"""What happens to a visit: moves, and the steps of its course."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.api.asking import open_order, practitioner_if_named, require_work_at
from appointments.api.serializers import (
    AddTreatmentInput,
    HandOverInput,
    ReasonInput,
    ReassignInput,
    RemoveTreatmentInput,
    RescheduleInput,
    Start,
)
from appointments.api.shown import VisitShown
from appointments.api.visits import visit_shown
from appointments.models import Appointment
from appointments.selectors.visits import appointments_visible_to
from appointments.services import course, moving
from clinic.api.base import ApiView
from clinic.api.permissions import ANY_STAFF, MANAGERS, PRACTITIONERS, RolesByMethod
from clinic.api.schema import ACTS, describe
from clinic.api.strict import NoInput, Strict, read
from clinic.errors import Malformed
from clinic.models import User
from clinic.selectors.people import practitioner_named
from patients.selectors.records import all_found, found, lesions_visible_to

PLACE = re.compile(r"^treatments\[\d+\]")
Given = dict[str, Any]
Doing = Callable[[User, Appointment, Given, datetime], Any]


def _action(summary: str, do: Doing, *, taken: type[Strict] = NoInput, by: frozenset[str] = ANY_STAFF) -> type[ApiView]:
    """A view that does one thing with a visit, for those who work at its site in one of these roles."""

    class Action(ApiView):
        """One thing that somebody does with a visit."""

        roles: ClassVar[RolesByMethod] = {"POST": by}

        @describe(summary, taken=taken, shown=VisitShown, refuses=ACTS)
        def post(self, request: Request, appointment: UUID) -> Response:
            """Do it, and show the visit as it is then."""
            given = read(taken, request)
            rows = appointments_visible_to(request.user).select_related("patient", "site", "practitioner")
            visit = found(rows, appointment)
            require_work_at(request.user, visit.site, by)
            do(request.user, visit, given, timezone.now())
            return visit_shown(visit.id)

    return Action


def _reschedule(user: User, visit: Appointment, given: Given, now: datetime) -> None:
    practitioner = practitioner_if_named(given.get("practitioner"))
    when = _when(given["start"], visit)
    moving.reschedule_appointment(actor=user, visit=visit, practitioner=practitioner, now=now, **when)


def _reassign(user: User, visit: Appointment, given: Given, now: datetime) -> None:
    practitioner = practitioner_named(given["practitioner"])
    when = _when(given["start"], visit) if given.get("start") else {}
    moving.reassign_appointment(actor=user, visit=visit, practitioner=practitioner, now=now, **when)


def _add_treatment(user: User, visit: Appointment, given: Given, now: datetime) -> None:
    item = given["item"]
    if item.lesions:
        all_found(lesions_visible_to(user), item.lesions)
    order = open_order(user, given.get("order"))
    try:
        moving.add_treatment(actor=user, visit=visit, item=item, order=order, now=now)
    except Malformed as error:
        raise Malformed({PLACE.sub("item", field): detail for field, detail in error.fields.items()}) from error


def _remove_treatment(user: User, visit: Appointment, given: Given, now: datetime) -> None:
    moving.remove_treatment(actor=user, visit=visit, item=given["item"], now=now)


def _hand_over(user: User, visit: Appointment, given: Given, now: datetime) -> None:
    moving.hand_over(actor=user, visit=visit, practitioner=practitioner_named(given["practitioner"]), now=now)


def _cancel(user: User, visit: Appointment, given: Given, now: datetime) -> None:
    course.cancel_appointment(actor=user, visit=visit, reason=given["reason"], now=now)


def _mark_as_mistake(user: User, visit: Appointment, given: Given, now: datetime) -> None:
    course.mark_as_mistake(actor=user, visit=visit, reason=given["reason"], now=now)


def _step(service: Callable[..., Appointment]) -> Doing:
    """A step of the course that asks for nothing."""
    return lambda user, visit, _, now: service(actor=user, visit=visit, now=now)


def _when(start: Start, visit: Appointment) -> Given:
    return {"start": start.at, "skipped": start.is_skipped(visit.site.zone)}


ACTIONS = {
    "reschedule": _action("Move a visit; refused, it keeps its old place", _reschedule, taken=RescheduleInput),
    "reassign": _action("Give a visit to another practitioner", _reassign, taken=ReassignInput),
    "add-treatment": _action("Add a treatment; the visit is judged as a whole", _add_treatment, taken=AddTreatmentInput),
    "remove-treatment": _action("Take a treatment off", _remove_treatment, taken=RemoveTreatmentInput),
    "hand-over": _action(
        "Let another practitioner go on with a visit whose patient is here", _hand_over, taken=HandOverInput, by=PRACTITIONERS
    ),
    "check-in": _action("The patient is here; judged once more", _step(course.check_in)),
    "undo-check-in": _action("It was somebody else: the visit is booked again", _step(course.undo_check_in)),
    "start": _action("Begin; judged once more", _step(course.start_treatment), by=PRACTITIONERS),
    "complete": _action("The work is done", _step(course.complete_visit), by=PRACTITIONERS),
    "no-show": _action("Nobody came, 15 minutes after the start; repeated, nothing changes", _step(course.record_no_show)),
    "cancel": _action("Call a visit off; repeated, nothing changes", _cancel, taken=ReasonInput),
    "entered-in-error": _action(
        "Mark a visit that should never have been entered", _mark_as_mistake, taken=ReasonInput, by=MANAGERS
    ),
}
