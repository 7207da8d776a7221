"""The steps of an active plan, closed one after the other, and told with what they were carried out."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from clinic.errors import Conflict, Malformed, Refusal, RuleBroken
from clinic.models import User
from patients.models import Referral
from patients.selectors.clinicians import clinician_of
from treatments.models import Encounter, HomeCarePlan, PlanStep, Procedure, TreatmentPlan
from treatments.policies.plans.carried_out import Done, carrying_out, is_carried_out, log_refusals, referral_refusals
from treatments.policies.plans.steps import procedure_in_consultation
from treatments.policies.plans.words import ACTIVE, COMPLETED, DONE, HOME_CARE, OPEN, SKIPPED
from treatments.selectors.carried_out import asked_by, done_without_a_log, referred_by, work_told
from treatments.services.plans import held_plan, refuse
from treatments.services.waiting import end_waiting
from treatments.signals import plan_completed


@dataclass(frozen=True, kw_only=True)
class Means:
    """At which stay a step was done, and with what; a log brings its stay along."""

    encounter: Encounter | None = None
    home_care: HomeCarePlan | None = None
    procedure: Procedure | None = None
    referral: Referral | None = None

    @property
    def stay(self) -> Encounter | None:
        return self.encounter or (self.procedure.encounter if self.procedure else None)

    @property
    def named(self) -> list[Encounter | HomeCarePlan | Procedure | Referral]:
        """Whatever is named."""
        return [one for one in (self.encounter, self.home_care, self.procedure, self.referral) if one]


NOTHING = Means()


@transaction.atomic
def close_step(*, actor: User, step: PlanStep, state: str = DONE, means: Means = NOTHING, now: datetime) -> TreatmentPlan:
    """
    Say that a step is done (at which stay, with what) or skipped; with the last one the plan is completed.

    :raises NotAllowed: for somebody who is no active practitioner.
    :raises Conflict: `illegal_transition` for a step of a plan that is not active, one that is closed, or one before
        whose turn it is.
    :raises RuleBroken: `consultation_only` for a procedure at the free consultation; `step_mismatch` for what belongs to
        another patient or is not what the step asks for; `procedure_unsigned`.
    """
    closer = clinician_of(actor)
    plan = held_plan(step.plan)
    row = _held(step)
    _require_its_turn(plan, row)
    if state == SKIPPED and means.named:
        raise Malformed({"state": "A step that is skipped was done nowhere."})
    _require_fitting(plan, row, means)
    row.state, row.closed_at, row.closed_by = state, now, closer
    row.done_in, row.home_care = means.stay, means.home_care
    row.procedure, row.referral = means.procedure, means.referral
    row.save(update_fields=["state", "closed_at", "closed_by", "done_in", "home_care", "procedure", "referral"])
    end_waiting(steps=[row], actor=actor, now=now)
    if not plan.steps.filter(state=OPEN).exists():
        plan.status, plan.ended_at = COMPLETED, now
        plan.save(update_fields=["status", "ended_at"])
        plan_completed.send(sender=None, plan=plan, now=now)
    return plan


@transaction.atomic
def tell_means(*, actor: User, step: PlanStep, means: Means) -> TreatmentPlan:
    """
    Say afterwards with which signed log or referral a step was done; repeated, it changes nothing.

    :raises NotAllowed: for somebody who is no active practitioner.
    :raises Conflict: `illegal_transition` for a step that is not done, that was told otherwise, or of a stopped plan.
    :raises RuleBroken: as for a step that is closed.
    """
    clinician_of(actor)
    plan = held_plan(step.plan)
    row = _held(step)
    if (row.procedure, row.referral) == (means.procedure, means.referral):
        return plan
    if row.state != DONE or plan.status not in {ACTIVE, COMPLETED}:
        raise Conflict("illegal_transition", f"The step is {row.state} in a plan that is {plan.status}.")
    if row.procedure_id or row.referral_id:
        raise Conflict("illegal_transition", "It was told already with what the step was carried out, and stays so.")
    _require_fitting(plan, row, means)
    if means.procedure and row.done_in_id not in {None, means.procedure.encounter_id}:
        refuse([_another_stay()])
    row.procedure, row.referral, row.done_in = means.procedure, means.referral, row.done_in or means.stay
    row.save(update_fields=["procedure", "referral", "done_in"])
    return plan


@transaction.atomic
def follow_log(*, actor: User, procedure: Procedure, now: datetime) -> None:
    """
    Bring the plans of the patient to what a signed log tells.

    Steps that were closed at its stay name the log. Then, in each plan, the step whose turn it is closes by itself as long
    as the log leaves nothing of it to be done; no part of the work closes two steps, so that a course of peels goes on.
    """
    steps = done_without_a_log(procedure)
    plans = list(TreatmentPlan.objects.filter(patient=procedure.patient_id, status=ACTIVE).order_by("id"))
    if not steps and not plans:
        return
    work = work_told(procedure)
    for step in steps:
        if carrying_out(asked_by(step), work):
            tell_means(actor=actor, step=step, means=Means(procedure=procedure))
    for plan in plans:
        _go_on(actor, plan, procedure, work, now)


def _go_on(actor: User, plan: TreatmentPlan, procedure: Procedure, work: list[Done], now: datetime) -> None:
    """Close what the rest of the work leaves nothing of, in the order of the plan."""
    plan = held_plan(plan)
    if plan.status != ACTIVE:
        return
    told_before = plan.steps.filter(procedure=procedure).select_related("treatment")
    used = [done for step in told_before for done in carrying_out(asked_by(step), work)]
    rest = [done for done in work if done not in used]
    for step in plan.steps.filter(state=OPEN).select_related("plan", "treatment").order_by("position"):
        asked = asked_by(step)
        if not is_carried_out(asked, rest):
            break
        close_step(actor=actor, step=step, means=Means(procedure=procedure), now=now)
        part = carrying_out(asked, rest)
        rest = [done for done in rest if done not in part]


def _held(step: PlanStep) -> PlanStep:
    rows = PlanStep.objects.select_related("treatment", "procedure", "referral")
    return rows.select_for_update(of=("self",)).get(pk=step.pk)


def _require_its_turn(plan: TreatmentPlan, step: PlanStep) -> None:
    if plan.status != ACTIVE:
        raise Conflict("illegal_transition", f"The plan is {plan.status}: its steps are closed while it is active.")
    if step.state != OPEN:
        raise Conflict("illegal_transition", f"The step is {step.state} already.")
    earlier = plan.steps.filter(state=OPEN, position__lt=step.position).order_by("position").first()
    if earlier:
        raise Conflict("illegal_transition", f"Step {earlier.position} comes first: close it, or skip it.")


def _require_fitting(plan: TreatmentPlan, step: PlanStep, means: Means) -> None:
    """What carried the step out is the patient's, and what the step asks for."""
    if means.home_care and step.kind != HOME_CARE:
        raise Malformed({"home_care_plan": "Only a step of home care names a home-care plan."})
    if any(one.patient_id != plan.patient_id for one in means.named):
        raise RuleBroken("step_mismatch", "What carried the step out belongs to another patient.")
    reasons: list[Refusal] = []
    if means.procedure:
        work = work_told(means.procedure)
        reasons += log_refusals(asked_by(step), work=work, is_signed=means.procedure.is_signed)
        if means.stay != means.procedure.encounter:
            reasons.append(_another_stay())
    if means.referral:
        reasons += referral_refusals(asked_by(step), lesions=referred_by(means.referral))
    is_there = means.stay is not None and plan.free and means.stay.pk == plan.consultation_id
    refuse([*reasons, *procedure_in_consultation(kind=step.kind, is_free_consultation=is_there)])


def _another_stay() -> Refusal:
    return Refusal(
        code="step_mismatch",
        detail="The log is of another stay than the one at which the step was done.",
        source="Clinic policy: a step of a plan is done at the stay of its log",
        mend="Name the log of that stay.",
    )
