"""How patients and what is charted about them look in answers."""

from typing import Any
from zoneinfo import ZoneInfo

from rest_framework import serializers

from clinic.api.render import local, named, person
from clinic.api.schema import NamedShown, PersonShown
from clinic.policies.protocol import CHANNELS
from clinic.scopes import LESION_DEPTHS, REGIONS
from patients.api.appearance import AppearanceShown, show_appearance
from patients.models import Assessment, Lesion, Patient, SkinProfile
from patients.models.lesions import CERTAINTIES, CHARTS, LATERALITIES, LESION_STATUSES
from patients.models.people import CONTRAINDICATIONS, LANGUAGES


class GuardianShown(serializers.Serializer[Any]):
    """Who speaks for a minor."""

    name = serializers.CharField()
    relationship = serializers.CharField(allow_null=True)
    email = serializers.EmailField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    for_adult = serializers.BooleanField()


class PatientShown(serializers.Serializer[Any]):
    """A patient; phones are in E.164. Who turned out to be a duplicate names in `merged_into` the one who goes on."""

    id = serializers.UUIDField()
    registered_site = serializers.SlugField()
    given_name = serializers.CharField()
    family_name = serializers.CharField()
    birth_date = serializers.DateField()
    email = serializers.EmailField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    language = serializers.ChoiceField(LANGUAGES)
    time_zone = serializers.CharField()
    preferred_channel = serializers.ChoiceField(CHANNELS, allow_null=True)
    guardian = GuardianShown(allow_null=True)
    merged_into = serializers.UUIDField(required=False)


class LesionShown(AppearanceShown):
    """
    A lesion; `authority_region` is what rules judge: beside the eye and unverified counts as eyelid.

    `merged_into` is the lesion that it became part of, `recurrence_of` the one that came back in it.
    """

    id = serializers.UUIDField()
    patient = NamedShown()
    body_site = serializers.SlugField()
    laterality = serializers.ChoiceField(LATERALITIES, allow_null=True)
    depth = serializers.ChoiceField(LESION_DEPTHS)
    milia_type = serializers.SlugField(allow_null=True)
    size_mm = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()
    first_noted_on = serializers.DateField(allow_null=True)
    chart = serializers.ChoiceField(CHARTS, allow_null=True)
    x = serializers.FloatField(allow_null=True)
    y = serializers.FloatField(allow_null=True)
    region = serializers.ChoiceField(REGIONS)
    authority_region = serializers.ChoiceField(REGIONS)
    region_verified = serializers.BooleanField()
    diagnosis = serializers.SlugField(allow_null=True)
    diagnosis_certainty = serializers.ChoiceField(CERTAINTIES)
    suspicious = serializers.BooleanField()
    plaque_reviewed = serializers.BooleanField()
    status = serializers.ChoiceField(LESION_STATUSES)
    recurrence_of = serializers.UUIDField(allow_null=True)
    merged_into = serializers.UUIDField(allow_null=True)


class AssessmentShown(serializers.Serializer[Any]):
    """A signed finding; null says nothing about that point."""

    id = serializers.UUIDField()
    patient = NamedShown()
    lesions = serializers.ListField(child=serializers.UUIDField())
    diagnosis = serializers.SlugField(allow_null=True)
    certainty = serializers.ChoiceField(CERTAINTIES)
    milia_type = serializers.SlugField(allow_null=True)
    depth = serializers.ChoiceField(LESION_DEPTHS, allow_null=True)
    region = serializers.ChoiceField(REGIONS, allow_null=True)
    region_verified = serializers.BooleanField(allow_null=True)
    suspicious = serializers.BooleanField(allow_null=True)
    excluded = serializers.ListField(child=serializers.SlugField())
    suspected = serializers.ListField(child=serializers.SlugField())
    dermoscopy = serializers.CharField(allow_blank=True)
    icd10cm = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    signed_by = PersonShown()
    profession = serializers.CharField()
    signed_at = serializers.DateTimeField()
    cosigned_by = PersonShown(allow_null=True)
    cosigned_at = serializers.DateTimeField(allow_null=True)


class ContraindicationShown(serializers.Serializer[Any]):
    """What speaks against treatments, from a day on until a last day, or for as long as it lasts."""

    code = serializers.ChoiceField(CONTRAINDICATIONS)
    since = serializers.DateField()
    until = serializers.DateField(allow_null=True)


class SkinProfileShown(serializers.Serializer[Any]):
    """The skin type on four axes (null: not asked), the Fitzpatrick type, and what speaks against treatments."""

    id = serializers.UUIDField()
    patient = NamedShown()
    oily = serializers.BooleanField(allow_null=True)
    sensitive = serializers.BooleanField(allow_null=True)
    pigmented = serializers.BooleanField(allow_null=True)
    wrinkled = serializers.BooleanField(allow_null=True)
    fitzpatrick = serializers.IntegerField(allow_null=True)
    contraindications = ContraindicationShown(many=True)


def show_patient(patient: Patient) -> dict[str, Any]:
    """The patient as PatientShown."""
    merged = {"merged_into": str(patient.merged_into_id)} if patient.merged_into_id else {}
    return merged | {
        "id": str(patient.id),
        "registered_site": patient.registered_site.code,
        "given_name": patient.given_name,
        "family_name": patient.family_name,
        "birth_date": patient.birth_date.isoformat(),
        "email": patient.email or None,
        "phone": str(patient.phone) if patient.phone else None,
        "language": patient.language,
        "time_zone": patient.time_zone,
        "preferred_channel": patient.preferred_channel or None,
        "guardian": _guardian(patient),
    }


def show_lesion(lesion: Lesion) -> dict[str, Any]:
    """The lesion as LesionShown."""
    return {
        "id": str(lesion.id),
        "patient": named(lesion.patient),
        "body_site": lesion.body_site.code,
        "laterality": lesion.laterality or None,
        "depth": lesion.depth,
        "milia_type": lesion.milia_type.code if lesion.milia_type else None,
        "size_mm": float(lesion.size_mm) if lesion.size_mm is not None else None,
        "count": lesion.count,
        "first_noted_on": lesion.first_noted_on.isoformat() if lesion.first_noted_on else None,
        "chart": lesion.chart or None,
        "x": lesion.x,
        "y": lesion.y,
        "region": lesion.region,
        "authority_region": lesion.authority_region,
        "region_verified": lesion.region_verified,
        "diagnosis": lesion.diagnosis.code if lesion.diagnosis else None,
        "diagnosis_certainty": lesion.diagnosis_certainty,
        "suspicious": lesion.suspicious,
        "plaque_reviewed": lesion.plaque_reviewed,
        "status": lesion.status,
        "recurrence_of": lesion.recurrence_of_id and str(lesion.recurrence_of_id),
        "merged_into": lesion.merged_into_id and str(lesion.merged_into_id),
        **show_appearance(lesion),
    }


def show_assessment(assessment: Assessment) -> dict[str, Any]:
    """The assessment as AssessmentShown, its moments in the zone of the patient's site."""
    zone: ZoneInfo = assessment.patient.registered_site.zone
    return {
        "id": str(assessment.id),
        "patient": named(assessment.patient),
        "lesions": sorted(str(lesion.pk) for lesion in assessment.lesions.all()),
        "diagnosis": assessment.diagnosis.code if assessment.diagnosis else None,
        "certainty": assessment.certainty,
        "milia_type": assessment.milia_type.code if assessment.milia_type else None,
        "depth": assessment.depth or None,
        "region": assessment.region or None,
        "region_verified": assessment.region_verified,
        "suspicious": assessment.suspicious,
        "excluded": assessment.excluded,
        "suspected": assessment.suspected,
        "dermoscopy": assessment.dermoscopy,
        "icd10cm": assessment.diagnosis.icd10cm or None if assessment.diagnosis else None,
        "note": assessment.note,
        "signed_by": person(assessment.signed_by),
        "profession": assessment.profession,
        "signed_at": local(assessment.signed_at, zone),
        "cosigned_by": person(assessment.cosigned_by) if assessment.cosigned_by else None,
        "cosigned_at": local(assessment.cosigned_at, zone),
    }


def show_skin_profile(profile: SkinProfile) -> dict[str, Any]:
    """The profile as SkinProfileShown, contraindications by their first day."""
    held = sorted(profile.contraindications.all(), key=lambda row: (row.since, row.code))
    return {
        "id": str(profile.id),
        "patient": named(profile.patient),
        "oily": profile.oily,
        "sensitive": profile.sensitive,
        "pigmented": profile.pigmented,
        "wrinkled": profile.wrinkled,
        "fitzpatrick": profile.fitzpatrick,
        "contraindications": [
            {
                "code": row.code,
                "since": row.since.isoformat(),
                "until": row.until.isoformat() if row.until else None,
            }
            for row in held
        ],
    }


def _guardian(patient: Patient) -> dict[str, Any] | None:
    if not patient.guardian_name:
        return None
    return {
        "name": patient.guardian_name,
        "relationship": patient.guardian_relationship or None,
        "email": patient.guardian_email or None,
        "phone": str(patient.guardian_phone) if patient.guardian_phone else None,
        "for_adult": patient.guardian_for_adult,
    }
