"""What a step of a plan asks for, and what a log tells, both by the lesions that last."""

from django.db.models.functions import Coalesce

from clinic.scopes import parts
from patients.models import Referral
from treatments.models import PlanStep, Procedure
from treatments.policies.plans.carried_out import Asked, Done
from treatments.policies.plans.words import ACTIVE, COMPLETED, DONE, LOGGED

NOT_DONE = "not_done"
LASTING = Coalesce("lesion__merged_into", "lesion")


def asked_by(step: PlanStep) -> Asked:
    """What rules know of the step."""
    return Asked(
        kind=step.kind,
        treatment=step.treatment.code if step.treatment else None,
        lesions=frozenset(step.targets.values_list(LASTING, flat=True)),
    )


def work_told(procedure: Procedure) -> list[Done]:
    """The work of a log, lesion by lesion; what was planned and not done is left out."""
    items = procedure.items.select_related("treatment").prefetch_related("outcomes__lesion").order_by("number")
    told = []
    for item in items:
        acts = frozenset([item.act, *(parts(scope)[0] for scope in item.scopes)])
        outcomes = list(item.outcomes.all())
        lesions = [one.lesion.merged_into_id or one.lesion_id for one in outcomes if one.result != NOT_DONE]
        told += [Done(treatment=item.treatment.code, acts=acts, lesion=lesion) for lesion in (lesions if outcomes else [None])]
    return told


def referred_by(referral: Referral) -> set[object]:
    """The lesions that it is about."""
    return set(referral.items.values_list(LASTING, flat=True))


def done_without_a_log(procedure: Procedure) -> list[PlanStep]:
    """Steps that somebody closed at the stay of the log before it was signed, by their order."""
    rows = PlanStep.objects.filter(
        patient=procedure.patient_id,
        plan__status__in=[ACTIVE, COMPLETED],
        state=DONE,
        kind__in=LOGGED,
        done_in=procedure.encounter_id,
        procedure=None,
    )
    return list(rows.select_related("plan", "treatment").order_by("plan", "position"))
