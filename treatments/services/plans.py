"""Treatment plans: written, begun, gone through step by step, and stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from clinic.errors import Conflict, Malformed, NotAllowed, Refusal, RuleBroken, by_gate
from clinic.models import Practitioner, Site, User
from clinic.services.changes import share
from patients.models import Patient
from patients.selectors.clinicians import clinician_of
from treatments.models import Encounter, PlanStep, PlanStepLesion, TreatmentPlan
from treatments.policies.plans.words import ACTIVE, DRAFT, STOPPED
from treatments.selectors.planning import NewPlan, NewStep, Written, written_plan
from treatments.selectors.plans import was_free_consultation
from treatments.services.waiting import end_waiting, follow_waiting


@transaction.atomic
def draft_plan(
    *, actor: User, patient: Patient, site: Site, plan: NewPlan, consultation: Encounter | None = None, now: datetime
) -> TreatmentPlan:
    """
    Write a plan that nobody follows yet, perhaps as the outcome of a consultation.

    :raises NotAllowed: for somebody who is no active practitioner.
    :raises RuleBroken: with every reason why the author may not write it, or why it does not hold.
    :raises Conflict: `consultation_has_a_plan`.
    """
    author = clinician_of(actor)
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    _require_consultation(patient, plan.outcome, consultation)
    free = consultation is not None and was_free_consultation(consultation)
    written = _judged(author, patient, site, plan, free=free, now=now)
    row = TreatmentPlan.objects.create(
        patient=patient,
        site=site,
        author=author,
        profession=written.author.profession,
        consultation=consultation,
        free=free,
        outcome=plan.outcome,
        note=plan.note,
        warnings=written.warnings,
        written_at=now,
    )
    _write_steps(row, plan.steps, written)
    return row


@transaction.atomic
def redraft_plan(*, actor: User, plan: TreatmentPlan, changes: Mapping[str, Any], now: datetime) -> TreatmentPlan:
    """
    Change outcome, note or steps (all of them anew) of a draft.

    :raises NotAllowed: for anybody but its author.
    :raises Conflict: `illegal_transition`, once it is active or ended.
    :raises RuleBroken: as when it was written.
    """
    author = clinician_of(actor)
    row = held_plan(plan)
    _require_own_draft(author, row)
    wanted = replace(_content(row), **changes)
    _require_consultation(row.patient, wanted.outcome, row.consultation, of=row)
    written = _judged(author, row.patient, row.site, wanted, free=row.free, now=now)
    row.outcome, row.note, row.profession = wanted.outcome, wanted.note, written.author.profession
    row.warnings = written.warnings
    row.save(update_fields=["outcome", "note", "profession", "warnings"])
    if "steps" in changes:
        PlanStepLesion.objects.filter(step__plan=row).delete()
        row.steps.all().delete()
        _write_steps(row, wanted.steps, written)
    return row


@transaction.atomic
def activate_plan(*, actor: User, plan: TreatmentPlan, now: datetime) -> TreatmentPlan:
    """
    Begin a plan, judged once more; from now on what stands in it is fixed. Repeated, it changes nothing.

    :raises NotAllowed: for anybody but its author.
    :raises Conflict: `illegal_transition`, once it has ended.
    :raises RuleBroken: as when it was written.
    """
    author = clinician_of(actor)
    row = held_plan(plan)
    if row.status == ACTIVE and row.author_id == author.pk:
        return row
    _require_own_draft(author, row)
    written = _judged(author, row.patient, row.site, _content(row), free=row.free, now=now)
    row.status, row.started_at, row.profession = ACTIVE, now, written.author.profession
    row.warnings = written.warnings
    row.save(update_fields=["status", "started_at", "profession", "warnings"])
    follow_waiting(plan=row, now=now)
    return row


@transaction.atomic
def stop_plan(*, actor: User, plan: TreatmentPlan, reason: str, now: datetime) -> TreatmentPlan:
    """
    Give a plan or a draft up; repeated, it changes nothing.

    :raises NotAllowed: for somebody who is no active practitioner.
    :raises Conflict: `illegal_transition`, once it is completed.
    """
    clinician_of(actor)
    row = held_plan(plan)
    if row.status == STOPPED:
        return row
    if row.status not in {DRAFT, ACTIVE}:
        raise Conflict("illegal_transition", f"The plan is {row.status}, and stays so.")
    row.status, row.ended_at, row.stop_reason = STOPPED, now, reason
    row.save(update_fields=["status", "ended_at", "stop_reason"])
    end_waiting(steps=row.steps.all(), actor=actor, now=now)
    return row


def held_plan(plan: TreatmentPlan) -> TreatmentPlan:
    """The plan as it is now, locked."""
    rows = TreatmentPlan.objects.select_related("patient", "site", "author__user", "consultation")
    return rows.select_for_update(of=("self",)).get(pk=plan.pk)


def _require_own_draft(author: Practitioner, plan: TreatmentPlan) -> None:
    if plan.author_id != author.pk:
        raise NotAllowed("not_permitted", "A draft is its author's: stop it, or write a plan of your own.")
    if plan.status != DRAFT:
        raise Conflict("illegal_transition", f"The plan is {plan.status}: write a new one instead.")


def _require_consultation(
    patient: Patient, outcome: str, consultation: Encounter | None, of: TreatmentPlan | None = None
) -> None:
    if consultation is None:
        return
    if consultation.patient_id != patient.pk:
        raise RuleBroken("consultation_of_another_patient", "The consultation was another patient's.")
    if not outcome:
        raise Malformed({"outcome": "Say how the consultation ended."})
    others = TreatmentPlan.objects.filter(consultation=consultation).exclude(status=STOPPED)
    if others.exclude(pk=of.pk if of else None).exists():
        raise Conflict("consultation_has_a_plan", "A plan came out of this consultation already: stop that one first.")


def _judged(author: Practitioner, patient: Patient, site: Site, plan: NewPlan, *, free: bool, now: datetime) -> Written:
    """Nobody changes the author's papers or the lesions from here on; all reasons at once."""
    share(keys=[author.pk, *plan.lesions])
    written = written_plan(author=author, patient=patient, site=site, plan=plan, free=free, now=now)
    refuse(written.reasons)
    return written


def refuse(reasons: Sequence[Refusal]) -> None:
    """
    Refuse with every reason, if there is one.

    :raises RuleBroken: with the code of the first by gate.
    """
    if reasons:
        first = by_gate(reasons)[0]
        raise RuleBroken(first.code, first.detail, reasons=reasons)


def _write_steps(plan: TreatmentPlan, steps: Sequence[NewStep], written: Written) -> None:
    rows = [
        PlanStep(
            plan=plan,
            patient=plan.patient,
            position=position,
            kind=step.kind,
            treatment=written.treatments[step.treatment] if step.treatment else None,
            due_from=step.due_from,
            due_until=step.due_until,
            note=step.note,
        )
        for position, step in enumerate(steps, start=1)
    ]
    PlanStep.objects.bulk_create(rows)
    PlanStepLesion.objects.bulk_create(
        PlanStepLesion(step=row, patient=plan.patient, lesion=written.lesions[key])
        for row, step in zip(rows, steps, strict=True)
        for key in step.lesions
    )


def _content(plan: TreatmentPlan) -> NewPlan:
    steps = plan.steps.select_related("treatment").prefetch_related("targets").order_by("position")
    return NewPlan(
        outcome=plan.outcome,
        note=plan.note,
        steps=[
            NewStep(
                kind=step.kind,
                treatment=step.treatment.code if step.treatment else None,
                lesions=tuple(target.lesion_id for target in step.targets.all()),
                due_from=step.due_from,
                due_until=step.due_until,
                note=step.note,
            )
            for step in steps
        ],
    )
