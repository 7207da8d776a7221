"""Signatures: the performer's, which is judged and then binds; the supervisor's beneath it; and words that amend."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from clinic.errors import Conflict, NotAllowed, RuleBroken
from clinic.models import User
from clinic.models.people import PRACTITIONER
from clinic.services.changes import share
from clinic.services.tasks import finish_tasks_about, open_task
from patients.selectors.clinicians import clinician_of
from patients.services.treated import follow_treatment
from treatments.models import Addendum, Procedure
from treatments.selectors.log.evidence import Subject, evidence
from treatments.selectors.log.items import judged_as
from treatments.selectors.log.judgement import LogJudgement, judge_log
from treatments.services.log.drafting import NewComplication, locked, tell_complications
from treatments.services.log.keeping import told_in_words
from treatments.services.steps import follow_log
from treatments.signals import procedure_signed

COSIGN_WITHIN = timedelta(hours=72)
COSIGN, OVERDUE, UNLOGGED = "cosign_procedure", "cosign_overdue", "log_visit"


@transaction.atomic
def sign_procedure(*, actor: User, procedure: Procedure, now: datetime) -> Procedure:
    """
    Sign one's own log, judged at the time of the work; from then on nobody changes it, and lesions and plans follow it.

    :raises NotAllowed: for anybody but the performer.
    :raises Conflict: `illegal_transition`, once it is signed.
    :raises RuleBroken: with every reason; the draft stays, and the answer says how to report an incident instead.
    """
    signer = clinician_of(actor)
    lesions = procedure.outcomes.values_list("lesion", flat=True)
    share(keys=[key for key in (procedure.performed_by_id, procedure.supervisor_id, *lesions) if key])
    procedure = locked(procedure)
    if procedure.is_signed:
        raise Conflict("illegal_transition", "This log is signed already.")
    if procedure.performed_by_id != signer.pk:
        raise NotAllowed("not_permitted", f"Only {procedure.performed_by.name}, who did the work, signs this log.")
    _follow_merges(procedure)
    judged = judge_log(procedure=procedure, now=now)
    if judged.reasons:
        first = judged.reasons[0]
        raise RuleBroken(first.code, first.detail, reasons=judged.reasons, extra={"incident": incident_of(procedure, judged)})
    _store(procedure, judged, now)
    _after_signing(procedure, actor, now)
    return procedure


@transaction.atomic
def cosign_procedure(*, actor: User, procedure: Procedure, now: datetime) -> Procedure:
    """
    The supervisor's signature beneath a signed log; repeated, it changes nothing.

    :raises NotAllowed: for anybody but the supervisor of the work.
    :raises Conflict: `illegal_transition`, before the performer has signed.
    :raises RuleBroken: `not_to_be_cosigned`, for work that was not supervised.
    """
    physician = clinician_of(actor)
    procedure = locked(procedure)
    if not procedure.is_signed:
        raise Conflict("illegal_transition", "The performer signs first.")
    if procedure.supervisor_id is None:
        raise RuleBroken("not_to_be_cosigned", "This work was not supervised: it needs no second signature.")
    if procedure.supervisor_id != physician.pk:
        raise NotAllowed("not_permitted", f"Only {procedure.supervisor.name}, who supervised the work, co-signs this log.")
    if procedure.cosigned_at is None:
        procedure.cosigned_by, procedure.cosigned_at = physician, now
        procedure.save(update_fields=["cosigned_by", "cosigned_at"])
        for kind in (COSIGN, OVERDUE):
            finish_tasks_about(subjects=[procedure.pk], kind=kind, actor=actor, now=now)
    return procedure


@transaction.atomic
def add_addendum(
    *, actor: User, procedure: Procedure, text: str, complications: Sequence[NewComplication] = (), now: datetime
) -> Addendum:
    """
    Amend a signed log by words, and by complications that were seen later.

    :raises NotAllowed: for somebody who is no active practitioner.
    :raises Conflict: `illegal_transition`, while it is a draft, which is edited.
    :raises RuleBroken: `lesion_of_another_patient`.
    """
    signer = clinician_of(actor)
    procedure = locked(procedure)
    if not procedure.is_signed:
        raise Conflict("illegal_transition", "This log is a draft: edit it.")
    addendum = Addendum.objects.create(
        procedure=procedure, patient_id=procedure.patient_id, text=text, signed_by=signer, signed_at=now
    )
    tell_complications(procedure, complications, addendum=addendum)
    return addendum


def incident_of(procedure: Procedure, judged: LogJudgement) -> dict[str, Any]:
    """The body of the incident that records what this log may not: somebody adds what happened."""
    return {
        "call": "POST /api/v1/incidents/",
        "body": {
            "encounter": str(procedure.encounter_id),
            "procedure": str(procedure.pk),
            "kind": judged.reasons[0].code,
            "what_happened": " ".join(reason.detail for reason in judged.reasons),
            "lesions": [str(lesion.pk) for line in judged.work.lines for lesion in line.lesions],
        },
    }


def _follow_merges(procedure: Procedure) -> None:
    """What became part of another lesion since the draft was written is signed under the one that lasts."""
    for outcome in procedure.outcomes.filter(lesion__merged_into__isnull=False).select_related("lesion"):
        outcome.lesion_id = outcome.lesion.merged_into_id
        with told_in_words():
            outcome.save(update_fields=["lesion"])


def _store(procedure: Procedure, judged: LogJudgement, now: datetime) -> None:
    standing = judged.standing
    procedure.profession, procedure.supervision = standing.profession, standing.supervision
    procedure.supervisor_id, procedure.supervisor_profession = standing.supervisor, standing.supervisor_profession
    procedure.status, procedure.signed_by, procedure.signed_at = "signed", procedure.performed_by, now
    procedure.cosign_due_at = now + COSIGN_WITHIN if standing.supervisor else None
    procedure.decision = _decision(procedure, judged, now)
    with told_in_words():
        rows = procedure.items.order_by("number")
        for item, (act, depth, region, scopes) in zip(rows, judged_as(judged.work), strict=True):
            item.act, item.depth, item.region, item.scopes = act, depth, region, scopes
            item.save(update_fields=["act", "depth", "region", "scopes"])
        procedure.save()


def _decision(procedure: Procedure, judged: LogJudgement, now: datetime) -> dict[str, Any]:
    """The snapshot of what the signature rested on, with what was remarked."""
    return {
        "allowed": True,
        "judged_at": now.isoformat(),
        "warnings": [warning.as_dict() for warning in judged.warnings],
        "overrides": procedure.encounter.plan.get("decision", {}).get("overrides", []),
        **evidence(subject_of(procedure, judged), at=recorded_now()),
    }


def subject_of(procedure: Procedure, judged: LogJudgement) -> Subject:
    """Who did what, as it was judged."""
    return Subject(
        practitioner=procedure.performed_by_id,
        profession=judged.standing.profession,
        supervisor=judged.standing.supervisor,
        supervisor_profession=judged.standing.supervisor_profession,
        site=procedure.site,
        patient=procedure.patient_id,
        scopes=tuple(judged.work.scopes),
        lesions=tuple(dict.fromkeys(lesion.pk for line in judged.work.lines for lesion in line.lesions)),
        start=procedure.performed_at,
        end=procedure.ended_at,
    )


def recorded_now() -> datetime:
    """The moment that the database writes into the history of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]


def _after_signing(procedure: Procedure, actor: User, now: datetime) -> None:
    best: dict[Any, str] = {}
    for lesion, result in procedure.outcomes.values_list("lesion", "result"):
        best[lesion] = result if best.get(lesion) in {None, "not_done"} or result == "complete" else best[lesion]
    follow_treatment(results=best, now=now)
    follow_log(actor=actor, procedure=procedure, now=now)
    finish_tasks_about(subjects=[procedure.encounter_id], kind=UNLOGGED, actor=actor, now=now)
    if procedure.supervisor_id:
        open_task(
            kind=COSIGN,
            subject=procedure.pk,
            site=procedure.site,
            role=PRACTITIONER,
            assignee=procedure.supervisor.user,
            due_at=procedure.cosign_due_at,
            detail="A log of supervised work waits for the supervisor's signature.",
        )
    procedure_signed.send(sender=None, procedure=procedure, now=now)
