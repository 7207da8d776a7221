"""Whether what a log or a referral tells is what a step of a plan asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from clinic.errors import Refusal
from treatments.policies.plans.words import REFERRAL, STEP_ACTS

SOURCE: Final = "Clinic policy: a step of a plan is carried out with the work that it names"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A step: its kind, the code of its treatment where it names one, and the lesions that it is about."""

    kind: str
    treatment: str | None
    lesions: frozenset[UUID]


@dataclass(frozen=True, kw_only=True)
class Done:
    """A treatment as it was done to one lesion, or at a body site."""

    treatment: str
    acts: frozenset[str]
    lesion: UUID | None


def carrying_out(step: Asked, work: Iterable[Done]) -> list[Done]:
    """The part of the work that the step asked for: its treatment, and its lesions where it names some."""
    return [
        done
        for done in work
        if (done.treatment == step.treatment if step.treatment else done.acts & STEP_ACTS.get(step.kind, frozenset()))
        and (not step.lesions or done.lesion in step.lesions)
    ]


def is_carried_out(step: Asked, work: Iterable[Done]) -> bool:
    """Whether the work leaves nothing of the step to be done: every lesion that it names was treated."""
    part = carrying_out(step, work)
    return bool(part) and step.lesions <= {done.lesion for done in part}


def log_refusals(step: Asked, *, work: Sequence[Done], is_signed: bool) -> list[Refusal]:
    """Why the step was not carried out with that log."""
    reasons = []
    if not is_signed:
        reasons.append(
            Refusal(
                code="procedure_unsigned",
                detail="The log is not signed: it does not tell yet what was done.",
                source=SOURCE,
                mend="Have its performer sign it; what it tells closes the step whose turn it is by itself.",
            )
        )
    if not carrying_out(step, work):
        reasons.append(_mismatch("The log tells of nothing that this step asks for.", "Name the log of that treatment."))
    return reasons


def referral_refusals(step: Asked, *, lesions: Iterable[UUID]) -> list[Refusal]:
    """Why the step was not carried out with a referral of these lesions."""
    if step.kind != REFERRAL:
        return [_mismatch("Only a step that refers is carried out with a referral.", "Leave the referral out.")]
    if step.lesions and step.lesions.isdisjoint(lesions):
        return [_mismatch("The referral is about none of the lesions of this step.", "Name the referral of these lesions.")]
    return []


def _mismatch(detail: str, mend: str) -> Refusal:
    return Refusal(code="step_mismatch", detail=detail, source=SOURCE, mend=mend)
