"""Whose records somebody may see: what is not in these querysets answers like what does not exist."""

from collections.abc import Collection
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from clinic.errors import Conflict, NotFound, Refusal
from clinic.models import User
from clinic.models.people import MEDICAL_DIRECTOR
from clinic.selectors.people import has_role
from patients.models import Assessment, Lesion, Patient, SkinProfile

M = TypeVar("M", bound=Model)


class PatientMerged(Conflict):
    """The patient turned out to be another one, under whose id everything goes on."""

    def __init__(self, lasting: UUID) -> None:
        detail = "This patient was merged into another one, and takes nothing new."
        reason = Refusal(code="patient_merged", detail=detail, mend=f"Use patient {lasting}.", resource=str(lasting))
        super().__init__("patient_merged", detail, reasons=[reason])


def require_lasting(patient: Patient) -> None:
    """
    Refuse whatever is new about a patient who was merged.

    :raises PatientMerged: naming the one who goes on.
    """
    if patient.merged_into_id:
        raise PatientMerged(patient.merged_into_id)


def patients_visible_to(user: User) -> QuerySet[Patient]:
    """Patients registered or ever booked at a site of the user's; a medical director sees all, who has no role nobody."""
    patients = Patient.objects.select_related("registered_site")
    if has_role(user, {MEDICAL_DIRECTOR}):
        return patients
    sites = {held.site_id for held in user.memberships.all()}
    been_there = Patient.objects.filter(pk=OuterRef("pk"), appointments__site__in=sites)
    return patients.filter(Q(registered_site__in=sites) | Exists(been_there))


def visible_patient(user: User, key: UUID) -> Patient:
    """
    The patient of that id; asks for visits at the user's sites only where the registration does not tell.

    :raises NotFound: if there is none, or none whom the user may see.
    :raises PatientMerged: if they were merged into another one.
    """
    return _if_visible(user, Patient.objects.filter(pk=key))


def patient_to_show(user: User, key: UUID) -> Patient:
    """
    The patient of that id, also one who was merged: such a one is shown to whoever may see the one who goes on.

    :raises NotFound: if there is none, or none whom the user may see.
    """
    shown = patients_visible_to(user)
    row = shown.filter(pk=key).first()
    if row is None and shown.filter(absorbed=key).exists():
        row = Patient.objects.select_related("registered_site").get(pk=key)
    if row is None:
        raise NotFound
    return row


def visible_owner(user: User, lesions: Collection[UUID]) -> Patient:
    """
    The patient whose lesions these are, the first one where they are of several.

    :raises NotFound: if there is none, or none whom the user may see.
    """
    return _if_visible(user, Patient.objects.filter(lesions__in=lesions).order_by("pk"))


def _if_visible(user: User, patients: QuerySet[Patient]) -> Patient:
    patient = patients.select_related("registered_site").first()
    if patient is None:
        raise NotFound
    if any(held.site_id == patient.registered_site_id for held in user.memberships.all()):
        require_lasting(patient)
        return patient
    return found(patients_visible_to(user), patient.pk)


def lesions_visible_to(user: User) -> QuerySet[Lesion]:
    """Lesions of the patients whom the user may see."""
    return _of_visible_patients(
        Lesion.objects.select_related("patient__registered_site", "body_site", "milia_type", "diagnosis"), user
    )


def assessments_visible_to(user: User) -> QuerySet[Assessment]:
    """Assessments of the patients whom the user may see."""
    return _of_visible_patients(
        Assessment.objects.select_related(
            "patient__registered_site", "diagnosis", "milia_type", "signed_by__user", "cosigned_by__user"
        ).prefetch_related("lesions"),
        user,
    )


def skin_profiles_visible_to(user: User) -> QuerySet[SkinProfile]:
    """Skin profiles of the patients whom the user may see; what a merge left of one has become part of another."""
    profiles = SkinProfile.objects.filter(patient__merged_into=None)
    return _of_visible_patients(profiles.select_related("patient__registered_site").prefetch_related("contraindications"), user)


def found(queryset: QuerySet[M], key: UUID) -> M:
    """
    The row of that id among those that may be seen.

    :raises NotFound: if there is none.
    :raises PatientMerged: if it is a patient who was merged into another one.
    """
    row = queryset.filter(pk=key).first()
    if row is None:
        raise NotFound
    if isinstance(row, Patient):
        require_lasting(row)
    return row


def all_found(queryset: QuerySet[M], keys: Collection[UUID]) -> list[M]:
    """
    The rows of these ids, in this order.

    :raises NotFound: if one of them may not be seen.
    """
    rows = queryset.in_bulk(list(keys))
    if len(rows) < len(set(keys)):
        raise NotFound
    return [rows[key] for key in dict.fromkeys(keys)]


def is_charted(patient: Patient) -> bool:
    """Whether somebody has signed an assessment of the patient."""
    return Assessment.objects.filter(patient=patient).exists()


def _of_visible_patients(rows: QuerySet[M], user: User) -> QuerySet[M]:
    return rows.filter(patient__in=patients_visible_to(user).select_related(None).values("pk"))
