"""Patients and their charts, to be looked at: what is found is signed elsewhere, and never edited."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from clinic.admin.base import ReadOnlyAdmin
from clinic.admin.history import register_history
from clinic.models import User
from patients.models import (
    Assessment,
    BodySite,
    Consent,
    ConsentText,
    ContactConsent,
    Contraindication,
    Diagnosis,
    Lesion,
    LesionMerge,
    LesionReport,
    MiliaType,
    Patient,
    PatientMerge,
    Photo,
    Referral,
    ReferredLesion,
    SkinProfile,
)
from patients.selectors.records import patients_visible_to

TO_THE_PATIENT = {
    "Patient": "pk",
    "PatientEvent": "pgh_obj",
    "Contraindication": "profile__patient",
    "ContraindicationEvent": "profile__patient",
    "AssessedLesionEvent": "assessment__patient",
    "LesionMerge": "lasting__patient",
    "LesionMergeEvent": "lasting__patient",
    "PatientMerge": "into",
    "PatientMergeEvent": "into",
}
OF_NOBODY = {"ConsentTextEvent"}


def of_visible_patients(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows of the patients whom the user may see; what is about no patient, everybody sees."""
    if rows.model.__name__ in OF_NOBODY:
        return rows
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


@admin.register(Consent)
class ConsentAdmin(RecordAdmin):
    """Signatures beneath texts, and their withdrawals."""

    list_display = ("patient", "kind", "text", "signer_role", "signer_name", "signed_at", "withdrawn_at")
    list_filter = ("kind", "signer_role")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Every column but the bytes of a drawn signature, which the printed page shows."""
        return [name for name in super().get_fields(request, obj) if name != "signature_image"]


@admin.register(ContactConsent)
class ContactConsentAdmin(RecordAdmin):
    """What was said about messages."""

    list_display = ("patient", "channel", "consent_class", "granted", "at", "source", "recorded_by")
    list_filter = ("channel", "consent_class", "granted")


@admin.register(ConsentText)
class ConsentTextAdmin(ReadOnlyAdmin):
    """Texts to be signed, as they are shipped."""

    list_display = ("title", "kind", "version", "language", "in_force_from")
    list_filter = ("kind", "language")


@admin.register(LesionMerge)
class LesionMergeAdmin(RecordAdmin):
    """Records that turned out to be one lesion."""

    list_display = ("lasting", "other", "merged_by", "merged_at", "undone_at")


@admin.register(LesionReport)
class LesionReportAdmin(RecordAdmin):
    """What patients told about lesions."""

    list_display = ("patient", "body_site", "reported_at", "state")
    list_filter = ("state",)


@admin.register(Referral)
class ReferralAdmin(RecordAdmin):
    """Who was referred where, and what came of it."""

    list_display = ("patient", "to", "urgency", "opened_at", "status", "outcome")
    list_filter = ("to", "urgency", "status")


@admin.register(ReferredLesion)
class ReferredLesionAdmin(RecordAdmin):
    """Lesions of referrals."""

    list_display = ("referral", "lesion")


@admin.register(Photo)
class PhotoAdmin(RecordAdmin):
    """Photos as they were uploaded; the pictures themselves are shown by the API."""

    list_display = ("patient", "body_site", "laterality", "view", "taken_at", "uploaded_by", "bytes_removed_at")
    list_filter = ("view", "chart", "bytes_removed_because")


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
