"""What the gates know of patients, lesions and treatments, read from their rows."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from patients.models import Lesion, Patient
from treatments.models import HomeCarePlan, Treatment, TreatmentAct
from treatments.policies.facts import Contraindication as ContraindicationFacts
from treatments.policies.facts import LesionFacts, PatientFacts, TreatmentFacts

HELD = tuple(f"skin_profile__contraindications__{name}" for name in ("code", "since", "until"))


def patient_facts(patient: Patient) -> PatientFacts:
    """What the gates know of the patient, in one query."""
    begun = HomeCarePlan.objects.filter(patient=OuterRef("pk"), started_at__isnull=False)
    held = Patient.objects.filter(pk=patient.pk).order_by("skin_profile__contraindications__id")
    rows = list(held.values_list("skin_profile__fitzpatrick", Exists(begun), *HELD))
    fitzpatrick, tried = rows[0][:2] if rows else (None, False)
    return PatientFacts(
        id=str(patient.id),
        birth_date=patient.birth_date,
        fitzpatrick=fitzpatrick,
        contraindications=tuple(
            ContraindicationFacts(code=code, since=since, until=until) for _, _, code, since, until in rows if code
        ),
        tried_home_care=tried,
    )


def lesion_facts(lesion: Lesion) -> LesionFacts:
    """What the gates know of the lesion."""
    return LesionFacts(
        id=str(lesion.id),
        patient_id=str(lesion.patient_id),
        body_site=lesion.body_site.code,
        region=lesion.region,
        authority_region=lesion.authority_region,
        region_verified=lesion.region_verified,
        depth=lesion.depth,
        milia_type=lesion.milia_type.code if lesion.milia_type else None,
        diagnosis=lesion.diagnosis.code if lesion.diagnosis else None,
        certainty=lesion.diagnosis_certainty,
        suspicious=lesion.suspicious,
        plaque_reviewed=lesion.plaque_reviewed,
        first_noted_on=lesion.first_noted_on,
    )


def treatment_facts(treatment: Treatment, rows: Iterable[TreatmentAct] | None = None) -> TreatmentFacts:
    """What the gates know of the treatment; the lancet's depths are one act whose depth the lesion decides."""
    acts = tuple((row.act, row.depth) for row in (treatment.acts.all() if rows is None else rows))
    return TreatmentFacts(
        code=treatment.code,
        name=treatment.name,
        acts=acts if len({act for act, _ in acts}) == len(acts) else acts[:1],
        minutes=treatment.minutes,
        lesion_rule=treatment.lesion_rule,
        price=treatment.price,
    )
