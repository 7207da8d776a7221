"""Patients and their charts, to be looked at: what is found is signed elsewhere, and never edited."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from clinic.admin.base import ReadOnlyAdmin
from clinic.admin.history import register_history
from clinic.models import User
from patients.models import (
    Assessment,
    BodySite,
    Contraindication,
    Diagnosis,
    Lesion,
    MiliaType,
    Patient,
    PatientMerge,
    SkinProfile,
)
from patients.selectors.records import patients_visible_to

TO_THE_PATIENT = {
    "Patient": "pk",
    "PatientEvent": "pgh_obj",
    "Contraindication": "profile__patient",
    "ContraindicationEvent": "profile__patient",
    "AssessedLesionEvent": "assessment__patient",
    "PatientMerge": "into",
    "PatientMergeEvent": "into",
}


def of_visible_patients(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows of the patients whom the user may see."""
    way = TO_THE_PATIENT.get(rows.model.__name__, "patient")
    return rows.filter(**{f"{way}__in": patients_visible_to(user).select_related(None).values("pk")})


class RecordAdmin(ReadOnlyAdmin):
    """Something on record about a patient."""

    def visible(self, user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Only of patients whom the user may see."""
        return of_visible_patients(user, rows)


@admin.register(Patient)
class PatientAdmin(RecordAdmin):
    """Who is treated."""

    list_display = ("family_name", "given_name", "birth_date", "registered_site")
    list_filter = ("registered_site",)
    search_fields = ("family_name", "given_name")


@admin.register(PatientMerge)
class PatientMergeAdmin(RecordAdmin):
    """Who was merged into whom, and taken apart again."""

    list_display = ("duplicate", "into", "merged_by", "merged_at", "undone_by", "undone_at")


@admin.register(SkinProfile)
class SkinProfileAdmin(RecordAdmin):
    """What the skin tolerates."""

    list_display = ("patient", "fitzpatrick", "oily", "sensitive", "pigmented", "wrinkled")


@admin.register(Contraindication)
class ContraindicationAdmin(RecordAdmin):
    """What speaks against a treatment, and since when."""

    list_display = ("profile", "code", "since", "until")
    list_filter = ("code",)


@admin.register(Lesion)
class LesionAdmin(RecordAdmin):
    """Lesions as their assessments left them."""

    list_display = ("patient", "body_site", "region", "region_verified", "depth", "diagnosis", "diagnosis_certainty", "status")
    list_filter = ("region", "depth", "status")


@admin.register(Assessment)
class AssessmentAdmin(RecordAdmin):
    """Signed findings."""

    list_display = ("patient", "signed_by", "profession", "signed_at", "diagnosis", "certainty")
    list_filter = ("profession", "certainty")


@admin.register(BodySite)
class BodySiteAdmin(ReadOnlyAdmin):
    """Places on the body, as they are shipped."""

    list_display = ("name", "code", "region", "icd10cm")
    list_filter = ("region",)


@admin.register(Diagnosis)
class DiagnosisAdmin(ReadOnlyAdmin):
    """Diagnoses, as they are shipped."""

    list_display = ("name", "code", "kind", "icd10cm")


@admin.register(MiliaType)
class MiliaTypeAdmin(ReadOnlyAdmin):
    """Types of milia, as they are shipped."""

    list_display = ("name", "code")


register_history("patients", of_visible_patients)
