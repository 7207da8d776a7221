"""Whose photos somebody may see."""

from django.db.models import QuerySet

from clinic.models import User
from patients.models import Photo
from patients.policies.photos import Shot
from patients.selectors.records import patients_visible_to


def photos_visible_to(user: User) -> QuerySet[Photo]:
    """Photos of the patients whom the user may see, those whose bytes were removed among them."""
    visible = patients_visible_to(user).select_related(None).values("pk")
    return Photo.objects.filter(patient__in=visible).select_related("patient__registered_site", "body_site", "uploaded_by")


def shot_of(photo: Photo) -> Shot:
    """What a comparison asks about it."""
    return Shot(
        patient=photo.patient_id,
        lesion=photo.lesion_id,
        body_site=photo.body_site_id,
        laterality=photo.laterality,
        chart=photo.chart,
        view=photo.view,
        taken_at=photo.taken_at,
        removed=photo.bytes_removed_at is not None,
    )
