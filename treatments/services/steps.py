"""The steps of an active plan, closed one after the other."""

from datetime import datetime

from django.db import transaction

from clinic.errors import Conflict, Malformed, RuleBroken
from clinic.models import User
from patients.selectors.clinicians import clinician_of
from treatments.models import Encounter, HomeCarePlan, PlanStep, TreatmentPlan
from treatments.policies.plans.steps import procedure_in_consultation
from treatments.policies.plans.words import ACTIVE, COMPLETED, DONE, HOME_CARE, OPEN, SKIPPED
from treatments.services.plans import held_plan, refuse
from treatments.services.waiting import end_waiting
from treatments.signals import plan_completed


@transaction.atomic
def close_step(
    *,
    actor: User,
    step: PlanStep,
    state: str = DONE,
    encounter: Encounter | None = None,
    home_care: HomeCarePlan | None = None,
    now: datetime,
) -> TreatmentPlan:
    """
    Say that a step is done (at which stay, with which home care) or skipped; with the last one the plan is completed.

    :raises NotAllowed: for somebody who is no active practitioner.
    :raises Conflict: `illegal_transition` for a step of a plan that is not active, one that is closed, or one before
        whose turn it is.
    :raises RuleBroken: `consultation_only` for a procedure at the free consultation, `step_mismatch` for a stay or home
        care of another patient.
    """
    closer = clinician_of(actor)
    plan = held_plan(step.plan)
    row = PlanStep.objects.select_for_update(of=("self",)).get(pk=step.pk)
    _require_its_turn(plan, row)
    _require_of_the_patient(plan, row, state, encounter, home_care)
    is_there = encounter is not None and plan.free and encounter.pk == plan.consultation_id
    refuse(procedure_in_consultation(kind=row.kind, is_free_consultation=is_there))
    row.state, row.closed_at, row.closed_by = state, now, closer
    row.done_in, row.home_care = encounter, home_care
    row.save(update_fields=["state", "closed_at", "closed_by", "done_in", "home_care"])
    end_waiting(steps=[row], actor=actor, now=now)
    if not plan.steps.filter(state=OPEN).exists():
        plan.status, plan.ended_at = COMPLETED, now
        plan.save(update_fields=["status", "ended_at"])
        plan_completed.send(sender=None, plan=plan, now=now)
    return plan


def _require_its_turn(plan: TreatmentPlan, step: PlanStep) -> None:
    if plan.status != ACTIVE:
        raise Conflict("illegal_transition", f"The plan is {plan.status}: its steps are closed while it is active.")
    if step.state != OPEN:
        raise Conflict("illegal_transition", f"The step is {step.state} already.")
    earlier = plan.steps.filter(state=OPEN, position__lt=step.position).order_by("position").first()
    if earlier:
        raise Conflict("illegal_transition", f"Step {earlier.position} comes first: close it, or skip it.")


def _require_of_the_patient(
    plan: TreatmentPlan, step: PlanStep, state: str, encounter: Encounter | None, home_care: HomeCarePlan | None
) -> None:
    if state == SKIPPED and (encounter or home_care):
        raise Malformed({"state": "A step that is skipped was done nowhere."})
    if home_care and step.kind != HOME_CARE:
        raise Malformed({"home_care_plan": "Only a step of home care names a home-care plan."})
    if any(other and other.patient_id != plan.patient_id for other in (encounter, home_care)):
        raise RuleBroken("step_mismatch", "What carried the step out belongs to another patient.")
