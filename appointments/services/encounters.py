"""What the stay of a patient keeps of its visit: how it was planned last, and the decision with which its treatment began."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from appointments.models import Appointment
from clinic.models.people import PRACTITIONER
from clinic.scopes import HANDS_ON
from clinic.services.tasks import open_task
from treatments.models import Encounter
from treatments.selectors.log.records import is_logged
from treatments.services.log.signing import UNLOGGED

LOG_WITHIN = timedelta(hours=24)


def open_encounter(*, visit: Appointment, now: datetime) -> Encounter:
    """The patient is here."""
    return Encounter.objects.create(
        patient_id=visit.patient_id,
        site_id=visit.site_id,
        practitioner_id=visit.practitioner_id,
        started_at=now,
        plan=_plan_of(visit),
    )


def replan_encounter(*, visit: Appointment) -> None:
    """The visit changed while the patient is here: other hands or other work. What was planned before stays beside it."""
    if visit.encounter_id is None:
        return
    before = Encounter.objects.values_list("plan", flat=True).get(pk=visit.encounter_id)
    earlier = [*before.pop("earlier", []), before] if before else []
    plan = _plan_of(visit) | {"earlier": earlier}
    Encounter.objects.filter(pk=visit.encounter_id).update(plan=plan, practitioner=visit.practitioner_id)


def begin_encounter(*, visit: Appointment, decision: dict[str, Any], now: datetime) -> None:
    """The treatment begins, on this decision."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        [recorded_at] = cursor.fetchone()
    begun = {"at": now.isoformat(), "recorded_at": recorded_at.isoformat(), "decision": decision}
    Encounter.objects.filter(pk=visit.encounter_id).update(status="in_progress", begun=begun)


def ask_for_log(*, visit: Appointment, now: datetime) -> None:
    """Work by hand leaves a signed log, or an incident: whoever did it is asked for what is missing."""
    if visit.encounter_id is None or is_logged(visit.encounter_id):
        return
    if visit.items.filter(act__in=HANDS_ON).exists():
        open_task(
            kind=UNLOGGED,
            subject=visit.encounter_id,
            site=visit.site,
            role=PRACTITIONER,
            assignee=visit.practitioner.user,
            due_at=now + LOG_WITHIN,
            detail="The visit is over, and its log is not signed.",
        )


def _plan_of(visit: Appointment) -> dict[str, Any]:
    """The visit as it stands; `recorded_at` is the moment at which the database recorded this revision of it."""
    items = list(visit.items.select_related("treatment", "body_site").order_by("id"))
    revisions = visit.history.filter(revision=visit.revision).order_by("pgh_id")
    return {
        "visit": str(visit.pk),
        "revision": visit.revision,
        "recorded_at": revisions.values_list("pgh_created_at", flat=True)[0].isoformat(),
        "booked_at": visit.booked_at.isoformat(),
        "booked_by": visit.booked_by_id and str(visit.booked_by_id),
        "start": visit.start.isoformat(),
        "end": visit.end.isoformat(),
        "practitioner": str(visit.practitioner_id),
        "profession": visit.profession,
        "supervisor": visit.supervisor_id and str(visit.supervisor_id),
        "supervisor_profession": visit.supervisor_profession or "",
        "treatments": sorted({item.treatment.code for item in items}),
        "places": sorted({(item.treatment.code, _place(item)) for item in items}),
        "scopes": sorted({item.scope for item in items}),
        "lesions": sorted({str(item.lesion_id) for item in items if item.lesion_id}),
        "decision": visit.decision,
    }


def _place(item: Any) -> str:
    return str(item.lesion_id) if item.lesion_id else (item.body_site.code if item.body_site else "")
