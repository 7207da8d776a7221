"""Whose records somebody may see: what is not in these querysets answers like what does not exist."""

from collections.abc import Collection
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from clinic.errors import NotFound
from clinic.models import User
from clinic.models.people import MEDICAL_DIRECTOR
from clinic.selectors.people import has_role
from patients.models import Assessment, Lesion, Patient, SkinProfile

M = TypeVar("M", bound=Model)


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
    """
    return _if_visible(user, Patient.objects.filter(pk=key))


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
    """Skin profiles of the patients whom the user may see."""
    return _of_visible_patients(
        SkinProfile.objects.select_related("patient__registered_site").prefetch_related("contraindications"), user
    )


def found(queryset: QuerySet[M], key: UUID) -> M:
    """
    The row of that id among those that may be seen.

    :raises NotFound: if there is none.
    """
    row = queryset.filter(pk=key).first()
    if row is None:
        raise NotFound
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
