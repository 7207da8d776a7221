"""Rules of a treatment plan: its steps fit each other and the lesions, and a free consultation stays one."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from clinic.errors import Refusal, by_gate
from treatments.policies.facts import ItemFacts, LesionFacts, PatientFacts
from treatments.policies.gates.findings import HARD, WARN
from treatments.policies.gates.judgement import judge
from treatments.policies.plans.words import ASSESSMENT, EXTRACTION, PRESUPPOSING, PROCEDURES, STEP_ACTS

CONFIRMED: Final = "confirmed"
SETTLED_BY_ASSESSMENT: Final = frozenset({"G09", "G10", "G13"})
MISMATCH: Final = "G30"
G26_SOURCE: Final = "Clinical guideline 004: the first consultation is free; clinic policy: it holds no procedure and no diagnosis by a non-physician"
KIND_SOURCE: Final = "Clinic policy: a step names a treatment of its kind"
EMPTY_SOURCE: Final = "Clinic policy: a plan says what is to be done"


@dataclass(frozen=True, kw_only=True)
class StepFacts:
    """One step; `item` is its treatment with its lesions where it names one, `lesions` all that it is about."""

    kind: str
    lesions: tuple[LesionFacts, ...] = ()
    item: ItemFacts | None = None


@dataclass(frozen=True, kw_only=True)
class PlanFacts:
    """
    A plan as its author wrote it; `free` says that it came out of a free consultation.

    `diagnosing` says whether the author's profession may diagnose: whoever's consultation carries no diagnosis may not.
    """

    patient: PatientFacts
    steps: Sequence[StepFacts]
    outcome: str = ""
    free: bool = False
    diagnosing: bool = True


@dataclass(frozen=True, kw_only=True)
class PlanJudgement:
    """What refuses a plan, and what is only told about it; each by gate."""

    refusals: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...]


def judge_plan(plan: PlanFacts, *, on: date) -> PlanJudgement:
    """
    All that stands against the plan on that day.

    A gate that an assessment may settle only warns where such a step comes first; a soft one is judged when the visit is
    booked, and only warns here.
    """
    found = [*_empty(plan), *_kinds(plan), *_hidden_diagnoses(plan)]
    for position, step in enumerate(plan.steps):
        found += _gates(plan, position, step, on)
    found = by_gate(found)
    return PlanJudgement(
        refusals=tuple(refusal for refusal in found if refusal.severity == HARD),
        warnings=tuple(refusal for refusal in found if refusal.severity != HARD),
    )


def procedure_in_consultation(*, kind: str, is_free_consultation: bool) -> list[Refusal]:
    """G26: nothing is done by hand at the free consultation that the plan came out of."""
    if kind not in PROCEDURES or not is_free_consultation:
        return []
    return [
        Refusal(
            code="consultation_only",
            gate="G26",
            detail="This step would be done at the free consultation itself, which holds no procedure.",
            source=G26_SOURCE,
            mend="Book a visit for it.",
        )
    ]


def _empty(plan: PlanFacts) -> Iterator[Refusal]:
    if not plan.steps:
        yield Refusal(
            code="nothing_planned",
            detail="The plan names no step.",
            source=EMPTY_SOURCE,
            mend="Add a step; leaving the milia be is one too (watchful_waiting).",
        )


def _kinds(plan: PlanFacts) -> Iterator[Refusal]:
    for position, step in enumerate(plan.steps, start=1):
        acts = step.item.acts if step.item else frozenset()
        if not acts <= STEP_ACTS.get(step.kind, frozenset()) or (step.kind in PROCEDURES and not acts):
            yield Refusal(
                code="step_mismatch",
                detail=f"Step {position} ({step.kind.replace('_', ' ')}) "
                + (f"does not consist of {step.item.treatment.name}." if step.item else "names no treatment."),
                source=KIND_SOURCE,
                mend="Choose a treatment of that kind, or another kind of step.",
            )


def _hidden_diagnoses(plan: PlanFacts) -> Iterator[Refusal]:
    """G26: an outcome that takes a diagnosis for granted is one, and not a non-physician's to give in a free consultation."""
    if not plan.free or plan.diagnosing or plan.outcome not in PRESUPPOSING:
        return
    lesions = [lesion for step in plan.steps if step.kind in PROCEDURES for lesion in step.lesions]
    if lesions and all(lesion.certainty == CONFIRMED for lesion in lesions):
        return
    yield Refusal(
        code="consultation_only",
        gate="G26",
        detail=f"The outcome {plan.outcome.replace('_', ' ')} takes a diagnosis for granted that nobody has confirmed.",
        source=G26_SOURCE,
        mend="End the consultation with no_treatment, home_care or refer, or have a dermatologist confirm the diagnosis first.",
    )


def _gates(plan: PlanFacts, position: int, step: StepFacts, on: date) -> Iterator[Refusal]:
    if step.item is None or step.kind not in PROCEDURES:
        return
    answer = judge(patient=plan.patient, items=[step.item], on=on)
    settled = _assessed_before(plan.steps[:position], step)
    for refusal in (*answer.refusals, *answer.warnings):
        waits = settled and refusal.gate in SETTLED_BY_ASSESSMENT | _open_mismatch(step)
        yield replace(refusal, severity=WARN) if refusal.severity == HARD and waits else refusal


def _assessed_before(earlier: Sequence[StepFacts], step: StepFacts) -> bool:
    """Whether assessments before it look at every lesion of the step; one that names no lesion looks at all."""
    assessments = [other for other in earlier if other.kind == ASSESSMENT]
    if any(not other.lesions for other in assessments):
        return True
    seen = {lesion.id for other in assessments for lesion in other.lesions}
    return bool(assessments) and all(lesion.id in seen for lesion in step.lesions)


def _open_mismatch(step: StepFacts) -> Collection[str]:
    """A treatment may still turn out to fit while no diagnosis is confirmed."""
    is_open = step.kind == EXTRACTION and all(lesion.certainty != CONFIRMED for lesion in step.lesions)
    return {MISMATCH} if is_open else frozenset()
