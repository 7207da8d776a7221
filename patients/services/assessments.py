"""Signed findings, and what they make of the lesions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from clinic.errors import Conflict, Malformed, NotAllowed, RuleBroken
from clinic.models import User
from patients.models import Assessment, Diagnosis, Lesion, MiliaType
from patients.policies.findings import (
    ALONE,
    CONFIRMED,
    NONE,
    Finding,
    LesionState,
    Signer,
    require_alike,
    require_consistent,
    require_may_loosen,
    state_after,
)
from patients.selectors.charts import family_of
from patients.selectors.clinicians import clinician_of, may_cosign, signers_of
from patients.services.changes import alone
from patients.services.courses import require_lasting
from patients.services.lesions import held_lesions, reclassified, state_of, word_coded
from patients.services.referrals import refer_flagged


@dataclass(frozen=True, kw_only=True)
class NewAssessment:
    """
    What somebody found about lesions that share it; None says nothing about that point.

    `excluded` and `suspected` are codes of the diagnoses that it is not, or may be; `dermoscopy` is what the magnified
    skin showed.
    """

    diagnosis: str | None = None
    certainty: str = NONE
    milia_type: str | None = None
    depth: str | None = None
    region: str | None = None
    region_verified: bool | None = None
    suspicious: bool | None = None
    excluded: Sequence[str] = ()
    suspected: Sequence[str] = ()
    dermoscopy: str = ""
    note: str = ""


def sign_assessment(
    *, actor: User, lesions: Collection[UUID], assessment: NewAssessment, now: datetime
) -> tuple[Assessment, list[UUID]]:
    """
    Sign a finding, bring the lesions to it, and move the visits that no longer fit them; answers it and their ids.

    What it flags as suspicious, contagious or uncertain is referred, unless a referral of it is followed already.

    :raises NotAllowed: when it loosens a rule, or diagnoses, beyond what the signer's professions may.
    :raises RuleBroken: `lesion_of_another_patient`, when the lesions are not all of one patient; `split_items`, when
        they differ in what it corrects; `lesion_merged`.
    :raises Malformed: when its points contradict each other, or name what is not in the catalogue.
    """
    practitioner = clinician_of(actor)
    diagnosis = word_coded(Diagnosis, assessment.diagnosis, field="diagnosis")
    milia_type = word_coded(MiliaType, assessment.milia_type, field="milia_type")
    finding = _finding(assessment, kind=diagnosis.kind if diagnosis else "")
    require_consistent(finding)
    _require_known(assessment)
    with alone(keys=family_of(lesions)):
        rows = held_lesions(list(lesions))
        _require_one_patient(rows)
        require_lasting(rows)
        before = [state_of(row) for row in rows]
        require_alike(before, finding)
        signers = signers_of(practitioner, patient=rows[0].patient, now=now)
        signer, after = _as_the_first_who_may(signers, before, finding)
        signed = Assessment.objects.create(
            patient=rows[0].patient,
            signed_by=practitioner,
            profession=signer.profession,
            signed_at=now,
            lesion_count=len(rows),
            **_columns(assessment, diagnosis, milia_type),
        )
        signed.lesions.set(rows)
        moved = reclassified(_write(rows, after), actor=actor, reason="lesion_assessed", now=now)
        flagged = rows if finding.blocks or finding.suspicious else []
        refer_flagged(practitioner=practitioner, assessment=signed, flagged=flagged, now=now)
    return signed, moved


def cosign_assessment(*, actor: User, assessment: Assessment, now: datetime) -> tuple[Assessment, list[UUID]]:
    """
    A physician's signature beneath a PA's or NP's confirmation, which counts from now on; signing again changes nothing.

    :raises NotAllowed: for somebody who is no physician, for the signer, and for whatever the physician may not loosen.
    :raises RuleBroken: `not_to_be_cosigned`, for a finding that needs no second signature.
    :raises RuleBroken: `lesion_merged`, when one of them became part of another record: make a new one about that.
    :raises Conflict: `superseded`, when a later assessment has said otherwise about one of the lesions.
    """
    physician = clinician_of(actor)
    if assessment.cosigned_by_id == physician.pk:
        return assessment, []
    if assessment.signed_by_id == physician.pk or not may_cosign(physician, patient=assessment.patient, now=now):
        raise NotAllowed("not_permitted", "A physician other than the signer co-signs.")
    with alone(keys=family_of(assessment.lesions.values_list("pk", flat=True))):
        assessment = Assessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
        rows = held_lesions(list(assessment.lesions.values_list("pk", flat=True)))
        require_lasting(rows)
        _require_awaits_cosignature(assessment, rows)
        before = [state_of(row) for row in rows]
        signers = signers_of(physician, patient=rows[0].patient, now=now)
        after = [_confirmed(state, assessment, signers) for state in before]
        assessment.cosigned_by, assessment.cosigned_at = physician, now
        assessment.save(update_fields=["cosigned_by", "cosigned_at"])
        moved = reclassified(_write(rows, after), actor=actor, reason="assessment_cosigned", now=now)
    return assessment, moved


def _finding(assessment: NewAssessment, *, kind: str) -> Finding:
    return Finding(
        diagnosis=assessment.diagnosis,
        kind=kind,
        certainty=assessment.certainty,
        milia_type=assessment.milia_type,
        depth=assessment.depth,
        region=assessment.region,
        region_verified=assessment.region_verified,
        suspicious=assessment.suspicious,
        excluded=assessment.excluded,
        suspected=assessment.suspected,
    )


def _columns(assessment: NewAssessment, diagnosis: Diagnosis | None, milia_type: MiliaType | None) -> dict[str, Any]:
    """What was found, as the row keeps it."""
    return {
        "diagnosis": diagnosis,
        "certainty": assessment.certainty,
        "milia_type": milia_type,
        "depth": assessment.depth or "",
        "region": assessment.region or "",
        "region_verified": assessment.region_verified,
        "suspicious": assessment.suspicious,
        "excluded": sorted(set(assessment.excluded)),
        "suspected": sorted(set(assessment.suspected)),
        "dermoscopy": assessment.dermoscopy,
        "note": assessment.note,
    }


def _require_known(assessment: NewAssessment) -> None:
    named = {"excluded": set(assessment.excluded), "suspected": set(assessment.suspected)}
    known = set(Diagnosis.objects.filter(code__in=set.union(*named.values())).values_list("code", flat=True))
    unknown = {field: codes - known for field, codes in named.items() if codes - known}
    if unknown:
        raise Malformed({field: f"There is no such code: {', '.join(sorted(codes))}." for field, codes in unknown.items()})


def _as_the_first_who_may(
    signers: Sequence[Signer], before: list[LesionState], finding: Finding
) -> tuple[Signer, list[LesionState]]:
    """Sign in the most trusted profession that may; when none may, the refusal of the first is told."""
    refusals = []
    for signer in signers:
        try:
            return signer, [state_after(state, finding, signer) for state in before]
        except NotAllowed as refusal:
            refusals.append(refusal)
    raise refusals[0] if refusals else NotAllowed("not_permitted", "Only somebody with a valid licence signs a finding.")


def _confirmed(state: LesionState, assessment: Assessment, signers: Sequence[Signer]) -> LesionState:
    """The lesion with the diagnosis confirmed; whether a rule is loosened is judged by the physician's own professions."""
    finding = Finding(diagnosis=assessment.diagnosis.code, kind=assessment.diagnosis.kind, certainty=CONFIRMED)
    by_physician = Signer(profession=signers[0].profession, diagnoses={state.authority_region: ALONE})
    after = state_after(state, finding, by_physician)
    require_may_loosen(state, after, profession=by_physician.profession)
    return after


def _require_awaits_cosignature(assessment: Assessment, rows: Sequence[Lesion]) -> None:
    if assessment.cosigned_by_id:
        raise Conflict("already_cosigned", "Another physician has co-signed this assessment.")
    waits = assessment.certainty == CONFIRMED and any(row.diagnosis_certainty != CONFIRMED for row in rows)
    if not waits:
        raise RuleBroken("not_to_be_cosigned", "This assessment counts as it is: it needs no second signature.")
    later = Assessment.objects.filter(lesions__in=rows, signed_at__gt=assessment.signed_at, diagnosis__isnull=False)
    if later.exists():
        raise Conflict("superseded", "A later assessment speaks about the same lesion: make a new one instead.")


def _require_one_patient(rows: Sequence[Lesion]) -> None:
    if len({row.patient_id for row in rows}) > 1:
        raise RuleBroken("lesion_of_another_patient", "An assessment is about lesions of one patient.")


def _write(rows: Sequence[Lesion], states: Sequence[LesionState]) -> list[Lesion]:
    """Bring the rows to these states; answers those that changed."""
    changed = [(row, state) for row, state in zip(rows, states, strict=True) if state_of(row) != state]
    diagnoses = {row.code: row for row in Diagnosis.objects.filter(code__in={state.diagnosis for _, state in changed})}
    types = {row.code: row for row in MiliaType.objects.filter(code__in={state.milia_type for _, state in changed})}
    for row, state in changed:
        row.region, row.region_verified, row.depth = state.region, state.region_verified, state.depth
        row.milia_type = types.get(state.milia_type)
        row.diagnosis, row.diagnosis_certainty = diagnoses.get(state.diagnosis), state.certainty
        row.suspicious, row.plaque_reviewed = state.suspicious, state.plaque_reviewed
        row.save()
    return [row for row, _ in changed]
