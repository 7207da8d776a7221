"""All gates that do not depend on the performer, asked at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clinic.errors import Refusal, by_gate
from treatments.policies.dates import birthday, day_after, months_after
from treatments.policies.facts import ItemFacts, OverrideFacts, PatientFacts
from treatments.policies.gates import lesions, patients, visits
from treatments.policies.gates.findings import HARD, INFO, SOFT, Gate, Question
from treatments.policies.gates.shape import shape_refusals

GATES = (
    Gate(
        id="G09",
        code="diagnosis_unconfirmed",
        severity=HARD,
        source="Clinical guideline 002: a physician confirms what a lesion is before it is treated",
        find=lesions.unconfirmed,
    ),
    Gate(
        id="G10",
        code="lesion_suspicious",
        severity=HARD,
        source="Clinical guidelines 002 and 003: it may be a skin cancer or a contagious wart",
        find=lesions.suspicious,
    ),
    Gate(
        id="G11",
        code="neonatal_no_procedure",
        severity=HARD,
        source="Clinical guidelines 000 and 001: a newborn's milia go within weeks and are not treated",
        find=lesions.neonatal,
    ),
    Gate(
        id="G12",
        code="pediatrician_first",
        severity=SOFT,
        source="Clinical guideline 002: babies and children see a pediatrician",
        find=patients.children,
    ),
    Gate(
        id="G13",
        code="en_plaque_review",
        severity=HARD,
        source="Clinical guidelines 003 and 004: a plaque of milia is rare and may belong to another disease",
        find=lesions.en_plaque,
    ),
    Gate(
        id="G17",
        code="contraindicated",
        severity=SOFT,
        source="21 NCAC 14H .0401(d)(4): no service on infected or broken skin; peel literature",
        find=patients.local_findings,
    ),
    Gate(id="G18", code="contraindicated", severity=SOFT, source=patients.ASDS, find=patients.isotretinoin),
    Gate(
        id="G19",
        code="contraindicated",
        severity=SOFT,
        source="Clinic policy after the peel literature: caution in pregnancy and while breastfeeding",
        find=patients.pregnancy,
    ),
    Gate(
        id="G20",
        code="contraindicated",
        severity=SOFT,
        source="Clinic policy after the peel literature; clinical guideline 002 on scarring",
        find=patients.keloid,
    ),
    Gate(
        id="G21",
        code="contraindicated",
        severity=SOFT,
        source="Clinic policy after the peel literature: pigment changes in skin types IV to VI",
        find=patients.darker_skin,
    ),
    Gate(
        id="G26",
        code="consultation_only",
        severity=HARD,
        source="Clinical guideline 004: the first consultation is free; clinic policy: and nothing else",
        find=visits.free_consultation,
    ),
    Gate(
        id="G27",
        code="advice_first",
        severity=INFO,
        source="Clinical guidelines 000 and 003: milia often clear within months, and leaving them be is a choice",
        find=lesions.fresh,
    ),
    Gate(
        id="G30",
        code="treatment_mismatch",
        severity=HARD,
        source="Clinical guideline 002: closed comedones and milia are different things with different treatments",
        find=lesions.mismatch,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Refusals by gate (soft ones too, unless overridden), warnings, soft gates still open, and the overrides that served."""

    refusals: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...]
    overrides_needed: tuple[str, ...]
    overrides_used: tuple[OverrideFacts, ...]


def judge(*, patient: PatientFacts, items: Sequence[ItemFacts], on: date, overrides: Sequence[OverrideFacts] = ()) -> Judgement:
    """All that stands against these items on that date of the site, whoever does them; `overrides` are confirmed ones."""
    question = Question(patient=patient, items=items, on=on)
    refusals, warnings, used = shape_refusals(patient=patient, items=items), [], []
    for gate, finding in [(asked, found) for asked in GATES for found in asked.find(question)]:
        severity = gate.severity_of(finding)
        lifting = gate.overrides_for(finding, overrides) if severity == SOFT else []
        if severity not in {HARD, SOFT}:
            warnings.append(gate.refusal(finding))
        elif not lifting:
            refusals.append(gate.refusal(finding))
        used += lifting
    return Judgement(
        refusals=tuple(by_gate(refusals)),
        warnings=tuple(by_gate(warnings)),
        overrides_needed=tuple(sorted({refusal.gate for refusal in refusals if refusal.severity == SOFT})),
        overrides_used=tuple(dict.fromkeys(used)),
    )


def change_dates(*, patient: PatientFacts, items: Sequence[ItemFacts]) -> list[date]:
    """The dates on which `judge` may begin to answer otherwise, in order; between two of them it is constant."""
    turns = {birthday(patient.birth_date, years) for years in (patients.TODDLER, patients.ADULT)}
    for held in patient.contraindications:
        turns.add(held.since)
        if held.until:
            turns |= {day_after(held.until), patients.isotretinoin_ends(held.until)}
    for item in items:
        for lesion in item.lesions:
            if lesion.first_noted_on:
                turns.add(months_after(lesion.first_noted_on, lesions.MONTHS_TO_WAIT))
    return sorted(turns)
