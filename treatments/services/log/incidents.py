"""Incidents: told by whoever noticed, reviewed by somebody else, closed with measures."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from clinic.errors import Conflict, NotAllowed, RuleBroken
from clinic.models import User
from clinic.models.people import MEDICAL_DIRECTOR
from clinic.services.tasks import finish_tasks_about, open_task
from patients.models import Lesion
from treatments.models import Encounter, Incident, IncidentLesion, Procedure
from treatments.models.incidents import CLOSED, REPORTED, REVIEWED
from treatments.services.log.signing import UNLOGGED

REVIEW = "review_incident"
REVIEW_WITHIN = timedelta(hours=72)


@transaction.atomic
def report_incident(
    *,
    actor: User,
    encounter: Encounter,
    kind: str,
    what_happened: str,
    lesions: Sequence[UUID],
    now: datetime,
    procedure: Procedure | None = None,
) -> Incident:
    """
    Record what happened against the rules, or went badly wrong, and put it before the medical director.

    :raises RuleBroken: `lesion_of_another_patient`; `not_of_this_visit`, for a log of another stay or one that is signed.
    """
    if Lesion.objects.filter(pk__in=lesions).exclude(patient=encounter.patient_id).exists():
        raise RuleBroken("lesion_of_another_patient", "A lesion of this incident belongs to another patient.")
    if procedure and (procedure.encounter_id != encounter.pk or procedure.is_signed):
        raise RuleBroken("not_of_this_visit", "Name a draft of this stay, or none: what is signed was lawful.")
    incident = Incident.objects.create(
        encounter=encounter,
        patient_id=encounter.patient_id,
        site=encounter.site,
        procedure=procedure,
        kind=kind,
        what_happened=what_happened,
        reported_by=actor,
        reported_at=now,
    )
    IncidentLesion.objects.bulk_create(
        IncidentLesion(incident=incident, patient_id=encounter.patient_id, lesion_id=lesion)
        for lesion in dict.fromkeys(lesions)
    )
    finish_tasks_about(subjects=[encounter.pk], kind=UNLOGGED, actor=actor, now=now)
    _ask_for_review(incident, now)
    return incident


@transaction.atomic
def review_incident(*, actor: User, incident: Incident, finding: str, measures: str, now: datetime) -> Incident:
    """
    Say what was found out about it; it is not the reporter who does.

    :raises NotAllowed: for the reporter.
    :raises Conflict: `illegal_transition`, once it was reviewed.
    """
    incident = _locked(incident)
    if incident.status != REPORTED:
        raise Conflict("illegal_transition", "This incident was reviewed already.")
    if incident.reported_by_id == actor.pk:
        raise NotAllowed("not_permitted", "Another person than the one who reported it reviews an incident.")
    incident.status, incident.finding, incident.measures = REVIEWED, finding, measures
    incident.reviewed_by, incident.reviewed_at = actor, now
    incident.save(update_fields=["status", "finding", "measures", "reviewed_by", "reviewed_at"])
    finish_tasks_about(subjects=[incident.pk], kind=REVIEW, actor=actor, now=now)
    return incident


@transaction.atomic
def close_incident(*, actor: User, incident: Incident, measures: str, now: datetime) -> Incident:
    """
    End it, with the measures that were taken; those of the review stand unless others are told.

    :raises Conflict: `illegal_transition`, before its review and once it is closed.
    :raises RuleBroken: `measures_missing`.
    """
    incident = _locked(incident)
    if incident.status != REVIEWED:
        raise Conflict("illegal_transition", f"An incident that is {incident.status} is not closed.")
    incident.measures = measures or incident.measures
    if not incident.measures:
        raise RuleBroken("measures_missing", "Say what was done so that it does not happen again.")
    incident.status, incident.closed_by, incident.closed_at = CLOSED, actor, now
    incident.save(update_fields=["status", "measures", "closed_by", "closed_at"])
    return incident


def _ask_for_review(incident: Incident, now: datetime) -> None:
    open_task(
        kind=REVIEW,
        subject=incident.pk,
        site=incident.site,
        role=MEDICAL_DIRECTOR,
        due_at=now + REVIEW_WITHIN,
        detail="An incident waits for its review.",
    )


def _locked(incident: Incident) -> Incident:
    return Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
